# SPDX-License-Identifier: GPL-2.0-only
"""results/killmatrix: what it makes of runs that caught, missed, and stopped."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.realpath(__file__))
PROGRAM = os.path.join(HERE, os.pardir, "killmatrix")
sys.path.insert(0, os.path.join(HERE, os.pardir))
sys.dont_write_bytecode = True
import kills  # noqa: E402

BUGS = list(kills.hazards())

ENVIRONMENT = {"kernel": "7.3.4", "series_hash": "aa", "mutants_hash": "bb",
               "topology": "stress", "accel": "tcg", "git": "cc"}


def record(name, status, **more):
    return {"name": name, "status": status, "oracle": "none", "reason": "",
            "seconds": 1.5, "races": 3, "seed": 7,
            "planted_bug": {"name": "", "reached": 0},
            "environment": ENVIRONMENT, **more}


class Matrix(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def put(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def machine(self, label, status, *records):
        self.put(f"{label}.status", f"{status}\n")
        self.put(f"{label}.records.jsonl",
                 "".join(json.dumps(r) + "\n" for r in records))

    def run_it(self, *options):
        return subprocess.run([PROGRAM, *options, self.folder.name],
                              capture_output=True, text=True, check=False)

    def run_part(self):
        return self.run_it("--part")

    def caught(self, label):
        self.machine(label, 1, record(
            "a-race", "fail", oracle="data", reason="wrong data",
            seconds=2.25, planted_bug={"name": "a-bug", "reached": 2}))

    def test_all_caught(self):
        self.caught("zap-once.hazard")
        self.caught("zap-once.everything")
        self.machine("none.all", 0, record("a-race", "pass"))
        done = self.run_part()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("2.2", done.stdout)
        self.assertIn("a-race, by data", done.stdout)
        self.assertIn("0 false alarms", done.stdout)

    def test_one_was_missed(self):
        self.caught("zap-once.hazard")
        self.machine("zap-once.everything", 0, record(
            "everything", "pass",
            planted_bug={"name": "zap-once", "reached": 12}))
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn("NOT CAUGHT", done.stdout)
        self.assertIn("reached 12 times", done.stdout)

    def test_what_fails_without_the_bug_has_not_caught_it(self):
        self.machine("zap-once.hazard", 1, record(
            "a-race", "fail", oracle="hang", reason="no end"))
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn("NOT CAUGHT", done.stdout)
        self.assertIn("never reached; a-race: no end", done.stdout)
        self.assertIn("Without a bug: not run.", done.stdout)

    def test_a_machine_that_stopped(self):
        self.machine("zap-once.hazard", 1)
        self.put("zap-once.hazard.dmesg",
                 "[   10.000000] barrage: mark: a-race\n"
                 "[   13.500000] Kernel panic - not syncing\n"
                 "[   99.000000] more of it\n")
        done = self.run_part()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("3.5", done.stdout)
        self.assertIn("a-race, by kernel-log", done.stdout)

    def test_a_machine_that_says_nothing(self):
        self.machine("zap-once.hazard", 124)
        self.put("zap-once.hazard.dmesg",
                 "[   10.000000] barrage: mark: a-race\n"
                 "[   99.000000] all is well\n")
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn("NOT CAUGHT", done.stdout)
        self.assertIn("stopped, status 124", done.stdout)

    def test_the_end_of_the_time_is_no_lockup_of_the_kernel(self):
        self.machine("zap-once.hazard", 124)
        self.put("zap-once.hazard.dmesg",
                 "[   10.000000] barrage: mark: a-race\n"
                 "[   99.000000] watchdog: BUG: soft lockup - CPU#0 stuck\n")
        done = self.run_part()
        self.assertEqual(done.returncode, 1)
        self.assertIn("stopped, status 124", done.stdout)

    def test_a_complaint_after_the_end_is_nobodys_catch(self):
        self.machine("zap-once.everything", 1, record(
            "everything", "pass", seconds=120,
            planted_bug={"name": "zap-once", "reached": 12}))
        self.put("zap-once.everything.dmesg",
                 "[   10.000000] barrage: mark: everything\n"
                 "[  140.000000] WARNING: CPU: 0 PID: 1 at x\n")
        done = self.run_part()
        self.assertEqual(done.returncode, 1)
        self.assertIn("NOT CAUGHT", done.stdout)

    def test_a_machine_that_stopped_in_a_later_slice(self):
        self.machine("zap-once.everything", 1)
        self.put("zap-once.everything.dmesg",
                 "[   10.000000] barrage: mark: everything\n"
                 "[  100.000000] barrage: mark: everything\n"
                 "[  125.000000] kernel BUG at x\n")
        done = self.run_part()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("median 115.0 s", done.stdout)

    def everything_caught(self):
        for half in ("hazard", "everything"):
            for bug in BUGS:
                self.caught(f"{bug}.{half}")

    def without(self, again=None, mix_s=30.0):
        again = 2 * len(BUGS) if again is None else again
        self.machine("none.again", 0,
                     *[record("a-race", "pass") for _ in range(again)])
        self.machine("none.everything", 0,
                     record("everything", "pass", seconds=mix_s))
        self.machine("none.all", 0, record("a-race", "pass"))

    def test_all_of_it(self):
        self.everything_caught()
        self.without()
        done = self.run_it()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("Not shown", done.stdout)

    def test_without_a_bug_nothing_was_run(self):
        self.everything_caught()
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn("Not shown: none.all was not run.", done.stdout)

    def test_not_all_were_tried_again(self):
        self.everything_caught()
        self.without(again=2)
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"Not shown: of {2 * len(BUGS)} that caught one, 2 were",
                      done.stdout)

    def test_the_mix_has_to_be_silent_for_as_long_as_it_took(self):
        self.everything_caught()
        self.without(mix_s=1.0)
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn("Not shown: the mix ran for 1 s without a bug, and took "
                      "2 s", done.stdout)

    def test_a_false_alarm(self):
        self.caught("zap-once.hazard")
        self.machine("none.all", 1, record("quiet-race", "fail",
                                           reason="nothing was there"))
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn("1 false alarms; quiet-race: nothing", done.stdout)

    def test_a_false_alarm_of_the_mix(self):
        self.caught("zap-once.hazard")
        self.machine("none.all", 0, record("everything", "pass"),
                     record("quiet-race", "pass"),
                     record("no-such-device", "skip"))
        self.machine("none.everything", 1, record("everything", "fail",
                                                  reason="a reset failed"))
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn("2 scenarios", done.stdout)
        self.assertIn("1 false alarms; everything: a reset failed",
                      done.stdout)

    def test_one_machine_stopped_beside_an_alarm(self):
        self.caught("zap-once.hazard")
        self.machine("none.all", 1, record("quiet-race", "fail",
                                           reason="nothing was there"))
        self.put("none.everything.status", "124\n")
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn("2 false alarms", done.stdout)
        self.assertIn("the machine stopped, status 124", done.stdout)

    def test_without_a_bug_it_has_to_come_to_its_end(self):
        self.caught("zap-once.hazard")
        self.put("none.all.status", "124\n")
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn("the machine stopped, status 124", done.stdout)

    def test_what_did_not_run_is_not_caught(self):
        self.caught("zap-once.hazard")
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn("not run", done.stdout)
        self.assertIn("Not run: 39 of 40.", done.stdout)
        self.assertEqual(self.run_part().returncode, 0)

    def test_before_any_race_nobody_has_caught_it(self):
        self.machine("zap-once.hazard", 1, record(
            "a-race", "fail", oracle="kernel-log", reason="WARNING",
            races=0, planted_bug={"name": "zap-once", "reached": 2}))
        done = self.run_part()
        self.assertEqual(done.returncode, 1)
        self.assertIn("NOT CAUGHT", done.stdout)
        self.assertIn("before any race; a-race: WARNING", done.stdout)

    def test_an_error_is_no_machine_that_stopped(self):
        self.machine("zap-once.hazard", 99, record("a-race", "error"))
        self.put("zap-once.hazard.dmesg",
                 "[   10.000000] barrage: mark: a-race\n"
                 "[   13.500000] WARNING: at x\n")
        done = self.run_part()
        self.assertEqual(done.returncode, 1)
        self.assertIn("NOT CAUGHT", done.stdout)

    def test_earlier_turns_and_other_scenarios_took_time_too(self):
        self.machine("zap-once.hazard-1", 0, record("one", "pass", seconds=5),
                     record("two", "pass", seconds=5))
        self.machine("zap-once.hazard-2", 1, record("one", "pass", seconds=20),
                     record("two", "fail", oracle="data", reason="wrong",
                            seconds=3,
                            planted_bug={"name": "zap-once", "reached": 1}))
        done = self.run_part()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("median 33.0 s", done.stdout)
        self.assertIn("two, by data", done.stdout)

    def test_missed_in_each_turn(self):
        for turn in (1, 2):
            self.machine(f"zap-once.hazard-{turn}", 0, record(
                "a-race", "pass",
                planted_bug={"name": "zap-once", "reached": turn}))
        done = self.run_part()
        self.assertEqual(done.returncode, 1)
        self.assertIn("reached 2 times", done.stdout)

    def test_shards(self):
        other = tempfile.TemporaryDirectory()
        self.addCleanup(other.cleanup)
        self.caught("zap-once.hazard")
        for name in os.listdir(self.folder.name):
            with open(os.path.join(self.folder.name, name)) as file:
                text = file.read()
            name = name.replace("zap-once", "put-before-wake")
            with open(os.path.join(other.name, name), "w") as file:
                file.write(text)
        done = self.run_it("--part", other.name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("2 of 2", done.stdout)

    def test_what_is_of_two_suites_is_no_run(self):
        self.caught("zap-once.hazard")
        self.machine("zap-once.everything", 0, record(
            "everything", "pass", environment={**ENVIRONMENT, "git": "dd"}))
        done = self.run_part()
        self.assertEqual(done.returncode, 99)
        self.assertIn("are not of one run: git dd and cc", done.stderr)

    def test_races_again_without_the_bug(self):
        self.caught("zap-once.hazard")
        self.machine("none.again", 0, record("a-race", "pass", seed=99))
        done = self.run_part()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 of the races that caught one", done.stdout)
        self.machine("none.again", 1, record("a-race", "fail",
                                             reason="wrong data"))
        done = self.run_part()
        self.assertEqual(done.returncode, 1)
        self.assertIn("1 false alarms; a-race: wrong data", done.stdout)

    def test_without_a_bug_it_broke_off(self):
        self.caught("zap-once.hazard")
        self.machine("none.all", 0, record("a-race", "pass"))
        os.unlink(os.path.join(self.folder.name, "none.all.status"))
        done = self.run_part()
        self.assertEqual(done.returncode, 1)
        self.assertIn("1 false alarms; the machine stopped.", done.stdout)

    def test_a_line_that_was_cut_off(self):
        self.caught("zap-once.hazard")
        self.put("zap-once.hazard.records.jsonl", '{"name": "a-ra')
        done = self.run_part()
        self.assertEqual(done.returncode, 99)
        self.assertIn("was it cut off?", done.stderr)

    def test_rates_leave_out_what_did_not_end(self):
        self.machine("zap-once.hazard", 1, record(
            "a-race", "fail", oracle="data", seconds=30,
            delays={"wanted": True},
            planted_bug={"name": "zap-once", "reached": 1}))
        self.machine("put-before-wake.hazard", 0, record("a-race", "pass"))
        os.unlink(os.path.join(self.folder.name,
                               "put-before-wake.hazard.status"))
        done = self.run_it("--rates", "--markdown")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("| yes | 7 | 1 | 1 | 0.5 | 2.00 |", done.stdout)
        self.assertIn("series aa, planted bugs bb", done.stdout)
        self.assertIn("| zap-once | 1 | 30.0 |", done.stdout)
        self.assertNotIn("put-before-wake", done.stdout)

    def other_run(self, **more):
        """Another folder, in which zap-once was not caught."""
        other = tempfile.TemporaryDirectory()
        self.addCleanup(other.cleanup)
        one = self.folder
        self.folder = other
        self.machine("zap-once.hazard", 0, record(
            "a-race", "pass", seconds=20, delays={"wanted": False}, **more))
        self.machine("zap-once.hazard-1", 0, record(
            "a-race", "pass", seconds=40.5, delays={"wanted": False}, **more))
        self.folder = one
        return other.name

    def test_rates_of_two_runs_bug_by_bug(self):
        other = self.other_run()
        self.machine("zap-once.hazard", 1, record(
            "a-race", "fail", oracle="data", seconds=3,
            delays={"wanted": True},
            planted_bug={"name": "zap-once", "reached": 1}))
        self.machine("put-before-wake.hazard", 0, record(
            "a-race", "pass", delays={"wanted": True}))
        done = self.run_it("--rates", "--markdown", other)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("| zap-once | 1 | not in 60.5 | 3.0 |", done.stdout)
        self.assertIn("| put-before-wake | 11 | not run | not in 1.5 |",
                      done.stdout)
        self.assertIn("| no | 7 | 1 | 0 | 1.0 | 0.00 |", done.stdout)

    def test_rates_of_two_kernels_do_not_compare(self):
        other = self.other_run(
            environment={**ENVIRONMENT, "mutants_hash": "dd"})
        self.machine("zap-once.hazard", 0, record(
            "a-race", "pass", delays={"wanted": True}))
        done = self.run_it("--rates", other)
        self.assertEqual(done.returncode, 99)
        self.assertIn("mutants_hash dd and bb", done.stderr)

    def test_each_scenario_by_itself(self):
        self.caught("zap-once.each-a-race")
        self.machine("zap-once.each-b-race", 0, record(
            "b-race", "pass", planted_bug={"name": "zap-once", "reached": 4}))
        self.machine("zap-once.each-c-race", 77, record("c-race", "skip"))
        done = self.run_it("--markdown")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("| zap-once | 1 | a-race | 2.2 | by data |", done.stdout)
        self.assertIn("| zap-once | 1 | b-race | NOT CAUGHT | reached 4 times |",
                      done.stdout)
        self.assertIn("| zap-once | 1 | c-race | skipped |", done.stdout)
        self.assertNotIn("Not run", done.stdout)

    def test_each_scenario_beside_the_others(self):
        self.caught("zap-once.hazard")
        self.caught("zap-once.everything")
        self.caught("zap-once.each-a-race")
        done = self.run_part()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Caught by the scenarios of its hazard: 1 of 1",
                      done.stdout)
        self.assertIn("in a boot of its own", done.stdout)

    def test_nothing(self):
        self.assertEqual(self.run_it().returncode, 99)

    def test_the_page_says_where_it_is_from(self):
        self.caught("zap-once.hazard")
        page = self.run_it("--markdown").stdout
        self.assertTrue(page.startswith("# The kill matrix"))
        self.assertIn("Linux 7.3.4, series aa, planted bugs bb", page)


if __name__ == "__main__":
    unittest.main()
