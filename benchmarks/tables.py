"""What a benchmark prints: a table for people, or one object for programs."""

import json
from collections.abc import Sequence


def print_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """A table whose first column is words and whose others are numbers."""
    widths = [max(len(row[n]) for row in (head, *lines)) for n in range(len(head))]
    for row in (head, *lines):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join(cells))


def print_json(numbers: dict[str, float]) -> None:
    """One object of named numbers."""
    print(json.dumps(numbers, indent=2))
