# SPDX-License-Identifier: GPL-2.0-only
"""Run one of the results programs as a user would."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
RESULTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, RESULTS)


def call(program, *arguments):
    """(exit status, stdout, stderr)"""
    done = subprocess.run([os.path.join(RESULTS, program), *arguments],
                          capture_output=True, text=True, timeout=60,
                          check=False)
    return done.returncode, done.stdout, done.stderr


class ToolCase(unittest.TestCase):
    """Has a scratch folder."""

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)

    def folder(self, name):
        path = os.path.join(self.scratch.name, name)
        os.mkdir(path)
        return path
