# SPDX-License-Identifier: GPL-2.0-only
"""Tables of memory regions and of RDMA, one column group a kind of memory."""

from records import size_text
from table import Table
from tabulate import (TAIL_LEGEND, UNITS, cell, find, is_ratio, ratio_cell,
                      tail_cell, time_unit, verdict_cell)

MEMS = ("host", "udmabuf", "dmabuf", "dmabuf-pages")
REGIONS = ("mr-size", "mr-ranges", "mr-registered", "mr-revoked")
TRANSFERS = ("rdma-latency", "rdma-bandwidth")

# names that have a table here
OWN = REGIONS + TRANSFERS


def named(records, names):
    """Those of these benchmarks, and who was left out of them and why."""
    mine = [r for r in records if r["name"] in names]
    skipped = {r["mem"]: r["reason"] for r in mine if r["status"] == "skip"}
    return [r for r in mine if r["status"] != "skip"], skipped


def mems_of(records):
    present = {r["mem"] for r in records}
    return [m for m in MEMS if m in present]


def note_skipped(skipped, notes):
    for mem, reason in skipped.items():
        notes.mark(f"{mem} was not measured: {reason}")


def region_label(name, params):
    """What a row is about; in order."""
    size = size_text(params["bytes"])
    return {
        "mr-size": size,
        "mr-ranges": f"{size} in {params['ranges']} "
                     f"range{'s' if params['ranges'] != 1 else ''}",
        "mr-registered": f"{size} beside {size_text(params['registered'])}",
        "mr-revoked": f"{size} after a revoke",
    }[name]


def region_table(records, notes):
    """A row per size, number of ranges, and so on; None without any."""
    records, skipped = named(records, REGIONS)
    note_skipped(skipped, notes)
    if not records:
        return None
    unit, scale = time_unit(records[0])
    mems = mems_of(records)
    table = Table([("", f"region, {unit}")] + [
        (mem, title) for mem in mems
        for title in ("register", "p99", "deregister", "p99")] +
        [("", "verdict")])

    def order(record):
        p = record["params"]
        return (REGIONS.index(record["name"]), p["registered"], p["ranges"],
                p["bytes"])

    def add(label, row, metrics):
        cells = [label]
        for mem in mems:
            for metric in metrics:
                found = find(row, metric, mem)
                cells += [cell(found, scale, notes), tail_cell(found, scale)]
        table.add(cells + [verdict_cell(
            [r for r in row if r["metric"] in metrics], notes)])

    for key in sorted({order(r) for r in records}):
        row = [r for r in records if order(r) == key]
        add(region_label(row[0]["name"], row[0]["params"]), row,
            ("register", "deregister"))
        if any(r["metric"] == "deregister-revoked" for r in row):
            add(f"{size_text(key[3])} that was revoked", row,
                ("none", "deregister-revoked"))
    return table


def who_copied(records):
    """One line on what the figures are worth."""
    devices = {(r["devices"]["rdma"]["name"], r["devices"]["rdma"]["driver"],
                r.get("copied_by"))
               for r in records if "rdma" in r["devices"] and
               r.get("copied_by")}
    lines = []
    for name, driver, copied_by in sorted(devices):
        lines.append(
            f"{name} ({driver}): " +
            ("the CPU copies: figures of that software, not of RDMA"
             if copied_by == "cpu" else "the device moves the data"))
    return "; ".join(lines)


def transfer_table(records, notes):
    """A row per operation and size; None without any."""
    records, skipped = named(records, TRANSFERS)
    note_skipped(skipped, notes)
    if not records:
        return None
    mems = mems_of(records)
    ratios = [m for m in mems if m != "host"]
    table = Table(
        [("", "RDMA"), ("", "bytes"), ("", "unit")] +
        [(mem, title) for mem in mems for title in ("p50", "p99")] +
        [(f"{m}/host", "ratio") for m in ratios] + [("", "verdict")], keys=1)

    def order(record):
        p = record["params"]
        return (TRANSFERS.index(record["name"]), p["rw"], p["bs"])

    for key in sorted({order(r) for r in records}):
        row = [r for r in records if order(r) == key]
        plain = next(r for r in row if not is_ratio(r))
        metric = plain["metric"]
        unit, scale = (time_unit(plain) if plain["unit"] == "ns" else
                       UNITS[plain["unit"]])
        depth = row[0]["params"]["depth"]
        cells = [f"{key[1]}, {depth} at once" if depth > 1 else key[1],
                 size_text(key[2]), unit]
        for mem in mems:
            found = find(row, metric, mem)
            cells += [cell(found, scale, notes), tail_cell(found, scale)]
        cells += [ratio_cell(find(row, f"{metric}-ratio", m, "host"), notes)
                  for m in ratios]
        table.add(cells + [verdict(row, notes)])
    return table


def verdict(row, notes):
    text = verdict_cell(row, notes)
    if text == "p2p, proven" and any(r.get("copied_by") == "cpu"
                                     for r in row):
        return "p2p memory, CPU copies"
    return text


REGION_LEGEND = ("Medians. A row of one size; of one size "
                 "in several ranges of the dma-buf; beside what is registered "
                 "already; once more, after a revoke, beside the region of before, "
                 "which is deregistered last. " + TAIL_LEGEND)


def transfer_legend(records):
    return ("Between two queue pairs of one device; the requester's end is "
            "host memory. Several at once: the bandwidth of one such number "
            "of requests after the other, or, where instructions are counted, "
            "what each request costs. " + TAIL_LEGEND + " " +
            who_copied(records) + ".")
