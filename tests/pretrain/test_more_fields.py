"""Fields of any name: what they are called, asked by, and that the held-out ones are new."""

import random
from dataclasses import replace

import numpy as np

from pretrain import fonts
from pretrain.documents.crops import CropPlan, Sample
from pretrain.documents.fields import BY_KEY, FIELDS, NOT_HERE
from pretrain.documents.forms import draw_form
from pretrain.documents.more_fields import MORE, another, ask_other, invented
from pretrain.documents.pages import draw_page
from pretrain.documents.strips import draw_strips
from pretrain.documents.texts import Writer
from pretrain.documents.wear import Wear

FONTS = fonts.load(None).seen
PLAN = CropPlan(4, 30, FONTS, Wear.NONE, smallest_em_px=14, largest_em_px=14, other=1.0)


def _forms(plan: CropPlan, count: int) -> list[Sample]:
    return [draw_form(plan, random.Random(seed)) for seed in range(count)]


def test_no_field_is_described_twice() -> None:
    keys = [field.key for field in (*FIELDS, *MORE)]
    assert len(set(keys)) == len(keys)


def test_every_known_field_writes_a_value_in_every_language() -> None:
    for seed in range(12):
        writer = Writer(random.Random(seed))
        assert all(field.value(writer).strip() for field in MORE)
        assert all(field.ask(writer.rng, held_out=False).strip() for field in MORE)


def test_held_out_names_are_never_invented_in_training() -> None:
    seen = {invented(Writer(random.Random(seed))).key.lower() for seed in range(1500)}
    new = {another(Writer(random.Random(seed), True), True).key.lower() for seed in range(300)}
    assert len(new) > 100
    assert not seen & new


def test_what_is_asked_for_stands_behind_its_name() -> None:
    answered = [one for one in _forms(PLAN, 80) if one.answer != NOT_HERE]
    assert len(answered) > 50
    for one in answered:
        line = one.text[: one.answer_at].split("\n")[-1]
        assert line.strip(" :")
        assert one.text[one.answer_at :].startswith(one.answer)


def test_a_held_out_question_names_its_field() -> None:
    for one in _forms(replace(PLAN, held_out=True), 40):
        if one.answer != NOT_HERE:
            label = one.text[: one.answer_at].split("\n")[-1].strip(" :")
            assert f"Which {label} is given?" == one.question or f'"{label}"' in one.question


def test_a_name_that_is_written_is_not_said_to_be_missing() -> None:
    text = "Cashier: Anna\nNear 4\n" + "\n".join(field.labels["en"][0] for field in MORE)
    for seed in range(60):
        question = ask_other(text, Writer(random.Random(seed)), held_out=False).lower()
        assert "cashier" not in question


def test_pages_put_other_fields_in_the_place_of_usual_ones() -> None:
    page = draw_page("form", (640, 900), (16, 18), FONTS, random.Random(2), other=1.0)
    keys = {one.field.key for one in page.asks if one.field is not None}
    assert keys - set(BY_KEY)
    usual = draw_page("form", (640, 900), (16, 18), FONTS, random.Random(2))
    assert {one.field.key for one in usual.asks if one.field is not None} <= set(BY_KEY)


def test_half_of_the_strips_have_no_line_that_an_edge_cuts() -> None:
    plan = CropPlan(4, 30, FONTS, Wear.NONE, 0.5, 16, 16, other=0.3, varied=0.01)
    strips = draw_strips(plan, random.Random(4), 80)
    whole = 0
    for strip in strips:
        pixels = strip.views[0].pixels
        edges = np.concatenate((pixels[:2], pixels[-2:]))
        whole += int(edges.min() > 200)
        for place in strip.views[0].placed.centres:
            assert 0 <= place[1] < pixels.shape[0]
    cut = replace(plan, varied=0.0)
    without = sum(
        int(np.concatenate((p[:2], p[-2:])).min() > 200)
        for p in (one.views[0].pixels for one in draw_strips(cut, random.Random(4), 80))
    )
    assert whole > without
