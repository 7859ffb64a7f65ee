# SPDX-License-Identifier: GPL-2.0-only
"""Bandwidth of a device that imports: what the table makes of it."""

import unittest

from tool import ToolCase, call
import sample

TIMER = "a timer sets it"


def importer(mem, rw="read", nr_bytes=512, samples=(4e3, 5e3, 6e3)):
    record = sample.make(list(samples), name="importer", metric="bandwidth",
                         mem=mem, params={"rw": rw, "bytes": nr_bytes,
                                          "engine": "edu"})
    record.update(copied_by="device", trusted=False, untrusted_reason=TIMER)
    if mem == "dmabuf":
        record.update(verdict="p2p", proof=dict(sample.PROOF))
    if mem == "udmabuf":
        record["verdict"] = "host"
    return record


class Importer(ToolCase):
    def report(self, records):
        folder = sample.write(self.folder("run"), records)
        self.assertEqual(call("validate", folder)[0], 0)
        return call("report", folder)[1]

    def line(self, out, start):
        return next(l for l in out.splitlines() if l.startswith(start))

    def test_a_row_for_each_size(self):
        out = self.report([importer(mem, rw, size)
                           for mem in ("dmabuf", "udmabuf")
                           for rw in ("read", "write") for size in (64, 2048)])
        head = self.line(out, "one transfer, KB/s")
        self.assertEqual(head.split().count("read"), 2)
        groups = next(l for l in out.splitlines() if "- udmabuf -" in l)
        self.assertLess(groups.index("udmabuf"), groups.index(" dmabuf"))
        for start in ("64 ", "2k "):
            self.assertIn("p2p, proven", self.line(out, start))
        self.assertLess(out.index("\n64 "), out.index("\n2k "))

    def test_figures_of_a_timer_are_marked(self):
        out = self.report([importer("dmabuf")])
        self.assertIn("5.00?", self.line(out, "512 "))
        self.assertIn("not to be relied on: " + TIMER, out)

    def test_the_worst_of_few_is_the_slowest(self):
        out = self.report([importer("dmabuf")])
        self.assertIn("4.00 (3)", self.line(out, "512 "))

    def test_of_many_there_is_a_percentile(self):
        out = self.report([importer(
            "dmabuf", samples=[1e3 * n for n in range(1, 102)])])
        self.assertRegex(self.line(out, "512 "), r"51\.0\?\s+2\.00\s")

    def test_a_failure_shows(self):
        failed = importer("dmabuf")
        failed.update(status="fail", reason="wrong data to a dmabuf")
        out = self.report([importer("udmabuf"), failed])
        self.assertIn("FAIL[1]", self.line(out, "512 "))
        self.assertIn("[1] wrong data to a dmabuf", out)

    def test_what_was_left_out_says_why(self):
        skipped = importer("dmabuf")
        skipped.update(status="skip", reason="the kernel exports none",
                       value=None, samples=[], n=0, spread=None,
                       verdict="none", proof=None)
        skipped.pop("copied_by")
        out = self.report([importer("udmabuf"), skipped])
        self.assertIn("SKIP[1]", self.line(out, "512 "))
        self.assertIn("[1] the kernel exports none", out)

    def test_without_any_there_is_no_table(self):
        out = self.report(sample.run())
        self.assertNotIn("one transfer", out)


if __name__ == "__main__":
    unittest.main()
