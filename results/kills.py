# SPDX-License-Identifier: GPL-2.0-only
"""What machines with planted bugs left behind: which of them saw their bug."""

import functools
import glob
import json
import os
import re

HERE = os.path.dirname(os.path.realpath(__file__))
PATCHES = os.path.join(HERE, os.pardir, "kernel", "mutants")
MARK = re.compile(r"\[ *(\d+\.\d+)\].*barrage: mark: (\S+)")
COMPLAINT = re.compile(r"WARNING: |BUG: |kernel BUG at|Oops|refcount_t: |"
                       r"Kernel panic|general protection fault")
# where the time was over, this may be the host's doing
LOCKUP = re.compile(r"watchdog: BUG: ")
TIME = re.compile(r"\[ *(\d+\.\d+)\]")
TIMEOUT = 124  # of barrage-vm
# what records say about where they were made
ORIGIN = ("kernel", "series_hash", "mutants_hash", "topology", "accel", "git")
MIX = "everything"
HALVES = (("hazard", "the scenarios of its hazard"),
          (MIX, "the random mix"))


class Unusable(Exception):
    """What cannot be made a table of."""


def hazards():
    """Name of each planted bug: number of its hazard; in the patches' order."""
    found = {}
    for path in sorted(glob.glob(os.path.join(PATCHES, "*.patch"))):
        with open(path, encoding="utf-8") as patch:
            text = patch.read()
        name = re.search(r"^Planted-bug: (\S+)", text, re.M)
        number = re.search(r"^Hazard: (\d+)", text, re.M)
        if name and number:
            found[name[1]] = int(number[1])
    return found


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return None


def status_of(run, label):
    """Its exit status; None: it did not come to its end."""
    text = read(os.path.join(run, f"{label}.status"))
    try:
        return None if text is None else int(text)
    except ValueError:
        raise Unusable(f"{run}/{label}.status: no exit status") from None


@functools.cache
def records_of(run, label):
    path = os.path.join(run, f"{label}.records.jsonl")
    try:
        return [json.loads(line) for line in (read(path) or "").splitlines()
                if line.strip()]
    except ValueError:
        raise Unusable(f"{path}: a line is no JSON: was it cut off?") from None


def labels_of(run, bug, half):
    """Of its machines, in the order of their turns, as far as they ended."""
    found = [f"{bug}.{half}"] + [f"{bug}.{half}-{turn}" for turn in range(1, 10)]
    return [label for label in found if status_of(run, label) is not None]


def complained(run, label):
    """What the kernel of a machine that stopped in the middle had said.

    In the middle of a scenario: it has no record. The log has its name for each of
    its slices.
    """
    log = read(os.path.join(run, f"{label}.dmesg")) or ""
    ended = {r["name"] for r in records_of(run, label)}
    late = status_of(run, label) == TIMEOUT
    scenario, begin, last = None, 0.0, 0.0
    for line in log.splitlines():
        mark, time = MARK.search(line), TIME.search(line)
        if time:
            last = float(time[1])
        if mark and mark[2] != scenario:
            scenario, begin = mark[2], float(mark[1])
        elif scenario and scenario not in ended and COMPLAINT.search(line) and (
                not late or not LOCKUP.search(line)):
            return {"scenario": scenario, "oracle": "kernel-log",
                    "seconds": last - begin}
    return None


def caught_by(record):
    return {"caught": True, "scenario": record["name"],
            "drawn_from": record.get("drawn_from"),
            "oracle": record["oracle"], "reason": record["reason"],
            "seconds": record["seconds"], "races": record["races"],
            "reached": record["planted_bug"]["reached"]}


def turn(run, label):
    """One machine: caught, by what, after how long, or how often it was reached."""
    status = status_of(run, label)
    records = records_of(run, label)
    failed = [r for r in records if r["status"] == "fail"]
    # without a race it was not the scenario that saw it
    for record in failed:
        if record["planted_bug"]["reached"] and record["races"]:
            before = records[:records.index(record)]
            return {**caught_by(record),
                    "seconds": sum(r["seconds"] for r in before + [record])}
    if failed:
        return {"caught": False, "status": status,
                "reached": failed[0]["planted_bug"]["reached"],
                "other": f"{failed[0]['name']}: {failed[0]['reason']}"}
    # who has written a record of an error has not stopped
    stopped = status not in (0, 77) and not any(
        r["status"] == "error" for r in records)
    complaint = complained(run, label) if stopped else None
    if complaint:
        complaint["seconds"] += sum(r["seconds"] for r in records)
        return {"caught": True, "reason": "the machine stopped", **complaint}
    # one that stops and says nothing may just have been slow
    return {"caught": False, "status": status,
            "reached": max([r["planted_bug"]["reached"] for r in records],
                           default=0)}


def alone(run, bug):
    """What each scenario made of the bug by itself: names and turns."""
    start = f"{bug}.each-"
    names = sorted(
        os.path.basename(path).removeprefix(start).removesuffix(".status")
        for path in glob.glob(os.path.join(run, f"{glob.escape(start)}*.status")))
    return [(name, turn(run, start + name)) for name in names]


def outcome(run, bug, half):
    """All of a bug's machines, until one caught it; None: none was run."""
    seconds, result = 0, None
    for number, label in enumerate(labels_of(run, bug, half), 1):
        result = {**turn(run, label), "turn": number}
        if result["caught"]:
            return {**result, "seconds": seconds + result["seconds"]}
        seconds += sum(r["seconds"] for r in records_of(run, label))
    return result


def origin_of(found, what):
    """What all were made with: found has that of each, and where it is from."""
    seen = {}
    for made, where in found:
        seen.setdefault(tuple(made.items()), where)
    if len(seen) > 1:
        (one, where), (other, there) = list(seen.items())[:2]
        differ = [f"{k} {a} and {b}" for (k, a), (_, b) in zip(one, other)
                  if a != b]
        raise Unusable(f"{where} and {there} {what}: " + ", ".join(differ))
    return dict(next(iter(seen), ()))


def environment_of(record):
    return {k: record["environment"].get(k, "unknown") for k in ORIGIN}
