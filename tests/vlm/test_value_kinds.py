"""Values are of the kind that a question asks for, or less likely its answer."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import load_file

from vlm import value_kinds
from vlm.field_candidates import candidates
from vlm.field_matcher import EVERY, FOLDER, FieldMatcher, FieldMatchers, shipped
from vlm.page_cells import cells_of
from vlm.types import Box, Word

VALUES = ("14.03.2025", "86,00 €", "Dr. H. Tammling", "04799 30 55-12", "15:30")


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("How much do I have to transfer?", "86,00 €"),
        ("Was muss Herr Petermann überweisen?", "86,00 €"),
        ("When does it run out?", "14.03.2025"),
        ("Qui a signé ?", "Dr. H. Tammling"),
        ("Welche Nummer soll ich anrufen?", "04799 30 55-12"),
        ("At what time does it start?", "15:30"),
    ],
)
def test_the_kind_of_a_value_is_told_from_what_is_asked(question: str, best: str) -> None:
    suit = value_kinds.shipped().suit(question, VALUES)
    assert suit.dtype == np.float32
    assert VALUES[int(suit.argmax())] == best


def test_kinds_are_shares() -> None:
    kinds = value_kinds.shipped()
    for side, text in (("question", "Wann?"), ("value", "12,50"), ("value", "")):
        shares = kinds.kinds_of(side, text)  # type: ignore[arg-type]
        assert shares.sum() == pytest.approx(1, abs=1e-5)
    assert kinds.suit("Wann?", ()).shape == (0,)


def line(text: str, y: float) -> list[Word]:
    return [
        Word(one, Box(0.1 + 0.1 * n, y, 0.19 + 0.1 * n, y + 0.02))
        for n, one in enumerate(text.split())
    ]


def test_several_networks_and_kinds_are_weighed_together() -> None:
    words = [*line("Pay date: 28/11/2025", 0.1), *line("Net pay: 2,086.36", 0.2)]
    question = "When will the money be in my account?"
    found = candidates(question, cells_of(words), False)
    weighed = shipped().weigh(question, found)
    assert weighed.shares.sum() + weighed.none == pytest.approx(1, abs=1e-4)
    assert found[int(weighed.shares.argmax())].text == "28/11/2025"
    assert shipped().weigh(question, []).none == pytest.approx(1)


def test_one_network_alone_is_what_it_says_and_the_kinds() -> None:
    words = line("Name: Ada Moor", 0.1)
    question = "What is she called?"
    found = candidates(question, cells_of(words), False)
    one = FieldMatcher(load_file(sorted(FOLDER.glob(EVERY))[0]))
    both = FieldMatchers([one, one], value_kinds.shipped()).weigh(question, found)
    alone = FieldMatchers([one], value_kinds.shipped()).weigh(question, found)
    assert np.allclose(both.shares, alone.shares, atol=1e-5)
