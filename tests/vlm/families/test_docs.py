"""The table of families says what the families declare."""

from __future__ import annotations

import re
from pathlib import Path

from tests import small, tiny
from vlm.families import FAMILIES
from vlm.families.family import SeveralPages, ShowsWhere

PAGE = Path(__file__).resolve().parents[3] / "docs" / "families.md"
COLUMNS = (
    "Family",
    "`model_type`",
    "Ask, stream, stop",
    "Small print",
    "Page seen once",
    "Page read once",
    "Several pages",
    "Where it looked",
    "Tune, merge",
)


def rows() -> list[list[str]]:
    text = PAGE.read_text(encoding="utf-8")
    table = text[text.index("| Family |") :].split("\n\n", 1)[0]
    lines = [re.split(r"\s*\|\s*", line.strip("| ")) for line in table.splitlines()]
    assert tuple(lines[0]) == COLUMNS
    return lines[2:]


def word(is_so: bool) -> str:
    return "yes" if is_so else "no"


def test_the_table_says_what_the_families_declare() -> None:
    tested = {*small.BUILDERS, *tiny.KINDS}
    expected = [
        [
            family.name,
            f"`{kind}`",
            word(kind in tested),
            word(family.abilities.splits),
            word(family.abilities.keeps_features),
            word(family.abilities.keeps_prefix),
            word(isinstance(family, SeveralPages)),
            word(isinstance(family, ShowsWhere)),
            word(kind in tested),
        ]
        for kind, family in FAMILIES.items()
    ]
    assert sorted(rows()) == sorted(expected)
