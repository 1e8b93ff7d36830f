from __future__ import annotations

import io

from PIL import Image

from finetune import plan as plans
from finetune import regression, replay
from finetune.types import NOT_ON_PAGE


def test_the_share_is_that_of_all_that_is_learned_from() -> None:
    plan = plans.preset("quick", "mine", "/models/x", "f")
    assert plan.replay == 0.15
    assert 0.15 <= plan.replayed(100) / (100 + plan.replayed(100)) < 0.16


def test_the_forms_answer_their_questions_and_are_the_same_for_the_same_seed() -> None:
    rows, pictures = replay.rows_and_pictures(60, 1)
    again, _ = replay.rows_and_pictures(60, 1)
    other, _ = replay.rows_and_pictures(60, 2)
    assert rows == again
    assert [row.sha256 for row in rows] != [row.sha256 for row in other]
    assert {row.side for row in rows} == {"train"}
    for row in rows:
        with Image.open(io.BytesIO(pictures[row.id])) as image:
            assert image.size == (
                round(row.size.width * 150 / 72),
                round(row.size.height * 150 / 72),
            )
    absent = [row for row in rows if row.answers == (NOT_ON_PAGE,)]
    assert 0 < len(absent) < 20
    assert {row.question for row in absent} == {"What is the delivery date?"}


def test_what_forgetting_is_measured_on_is_never_learned_from() -> None:
    learned, _ = replay.rows_and_pictures(200, 0)
    watched, _ = replay.watched(0)
    assert len({row.sha256 for row in watched}) == replay.WATCHED
    learned += watched
    fixed, _ = regression.rows_and_pictures()
    assert {row.sha256 for row in learned}.isdisjoint(row.sha256 for row in fixed)
    assert {row.id for row in learned}.isdisjoint(row.id for row in fixed)


def test_what_forgetting_is_noticed_by_is_never_learned_from() -> None:
    learned, pictures = replay.rows_and_pictures(200, 0)
    watched, drawn = replay.watched(0)
    assert {row.sha256 for row in learned}.isdisjoint(row.sha256 for row in watched)
    assert pictures.keys().isdisjoint(drawn)
