"""Lines as they stand on documents, addresses of several lines, several questions at once."""

import random
from dataclasses import replace

import pytest

from pretrain.documents.crops import CropPlan, TextKind, draw_crop
from pretrain.documents.fields import NOT_HERE
from pretrain.documents.forms import draw_form
from pretrain.documents.pages import draw_page
from pretrain.documents.slips import HEADINGS, slip_line
from pretrain.documents.strips import draw_strips
from pretrain.documents.texts import Writer
from pretrain.documents.wear import Wear
from pretrain.fonts import FontFile

FONT = FontFile("pillow-default", None)
PLAN = CropPlan(4, 28, (FONT,), Wear.NONE, 0.2, 15, 22, absent=0.8, other=0.3, varied=0.5, more=3)


def test_slips_hold_labels_goods_headings_and_capitals() -> None:
    rng = random.Random(1)
    lines = [slip_line(Writer(rng)) for _ in range(400)]
    assert all(line and "\n" not in line for line in lines)
    small = sum(line != line.upper() for line in lines)
    assert 100 < small < 300
    headings = {one.upper() for one in HEADINGS}
    assert 10 < sum(line.upper() in headings for line in lines) < 100
    assert sum(":" in line for line in lines) > 60


def test_what_is_measured_has_no_slips_and_one_question_each() -> None:
    held = CropPlan(2, 30, (FONT,), Wear.NONE, held_out=True, kind=TextKind.NATURAL)
    assert all(not draw_crop(held, random.Random(seed)).more for seed in range(20))
    assert all(not draw_form(held, random.Random(seed)).more for seed in range(20))
    assert all(len(one.turns) == 1 for one in draw_strips(held, random.Random(1), 20))
    assert "\n" not in Writer(random.Random(2), held_out=True).address_block()


@pytest.mark.parametrize("drawn", ["form", "strip"])
def test_further_questions_change_nothing_about_the_first(drawn: str) -> None:
    alone = replace(PLAN, more=0)
    for seed in range(30):
        if drawn == "form":
            one, several = (draw_form(plan, random.Random(seed)) for plan in (alone, PLAN))
        else:
            one, several = (draw_strips(plan, random.Random(seed), 1)[0] for plan in (alone, PLAN))
        assert several.turns[0] == one.turns[0]
        assert several.text == one.text
        assert len(several.more) <= PLAN.more


def test_further_questions_are_answered_by_what_is_shown() -> None:
    rng = random.Random(4)
    samples = [draw_form(PLAN, rng) for _ in range(60)] + draw_strips(PLAN, rng, 120)
    turns = [(sample, turn) for sample in samples for turn in sample.more]
    missing = [turn for _, turn in turns if turn.answer_at < 0]
    assert all(turn.answer == NOT_HERE for turn in missing)
    assert 0.1 < len(missing) / len(turns) < 0.5
    for sample, turn in turns:
        if turn.answer_at >= 0:
            end = turn.answer_at + len(turn.answer)
            assert sample.text[turn.answer_at : end] == turn.answer
            shown = set(sample.views[0].members.tolist())
            assert set(range(turn.answer_at, end)) <= shown
    read = [turn for sample, turn in turns if sample.kind == "fields" and turn.answer_at == 0]
    assert any("\n" in turn.answer or ":" in turn.answer for turn in read)


def test_an_address_of_several_lines_is_answered_with_its_breaks() -> None:
    broken = 0
    for seed in range(40):
        page = draw_page("invoice", (640, 640), (16, 18), (FONT,), random.Random(seed))
        for ask in page.asks:
            if ask.field is not None and ask.field.key == "address":
                assert page.sheet.text[ask.at : ask.at + len(ask.answer)] == ask.answer
                broken += "\n" in ask.answer
    assert broken > 5
