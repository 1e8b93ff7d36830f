"""Made-up pages with questions: read from their files, and laid out differently each time."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pretrain.matching.laid_out import laid_out
from pretrain.matching.sheets import Sheet, SheetError, read, sheets

TEXT = """@document forms en cycle-order
# NORTHGATE CYCLES
14 Mill Lane, Ostley

&
|Order no.|N-20418
|Served by|Tamsin

Ready for collection on Friday 8 May after 2 pm. Paid by card.

|=Article|>Qty|>Price
|Inner tube|>2|>£11.00
|Labour|>2|>£60.00
@ask
? How many tubes did she take?
= 2 @ Inner tube
? By when can I pick up the bike?
= Friday 8 May after 2 pm
= Friday 8 May
? Who fitted the saddle?
-
"""


def written(folder: Path, text: str) -> tuple[Sheet, ...]:
    file = folder / "some.txt"
    file.write_text(text, "utf-8")
    return read(file)


def test_a_sheet_is_read_with_its_blocks_and_where_its_answers_stand(tmp_path: Path) -> None:
    (sheet,) = written(tmp_path, TEXT)
    assert (sheet.name, sheet.language) == ("cycle-order", "en")
    assert [block.beside for block in sheet.blocks] == [False, True, False, False]
    first, second, third = sheet.asked
    assert [(one.line, one.cell, one.text) for one in first.answers] == [(6, 1, "2")]
    assert [one.text for one in second.answers] == ["Friday 8 May after 2 pm", "Friday 8 May"]
    assert third.answers == ()


def test_marks_of_heads_and_of_blocks_beside_each_other_are_no_words(tmp_path: Path) -> None:
    text = TEXT.replace("|=Article|>Qty", "|=Article|=Size|=>Qty").replace("\n&\n", "&\n")
    (sheet,) = written(tmp_path, text)
    assert [block.beside for block in sheet.blocks] == [False, True, False, False]
    head = sheet.blocks[-1].lines[0]
    assert head.cells == ("Article", "Size", "Qty", "Price")
    assert head.right == (False, False, True, True)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("@document forms en cycle-order", "@document forms en", "@document"),
        ("= 2 @ Inner tube", "= 2", "2 times"),
        ("= 2 @ Inner tube", "= 3", "nowhere"),
        ("\n-\n", "\n", "no answer"),
        ("? Who fitted", "Who fitted", "neither"),
    ],
)
def test_what_is_wrong_with_a_sheet_is_said(tmp_path: Path, old: str, new: str, why: str) -> None:
    with pytest.raises(SheetError, match=why):
        written(tmp_path, TEXT.replace(old, new))


@pytest.mark.parametrize("seed", range(12))
def test_every_layout_has_all_answers_on_the_page(tmp_path: Path, seed: int) -> None:
    (sheet,) = written(tmp_path, TEXT)
    page = laid_out(sheet, random.Random(seed))
    assert all(0 <= one.box.x0 < one.box.x1 <= 1 for one in page.words)
    assert all(0 <= one.box.y0 < one.box.y1 <= 1 for one in page.words)
    for asked in sheet.asked:
        for place in asked.answers:
            said = " ".join(word.text for word in page.words_of(place))
            assert len(said.split()) == len(place.text.split())
            assert page.misread or place.text in said


def test_the_same_seed_lays_out_the_same_page_and_another_one_another(tmp_path: Path) -> None:
    (sheet,) = written(tmp_path, TEXT)
    pages = [laid_out(sheet, random.Random(seed)).words for seed in (1, 1, 2)]
    assert pages[0] == pages[1] != pages[2]


def test_the_sheets_that_come_with_the_recipe_are_all_as_they_should_be() -> None:
    every = sheets()
    assert len(every) > 1500
    kept = sum(one.held_out for one in every) / len(every)
    assert 0.08 < kept < 0.18
    assert {one.language for one in every} == {"en", "de", "fr"}
    absent = [asked for one in every for asked in one.asked if not asked.answers]
    assert len(absent) > len(every)


def test_labels_stand_in_boxes_beside_each_other_at_times(tmp_path: Path) -> None:
    (sheet,) = written(tmp_path, TEXT)
    beside = below = 0
    for seed in range(60):
        boxes = {word.text: word.box for word in laid_out(sheet, random.Random(seed)).words}
        if {"Order", "N-20418", "Served", "Tamsin"} <= boxes.keys():
            same = boxes["Order"].y0 == boxes["Served"].y0
            beside += same and boxes["N-20418"].y0 > boxes["Order"].y0
            below += not same
    assert beside > 0
    assert below > beside
