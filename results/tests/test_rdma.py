# SPDX-License-Identifier: GPL-2.0-only
"""Memory regions and RDMA: what tables and comparisons make of them."""

import copy
import unittest

from tool import ToolCase, call
import sample

RDMA = {"name": "rxe0", "driver": "rxe", "bdf": "0000:05:00.0"}


def region(mem, name="mr-size", metric="register", nr_bytes=4096, **params):
    params = {"bytes": nr_bytes, "ranges": 1, "registered": 0, **params}
    record = sample.make([1e3, 2e3, 3e3], name=name, metric=metric, unit="ns",
                         better="lower", mem=mem, params=params)
    return on_rdma(record)


def transfer(mem, rw, copied_by, value=5e3, name="rdma-latency", depth=1,
             **changes):
    kind = {"metric": "latency", "unit": "ns", "better": "lower", **changes}
    record = sample.make([value] * 3, name=name, mem=mem,
                         params={"rw": rw, "bs": 4096, "depth": depth}, **kind)
    record["copied_by"] = copied_by
    return on_rdma(record)


def on_rdma(record):
    record["devices"] = copy.deepcopy(record["devices"])
    record["devices"]["rdma"] = dict(RDMA)
    if record["mem"] == "dmabuf":
        record["verdict"] = "p2p"
        record["proof"] = dict(sample.PROOF, method="rdma")
    return record


class Rdma(ToolCase):
    def folder_of(self, name, records):
        return sample.write(self.folder(name), records)

    def test_records_are_valid(self):
        records = [region("host"), region("dmabuf"),
                   transfer("dmabuf", "read", "cpu")]
        folder = self.folder_of("valid", records)
        self.assertEqual(call("validate", folder)[0], 0)

    def test_what_is_no_copier_is_invalid(self):
        for number, change in enumerate((
                lambda r: r.update(copied_by="gpu"),
                lambda r: r["devices"]["rdma"].pop("driver"),
                lambda r: r["proof"].update(method="guess"))):
            record = transfer("dmabuf", "read", "cpu")
            change(record)
            folder = self.folder_of(f"invalid{number}", [record])
            self.assertEqual(call("validate", folder)[0], 1)

    def test_regions_by_kind(self):
        records = [region(mem, metric=metric)
                   for mem in ("dmabuf", "udmabuf", "host")
                   for metric in ("register", "deregister")]
        records += [region("dmabuf", name="mr-ranges", nr_bytes=4 << 20,
                           ranges=16),
                    region("dmabuf", name="mr-registered",
                           registered=64 << 20),
                    region("dmabuf", name="mr-revoked"),
                    region("dmabuf", name="mr-revoked",
                           metric="deregister-revoked")]
        out = call("report", self.folder_of("regions", records))[1]
        head = next(l for l in out.splitlines() if "- host -" in l)
        self.assertLess(head.index("host"), head.index("udmabuf"))
        for label in ("4k ", "4M in 16 ranges", "4k beside 64M",
                      "4k after a revoke", "4k that was revoked"):
            self.assertTrue(any(line.startswith(label)
                                for line in out.splitlines()), label)
        self.assertNotIn("mr-size", out)
        self.assertNotIn("NOT VERIFIED", out)

    def test_copies_of_the_cpu_are_called_that(self):
        records = [transfer(mem, "read", "cpu") for mem in ("host", "dmabuf")]
        out = call("report", self.folder_of("cpu", records))[1]
        self.assertIn("p2p memory, CPU copies", out)
        self.assertIn("rxe0 (rxe): the CPU copies", out)
        self.assertIn("NOT VERIFIED", out)
        self.assertNotIn("p2p, proven", out)

    def test_a_device_that_copies_is_proven(self):
        records = [transfer(mem, "read", "device")
                   for mem in ("host", "dmabuf")]
        out = call("report", self.folder_of("device", records))[1]
        self.assertIn("p2p, proven", out)
        self.assertIn("the device moves the data", out)

    def test_what_was_left_out_says_why(self):
        skipped = region("dmabuf")
        skipped.update(status="skip", reason="efa pins a dma-buf for good",
                       value=None, samples=[], n=0, spread=None,
                       verdict="none", proof=None)
        out = call("report", self.folder_of("skip",
                                            [region("host"), skipped]))[1]
        self.assertIn("dmabuf was not measured: efa pins a dma-buf", out)

    def test_where_all_was_left_out_it_says_why(self):
        skipped = region("dmabuf")
        skipped.update(status="skip", reason="no RDMA device",
                       value=None, samples=[], n=0, spread=None,
                       verdict="none", proof=None)
        out = call("report", self.folder_of("none", [skipped]))[1]
        self.assertIn("dmabuf was not measured: no RDMA device", out)

    def test_a_failure_shows(self):
        failed = region("dmabuf")
        failed.update(status="fail", reason="the kernel log has a splat")
        out = call("report", self.folder_of("fail",
                                            [region("host"), failed]))[1]
        line = next(l for l in out.splitlines() if l.startswith("4k "))
        self.assertIn("FAIL", line)
        self.assertIn("the kernel log has a splat", out)

    def test_a_transfer_that_fails_shows(self):
        failed = transfer("dmabuf", "read", "cpu")
        failed.update(status="fail", reason="the other end refuses")
        out = call("report", self.folder_of("refused", [
            transfer("host", "read", "cpu"), failed]))[1]
        line = next(l for l in out.splitlines() if l.startswith("read "))
        self.assertIn("FAIL", line)
        self.assertNotIn("CPU copies", line)
        self.assertIn("the other end refuses", out)

    def test_where_no_transfer_was_made_it_says_why(self):
        skipped = transfer("dmabuf", "read", "cpu")
        skipped.update(status="skip", reason="no RDMA device", value=None,
                       samples=[], n=0, spread=None, verdict="none",
                       proof=None)
        skipped.pop("copied_by")
        out = call("report", self.folder_of("nobody", [skipped]))[1]
        self.assertIn("dmabuf was not measured: no RDMA device", out)

    def test_bandwidth_has_a_tail(self):
        fast = transfer("host", "read", "cpu", name="rdma-bandwidth", depth=8,
                        metric="bandwidth", unit="B/s", better="higher")
        sample.with_samples(fast, [3e6, 5e6, 9e6])
        out = call("report", self.folder_of("fast", [fast]))[1]
        line = next(l for l in out.splitlines()
                    if l.startswith("read, 8 at once"))
        self.assertRegex(line, r"MB/s\s+5\.00\s+3\.00 \(3\)")

    def test_counted_requests_have_no_bandwidth(self):
        cost = transfer("host", "read", "cpu", name="rdma-bandwidth", depth=8,
                        metric="cost-per-request", clock="icount", value=321)
        out = call("report", self.folder_of("cost", [cost]))[1]
        line = next(l for l in out.splitlines()
                    if l.startswith("read, 8 at once"))
        self.assertRegex(line, r"instructions\s+321\s+321 \(3\)")
        self.assertNotIn("MB/s", out)

    def test_the_percentile_of_few_is_their_maximum(self):
        many = region("host")
        sample.with_samples(many, [float(n) for n in range(1, 102)])
        few = region("dmabuf")
        out = call("report", self.folder_of("few", [many, few]))[1]
        line = next(l for l in out.splitlines() if l.startswith("4k "))
        self.assertIn("0.100 ", line)
        self.assertIn("3.00 (3)", line)
        self.assertIn("in brackets how many", out)

    def test_cpu_and_device_are_not_compared(self):
        a = self.folder_of("a", [transfer("dmabuf", "read", "cpu", 9e3)])
        b = self.folder_of("b", [transfer("dmabuf", "read", "device", 5e3)])
        status, out, _ = call("compare", a, b)
        self.assertEqual(status, 0)
        self.assertIn("other copier", out)
        status, out, _ = call("compare", a, a)
        self.assertIn("same", out)


if __name__ == "__main__":
    unittest.main()
