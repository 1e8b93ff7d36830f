from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from finetune import plan as plans
from finetune.effort import (
    ASKED,
    TEXT_TOKENS,
    Model,
    Questions,
    learning_work,
    measuring_work,
    questions_of,
)
from finetune.estimate import estimate
from finetune.fingerprint import base_fingerprint
from finetune.page_cost import Look
from tests.finetune import tuning
from tests.finetune.made import example
from vlm import models
from vlm.types import Box

PAGE, PART = Look(320, 5000, 1000), Look(64, 100, 100)
LARGE = Model(1000, PAGE, None, lambda look: look.patches)
SMALL = replace(LARGE, part=PART)
ALONE = tuning.plan_of(Path("base"), replay=0.0, epochs=3, views=2)


def test_rows_are_counted_by_what_they_are_about() -> None:
    box = Box(0.1, 0.1, 0.5, 0.5)
    rows = [
        example(0, "a"),
        example(1, "a"),
        example(2, "a", box=box),
        example(3, "a", box=box),
        example(4, "b"),
        example(5, "c"),
    ]
    some = {f"e{number}" for number in range(5)}
    assert questions_of(rows, some) == Questions(5, 3, 3, 2, 3, 2)
    first, other = rows[0].document, rows[4].document
    assert questions_of(rows, some, {(first, 0)}) == Questions(5, 3, 3, 2, 1, 1)
    assert questions_of(rows, some, {(first, 1), (other, 0)}) == Questions(5, 3, 3, 2, 2, 1)
    assert questions_of(rows, set()) == Questions()


def test_a_model_that_reads_parts_is_taught_some_and_asked_many() -> None:
    whole = Questions(rows=4, whole=4, pictures=2, pages=2)
    text = 4 * 1000 * (64 + TEXT_TOKENS)
    assert learning_work(ALONE, whole, SMALL) == 3 * text * 16 + 2 * 100 * 16
    asked = 2 * 1000 * (64 + TEXT_TOKENS)
    assert measuring_work(ALONE, whole, SMALL) == ASKED * (2 * asked * 4 + 2 * 100)


def test_finding_the_answers_on_scans_is_counted_and_in_text_layers_is_not() -> None:
    printed = Questions(rows=4, whole=4, pictures=2, pages=2)
    scans = Questions(rows=4, whole=4, pictures=2, pages=2, scanned=4, scans=2)
    asked = 2 * 1000 * (64 + TEXT_TOKENS)
    more = learning_work(ALONE, scans, SMALL) - learning_work(ALONE, printed, SMALL)
    assert more == ASKED * (2 * (100 + asked) + 4 * asked)
    assert learning_work(ALONE, scans, LARGE) == learning_work(ALONE, printed, LARGE)


def test_chosen_parts_and_large_models_cost_what_they_show() -> None:
    chosen = Questions(rows=4, pictures=2)
    assert learning_work(ALONE, chosen, SMALL) == learning_work(ALONE, chosen, LARGE)
    assert measuring_work(ALONE, chosen, SMALL) == measuring_work(ALONE, chosen, LARGE)
    reading = 2 * 1000 * (320 + TEXT_TOKENS)
    assert measuring_work(ALONE, chosen, LARGE) == 5000 * 2 + 2 * reading * 4


def test_an_encoder_that_learns_looks_for_both_versions() -> None:
    chosen = Questions(rows=4, pictures=2)
    learns = tuning.plan_of(Path("base"), trains_vision=True)
    more = measuring_work(learns, chosen, LARGE) - measuring_work(ALONE, chosen, LARGE)
    assert more == 5000 * 2


def test_a_step_on_parts_needs_the_memory_of_parts_and_not_of_pages() -> None:
    shipped = models.default_folder()
    assert shipped is not None
    plan = plans.preset("thorough", "mine", str(shipped), base_fingerprint(shipped))
    parts = estimate(plan, Questions(rows=48, whole=48, pictures=12, pages=12), flops=1e9)
    boxes = estimate(plan, Questions(rows=48, pictures=12), flops=1e9)
    mixed = estimate(plan, Questions(rows=48, whole=47, pictures=13, pages=12), flops=1e9)
    assert parts.step_bytes < boxes.step_bytes / 10
    assert mixed.step_bytes == boxes.step_bytes
