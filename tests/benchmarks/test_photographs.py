from __future__ import annotations

import pytest
from PIL import Image

from benchmarks.photographs import KINDS, PHOTO_PX, Harm, photograph
from tests.photographed import SHEET, sheet
from vlm.sheet_finder import find_sheet


def kind(name: str) -> Harm:
    harm = KINDS[name]
    assert harm is not None
    return harm


def test_the_same_name_gives_the_same_photograph() -> None:
    first, again, other = (photograph(sheet(), kind("all"), name) for name in ("a", "a", "b"))
    assert first.size == PHOTO_PX
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


@pytest.mark.parametrize("name", ["light", "shadow", "soft", "quarter", "upside"])
def test_each_harm_alone_changes_a_scan(name: str) -> None:
    harmed = photograph(sheet(), kind(name), "a")
    assert sorted(harmed.size) == sorted(SHEET)
    assert harmed.tobytes() != sheet().tobytes()
    if name == "upside":
        assert harmed.tobytes() == sheet().rotate(180).tobytes()


@pytest.mark.parametrize("name", ["tilted", "angle"])
def test_a_sheet_lies_on_a_table(name: str) -> None:
    seen = photograph(sheet(), kind(name), "a").resize((900, 1200), Image.Resampling.BOX)
    assert find_sheet(seen) is not None
