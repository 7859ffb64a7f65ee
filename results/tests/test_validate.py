# SPDX-License-Identifier: GPL-2.0-only
"""The schema takes good records and refuses broken ones."""

import copy
import os
import unittest

from tool import ToolCase, call
import sample


def p2p():
    return sample.make([1.0, 2.0, 3.0], mem="p2p-register")


def changed(**changes):
    record = p2p()
    record.update(changes)
    return record


def without(key):
    record = p2p()
    del record[key]
    return record


def deeper(outer, **changes):
    record = copy.deepcopy(p2p())
    record[outer].update(changes)
    return record


BROKEN = {
    "no seed": (without("seed"), "seed"),
    "no kernel": (without("kernel"), "kernel"),
    "no samples": (without("samples"), "samples"),
    "unknown member": (changed(speed=3), "speed"),
    "unknown memory": (changed(mem="gpu"), "mem"),
    "unknown unit": (changed(unit="MB/s"), "unit"),
    "text for a value": (changed(value="fast"), "value"),
    "a pass without a value": (changed(value=None), "value"),
    "fallback to host": (changed(verdict="host"), "verdict"),
    "p2p without proof": (changed(proof=None), "proof"),
    "noisy kernel log": (deeper("proof", kernel_log="noisy"), "kernel_log"),
    "frames outside the BAR": (deeper("proof", frames_in_bar=63), "63 of 64"),
    "no frames looked at": (deeper("proof", frames=0, frames_in_bar=0),
                            "0 of 0"),
    "fail without a reason": (changed(status="fail"), "reason"),
    "untrusted without a reason": (changed(trusted=False),
                                   "untrusted_reason"),
    "trusted with a doubt": (changed(untrusted_reason="wide"), "record"),
    "wrong count": (changed(n=4), "n is 4"),
    "value is not the median": (changed(value=1.0), "median"),
    "spread made up": (deeper("spread", p99=9.0), "spread.p99"),
    "time without zone": (changed(time="2026-01-02 03:04:05"), "time"),
    "not a BDF": (deeper("devices", provider={
        "bdf": "1:0.0", "id": "x", "bar": 2, "bar_bytes": 1}), "devices"),
    "a build ID that is none": (deeper("kernel", build_id="E4 F1"), "build_id"),
    "empty series hash": (deeper("kernel", series_hash=""), "series_hash"),
    "empty hash of patches for tests": (deeper("kernel", test_only_hash=""),
                                        "test_only_hash"),
    "empty hash of planted bugs": (deeper("kernel", mutants_hash=""),
                                   "mutants_hash"),
    "not an object": ([], "record"),
}


def race(**changes):
    return {
        "schema": "barrage-stress-1", "name": "io-against-reset",
        "status": "pass", "hazards": [16], "oracle": "none", "reason": "",
        "seed": 1, "races": 3, "operations": 70, "failed_seed": 0,
        "failed_race": 0, "seconds": 2.5, "unkillable": False, "provider": "0000:01:00.0",
        "drawn_from": "",
        "delays": {"wanted": True, "passed": 3, "delayed": 2},
        "failed_allocations": 0, "observer": {"host": 1, "device": 1},
        "ledger": ["dma-bufs of VFIO"],
        "planted_bug": {"name": "", "reached": 0},
        "environment": {
            "kernel": "7.3.4", "flavour": "debug", "series_hash": "a",
            "test_only_hash": "b", "mutants_hash": "", "config_hash": "c",
            "topology": "stress", "accel": "tcg", "qemu": "10", "git": "d"},
        **changes}


def elsewhere(**changes):
    return race(environment={**race()["environment"], **changes})


STRESS = {
    "good": (race(), ""),
    "a failure": (race(status="fail", oracle="data", reason="wrong data"), ""),
    "a skip": (race(status="skip", reason="no slot", races=0, operations=0,
                    provider=""), ""),
    "a pass that did nothing": (race(races=0), "races"),
    "a failure nobody noticed": (race(status="fail", reason="x"), "oracle"),
    "a failure without a reason": (race(status="fail", oracle="data"),
                                   "reason"),
    "a pass with an oracle": (race(oracle="data"), "oracle"),
    "an error without a reason": (race(status="error"), "reason"),
    "unknown member": (race(speed=1), "speed"),
    "no environment": (race(environment={}), "kernel"),
    "a kernel's build ID": (elsewhere(kernel_build_id="e4f18d"), ""),
    "a kernel without one": (elsewhere(kernel_build_id="none"), ""),
    "a build ID that is none": (elsewhere(kernel_build_id=""),
                                "kernel_build_id"),
    "another schema": (race(schema="barrage-stress-9"), "barrage-stress-9"),
    "no schema at all": (race(schema=[]), "only barrage-stress-1"),
}


class Validate(ToolCase):
    def check(self, text):
        folder = self.folder(f"run{len(os.listdir(self.scratch.name))}")
        with open(os.path.join(folder, "records.jsonl"), "w",
                  encoding="utf-8") as file:
            file.write(text)
        return call("validate", folder)

    def test_good_run(self):
        folder = sample.write(self.folder("good"), sample.run())
        status, out, err = call("validate", folder)
        self.assertEqual((status, err), (0, ""))
        self.assertIn("all valid", out)

    def test_failed_and_skipped_records_are_valid(self):
        records = [sample.make([2], name="verify", metric="mismatches",
                               unit="1", better="lower", status="fail",
                               reason="block 3: stale"),
                   changed(status="skip", reason="no provider", value=None,
                           n=0, samples=[], spread=None, proof=None,
                           verdict="none")]
        folder = sample.write(self.folder("good"), records)
        self.assertEqual(call("validate", folder)[0], 0)

    def test_broken_records(self):
        # one process for all: each record must be named by its line
        folder = sample.write(self.folder("bad"),
                              [record for record, _ in BROKEN.values()])
        import validate_module
        validators = validate_module.make_validators()
        _, problems = validate_module.validate(validators, folder)
        for line, (name, (_, text)) in enumerate(BROKEN.items(), 1):
            with self.subTest(name):
                mine = [p for p in problems
                        if f"records.jsonl:{line}: " in p]
                self.assertTrue(mine, f"{name} was accepted")
                self.assertIn(text, " ".join(mine))
        self.assertEqual(call("validate", folder)[0], 1)

    def test_records_of_stress(self):
        records = list(STRESS.values())
        folder = sample.write(self.folder("races"), [r for r, _ in records])
        import validate_module
        validators = validate_module.make_validators()
        _, problems = validate_module.validate(validators, folder)
        for line, (name, (_, text)) in enumerate(STRESS.items(), 1):
            with self.subTest(name):
                mine = [p for p in problems
                        if f"records.jsonl:{line}: " in p]
                self.assertEqual(bool(mine), bool(text), mine)
                self.assertIn(text, " ".join(mine))

    def test_broken_files(self):
        good = '{"version": 1}'
        for name, text, want in (
                ("cut short", good, "cut short"),
                ("not JSON", "{'version': 1}\n", "not JSON"),
                ("NaN", '{"value": NaN}\n', "NaN"),
                ("empty", "", "holds no record")):
            with self.subTest(name):
                status, _, err = self.check(text)
                self.assertEqual(status, 1)
                self.assertIn(want, err)

    def test_no_such_run(self):
        status, _, err = call("validate", "/nonexistent/run")
        self.assertEqual(status, 99)
        self.assertIn("no such run", err)


if __name__ == "__main__":
    unittest.main()
