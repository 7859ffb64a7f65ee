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
                ({"qemu": "10.0.2 (Debian 1:10.0.2)"},
                 "software emulation (TCG, QEMU 10.0.2): not hardware"),
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

    def sizes(self):
        records = []
        for size in (2 << 20, 1 << 30):
            for mem in ("p2p-register", "dmabuf"):
                for metric, unit, value in (
                        ("setup", "ns", 5000), ("teardown", "ns", 7000),
                        ("teardown-cpu", "ns", 3000),
                        ("memmap", "B", size // 64),
                        ("memory", "B", size // 64)):
                    records.append(sample.make(
                        [value], name="sizes", metric=metric, unit=unit,
                        better="lower", mem=mem, params={"bytes": size}))
            records.append(dict(sample.make(
                [1], name="sizes", metric="setup", unit="ns", better="lower",
                mem="dmabuf-pages", params={"bytes": size}), samples=[], n=0,
                value=None, spread=None, status="skip", reason="not here"))
        return records

    def test_sizes(self):
        out = self.report(self.sizes())[1]
        row = next(line for line in out.splitlines() if line.startswith("1G"))
        self.assertEqual(row.split(), ["1G", "5.00", "7.00", "3.00", "16384k",
                                       "16.00M"] + [
                                           "5.00", "7.00", "3.00", "16384k",
                                           "16.00M"])
        self.assertIn("dmabuf-pages was not measured: not here", out)

    def reset(self, inflight, **changes):
        return [sample.make([value], name="reset", metric=metric, unit="ns",
                            better="lower", mem="p2p-register",
                            params={"inflight": inflight, "late": 0},
                            **changes)
                for metric, value in (("latency", 5e6), ("wait", 3e6),
                                      ("reset", 2e6))]

    def test_reset(self):
        late = [dict(r, samples=[], n=0, value=None, spread=None,
                     status="fail", reason="LATE DMA: 1 of 1")
                for r in self.reset(1)]
        out = self.report(self.reset(32) + late)[1]
        row = [line.split() for line in out.splitlines()
               if line.startswith("p2p-register")]
        self.assertEqual(row[0][:7], ["p2p-register", "32", "5.00", "5.00",
                                      "5.00", "3.00", "2.00"])
        self.assertIn("in time, data right", out)
        self.assertIn("FAIL[1]", " ".join(row[1]))
        self.assertIn("LATE DMA: 1 of 1", out)

    def dmabufs(self, ranges, **changes):
        values = {"none": ("export", "close", "revoke"),
                  "device": ("attach", "map", "unmap", "detach", "lost",
                             "revoke"),
                  "iommufd": ("map", "unmap", "revoke")}
        if ranges > 1:
            del values["iommufd"]
        return [sample.make([1e3 * len(metric)] * 2, name="dmabufs",
                            metric=metric, unit="ns", better="lower",
                            mem="dmabuf-pages",
                            params={"bytes": 1 << 20, "ranges": ranges,
                                    "importer": importer}, **changes)
                for importer, metrics in values.items() for metric in metrics]

    def test_dmabufs(self):
        out = self.report(self.dmabufs(8) + self.dmabufs(1))[1]
        rows = [line.split() for line in out.splitlines()
                if line.startswith("dmabuf-pages")]
        self.assertEqual(rows[0], (
            "dmabuf-pages 1M 1 6.00 5.00 6.00 6.00 (2) 6.00 3.00 5.00 6.00 "
            "4.00 6.00 6.00 (2) 3.00 5.00 6.00 6.00 (2) p2p").split())
        self.assertEqual(rows[1], (
            "dmabuf-pages 1M 8 6.00 5.00 6.00 6.00 (2) 6.00 3.00 5.00 6.00 "
            "4.00 6.00 6.00 (2) - - - - p2p").split())
        self.assertNotIn("NOT VERIFIED", out)

    def test_dmabufs_that_were_not_measured(self):
        gone = [dict(r, samples=[], n=0, value=None, spread=None,
                     status="skip", reason="no edu here")
                for r in self.dmabufs(8)]
        out = self.report(gone)[1]
        self.assertIn("[1] no edu here", out)
        self.assertIn("SKIP", out)

    def test_ratios_of_dma_bufs(self):
        records = sample.run()
        for base in ("host", "udmabuf"):
            records.append(sample.make(
                [0.5], name="fio-read-4k", metric="bandwidth-ratio", unit="1",
                mem="dmabuf-pages", baseline=base))
        out = self.report(records)[1]
        self.assertIn("dmabuf-pages/host", out)
        self.assertIn("dmabuf-pages/udmabuf", out)
        self.assertIn("0.50 (0.50-0.50)", out)

    def test_broken_run(self):
        folder = sample.write(self.folder("b"), [{"version": 1}])
        status, _, err = call("report", folder)
        self.assertEqual(status, 99)
        self.assertIn("schema", err)


if __name__ == "__main__":
    unittest.main()
