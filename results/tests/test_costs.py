# SPDX-License-Identifier: GPL-2.0-only
"""Costs over the base: what is above the limit fails, nothing hides."""

import json
import os
import unittest

from tool import ToolCase, call
import sample


def cost(series, values, seed=7, **changes):
    record = sample.make(values, name="cost-fault", metric="fault", unit="ns",
                         better="lower", mem="bar", clock="icount",
                         params={"claimed": 1}, seed=seed)
    record["kernel"] = dict(record["kernel"], series_hash=series)
    record.update(changes)
    return record


def boots(factor, spread=0.001, **changes):
    """Three pairs; the series takes the given factor of the base."""
    records = []
    for seed in (7, 8, 9):
        for series, scale in (("none", 1), ("abc", factor)):
            records.append(cost(series, [1000 * scale * f for f in (
                1 - spread, 1, 1 + spread)], seed, **changes))
    return records


class Costs(ToolCase):
    def costs(self, records, *options):
        folder = sample.write(self.folder("run"), records)
        return call("costs", *options, folder)

    def test_within(self):
        status, out, _ = self.costs(boots(1.01))
        self.assertEqual(status, 0)
        self.assertIn("1.0100", out)
        self.assertIn("all within 2 %", out)

    def test_over(self):
        status, out, _ = self.costs(boots(1.03))
        self.assertEqual(status, 1)
        self.assertIn("over", out)
        self.assertEqual(call("costs", "--limit", "4", os.path.join(
            self.scratch.name, "run"))[0], 0)

    def test_a_wide_spread_shows_nothing(self):
        status, out, _ = self.costs(boots(1.0, spread=0.2))
        self.assertEqual(status, 1)
        self.assertIn("unclear", out)

    def test_no_limit_was_promised(self):
        status, out, _ = self.costs(boots(5, params={"claimed": 0}))
        self.assertEqual(status, 0)
        self.assertIn("shown", out)

    def test_measured_on_one_kernel_alone(self):
        records = boots(1.0)
        for record in records[1::2]:
            record.update(status="skip", reason="no such thing", samples=[],
                          n=0, value=None, spread=None)
        status, out, _ = self.costs(records)
        self.assertEqual(status, 1)
        self.assertIn("lost", out)

    def test_two_kernels_are_needed(self):
        status, _, err = self.costs(boots(1.0)[::2])
        self.assertEqual(status, 99)
        self.assertIn("one with patches and one without", err)

    def test_no_costs(self):
        status, _, err = self.costs(sample.run())
        self.assertEqual(status, 99)
        self.assertIn("holds no costs", err)

    def test_wrong_use(self):
        self.assertEqual(call("costs")[0], 99)
        self.assertEqual(call("costs", "--limit", "-1", "x")[0], 99)
        self.assertEqual(call("costs", "/nonexistent")[0], 99)

    def test_json(self):
        path = os.path.join(self.scratch.name, "costs.json")
        self.costs(boots(1.01), "--json", path)
        with open(path, encoding="utf-8") as file:
            row = json.load(file)["rows"][0]
        self.assertAlmostEqual(row["ratio"], 1.01, places=4)
        self.assertEqual(len(row["pairs"]), 3)

    def test_the_report_shows_both_kernels(self):
        folder = sample.write(self.folder("r"), boots(1.01))
        status, out, _ = call("report", folder)
        self.assertEqual(status, 0)
        self.assertIn("1.0100", out)
        self.assertIn("unmodified", out)


if __name__ == "__main__":
    unittest.main()
