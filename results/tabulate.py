# SPDX-License-Identifier: GPL-2.0-only
"""From records to tables: one row per block size and direction."""

from records import size_text
from table import Table

ARMS = ("host", "bounce", "p2p-register")
NONE = "-"


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
    """Footnotes: the same reason gets the same mark."""

    def __init__(self):
        self.reasons = []

    def mark(self, reason):
        if reason not in self.reasons:
            self.reasons.append(reason)
        return f"[{self.reasons.index(reason) + 1}]"

    def lines(self):
        return [f"[{i}] {reason}"
                for i, reason in enumerate(self.reasons, 1)]


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
    text = number(record["value"] / scale)
    if not record["trusted"]:
        text += notes.mark(record["untrusted_reason"])
    return text


def ratio_cell(record, notes):
    if record is None or record["value"] is None:
        return NONE
    spread = record["spread"]
    text = (f"{record['value']:.2f} ({spread['p25']:.2f}-"
            f"{spread['p75']:.2f})")
    if not record["trusted"]:
        text += notes.mark(record["untrusted_reason"])
    return text


def verdict_cell(records, notes):
    """The worst thing known about the row."""
    for status in ("fail", "skip"):
        for record in records:
            if record["status"] == status:
                return status.upper() + notes.mark(
                    f"{record['mem']}: {record['reason']}")
    proven = [r for r in records if r["verdict"] == "p2p" and r["proof"]]
    return "p2p, proven" if proven else "no p2p arm"


def is_ratio(record):
    return "baseline" in record


def fio_table(records, notes):
    """Host, bounce and P2P beside each other; None where no fio job ran."""
    records = [r for r in records if r["name"].startswith("fio-")]
    present = {r["mem"] for r in records}
    arms = [a for a in ARMS if a in present]
    arms += sorted(present - set(arms))
    baselines = [a for a in ("bounce", "host")
                 if any(r.get("baseline") == a for r in records)]
    if not records:
        return None
    columns = [("", "job")]
    for arm in arms:
        columns += [(arm, title) for title in ("MB/s", "p50", "p99", "CPU")]
    columns += [(f"p2p/{b}", "MB/s") for b in baselines]
    columns.append(("", "verdict"))
    table = Table(columns)
    for key in sorted({row_key(r) for r in records}):
        row = [r for r in records if row_key(r) == key]
        cells = [key[4][len("fio-"):]]
        for arm in arms:
            for metric, scale in (("bandwidth", 1e6), ("latency-p50", 1e3),
                                  ("latency-p99", 1e3), ("cpu-per-gb", 1)):
                cells.append(cell(find(row, metric, arm), scale, notes))
        for baseline in baselines:
            cells.append(ratio_cell(
                find(row, "bandwidth-ratio", "p2p-register", baseline),
                notes))
        table.add(cells + [verdict_cell(row, notes)])
    return table


def short_params(params):
    parts = []
    for key, value in sorted(params.items()):
        if key in ("bs", "bytes", "size"):
            value = size_text(value)
        parts.append(f"{key}={value}")
    return " ".join(parts)


FIO_LEGEND = ("medians over the rounds; p50, p99: completion latency in us; "
              "CPU: busy seconds per GB, all CPUs; ratios are taken round by "
              "round (quartiles)")

UNITS = {"ns": ("us", 1e3), "B/s": ("MB/s", 1e6)}


def other_table(records, notes):
    """Everything that is no fio job: one row per measurement."""
    records = [r for r in records if not r["name"].startswith("fio-") and
               r["name"] != "verify"]
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
        verdict = r["verdict"]
        if r["status"] != "pass":
            verdict = r["status"].upper() + notes.mark(r["reason"])
        table.add([r["name"], r["mem"], short_params(r["params"]),
                   r["metric"], value] + tail + [unit, r["n"], verdict])
    return table


def verify_line(records):
    checks = [r for r in records if r["name"] == "verify"]
    if not checks:
        return "data: NOT VERIFIED in this run"
    failed = [r for r in checks if r["status"] == "fail"]
    if failed:
        return f"data: WRONG: {failed[0]['reason']}"
    skipped = [r for r in checks if r["status"] == "skip"]
    if skipped:
        return f"data: not verified: {skipped[0]['reason']}"
    blocks = sum(r["params"].get("blocks", 0) for r in checks)
    return (f"data: {blocks} generation-stamped blocks compared in "
            f"{len(checks)} checks, no mismatch")
