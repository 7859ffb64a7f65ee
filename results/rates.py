# SPDX-License-Identifier: GPL-2.0-only
"""Bugs that runs of stress/kill-matrix caught in a minute of races."""

import os

from kills import (HALVES, Unusable, environment_of, hazards, labels_of,
                   origin_of, outcome, records_of)
from table import Table

# the two runs are those of docs/delays.md
PAGE = """# What delays in the kernel are good for

The same planted bugs ([kernel/mutants](../kernel/mutants/README.md)), scenarios and
seed in several runs, with delays at places of the kernel ([amplifier.md](amplifier.md))
and without any. CPUs are drawn, disks are slow and page faults stall in both. What a run
says of a bug is one try, of which the seed decides the operations and nobody their
interleaving. Minutes and seconds are guest time of races in software emulation on two
CPUs, until one saw something, and those in which none did.

	make kill-matrix BY=hazard DURATION=24 QUIET=0 SEED=1 RUN=delays
	make kill-matrix BY=hazard DURATION=24 QUIET=0 SEED=1 RUN=no-delays DELAYS=no
	results/killmatrix --rates --markdown results/runs/delays results/runs/no-delays

prints this page; nothing here is written by hand.

Linux {kernel}, series {series_hash}, planted bugs {mutants_hash}, topology {topology}
({accel}), suite {git}.
"""


def name_of(run):
    return os.path.basename(run.rstrip("/"))


def machines_of(run):
    """Each bug by what it was run with: (bug, half, labels of its machines)."""
    return [(bug, half, labels) for bug in hazards() for half, _ in HALVES
            if (labels := labels_of(run, bug, half))]


def records_in(run, labels):
    return [r for label in labels for r in records_of(run, label)]


def all_records(run):
    return [r for _, _, labels in machines_of(run)
            for r in records_in(run, labels)]


def totals(runs):
    table = Table([("", "run"), ("", "delays"), ("", "seed"), ("", "bugs"),
                   ("", "caught"), ("", "minutes"), ("", "caught/minute")])
    for run in runs:
        machines = machines_of(run)
        records = all_records(run)
        if not records:
            raise Unusable(f"{run} holds no results")
        caught = sum(outcome(run, bug, half)["caught"]
                     for bug, half, _ in machines)
        total = sum(r["seconds"] for r in records) / 60
        table.add([name_of(run),
                   "yes" if records[0]["delays"]["wanted"] else "no",
                   records[0]["seed"], len(machines), caught, f"{total:.1f}",
                   f"{caught / total:.2f}" if total else "-"])
    return table


def cell(run, bug, half):
    """Seconds until it was caught, or in which it was not."""
    result = outcome(run, bug, half)
    if result is None:
        return "not run"
    if result["caught"]:
        return f"{result['seconds']:.1f}"
    total = sum(r["seconds"]
                for r in records_in(run, labels_of(run, bug, half)))
    return f"not in {total:.1f}"


def by_bug(runs):
    """A column for each run and what it was run with, a line for each bug."""
    columns = [(run, half) for run in runs for half, _ in HALVES
               if any(half == other for _, other, _ in machines_of(run))]
    table = Table([("", "planted bug"), ("", "hazard")] + [
        (name_of(run), f"{half} s") for run, half in columns])
    for bug, hazard in hazards().items():
        cells = [cell(run, bug, half) for run, half in columns]
        if set(cells) != {"not run"}:
            table.add([bug, hazard] + cells)
    return table


def show(runs, markdown):
    tables = [totals(runs), by_bug(runs)]
    made = origin_of([(environment_of(record), run) for run in runs
                      for record in all_records(run)], "do not compare")
    if markdown:
        print(PAGE.format(**made))
    print("\n".join(table.markdown() if markdown else table.text()
                    for table in tables), end="")
    return 0
