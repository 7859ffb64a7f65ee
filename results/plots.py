# SPDX-License-Identifier: GPL-2.0-only
"""Bars per job and memory kind, as SVG. Needs matplotlib."""

import os

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "barrage"
from matplotlib import pyplot  # noqa: E402

from records import label, size_text  # noqa: E402
from tabulate import ARMS, find, row_key  # noqa: E402

COLOURS = {"host": "#8a8a8a", "bounce": "#d98a2b", "p2p-register": "#2b6cd9"}
METRICS = (
    ("bandwidth", "MB/s (more is better)", 1e6),
    ("latency-p99", "p99 latency, us (less is better)", 1e3),
    ("cpu-per-gb", "CPU seconds per GB (less is better)", 1),
)


def bars(axis, rows, arms, metric, title, scale):
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
    axis.set_title(title, fontsize=9)
    axis.set_xticks(range(len(rows)))
    names = [f"{row_key(row[0])[0]} {size_text(row_key(row[0])[1])}"
             for row in rows]
    axis.set_xticklabels(names, rotation=30, ha="right", fontsize=7)
    axis.tick_params(axis="y", labelsize=7)


def draw(records, folder):
    """One SVG per topology; returns the paths."""
    paths = []
    for topology in dict.fromkeys(r["topology"] for r in records):
        mine = [r for r in records if r["topology"] == topology and
                r["name"].startswith("fio-") and r["value"] is not None]
        if not mine:
            continue
        rows = [[r for r in mine if row_key(r) == key]
                for key in sorted({row_key(r) for r in mine})]
        present = {r["mem"] for r in mine}
        arms = [a for a in ARMS if a in present]
        figure, axes = pyplot.subplots(1, len(METRICS), figsize=(12, 3.6))
        for axis, (metric, title, scale) in zip(axes, METRICS):
            bars(axis, rows, arms, metric, title, scale)
        axes[0].legend(fontsize=7)
        figure.suptitle(f"{topology}: {label(mine)}", fontsize=9)
        figure.tight_layout()
        path = os.path.join(folder, f"{topology}.svg")
        figure.savefig(path, metadata={"Date": None})
        pyplot.close(figure)
        paths.append(path)
    return paths
