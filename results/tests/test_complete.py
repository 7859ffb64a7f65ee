# SPDX-License-Identifier: GPL-2.0-only
"""results/complete: what a run has left out."""

import json
import os
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))
PROGRAM = os.path.join(HERE, os.pardir, "complete")


def record(name, status="pass", **more):
    races = 0 if status == "skip" else 3
    return {"name": name, "status": status, "reason": "lacks a slot",
            "races": races, "delays": {"wanted": True, "delayed": 5},
            "observer": {"host": 2}, "ledger": ["slab caches"], **more}


class Complete(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def put(self, name, *records):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(r) + "\n" for r in records)
        return path

    def run_it(self, *arguments):
        done = subprocess.run([PROGRAM, *arguments], capture_output=True,
                              text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def test_all_is_there(self):
        self.assertEqual(self.run_it(self.put("a", record("one"))), (0, ""))

    def test_what_is_skipped_is_told(self):
        status, text = self.run_it(self.put("a", record("one"),
                                            record("two", "skip")))
        self.assertEqual(status, 1)
        self.assertEqual(text, "complete: two was skipped: lacks a slot\n")

    def test_what_may_be_skipped(self):
        path = self.put("a", record("one"), record("two", "skip"))
        self.assertEqual(self.run_it("--may-skip", "two", path), (0, ""))

    def test_another_part_has_it(self):
        paths = [self.put("a", record("one"), record("two", "skip")),
                 self.put("b", record("two"))]
        self.assertEqual(self.run_it(*paths), (0, ""))

    def test_no_race(self):
        status, text = self.run_it(self.put("a", record("one"),
                                            record("two", races=0)))
        self.assertEqual(status, 1)
        self.assertIn("two passed without a race", text)

    def test_no_amplifier(self):
        delays = {"wanted": True, "delayed": 0}
        path = self.put("a", record("one", delays=delays))
        status, text = self.run_it(path)
        self.assertEqual(status, 1)
        self.assertIn("nothing was slow", text)
        delays["wanted"] = False
        self.assertEqual(self.run_it(self.put("a", record(
            "one", delays=delays)))[0], 0)

    def test_no_host(self):
        path = self.put("a", record("one", observer={"host": 0}))
        self.assertEqual(self.run_it("--races-only", path), (0, ""))
        status, text = self.run_it(path)
        self.assertEqual(status, 1)
        self.assertIn("the host has not looked", text)

    def test_no_ledger(self):
        status, text = self.run_it(self.put("a", record("one"),
                                            record("two", ledger=[])))
        self.assertEqual(status, 1)
        self.assertIn("two: the ledger was not read", text)

    def test_what_cannot_be_read(self):
        self.assertEqual(self.run_it(self.put("a"))[0], 99)
        self.assertEqual(self.run_it(self.put("a", {"name": "one"}))[0], 99)
        self.assertEqual(self.run_it("/no/such/file")[0], 99)
        self.assertEqual(self.run_it()[0], 99)


if __name__ == "__main__":
    unittest.main()
