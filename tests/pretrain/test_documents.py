import random
from collections.abc import Callable

import numpy as np
import pytest

from pretrain import fonts
from pretrain.documents.crops import CropPlan, Sample, TextKind, draw_crop
from pretrain.documents.fields import FIELDS, NOT_HERE
from pretrain.documents.forms import draw_form
from pretrain.documents.ink import Sheet, fit, width_of
from pretrain.documents.pages import KINDS, draw_page
from pretrain.documents.printers import Dots, TillFont
from pretrain.documents.texts import Writer, is_held_out
from pretrain.documents.views import Scope, view_page
from pretrain.documents.wear import Wear, skew

FONTS = fonts.load(None).seen
Draw = Callable[[CropPlan, random.Random], Sample]


def plan(wear: Wear = Wear.NONE, kind: TextKind | None = None) -> CropPlan:
    return CropPlan(3, 20, FONTS, wear, kind=kind)


def dark_share(sample: Sample) -> float:
    """Share of characters (not spaces) with ink within 6 pixels of their centre."""
    view = sample.views[0]
    grey = view.pixels.mean(-1)
    hits = []
    for member, (x, y) in zip(view.members, view.placed.centres, strict=True):
        if sample.text[member] not in " \n.,'\"-_:;^~`°":
            around = grey[max(0, int(y) - 6) : int(y) + 7, max(0, int(x) - 6) : int(x) + 7]
            hits.append(around.size > 0 and around.min() < 140)
    return float(np.mean(hits))


@pytest.mark.parametrize("wear", list(Wear))
@pytest.mark.parametrize("draw", [draw_crop, draw_form])
def test_the_same_seed_draws_the_same_picture(draw: Draw, wear: Wear) -> None:
    first, again = (draw(plan(wear), random.Random("x")) for _ in range(2))
    assert first.text == again.text
    assert first.question == again.question
    assert np.array_equal(first.views[0].pixels, again.views[0].pixels)
    assert np.array_equal(first.views[0].placed.centres, again.views[0].placed.centres)


@pytest.mark.parametrize("draw", [draw_crop, draw_form])
def test_characters_lie_where_the_ink_is(draw: Draw) -> None:
    shares = [dark_share(draw(plan(), random.Random(seed))) for seed in range(8)]
    assert min(shares) > 0.95


def test_eight_digits() -> None:
    sample = draw_crop(plan(kind=TextKind.DIGITS8), random.Random(3))
    assert all(len(line) == 8 and line.isdigit() for line in sample.answer.split("\n"))


def test_skew_moves_the_characters_with_the_ink() -> None:
    sheet = Sheet.blank(320, 96)
    sheet.write("HHHHHHHHHHHH", (20, 50), FONTS[0], 24)
    turned, placed = skew(sheet.image, sheet.placed(), 5.0)
    grey = np.asarray(turned)
    for x, y in placed.centres:
        assert grey[int(y) - 7 : int(y) + 8, int(x) - 8 : int(x) + 9].min() < 100


def test_fit_cuts_at_the_room() -> None:
    text = fit("hello world", FONTS[0], 20, 70)
    assert "hello world".startswith(text)
    assert width_of(text, FONTS[0], 20) <= 70


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("scope", list(Scope))
def test_answers_stand_on_the_page(kind: str, scope: Scope) -> None:
    for seed in range(3):
        rng = random.Random(f"{kind}{seed}")
        page = draw_page(kind, (512, 768), (14, 18), FONTS, rng)
        for ask in page.asks:
            assert page.sheet.text[ask.at : ask.at + len(ask.answer)] == ask.answer
        sample = view_page(page, kind, scope, Wear.LIGHT, (256, 64), rng)
        assert len(sample.views) == (5 if scope is Scope.SPLIT else 1)
        assert len({view.pixels.shape for view in sample.views}) == 1
        if sample.answer != NOT_HERE:
            shown = {int(member) for view in sample.views for member in view.members}
            assert set(range(sample.answer_at, sample.answer_at + len(sample.answer))) <= shown


def test_a_page_looks_the_same_in_quarters_and_whole() -> None:
    page = draw_page("letter", (512, 768), (14, 18), FONTS, random.Random(1))
    sample = view_page(page, "letter", Scope.SPLIT, Wear.NONE, (256, 64), random.Random(1))
    in_quarters = sum(len(view.members) for view in sample.views[:4])
    assert in_quarters == len(sample.views[4].members) == len(page.sheet.text)


def test_questions_about_absent_fields_are_drawn() -> None:
    answers = [draw_form(plan(), random.Random(seed)).answer for seed in range(60)]
    assert 0 < answers.count(NOT_HERE) < 25


def test_training_and_measuring_share_no_entries_and_no_phrasings() -> None:
    for language in range(30):
        training, measuring = Writer(random.Random(language)), Writer(random.Random(language), True)
        assert not is_held_out(training.pick("last"))
        assert is_held_out(measuring.pick("last"))
    for field in FIELDS:
        rng = random.Random(0)
        asked = {field.ask(rng, held_out=False) for _ in range(50)}
        assert field.ask(rng, held_out=True) not in asked


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_narrow_page_in_wide_letters_is_drawn_all_the_same(kind: str) -> None:
    wide = TillFont("pillow-default", None, dots=Dots(14, 0.5, 2.0))
    for seed in range(3):
        page = draw_page(kind, (224, 600), (24, 27), (wide,), random.Random(seed))
        assert page.asks
