# SPDX-License-Identifier: GPL-2.0-only
"""Regressions are found, noise is not, and nothing gets lost unseen."""

import unittest

from tool import ToolCase, call
import interval
import sample


class Interval(unittest.TestCase):
    def test_t_quantiles_match_the_tables(self):
        for freedom, want in ((1, 12.706), (2, 4.303), (4, 2.776),
                              (10, 2.228), (120, 1.980)):
            self.assertAlmostEqual(interval.t_quantile(0.95, freedom), want,
                                   places=3)

    def test_ratio(self):
        value, low, high = interval.ratio([100, 101, 99], [110, 111, 109])
        self.assertAlmostEqual(value, 1.1, places=3)
        self.assertTrue(1 < low < value < high < 1.13)

    def test_ratio_of_noise_contains_one(self):
        _, low, high = interval.ratio([80, 100, 120], [90, 105, 130])
        self.assertTrue(low < 1 < high)

    def test_ratio_without_an_interval(self):
        self.assertEqual(interval.ratio([100], [110])[1:], (None, None))
        self.assertEqual(interval.ratio([0, 0], [0, 0]), (None, None, None))
        self.assertEqual(interval.ratio([], [1]), (None, None, None))

    def test_ratio_without_spread(self):
        for bound in interval.ratio([5, 5], [10, 10]):
            self.assertAlmostEqual(bound, 2)


class Compare(ToolCase):
    def runs(self, before, after):
        return (sample.write(self.folder("a"), before),
                sample.write(self.folder("b"), after))

    def test_same(self):
        status, out, _ = call("compare", *self.runs(sample.run(),
                                                    sample.run()))
        self.assertEqual(status, 0)
        self.assertNotIn("worse", out)

    def test_regression(self):
        runs = self.runs(sample.run(), sample.run(scale=0.8))
        status, out, _ = call("compare", *runs)
        self.assertEqual(status, 1)
        self.assertIn("worse", out)
        self.assertEqual(call("compare", "--threshold", "0.5", *runs)[0], 0)

    def test_improvement_passes(self):
        status, out, _ = call("compare", *self.runs(sample.run(),
                                                    sample.run(scale=1.3)))
        self.assertEqual(status, 0)
        self.assertIn("better", out)

    def test_untrusted_fails_only_when_strict(self):
        after = sample.run(scale=0.8)
        for record in after:
            record["trusted"] = False
            record["untrusted_reason"] = "wide spread"
        runs = self.runs(sample.run(), after)
        status, out, _ = call("compare", *runs)
        self.assertEqual(status, 0)
        self.assertIn("worse?", out)
        self.assertEqual(call("compare", "--strict", *runs)[0], 1)

    def test_lost_and_failed_measurements(self):
        self.assertEqual(call("compare", *self.runs(
            sample.run(), sample.run()[:-1]))[0], 1)
        self.scratch.cleanup()
        super().setUp()
        after = sample.run()
        after[0].update(status="fail", reason="wrong data")
        self.assertEqual(call("compare", *self.runs(sample.run(),
                                                    after))[0], 1)

    def test_same_measurement_twice(self):
        records = sample.run()
        status, _, err = call("compare", *self.runs(records + records[:1],
                                                    records))
        self.assertEqual(status, 99)
        self.assertIn("twice", err)

    def test_bad_use(self):
        self.assertEqual(call("compare", "only-one")[0], 99)
        self.assertEqual(call("compare", "--threshold", "7", "a", "b")[0], 99)
        self.assertEqual(call("compare", "/nonexistent", "/nonexistent")[0],
                         99)


if __name__ == "__main__":
    unittest.main()
