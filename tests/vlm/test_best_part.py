"""What is told of the parts of a page: the best answer, and where it was read."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.vlm.documents import said
from vlm.best_part import marked, tell_best
from vlm.part_asking import Told
from vlm.protocol import Done
from vlm.types import WHOLE_PAGE, Box, Evidence

PART = Box(0.1, 0.2, 0.5, 0.25)


def answer(tokens: int, kind: str = "no_text") -> Told:
    given = replace(said("12.50").answer, visual_tokens=tokens, evidence=Evidence(kind))  # type: ignore[arg-type]
    return Told(PART, given, "")


@pytest.mark.parametrize(
    ("tokens", "kind", "boxes"),
    [(0, "no_text", (PART,)), (64, "no_text", ()), (0, "absent", ()), (0, "nothing", ())],
)
def test_only_what_was_read_without_a_look_of_the_model_is_marked(
    tokens: int, kind: str, boxes: tuple[Box, ...]
) -> None:
    found = marked(answer(tokens, kind).answer, PART)
    assert found == Evidence(kind, boxes, part=PART)  # type: ignore[arg-type]


def test_a_page_read_as_a_whole_is_not_marked() -> None:
    assert marked(answer(0).answer, None).boxes == ()
    told = replace(answer(0).answer)
    events = list(tell_best(1, [(0.9, Told(WHOLE_PAGE, told, ""))], True, False, 1.0, 1.0, 0.0))
    assert isinstance(events[-1], Done)
    assert events[-1].answer.evidence == Evidence("no_text")


def test_the_best_of_several_is_told_with_its_place() -> None:
    other = Told(Box(0, 0.5, 1, 0.6), answer(0).answer, "")
    events = list(tell_best(1, [(0.4, other), (0.8, answer(0))], True, False, 1.0, 1.0, 0.0))
    assert isinstance(events[-1], Done)
    assert events[-1].answer.evidence == Evidence("no_text", (PART,), part=PART)
