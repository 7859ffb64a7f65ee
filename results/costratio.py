# SPDX-License-Identifier: GPL-2.0-only
"""Costs of two kernels beside each other: the base, and one with patches."""

import interval
import records as rec
from table import Table

BASE = "none"
BAD = ("over", "unclear", "lost", "failed")
LEGEND = ("Medians of all boots. Ratio: of all samples, and its 95 % "
          "interval; pairs: least and greatest ratio of two boots of one "
          "seed. Verdict: ok where the whole interval is within the limit; "
          "shown: no limit was promised.")


def is_cost(record):
    return record["name"].startswith("cost-")


def side(record):
    return "base" if record["kernel"]["series_hash"] == BASE else "series"


def collect(records):
    """{(name, metric): {side: [records]}} in the order measured."""
    found = {}
    for record in filter(is_cost, records):
        key = (record["name"], record["metric"])
        sides = found.setdefault(key, {"base": [], "series": []})
        sides[side(record)].append(record)
    return found


def check_kernels(records):
    """RunError where these are not one base and one series."""
    for which in ("base", "series"):
        hashes = {r["kernel"]["series_hash"] for r in records
                  if is_cost(r) and side(r) == which}
        if len(hashes) != 1:
            raise rec.RunError(f"costs of {len(hashes)} kernels {which}: "
                               "one with patches and one without is needed")


def pair_ratios(base, series):
    """Medians of two boots of one seed, divided."""
    by_seed = {r["seed"]: r["value"] for r in base}
    return [r["value"] / by_seed[r["seed"]] for r in series
            if by_seed.get(r["seed"])]


def judge(base, series, limit, ratio, high):
    if not base and not series:
        return "lost"
    for record in base + series:
        if record["status"] == "fail":
            return "failed"
    skipped = [any(r["status"] == "skip" for r in s) for s in (base, series)]
    if all(skipped):
        return "skipped"
    if any(skipped) or not base or not series:
        return "lost"
    if not series[0]["params"].get("claimed"):
        return "shown"
    bound = 1 + limit / 100
    if ratio is None or ratio > bound:
        return "over"
    return "unclear" if high is None or high > bound else "ok"


def row(key, sides, limit):
    base, series = sides["base"], sides["series"]
    samples = [[v for r in s for v in r["samples"]] for s in (base, series)]
    ratio = low = high = None
    if all(samples):
        ratio, low, high = interval.ratio(*samples)
    pairs = pair_ratios(base, series) if all(samples) else []
    return {
        "name": key[0], "metric": key[1],
        "base": rec.percentile(samples[0], 50) if samples[0] else None,
        "series": rec.percentile(samples[1], 50) if samples[1] else None,
        "ratio": ratio, "low": low, "high": high,
        "pairs": pairs, "boots": [len(base), len(series)],
        "verdict": judge(base, series, limit, ratio, high),
    }


def rows(records, limit):
    """One a metric; [] where the run holds no costs."""
    found = collect(records)
    if found:
        check_kernels(records)
    return [row(key, sides, limit) for key, sides in sorted(found.items())]


def number(value):
    return "-" if value is None else f"{value:.0f}"


def span(low, high):
    return "-" if low is None else f"{low:.4f}-{high:.4f}"


def table(found):
    result = Table([("", "operation"), ("", "metric"),
                    ("instructions", "base"), ("instructions", "series"),
                    ("", "ratio"), ("", "95 %"), ("", "pairs"),
                    ("", "verdict")], keys=2)
    for r in found:
        pairs = r["pairs"]
        result.add([r["name"].removeprefix("cost-"), r["metric"],
                    number(r["base"]), number(r["series"]),
                    "-" if r["ratio"] is None else f"{r['ratio']:.4f}",
                    span(r["low"], r["high"]),
                    span(min(pairs), max(pairs)) if pairs else "-",
                    r["verdict"]])
    return result


def describe(records, markdown):
    mine = [r for r in records if is_cost(r)]
    kernels = {side(r): r["kernel"] for r in mine}
    seeds = sorted({r["seed"] for r in mine})
    return ("  \n" if markdown else "\n").join([
        f"Linux {kernels['base']['release']} {kernels['base']['flavour']}, "
        f"unmodified, and with series "
        f"{kernels['series']['series_hash'][:12]}",
        f"{len(seeds)} boots of each, in turns, seeds "
        f"{', '.join(map(str, seeds))}; topology {mine[0]['topology']}, "
        f"suite {mine[0]['git']}"])


def render(records, found, limit, markdown):
    """The comparison as one string."""
    heading = "## " if markdown else ""
    body = table(found)
    bad = [r for r in found if r["verdict"] in BAD]
    last = (f"{len(bad)} not within {limit:g} %" if bad
            else f"all within {limit:g} %")
    return "\n".join([
        f"{heading}Costs with nothing registered: {rec.label(records)}", "",
        describe(records, markdown), "",
        (body.markdown() if markdown else body.text()).rstrip("\n"), "",
        LEGEND, "", last, ""])
