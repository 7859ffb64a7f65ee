# SPDX-License-Identifier: GPL-2.0-only
"""Runs and records: reading, validating, and what the numbers mean.

A run is a folder that holds records.jsonl, or such a file itself. Each line
is one measurement; schema/record.schema.json says what it may hold, and
check_meaning() says what a schema cannot.
"""

import argparse
import json
import math
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMA = os.path.join(HERE, "schema", "record.schema.json")
# of records that name theirs
SCHEMAS = {
    "barrage-stress-1": os.path.join(HERE, "schema", "stress.schema.json"),
}
RUNS = os.path.join(HERE, "runs")

EXIT_PASS, EXIT_FAIL, EXIT_SKIP, EXIT_ERROR = 0, 1, 77, 99


class RunError(Exception):
    """A run that cannot be read, in one line for people."""


class Arguments(argparse.ArgumentParser):
    """Wrong use is a harness error, as in the other programs."""

    def error(self, message):
        self.print_usage()
        self.exit(EXIT_ERROR, f"{self.prog}: {message}\n")

    def print_usage(self, file=None):
        super().print_usage(file or sys.stderr)


def runs_there():
    try:
        names = sorted(os.listdir(RUNS))
    except OSError:
        names = []
    names = [n for n in names if not n.startswith(".")]
    return ", ".join(names) or "none yet: make bench makes one"


def records_path(run):
    """The records file of a run given as a name, a folder or a file."""
    for path in (run, os.path.join(RUNS, run)):
        if os.path.isdir(path):
            path = os.path.join(path, "records.jsonl")
        if os.path.isfile(path):
            return path
    raise RunError(f"{run}: no such run (a folder with records.jsonl, or one "
                   f"of: {runs_there()})")


def reject_constant(name):
    raise ValueError(f"{name} is not a number")


def read_lines(path):
    """Yield (line number, object or None, error or None)."""
    try:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith("\n"):
                    yield number, None, "cut short: no end of line"
                    continue
                try:
                    yield number, json.loads(
                        line, parse_constant=reject_constant), None
                except ValueError as error:
                    yield number, None, f"not JSON: {error}"
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{path}: {error}") from error


def whole_params(record):
    """Parameters that are whole numbers become int: 4096.0 is 4096."""
    params = record.get("params")
    if isinstance(params, dict):
        for key, value in params.items():
            if isinstance(value, float) and value.is_integer():
                params[key] = int(value)
    return record


def load(run):
    """All records of a run; RunError where one is broken."""
    path = records_path(run)
    records = []
    for number, record, error in read_lines(path):
        if error:
            raise RunError(f"{path}:{number}: {error}")
        if not isinstance(record, dict):
            raise RunError(f"{path}:{number}: not a JSON object")
        records.append(whole_params(record))
    if not records:
        raise RunError(f"{path}: holds no record")
    return records


def percentile(values, p):
    """Exact percentile with linear interpolation, as bench/stats.c has it."""
    data = sorted(values)
    rank = (len(data) - 1) * p / 100
    low = math.floor(rank)
    if low + 1 >= len(data):
        return data[-1]
    return data[low] + (data[low + 1] - data[low]) * (rank - low)


def near(a, b):
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)


def check_meaning(record):
    """What the schema cannot say. Yields lines of text."""
    samples = record["samples"]
    if record["n"] != len(samples):
        yield f"n is {record['n']}, but there are {len(samples)} samples"
    if samples and record["value"] is not None:
        median = percentile(samples, 50)
        if not near(median, record["value"]):
            yield f"value is {record['value']}, the samples' median {median}"
    spread = record["spread"]
    if samples and spread is None:
        yield "samples without spread"
    if samples and spread is not None:
        for key, want in (("min", 0), ("p25", 25), ("p50", 50), ("p75", 75),
                          ("p90", 90), ("p99", 99), ("p99.9", 99.9),
                          ("max", 100)):
            have, exact = spread[key], percentile(samples, want)
            if not near(have, exact):
                yield f"spread.{key} is {have}, the samples say {exact}"
    proof = record["proof"]
    if record["verdict"] == "p2p" and record["status"] == "pass" and proof:
        if not proof["frames"] or proof["frames_in_bar"] != proof["frames"]:
            yield (f"verdict p2p, but {proof['frames_in_bar']} of "
                   f"{proof['frames']} page frames lie in the BAR")


def qemus(records, accel):
    """The versions of QEMU that there are; records of before have none."""
    names = {"QEMU " + r["qemu"].split()[0] for r in records
             if (r["accel"], r["clock"]) == (accel, "wall") and r.get("qemu")}
    return "".join(f", {name}" for name in sorted(names))


def label(records):
    """One honest line: what kind of numbers these are."""
    kinds = {(r["accel"], r["clock"]) for r in records}
    lines = []
    if any(clock == "icount" for _, clock in kinds):
        lines.append("guest instruction counts (one instruction is shown as "
                     "1 ns): not times")
    if ("tcg", "wall") in kinds:
        lines.append(f"software emulation (TCG{qemus(records, 'tcg')}): not "
                     "hardware speeds")
    if ("kvm", "wall") in kinds:
        lines.append(f"virtual machine (KVM{qemus(records, 'kvm')}) with "
                     "emulated devices: not hardware speeds")
    if ("none", "wall") in kinds:
        lines.append("real hardware")
    return "; ".join(lines)




def size_text(nr_bytes):
    for unit, scale in (("G", 1 << 30), ("M", 1 << 20), ("k", 1 << 10)):
        if nr_bytes >= scale and nr_bytes % scale == 0:
            return f"{nr_bytes // scale}{unit}"
    return str(nr_bytes)
