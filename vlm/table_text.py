"""Writes tables as Markdown, CSV or lines with tabs, and knows its own Markdown again. Pure."""

from __future__ import annotations

import csv
import io
import re

_BAR = re.compile(r"(?<!\\)\|")

Grid = list[list[str]]
"""Texts by row and column; every row has as many."""


def markdown(grid: Grid) -> str:
    """Write rows as a Markdown table, the first of them as its heading."""
    rows = [[text.replace("|", "\\|") for text in row] for row in grid]
    rule = ["---"] * len(rows[0])
    lines = ["| " + " | ".join(row) + " |" for row in (rows[0], *rows[1:])]
    return "\n".join([lines[0], "|" + "|".join(rule) + "|", *lines[1:]])


def comma_separated(grid: Grid) -> str:
    """Write rows as CSV, lines ended by a single newline."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(grid)
    return target.getvalue().rstrip("\n")


def written(text: str) -> list[Grid]:
    """Return the tables that :func:`markdown` wrote to a text; empty for any other text."""
    tables: list[Grid] = []
    for block in text.split("\n\n"):
        rows = [_cells(line) for line in block.split("\n")]
        wide = len(rows[0])
        if len(rows) < 2 or any(len(row) != wide for row in rows) or set(rows[1]) != {"---"}:
            return []
        tables.append([rows[0], *rows[2:]])
    return tables


def _cells(line: str) -> list[str]:
    if len(line) < 2 or not (line.startswith("|") and line.endswith("|")):
        return []
    return [cell.replace("\\|", "|").strip() for cell in _BAR.split(line[1:-1])]


def tabbed(text: str) -> str:
    """Return a text with its tables as lines with tabs, which spreadsheets take; others as is."""
    tables = written(text)
    blocks = ("\n".join("\t".join(row) for row in table) for table in tables)
    return "\n\n".join(blocks) if tables else text
