# SPDX-License-Identifier: GPL-2.0-only
"""The table of what dma-bufs cost: a row per memory, size and ranges."""

from records import size_text
from table import Table
from tabulate import (TAIL_LEGEND, cell, find, present_arms, tail_cell,
                      time_unit)

# of each importer: what is shown, and for which of it the tail as well
COLUMNS = (
    ("none", "exporter", ("export", "close", "revoke")),
    ("device", "device", ("attach", "map", "unmap", "detach", "lost",
                          "revoke")),
    ("iommufd", "iommufd", ("map", "unmap", "revoke")),
)
TAILS = ("revoke",)


def key_of(record):
    params = record["params"]
    return record["mem"], params["ranges"], params["bytes"]


def cells_of(row, importer, titles, scale, notes):
    mine = [r for r in row if r["params"]["importer"] == importer]
    cells = []
    for title in titles:
        record = find(mine, title, row[0]["mem"])
        if record is not None and record["status"] != "pass":
            cells.append("-" + notes.mark(record["reason"]))
        else:
            cells.append(cell(record, scale, notes))
        if title in TAILS:
            cells.append(tail_cell(record, scale))
    return cells


def verdict_of(row, notes):
    for record in row:
        if record["status"] == "fail":
            return "FAIL" + notes.mark(record["reason"])
    verdicts = {r["verdict"] for r in row if r["status"] == "pass"}
    return ", ".join(sorted(verdicts)) or "SKIP"


def table(records, notes):
    """None where no dma-bufs were measured."""
    records = [r for r in records if r["name"] == "dmabufs"]
    if not records:
        return None
    unit, scale = time_unit(records[0])
    columns = [("", f"memory, {unit}"), ("", "bytes"), ("", "ranges")]
    for _, group, titles in COLUMNS:
        for title in titles:
            columns.append((group, title))
            if title in TAILS:
                columns.append((group, "p99"))
    made = Table(columns + [("", "verdict")], keys=1)
    arms = present_arms(records)
    for key in sorted({key_of(r) for r in records},
                      key=lambda k: (arms.index(k[0]),) + k[1:]):
        row = [r for r in records if key_of(r) == key]
        cells = [key[0], size_text(key[2]), key[1]]
        for importer, _, titles in COLUMNS:
            cells += cells_of(row, importer, titles, scale, notes)
        made.add(cells + [verdict_of(row, notes)])
    return made


LEGEND = ("Medians; p99 of the revocation beside it. Exporter: with no "
          "importer, from user space. Device: a revocable importer on behalf "
          "of a PCI device, the kernel's own functions by the kernel's clock; "
          "lost: from the start of the exporter's revocation, whose system "
          "call is beside it, to when the device is without. iommufd: attaches "
          "and maps in one call; host is anonymous memory, which no dma-buf "
          "lends. " + TAIL_LEGEND)
