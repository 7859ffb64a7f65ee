# SPDX-License-Identifier: GPL-2.0-only
"""Tables get into documents whole, or not at all."""

import os
import unittest

from tool import ToolCase, call
import sample

DOCUMENT = """# Title

before
<!-- run a -->
old
<!-- end a -->
between
<!-- run b -->
stays
<!-- end b -->
"""


class Embed(ToolCase):
    def setUp(self):
        super().setUp()
        self.path = os.path.join(self.scratch.name, "doc.md")
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(DOCUMENT)
        self.run_folder = sample.write(self.folder("r"), sample.run())

    def text(self):
        with open(self.path, encoding="utf-8") as file:
            return file.read()

    def test_tables_replace_what_is_between_the_marks(self):
        word = f"a={self.run_folder}"
        self.assertEqual(call("embed", self.path, word)[0], 0)
        once = self.text()
        self.assertIn("| read-4k | 20.0 |", once)
        self.assertNotIn("old", once)
        for kept in ("before", "between", "stays"):
            self.assertIn(kept, once)
        self.assertEqual(once.count("\n# "), 0)
        call("embed", self.path, word)
        self.assertEqual(self.text(), once)

    def test_errors_leave_the_document_alone(self):
        for words, what in (
                ([f"c={self.run_folder}"], "there are: a, b"),
                (["a=/nonexistent"], "no such run"),
                ([f"a={self.run_folder}", "b=/nonexistent"], "no such run"),
                (["a"], "expected NAME=RUN")):
            with self.subTest(words):
                status, _, err = call("embed", self.path, *words)
                self.assertEqual(status, 99)
                self.assertIn(what, err)
                self.assertEqual(self.text(), DOCUMENT)


if __name__ == "__main__":
    unittest.main()
