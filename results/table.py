# SPDX-License-Identifier: GPL-2.0-only
"""Tables for people: the same rows as plain text and as Markdown."""


class Table:
    """Columns are (group, title); the first ones are left-aligned keys."""

    def __init__(self, columns, keys=1):
        self.columns = columns
        self.keys = keys
        self.rows = []

    def add(self, cells):
        assert len(cells) == len(self.columns)
        self.rows.append([str(cell) for cell in cells])

    def align(self, index, text, width):
        return text.ljust(width) if index < self.keys else text.rjust(width)

    def widths(self):
        widths = [max([len(title)] + [len(row[i]) for row in self.rows])
                  for i, (_, title) in enumerate(self.columns)]
        for i, (group, _) in enumerate(self.columns):
            names = [g for g, _ in self.columns]
            if group and names.count(group) == 1:
                widths[i] = max(widths[i], len(group) + 2)
        return widths

    def gap(self, index):
        """A column of one group keeps closer to the next."""
        if index == 0:
            return ""
        before, here = self.columns[index - 1][0], self.columns[index][0]
        return " " if before == here and here else "  "

    def group_line(self, widths):
        line, start = "", 0
        while start < len(self.columns):
            group, end = self.columns[start][0], start + 1
            while (end < len(self.columns) and group and
                   self.columns[end][0] == group):
                end += 1
            span = sum(widths[start:end]) + sum(
                len(self.gap(i)) for i in range(start + 1, end))
            line += self.gap(start) + (
                f" {group} ".center(span, "-") if group else " " * span)
            start = end
        return line.rstrip()

    def text_line(self, cells, widths):
        return "".join(self.gap(i) + self.align(i, cell, widths[i])
                       for i, cell in enumerate(cells)).rstrip()

    def text(self):
        widths = self.widths()
        lines = []
        if any(group for group, _ in self.columns):
            lines.append(self.group_line(widths))
        lines.append(self.text_line([t for _, t in self.columns], widths))
        lines += [self.text_line(row, widths) for row in self.rows]
        return "\n".join(lines) + "\n"

    def markdown(self):
        def line(cells):
            return "| " + " | ".join(c.strip().replace("|", "\\|")
                                     for c in cells) + " |"
        head = [f"{group} {title}".strip() for group, title in self.columns]
        rule = ["---" if i < self.keys else "---:"
                for i in range(len(self.columns))]
        return "\n".join([line(head), line(rule)] +
                         [line(row) for row in self.rows]) + "\n"
