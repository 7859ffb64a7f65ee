# SPDX-License-Identifier: GPL-2.0-only
"""The table of an importer's bandwidth: a row per size, a group per memory."""

from records import size_text
from table import Table
from tabulate import TAIL_LEGEND, cell, find, tail_cell, verdict_cell

MEMS = ("udmabuf", "dmabuf", "dmabuf-pages")
DIRECTIONS = ("read", "write")
KB = 1e3


def table(records, notes):
    """None where no importer was measured."""
    records = [r for r in records if r["name"] == "importer"]
    if not records:
        return None
    mems = [m for m in MEMS if m in {r["mem"] for r in records}]
    made = Table([("", "one transfer, KB/s")] +
                 [(mem, title) for mem in mems for direction in DIRECTIONS
                   for title in (direction, "p99")] +
                 [("", "verdict")], keys=1)
    for size in sorted({r["params"]["bytes"] for r in records}):
        row = [r for r in records if r["params"]["bytes"] == size]
        cells = [size_text(size)]
        for mem in mems:
            for direction in DIRECTIONS:
                one = [r for r in row if r["params"]["rw"] == direction]
                found = find(one, "bandwidth", mem)
                cells += [cell(found, KB, notes), tail_cell(found, KB)]
        made.add(cells + [verdict_cell(row, notes)])
    return made


LEGEND = ("Medians, by the kernel's clock, from the start of the device's "
          "engine to its interrupt; each transfer verified at its far end. "
          "Read: from the memory to the device. The device is emulated, and a "
          "timer of it takes 100 ms for each transfer. " + TAIL_LEGEND)
