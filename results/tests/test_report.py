# SPDX-License-Identifier: GPL-2.0-only
"""The report says what was measured, honestly."""

import os
import unittest

from tool import ToolCase, call
import sample
import table


class TableText(unittest.TestCase):
    def test_columns_line_up(self):
        t = table.Table([("", "job"), ("host", "MB/s"), ("host", "p50")])
        t.add(["a", "1", "2"])
        t.add(["longer", "1000", "20"])
        lines = t.text().splitlines()
        self.assertIn("- host -", lines[0])
        self.assertEqual(len(lines[2]), len(lines[3]))

    def test_markdown_escapes(self):
        t = table.Table([("", "job")])
        t.add(["a|b"])
        self.assertIn("a\\|b", t.markdown())


class Report(ToolCase):
    def report(self, records, *options):
        folder = sample.write(self.folder(f"r{len(records)}"), records)
        return call("report", *options, folder)

    def test_one_row_per_job_with_its_figures(self):
        status, out, _ = self.report(sample.run())
        self.assertEqual(status, 0)
        rows = [line for line in out.splitlines() if "p2p, proven" in line]
        self.assertEqual([row.split()[0] for row in rows],
                         ["read-4k", "read-64k"])
        # host, bounce and P2P bandwidth, and both ratios, of the first row
        for figure in ("20.0", "10.0", "18.0", "1.80 (1.80-1.80)",
                       "0.90 (0.90-0.90)"):
            self.assertIn(figure, rows[0])

    def test_label(self):
        for changes, text in (
                ({}, "software emulation (TCG): not hardware speeds"),
                ({"clock": "icount"}, "guest instruction counts"),
                ({"accel": "kvm"}, "not hardware speeds"),
                ({"accel": "none"}, "real hardware")):
            with self.subTest(text):
                records = [dict(r, **changes) for r in sample.run()]
                folder = sample.write(self.folder(text.split()[0] +
                                                  str(len(changes))), records)
                self.assertIn(text, call("report", folder)[1])

    def test_failure_and_doubt_are_footnotes(self):
        records = sample.run()
        records[1].update(trusted=False, untrusted_reason="wide spread")
        records[-3].update(status="fail", reason="no proof line")
        out = self.report(records)[1]
        self.assertIn("wide spread", out)
        self.assertIn("FAIL[", out)
        self.assertIn("no proof line", out)

    def test_data_line(self):
        self.assertIn("256 generation-stamped blocks",
                      self.report(sample.run())[1])
        wrong = sample.run()
        wrong[0].update(status="fail", reason="block 3: stale")
        folder = sample.write(self.folder("wrong"), wrong)
        self.assertIn("data: block 3: stale", call("report", folder)[1])
        folder = sample.write(self.folder("none"), sample.run()[1:])
        self.assertIn("NOT VERIFIED", call("report", folder)[1])

    def test_write_makes_both_reports(self):
        folder = sample.write(self.folder("w"), sample.run())
        self.assertEqual(call("report", "--write", folder)[0], 0)
        with open(os.path.join(folder, "report.md"),
                  encoding="utf-8") as file:
            self.assertIn("| read-4k | 20.0 |", file.read())
        self.assertTrue(os.path.exists(os.path.join(folder, "report.txt")))

    def test_broken_run(self):
        folder = sample.write(self.folder("b"), [{"version": 1}])
        status, _, err = call("report", folder)
        self.assertEqual(status, 99)
        self.assertIn("schema", err)


if __name__ == "__main__":
    unittest.main()
