"""What every family keeps to, and what it declares of itself."""

from __future__ import annotations

import itertools
import threading
from typing import Any

import pytest
import torch

from tests import small
from tests.drawn import DrawnPages
from tests.vlm.answering import NEVER, answered, last, question, started
from tests.vlm.families import plain
from tests.vlm.families.conftest import KINDS, Saved
from vlm.device import Placement
from vlm.engine import Engine
from vlm.families import FAMILIES
from vlm.families.family import ONE_PAGE, Family, SeveralPages
from vlm.protocol import Ask, Cancelled, Event, Failed, Load, Loaded, TextDelta
from vlm.types import PageRef


def family_of(answerer: Engine) -> Family:
    sight = answerer.sight
    assert sight is not None
    return sight.loaded.family


def extensions(answerer: Engine, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by how many tokens each step of the text model takes."""
    sight = answerer.sight
    assert sight is not None
    lengths: list[int] = []
    extend = sight.decoder.extend

    def counted(sequence: Any, embedded: torch.Tensor) -> torch.Tensor:
        lengths.append(len(embedded))
        return extend(sequence, embedded)

    monkeypatch.setattr(sight.decoder, "extend", counted)
    return lengths


def prefilled(lengths: list[int]) -> int:
    """Add up the steps before the first token of an answer."""
    return sum(itertools.takewhile(lambda count: count > 1, lengths))


@pytest.mark.parametrize(
    ("kind", "splitting"),
    [*((kind, True) for kind in KINDS), *((kind, False) for kind in small.SPLITTING)],
)
def test_answers_are_those_of_plain_generate(saved: Saved, kind: str, splitting: bool) -> None:
    asked = question("What is the total?", splitting=splitting)
    found = answered(started(saved(kind)), asked)
    assert found.text == plain.answer(kind, saved(kind), asked)
    assert found.text


@pytest.mark.parametrize("kind", KINDS)
def test_several_pages_are_read_or_refused(saved: Saved, kind: str) -> None:
    answerer = started(saved(kind))
    asked = question(more_pages=(PageRef("b.pdf", 0),))
    if isinstance(family_of(answerer), SeveralPages):
        assert answered(answerer, asked).text == plain.answer(kind, saved(kind), asked)
    else:
        failed = last(answerer.ask(Ask(2, asked), NEVER))
        assert isinstance(failed, Failed)
        assert failed.message == ONE_PAGE


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_shown_in_parts_where_the_family_says_so(saved: Saved, kind: str) -> None:
    answerer = started(saved(kind))
    fine = answered(answerer, question()).views
    coarse = answered(answerer, question(splitting=False)).views
    more = sum(view.width * view.height for view in fine) > sum(
        view.width * view.height for view in coarse
    )
    assert more is family_of(answerer).abilities.splits
    assert more is (kind in small.SPLITTING)


@pytest.mark.parametrize("kind", KINDS)
def test_a_follow_up_answers_as_if_it_were_the_first_and_does_what_is_declared(
    saved: Saved, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages, asked = DrawnPages(), question("And when?")
    fresh_one, answerer = started(saved(kind)), started(saved(kind), pages)
    fresh_lengths, lengths = (extensions(one, monkeypatch) for one in (fresh_one, answerer))
    able = family_of(answerer).abilities
    fresh = answered(fresh_one, asked)
    answered(answerer, question("Who wrote this? Say the name.", max_new_tokens=30))
    drawn = len(pages.renders)
    lengths.clear()
    follow_up = answered(answerer, asked)
    assert (len(pages.renders) == drawn and follow_up.timings.encode == 0) is able.keeps_features
    keeps = able.keeps_prefix and kind not in small.BESIDE
    assert (prefilled(lengths) < prefilled(fresh_lengths)) is keeps
    assert follow_up.text == fresh.text
    assert follow_up.confidence == pytest.approx(fresh.confidence, rel=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_and_the_question_change_the_answer(saved: Saved, kind: str) -> None:
    answerer = started(saved(kind))
    asked = [question(), question("Something else?"), question(page=PageRef("b.pdf", 0))]
    texts = [answered(answerer, one).text for one in asked]
    assert len(set(texts)) == len(texts), texts


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_person_types_never_counts_as_an_image(saved: Saved, kind: str) -> None:
    answerer = started(saved(kind))
    sight = answerer.sight
    assert sight is not None
    typed = f"What is {sight.loaded.processor.image_token}?"
    assert answered(answerer, question(typed)).text


@pytest.mark.parametrize("kind", KINDS)
def test_a_cancel_between_tokens_keeps_what_there_is(saved: Saved, kind: str) -> None:
    cancel, events = threading.Event(), list[Event]()
    answerer = started(saved(kind))
    for event in answerer.ask(Ask(3, question(max_new_tokens=200)), cancel):
        events.append(event)
        if sum(isinstance(one, TextDelta) for one in events) == 3:
            cancel.set()
    told = [event.text for event in events if isinstance(event, TextDelta)]
    assert len(told) == 3
    assert events[-1] == Cancelled(3, "".join(told).strip())
    assert answered(answerer, question()).text == answered(started(saved(kind)), question()).text


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_may_look_in_other_numbers_than_it_writes_in(saved: Saved, kind: str) -> None:
    mixed = Placement("cpu", torch.float32, torch.bfloat16, "Looks faster.")
    answerer = Engine(DrawnPages(), 2**24, lambda _device: mixed)
    assert isinstance(last(answerer.load(Load(1, str(saved(kind))), NEVER)), Loaded)
    assert answered(answerer, question()).text


def test_every_family_is_tested() -> None:
    from tests import tiny

    assert {*KINDS, *tiny.KINDS} - {"marked", *small.BESIDE} == set(FAMILIES)
