# SPDX-License-Identifier: GPL-2.0-only
"""From records to tables: one row per block size and direction."""

from records import percentile, size_text
from table import Table

ARMS = ("host", "udmabuf", "bounce", "p2p-register", "dmabuf-pages", "dmabuf")
NONE = "- "
FEW = 100  # samples: of fewer the 99th percentile is none


def number(value, digits=3):
    """Short and never in exponents: 1234, 123, 12.3, 1.23, 0.0123."""
    if value == 0:
        return "0"
    size = abs(value)
    decimals = 0
    while size < 10 ** (digits - 1) and decimals < 4:
        size *= 10
        decimals += 1
    return f"{value:.{decimals}f}"


class Notes:
    """Footnotes: each failure has a number, doubts share a question mark."""

    def __init__(self):
        self.reasons = []
        self.doubts = []

    def mark(self, reason):
        if reason not in self.reasons:
            self.reasons.append(reason)
        return f"[{self.reasons.index(reason) + 1}]"

    def doubt(self, record):
        """A mark, of the same width whether there is a doubt or not."""
        if record["trusted"]:
            return " "
        if record["untrusted_reason"] not in self.doubts:
            self.doubts.append(record["untrusted_reason"])
        return "?"

    def lines(self):
        lines = [f"[{i}] {reason}" for i, reason in enumerate(self.reasons, 1)]
        if self.doubts:
            lines.append("? not to be relied on: " + "; ".join(self.doubts))
        return lines


def row_key(record):
    """Rows are one job each; jobs sort by direction, size and parallelism."""
    params = record["params"]
    return (params.get("rw", ""), params.get("bs", 0),
            params.get("numjobs", 1), params.get("iodepth", 1),
            record["name"])


def find(records, metric, mem, baseline=None):
    for record in records:
        if (record["metric"] == metric and record["mem"] == mem and
                record.get("baseline") == baseline):
            return record
    return None


def cell(record, scale, notes):
    if record is None or record["value"] is None:
        return NONE
    return number(record["value"] / scale) + notes.doubt(record)


def tail_cell(record, scale):
    """What 99 % of the samples are no worse than; of few, the worst of them."""
    if record is None or not record["samples"]:
        return NONE
    few = record["n"] < FEW
    worst = 100 if few else 99
    if record["better"] == "higher":
        worst = 100 - worst
    return (number(percentile(record["samples"], worst) / scale) +
            (f" ({record['n']})" if few else ""))


TAIL_LEGEND = ("p99: what 99 % of the samples are no worse than; of fewer than "
               f"{FEW}, the worst one, and in brackets how many there are.")


def ratio_cell(record, notes):
    if record is None or record["value"] is None:
        return NONE
    spread = record["spread"]
    return (f"{record['value']:.2f} ({spread['p25']:.2f}-"
            f"{spread['p75']:.2f})" + notes.doubt(record))


def verdict_cell(records, notes):
    """The worst thing known about the row."""
    for status in ("fail", "skip"):
        for record in records:
            if record["status"] == status:
                return status.upper() + notes.mark(record["reason"])
    proven = [r for r in records if r["verdict"] == "p2p" and r["proof"]]
    return "p2p, proven" if proven else "no p2p arm"


def is_ratio(record):
    return "baseline" in record


def fio_table(records, notes):
    """Host, bounce and P2P beside each other; None where no fio job ran."""
    records = [r for r in records if r["name"].startswith("fio-")]
    arms, ratios = present_arms(records), present_ratios(records)
    if not records:
        return None
    columns = [("", "job")]
    for arm in arms:
        columns += [(arm, title) for title in ("MB/s", "p50", "p99", "CPU")]
    columns += [(title, "MB/s") for title, _, _ in ratios]
    columns.append(("", "verdict"))
    table = Table(columns)
    for key in sorted({row_key(r) for r in records}):
        row = [r for r in records if row_key(r) == key]
        cells = [key[4][len("fio-"):]]
        for arm in arms:
            for metric, scale in (("bandwidth", 1e6), ("latency-p50", 1e3),
                                  ("latency-p99", 1e3), ("cpu-per-gb", 1)):
                cells.append(cell(find(row, metric, arm), scale, notes))
        for _, mem, baseline in ratios:
            cells.append(ratio_cell(
                find(row, "bandwidth-ratio", mem, baseline), notes))
        table.add(cells + [verdict_cell(row, notes)])
    return table


def present_arms(records):
    """The memory kinds that were measured, in the order people expect."""
    present = {r["mem"] for r in records}
    arms = [a for a in ARMS if a in present]
    return arms + sorted(present - set(arms))


def present_ratios(records):
    """(title, memory, baseline) of the ratios that there are."""
    pairs = {(r["mem"], r["baseline"]) for r in records if is_ratio(r)}
    return [(f"{'p2p' if mem == 'p2p-register' else mem}/{base}", mem, base)
            for mem in ("p2p-register", "dmabuf-pages", "cmb")
            for base in ("bounce", "host", "udmabuf") if (mem, base) in pairs]


def io_table(records, notes):
    """One I/O's time or cost, arms beside each other; None without any."""
    records = [r for r in records if r["name"].startswith("io-")]
    if not records:
        return None
    counted = records[0]["clock"] == "icount"
    metric = "cost-per-io" if counted else "time-per-io"
    unit, scale = ("instructions", 1) if counted else ("us", 1e3)
    arms, ratios = present_arms(records), present_ratios(records)
    table = Table([("", "one I/O")] +
                  [(f"{unit} per I/O", arm) for arm in arms] +
                  [(f"{unit} ratio", title) for title, _, _ in ratios] +
                  [("", "verdict")])
    for key in sorted({row_key(r) for r in records}):
        row = [r for r in records if row_key(r) == key]
        cells = [key[4][len("io-"):]]
        cells += [cell(find(row, metric, arm), scale, notes) for arm in arms]
        cells += [ratio_cell(find(row, f"{metric}-ratio", mem, base), notes)
                  for _, mem, base in ratios]
        table.add(cells + [verdict_cell(row, notes)])
    return table


IO_LEGEND = ("Medians. One request at a time, from the system call to the data "
             "in place, a bounce's copies included; the wait for the disk is "
             "left out where instructions are counted.")


def short_params(params):
    parts = []
    for key, value in sorted(params.items()):
        if key in ("bs", "bytes", "size"):
            value = size_text(value)
        parts.append(f"{key}={value}")
    return " ".join(parts)


FIO_LEGEND = ("Medians over the rounds. p50, p99: latency in us, a bounce's "
              "copies included; CPU: busy seconds per GB, of all CPUs; ratios "
              "are taken round by round (quartiles).")

UNITS = {"ns": ("us", 1e3), "B/s": ("MB/s", 1e6)}

# names that have a table of their own
OWN_TABLE = ("verify", "sizes", "reset", "dmabufs", "importer")


def time_unit(record):
    """What a nanosecond of this record is shown as, and its scale."""
    if record["clock"] == "icount":
        return "instructions", 1
    return "us", 1e3


def sizes_table(records, notes):
    """A row per size of BAR, the ways of using it beside each other."""
    records = [r for r in records if r["name"] == "sizes"]
    if not records:
        return None
    unit, scale = time_unit(records[0])
    mems = list(dict.fromkeys(r["mem"] for r in records))
    skipped = {r["mem"]: r["reason"] for r in records
               if r["status"] == "skip"}
    shown = [m for m in mems if m not in skipped]
    for mem, reason in skipped.items():
        notes.mark(f"{mem} was not measured: {reason}")
    table = Table([("", f"BAR, {unit}")] + [
        (mem, title) for mem in shown
        for title in ("make", "undo", "undo CPU", "memory", "per GiB")])
    for size in sorted({r["params"]["bytes"] for r in records}):
        row = [r for r in records if r["params"]["bytes"] == size]
        cells = [size_text(size)]
        for mem in shown:
            for metric in ("setup", "teardown", "teardown-cpu"):
                cells.append(cell(find(row, metric, mem), scale, notes))
            used = find(row, "memory", mem)
            value = used["value"] if used else None
            cells += ([NONE, NONE] if value is None else
                      [f"{value / 1024:.0f}k",
                       f"{value / size * 1024:.2f}M"])
        table.add(cells)
    return table


SIZES_LEGEND = ("Medians. Make: to register or export; undo: to unregister or "
                "close, the kernel's grace periods included, CPU without "
                "them. Memory: what the kernel took. A BAR of that size, or "
                "as much of a larger one.")


def reset_table(records, notes):
    """A row per kind of memory and number of I/Os in flight."""
    records = [r for r in records if r["name"] == "reset"]
    if not records:
        return None
    unit = "ms" if records[0]["clock"] == "wall" else "instructions"
    scale = 1e6 if unit == "ms" else 1
    table = Table([("", "memory"), ("", "I/Os"), (f"reset, {unit}", "p50"),
                   (f"reset, {unit}", "p99"), (f"reset, {unit}", "max"),
                   (f"of that, {unit}", "wait"), (f"of that, {unit}", "rest"),
                   ("", "n"), ("", "verdict")], keys=2)
    for key in dict.fromkeys((r["mem"], r["params"]["inflight"])
                             for r in records):
        row = [r for r in records
               if (r["mem"], r["params"]["inflight"]) == key]
        latency = find(row, "latency", key[0])
        spread = latency["spread"]
        tail = [number(spread[k] / scale) if spread else NONE
                for k in ("p99", "max")]
        table.add([key[0], key[1], cell(latency, scale, notes)] + tail +
                  [cell(find(row, m, key[0]), scale, notes)
                   for m in ("wait", "reset")] +
                  [latency["n"], reset_verdict(row, key[1], notes)])
    return table


def reset_verdict(row, inflight, notes):
    for record in row:
        if record["status"] != "pass":
            return record["status"].upper() + notes.mark(record["reason"])
    return "in time, data right" if inflight else "idle"


RESET_LEGEND = ("Wait: until the last I/O in flight had ended. An I/O that "
                "ends after the reset has returned fails the row.")


def other_table(records, notes):
    """Everything that has no table of its own: a row per measurement."""
    records = [r for r in records
               if not r["name"].startswith(("fio-", "io-")) and
               r["name"] not in OWN_TABLE]
    if not records:
        return None
    table = Table([("", "name"), ("", "memory"), ("", "parameters"),
                   ("", "metric"), ("", "median"), ("", "p99"),
                   ("", "max"), ("", "unit"), ("", "n"), ("", "verdict")],
                  keys=4)
    for r in records:
        unit, scale = UNITS.get(r["unit"], (r["unit"], 1))
        if r["clock"] == "icount" and r["unit"] == "ns":
            unit, scale = "instructions", 1
        spread = r["spread"]
        value = cell(r, scale, notes)
        tail = [number(spread[k] / scale) if spread else NONE
                for k in ("p99", "max")]
        verdict = verdict_cell([r], notes)
        table.add([r["name"], r["mem"], short_params(r["params"]),
                   r["metric"], value] + tail + [unit, r["n"], verdict])
    return table


# what moves no data, or checks its own
NO_DATA = ("sizes", "reset", "register", "dmabufs", "importer", "mr-size",
           "mr-ranges", "mr-registered", "mr-revoked")


def verify_line(records):
    checks = [r for r in records if r["name"] == "verify"]
    if not checks and all(r["name"] in NO_DATA for r in records):
        return None
    if not checks:
        return "data: NOT VERIFIED in this run"
    failed = [r for r in checks if r["status"] == "fail"]
    if failed:
        return f"data: {failed[0]['reason']}"
    skipped = [r for r in checks if r["status"] == "skip"]
    if skipped:
        return f"data: not verified: {skipped[0]['reason']}"
    blocks = sum(r["params"].get("blocks", 0) for r in checks)
    return (f"data: {blocks} generation-stamped blocks compared in "
            f"{len(checks)} checks, no mismatch")
