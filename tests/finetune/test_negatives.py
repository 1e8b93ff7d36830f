from __future__ import annotations

import msgspec

from finetune import negatives
from finetune.split import Split
from finetune.types import NOT_ON_PAGE
from tests.finetune.made import example
from vlm.types import Box

TOTAL = Box(0.6, 0.8, 0.9, 0.85)
DATE = Box(0.1, 0.1, 0.4, 0.15)


def test_borrowed_asks_about_crops_labelled_as_something_else() -> None:
    rows = [
        example(1, "a", "What is the total?", "12.00", TOTAL),
        example(2, "a", "What is the date?", "May 1", DATE),
        example(3, "b", "What is the total?", "7.00", TOTAL),
    ]
    found = negatives.borrowed(rows, seed=1, share=1.0)
    assert {(e.question, shown) for e, shown in found} == {
        ("What is the total?", "e2"),
        ("What is the date?", "e1"),
    }
    for negative, shown in found:
        source = next(row for row in rows if row.id == shown)
        assert negative.answers == (NOT_ON_PAGE,)
        assert negative.kind == "negative"
        assert (negative.box, negative.document) == (source.box, source.document)
    assert found == negatives.borrowed(rows, seed=1, share=1.0)
    assert len(negatives.borrowed(rows, seed=1, share=0.4)) == 1


def test_borrowed_never_takes_a_crop_that_may_answer() -> None:
    overlapping = Box(0.5, 0.7, 0.95, 0.9)
    rows = [
        example(1, "a", "What is the total?", "12.00", TOTAL),
        example(2, "a", "What is the footer?", "Pay 9", overlapping),
        example(3, "a", "What is the due amount?", "EUR 12.00", DATE),
        example(4, "a", "What is the total?", "12.00", Box(0, 0.4, 0.2, 0.5)),
    ]
    pairs = {(e.question, shown) for e, shown in negatives.borrowed(rows, 0, 1.0)}
    assert ("What is the total?", "e2") not in pairs
    assert ("What is the total?", "e3") not in pairs
    assert ("What is the total?", "e4") not in pairs


def test_negatives_are_added_to_what_is_learned_from_and_taken_from_nothing_else() -> None:
    rows = [
        example(number, document, question, answer, box)
        for number, (document, question, answer, box) in enumerate(
            (document, *asked)
            for document in ("a", "b", "c")
            for asked in (
                ("What is the total?", "12.00", TOTAL),
                ("What is the date?", "May 1", DATE),
                ("Who sent it?", "Larkspur", Box(0.1, 0.3, 0.4, 0.35)),
                ("What is the number?", "77-1", Box(0.1, 0.5, 0.4, 0.55)),
            )
        )
    ]
    learned, watched, held = (tuple(row.id for row in rows[at : at + 4]) for at in (0, 4, 8))
    sides = Split(learned, watched, held, 2, 1)
    pairs, now = negatives.with_borrowed(rows, sides, seed=3)
    assert pairs == negatives.borrowed(rows[:4], seed=3)
    assert pairs
    assert {shown for _, shown in pairs} <= set(learned)
    assert now.train == learned + tuple(negative.id for negative, _ in pairs)
    assert msgspec.structs.replace(now, train=learned) == sides


def test_nothing_is_concluded_from_an_answer_that_is_not_there() -> None:
    absent = [
        example(1, "a", "What is the total?", NOT_ON_PAGE, TOTAL, kind="right"),
        example(2, "a", "What is the total?", "not on this page", TOTAL, kind="correction"),
        example(3, "a", "What is the total?", NOT_ON_PAGE, TOTAL, kind="negative"),
    ]
    date = example(4, "a", "What is the date?", "May 1", DATE)
    for one in absent:
        assert negatives.borrowed([one, date], 0, 1.0) == []
    assert list(negatives.labelled_boxes([*absent, date])) == [
        (date.document, 0, "what is the date?")
    ]


def test_labelled_boxes_by_place_and_question() -> None:
    rows = [
        example(1, "a", box=TOTAL),
        example(2, "a", box=DATE),
        example(3, "a", box=DATE, kind="negative"),
        example(4, "b", box=DATE),
    ]
    found = negatives.labelled_boxes(rows)
    assert found[rows[0].document, 0, "what is the total?"] == (TOTAL, DATE)
    assert len(found) == 2
