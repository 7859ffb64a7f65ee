# SPDX-License-Identifier: GPL-2.0-only
"""Bars per job and kind of memory, as SVG. Needs matplotlib."""

import os

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "barrage"
from matplotlib import pyplot  # noqa: E402

from records import label, size_text  # noqa: E402
from tabulate import find, present_arms, row_key  # noqa: E402

COLOURS = {"host": "#8a8a8a", "bounce": "#d98a2b", "p2p-register": "#2b6cd9",
           "dmabuf-pages": "#7a3fb5", "dmabuf": "#3f9b5a", "bar": "#8a8a8a",
           "udmabuf": "#b8a04a"}
FIO_METRICS = (
    ("bandwidth", "MB/s (more is better)", 1e6),
    ("latency-p50", "median latency, us (less is better)", 1e3),
    ("cpu-per-gb", "CPU seconds per GB (less is better)", 1),
)
IO_METRICS = (
    ("cost-per-io", "instructions per I/O (less is better)", 1),
    ("time-per-io", "time per I/O, us (less is better)", 1e3),
)


def bars(axis, rows, arms, metric, title, scale):
    """A group per job, a bar per memory kind; whiskers are the quartiles."""
    width = 0.8 / len(arms)
    for index, arm in enumerate(arms):
        values, low, high = [], [], []
        for row in rows:
            record = find(row, metric, arm)
            spread = record and record["spread"]
            value = record["value"] / scale if spread else 0
            values.append(value)
            low.append(value - spread["p25"] / scale if spread else 0)
            high.append(spread["p75"] / scale - value if spread else 0)
        where = [i + (index - (len(arms) - 1) / 2) * width
                 for i in range(len(rows))]
        axis.bar(where, values, width, yerr=[low, high], capsize=2,
                 label=arm, color=COLOURS.get(arm))
    # from 4k to 1M is a factor of 256
    axis.set_yscale("log")
    axis.set_title(title, fontsize=9)
    axis.set_xticks(range(len(rows)))
    names = [f"{row_key(row[0])[0]} {size_text(row_key(row[0])[1])}"
             for row in rows]
    axis.set_xticklabels(names, rotation=30, ha="right", fontsize=7)
    axis.tick_params(axis="y", labelsize=7)


def draw_one(records, metrics, title, path):
    rows = [[r for r in records if row_key(r) == key]
            for key in sorted({row_key(r) for r in records})]
    arms = present_arms(records)
    metrics = [m for m in metrics
               if any(r["metric"] == m[0] for r in records)]
    figure, axes = pyplot.subplots(1, len(metrics), squeeze=False,
                                   figsize=(4 * len(metrics) + 1, 3.6))
    for axis, (metric, heading, scale) in zip(axes[0], metrics):
        bars(axis, rows, arms, metric, heading, scale)
    axes[0][0].legend(fontsize=7)
    figure.suptitle(title, fontsize=9)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def lines(axis, records, metric, title, scale):
    """A line per way of using the BAR, against its size; both logarithmic."""
    for mem in dict.fromkeys(r["mem"] for r in records):
        mine = sorted((r for r in records
                       if (r["mem"], r["metric"]) == (mem, metric)),
                      key=lambda r: r["params"]["bytes"])
        # nothing is nowhere on a logarithmic scale
        mine = [r for r in mine if r["value"] > 0]
        if not mine:
            continue
        axis.plot([r["params"]["bytes"] for r in mine],
                  [r["value"] / scale for r in mine],
                  marker=".", label=mem, color=COLOURS.get(mem))
        axis.fill_between([r["params"]["bytes"] for r in mine],
                          [max(r["spread"]["p25"], 1e-9) / scale
                           for r in mine],
                          [r["spread"]["p75"] / scale for r in mine],
                          alpha=0.2, color=COLOURS.get(mem))
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.set_title(title, fontsize=9)
    ticks = sorted({r["params"]["bytes"] for r in records})[::3]
    axis.set_xticks(ticks)
    axis.set_xticklabels([size_text(t) for t in ticks], fontsize=7)
    axis.tick_params(axis="y", labelsize=7)


def draw_sizes(records, title, path):
    unit, scale = (("instructions", 1) if records[0]["clock"] == "icount"
                   else ("us", 1e3))
    figure, axes = pyplot.subplots(1, 3, figsize=(13, 3.6))
    lines(axes[0], records, "setup", f"register or export, {unit}", scale)
    lines(axes[1], records, "teardown", f"unregister or close, {unit}", scale)
    lines(axes[2], records, "memory", "memory of the kernel, MiB", 1 << 20)
    axes[0].legend(fontsize=7)
    figure.suptitle(title, fontsize=9)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def draw(records, folder):
    """One SVG per topology and kind of benchmark; returns the paths."""
    paths = []
    for topology in dict.fromkeys(r["topology"] for r in records):
        for prefix, metrics in (("fio", FIO_METRICS), ("io", IO_METRICS)):
            mine = [r for r in records if r["topology"] == topology and
                    r["name"].startswith(f"{prefix}-") and
                    r["value"] is not None]
            if not mine:
                continue
            path = os.path.join(folder, f"{topology}-{prefix}.svg")
            draw_one(mine, metrics, f"{topology}: {label(mine)}", path)
            paths.append(path)
        sizes = [r for r in records if r["topology"] == topology and
                 r["name"] == "sizes" and r["value"] is not None]
        if sizes:
            path = os.path.join(folder, f"{topology}-sizes.svg")
            draw_sizes(sizes, f"{topology}: {label(sizes)}", path)
            paths.append(path)
    return paths
