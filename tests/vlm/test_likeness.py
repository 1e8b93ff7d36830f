from __future__ import annotations

import random

import pytest

from vlm.likeness import ALIKE, LEAST_LETTERS, alike, with_instead, within
from vlm.scoring import distance


@pytest.mark.parametrize(
    ("word", "other", "same"),
    [
        ("invoice", "invoice", True),
        ("invoice", "lnvoice", True),
        ("subtotal", "total", False),
        ("tax", "tex", False),
        ("tax", "tax", True),
        ("date", "rate", True),
        ("date", "rates", False),
        ("", "", True),
    ],
)
def test_words_are_alike_but_for_a_few_letters(word: str, other: str, same: bool) -> None:
    assert alike(word, other) is same
    assert alike(other, word) is same


def test_words_of_other_lengths_are_alike_as_their_letters_say() -> None:
    chance = random.Random(3)
    for _ in range(3000):
        one, other = ("".join(chance.choices("aab", k=chance.randrange(4, 11))) for _ in range(2))
        assert min(len(one), len(other)) >= LEAST_LETTERS
        share = 1 - distance(one, other) / max(len(one), len(other))
        assert alike(one, other) is (share >= ALIKE)


def test_how_well_a_text_holds_an_answer() -> None:
    assert within("LP-20418", "Invoice number  lp-20418 of today") == 1.0
    assert within("LP-2O418", "Invoice number LP-20418") == pytest.approx(7 / 8)
    assert within("Total", "") == 0.0
    assert within("", "anything") == 0.0
    assert within("zzzz", "aaaa bbbb") == 0.0


@pytest.mark.parametrize(
    ("part", "text", "found"),
    [
        ("33.90", "Total  RM33.9O", "Total RM33.90"),
        (
            "IMPORTED HARDWARE SDN BHD",
            "IMPORTE HADRWARE SDN BHDO (1)",
            "IMPORTED HARDWARE SDN BHD (1)",
        ),
        ("15/01/2018", "Date: I5/0l/2018 11:05", "Date: 15/01/2018 11:05"),
        ("Tea", "Tea", "Tea"),
        ("Tea", "", "Tea"),
    ],
)
def test_what_is_right_is_put_where_it_was_misread(part: str, text: str, found: str) -> None:
    assert with_instead(part, text) == found
