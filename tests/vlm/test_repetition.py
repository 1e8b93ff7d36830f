from __future__ import annotations

import pytest

from vlm.repetition import LETTERS, Repetition, endless_from


def kept(ids: list[int]) -> tuple[int, int] | None:
    """Return at which length an answer was stopped and how much of it was kept."""
    watch = Repetition()
    for count, token in enumerate(ids, 1):
        keep = watch.add(token)
        if keep is not None:
            return count, keep
    return None


def test_one_token_for_ever_is_kept_once() -> None:
    assert kept([5, 6, *[7] * 100]) == (66, 3)


def test_a_phrase_for_ever_is_kept_once() -> None:
    phrase = [1, 2, 3, 4, 5, 6, 7, 8]
    assert kept([9, 9, 9, *phrase * 20]) == (3 + 64, 3 + 8)


def test_a_long_passage_is_found_at_its_fourth_time() -> None:
    passage = list(range(60))
    assert kept(passage * 5) == (240, 60)


def test_a_repetition_that_begins_inside_the_phrase() -> None:
    assert kept([2, 3, *[1, 2, 3] * 40]) == (64, 3)


@pytest.mark.parametrize(
    "ids",
    [
        [],
        [1],
        list(range(300)),
        [7] * 63,
        [1, 2, 3, 4, 5] * 8,
        [number for row in range(40) for number in (row, 1, 2, 3)],
        list(range(60)) * 3,
        [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
    ],
)
def test_what_a_document_may_say_goes_on(ids: list[int]) -> None:
    assert kept(ids) is None


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("488" + "1" * LETTERS, 3),
        ("0" * 40, 0),
        ("x" * (LETTERS - 1), None),
        ("a" + "1" * LETTERS + "2", None),
        ("1000000", None),
        ("SC18SSCB11010000000000001497USD", None),
        ("XXXXXXXXXXXXXXXX", None),
        ("." * 60, None),
        ("_ " * 60, None),
        ("", None),
    ],
)
def test_one_letter_or_digit_for_ever(text: str, start: int | None) -> None:
    assert endless_from(text) == start
