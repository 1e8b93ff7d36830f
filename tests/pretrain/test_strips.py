"""Strips of documents: what they show, what is asked of them, and that nothing is given away."""

import random
from dataclasses import replace

import numpy as np
import pytest

from pretrain import fonts
from pretrain.batches import collate
from pretrain.documents.crops import CropPlan, Sample
from pretrain.documents.fields import NOT_HERE
from pretrain.documents.strips import draw_strips
from pretrain.documents.wear import Wear
from pretrain.stages import STAGES, Source

PLAN = CropPlan(4, 24, fonts.load(None).seen, wear=Wear.NONE, smallest_em_px=15, largest_em_px=22)


@pytest.fixture(scope="module")
def strips() -> list[Sample]:
    """Enough strips for every kind of question."""
    return draw_strips(PLAN, random.Random(3), 80)


def test_strips_have_the_asked_shape(strips: list[Sample]) -> None:
    assert {strip.shape for strip in strips} == {(1, 4, 24)}


def test_an_answer_stands_whole_in_its_strip(strips: list[Sample]) -> None:
    answered = [strip for strip in strips if strip.answer != NOT_HERE]
    assert len(answered) > 20
    for strip in answered:
        end = strip.answer_at + len(strip.answer)
        assert strip.text[strip.answer_at : end] == strip.answer
        assert set(range(strip.answer_at, end)) <= set(strip.views[0].members.tolist())


def test_what_is_said_to_be_missing_is_not_shown(strips: list[Sample]) -> None:
    missing = [strip for strip in strips if strip.answer == NOT_HERE]
    assert len(missing) > 10
    assert all(strip.answer_at == -1 for strip in missing)


def test_characters_lie_where_there_is_ink(strips: list[Sample]) -> None:
    for strip in strips[:20]:
        view = strip.views[0]
        for place, character in zip(view.placed.centres, view.members, strict=True):
            if strip.text[character] not in " \n.,:-'" and 8 < place[1] < 56 and 8 < place[0] < 376:
                x, y = place.astype(int)
                assert view.pixels[y - 8 : y + 9, x - 8 : x + 9].min() < 128


def test_the_same_seed_draws_the_same_strips() -> None:
    one, two = (draw_strips(PLAN, random.Random(9), 8) for _ in range(2))
    assert [strip.question for strip in one] == [strip.question for strip in two]
    assert all(
        np.array_equal(a.views[0].pixels, b.views[0].pixels) for a, b in zip(one, two, strict=True)
    )


def test_the_last_level_of_lines_draws_strips_that_make_a_batch() -> None:
    level = replace(STAGES["lines"].levels[-1], strips_share=1.0)
    batch = Source(level, PLAN.fonts, seed=1, patches_per_batch=900).draw(0)
    assert len(batch.input_ids) >= 2
    assert (batch.labels >= 0).any(axis=1).all()
    collated = collate(draw_strips(PLAN, random.Random(2), 6), 64)
    assert (collated.sources >= 0).any()
