from __future__ import annotations

import pytest

from tests.drawn import line
from vlm.nearest import MOST_LETTERS, nearest
from vlm.types import Box

WORDS = line("Mail:", "guillon@post.org,", "Tel.", "+25", "005", "0470038", "Ruiz-Smith.", y=0.5)


@pytest.mark.parametrize(
    ("answer", "written"),
    [
        ("gullon@post.org", "guillon@post.org"),
        ("25 05 0470038", "+25 005 0470038"),
        ("Ruz-Smith", "Ruiz-Smith"),
        ("RUIZ-SMITN", "Ruiz-Smith"),
        ("guillon@post.org", None),  # it is written so
        ("guil lon@post.org", None),  # only blanks differ
        ("Miller and Sons", None),
        ("Tel", None),
        ("", None),
        ("guillon@post.or\nRuiz", None),
        ("x" * (MOST_LETTERS + 1), None),
    ],
)
def test_an_answer_is_written_as_the_page_has_it(answer: str, written: str | None) -> None:
    assert nearest(answer, WORDS, None) == written


def test_words_outside_the_part_are_not_meant() -> None:
    assert nearest("Ruz-Smith", WORDS, Box(0, 0, 1, 0.2)) is None
    assert nearest("Ruz-Smith", WORDS, Box(0, 0.4, 1, 0.6)) == "Ruiz-Smith"


def test_a_page_without_words_has_none() -> None:
    assert nearest("Ruiz-Smith", (), None) is None
