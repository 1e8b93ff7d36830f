"""The documents of everyday life are whole, and what is asked about them can be answered."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pymupdf
import pytest

from benchmarks.everyday import sheets
from benchmarks.everyday.__main__ import Told, save, table
from vlm.absence import NOT_ON_PAGE

MOST_BYTES = 400_000
DOCUMENTS = [one for split in sheets.SPLITS for one in sheets.documents(split)]
EACH = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: f"{one.split}/{one.name}")
SMALL = "@document forms en\n@page\n@box 50 50 300 90\nRoom: 12\n@ask 1\n? Which room?\n= 12\n"


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


@EACH
def test_has_questions_with_answers_and_one_that_has_none(document: sheets.Everyday) -> None:
    assert 6 <= len(document.asks) <= 8
    assert len({ask.question for ask in document.asks}) == len(document.asks)
    assert all(ask.answers and all(ask.answers) for ask in document.asks)
    assert all(NOT_ON_PAGE not in ask.answers or ask.absent for ask in document.asks)
    assert {ask.page for ask in document.asks} == set(range(len(document.sheets)))
    assert any(ask.absent for ask in document.asks)


@EACH
def test_draws_its_pages_and_the_first_answers_stand_on_them(document: sheets.Everyday) -> None:
    with sheets.draw(document) as made:
        pages = [_plain(str(page.get_text())) for page in made]
    assert len(pages) == len(document.sheets)
    for ask in document.asks:
        assert ask.absent or _plain(ask.answers[0]) in pages[ask.page], ask.question


def test_the_halves_are_alike() -> None:
    kinds = [[one.kind for one in DOCUMENTS if one.split == split] for split in sheets.SPLITS]
    assert sorted(kinds[0]) == sorted(kinds[1]) == ["forms"] * 22 + ["prose"] * 10
    assert sorted(kinds[2]) == ["forms"] * 36 + ["prose"] * 12
    assert len({one.name for one in DOCUMENTS}) == len(DOCUMENTS)


def test_stays_small() -> None:
    files = sheets.HOME.rglob("*.txt")
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


def test_a_scan_has_pixels_and_no_words_and_is_the_same_each_time(tmp_path: Path) -> None:
    document = sheets.read(SMALL, "small", "dev")
    first, again = sheets.scan(document), sheets.scan(document)
    assert first[0].get_text() == ""
    assert first[0].get_pixmap(dpi=50).samples == again[0].get_pixmap(dpi=50).samples
    assert min(first[0].get_pixmap(dpi=50, colorspace=pymupdf.csGRAY).samples) < 200
    with pymupdf.open(save(document, "text", tmp_path)) as kept:
        assert str(kept[0].get_text()).split() == ["Room:", "12"]


def test_says_what_is_wrong_with_a_file() -> None:
    with pytest.raises(ValueError, match="small: the first line"):
        sheets.read("@document poems en", "small", "dev")
    with pytest.raises(ValueError, match="small: @boxes"):
        sheets.read(SMALL.replace("@box", "@boxes"), "small", "dev")
    with pytest.raises(ValueError, match="small: 12"):
        sheets.read(SMALL.replace("= 12", "12"), "small", "dev")
    crowded = sheets.read(SMALL.replace("300 90", "300 55"), "small", "dev")
    with pytest.raises(ValueError, match="small, page 1: no room"):
        sheets.draw(crowded)


def test_a_table_says_how_often_what_is_absent_was_said_to_be() -> None:
    here, gone = sheets.Ask(0, "Which room?", ("12",)), sheets.Ask(0, "Fax?", (NOT_ON_PAGE,))
    told = [
        Told("forms", "text", here, "12", 0.95, 1),
        Told("forms", "text", here, "kitchen", 0.95, 1),
        Told("forms", "text", gone, NOT_ON_PAGE, 0.5, 1),
        Told("forms", "scan", gone, "12", 0.5, 1),
    ]
    _, text, scan, everything = table(told)
    assert " ".join(text.split()[2:]) == "3 0.667 0.667 0.500 1 of 1 1 of 2 1.00"
    assert " ".join(scan.split()[2:]) == "1 0.000 0.000 - 0 of 1 0 of 0 1.00"
    assert everything.split()[:3] == ["all", "4", "0.500"]
