"""Parts that are asked together, and those that are left to be asked alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tests.vlm.documents import said
from vlm.cancel import Stopped, returned
from vlm.part_asking import PartFailed, Told, ask_parts, at_once
from vlm.protocol import Cancelled, Event, Failed
from vlm.types import Box, PageRef, Question

BOXES = tuple(Box(0.0, number / 10, 1.0, (number + 1) / 10) for number in range(4))
ASKED = [Question("Which?", PageRef("scan.pdf", 0), box) for box in BOXES]


class Together:
    """Answers about every second part together, and about the others alone."""

    at_once = 3

    def __init__(self, alone: Event) -> None:
        self.alone = alone
        self.asked: list[Question] = []

    def __call__(self, question: Question, /) -> Iterator[Event]:
        """Answer."""
        self.asked.append(question)
        yield self.alone

    def several(self, asked: Sequence[Question]) -> dict[int, Told]:
        """Answer."""
        known = list(enumerate(asked))[::2]
        return {number: Told(one.box or BOXES[0], said("both").answer, "") for number, one in known}


def test_what_is_not_answered_together_is_asked_alone() -> None:
    ask = Together(said("alone"))
    found = returned(ask_parts(ASKED, ask))
    assert [one.answer.text for one in found] == ["both", "alone", "both", "alone"]
    assert [one.part for one in found] == list(BOXES)
    assert ask.asked == ASKED[1::2]


def test_a_single_part_is_asked_alone() -> None:
    (found,) = returned(ask_parts(ASKED[:1], Together(said("alone"))))
    assert found.answer.text == "alone"


def test_how_many_are_asked_together() -> None:
    ask = Together(said("alone"))
    assert at_once(ask) == 3
    assert at_once(ask.__call__) == 1


@pytest.mark.parametrize(
    ("ended", "raised"), [(Failed(1, "lost", "It is gone."), PartFailed), (Cancelled(1), Stopped)]
)
def test_a_part_that_fails_ends_them_all(ended: Event, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        returned(ask_parts(ASKED, Together(ended)))
