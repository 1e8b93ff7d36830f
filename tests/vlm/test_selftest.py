from __future__ import annotations

from typing import Any

import pytest
import torch

from finetune.base_model import load_base, place
from tests.drawn import DrawnPages
from tests.vlm.answering import NEVER, Checkpoint, in_float32, last, question
from vlm import models, selftest
from vlm.engine import Engine
from vlm.loader import LoadedModel
from vlm.protocol import Ask, Load, Loaded, Look, Saw
from vlm.selftest import BLIND, BROKEN, UNREADING, Found, SelfTest
from vlm.types import PageRef


def loaded_of(checkpoint: Checkpoint) -> LoadedModel:
    return load_base(checkpoint("idefics2"), place("float32", "cpu"))


@torch.no_grad()
def cut(model: Any) -> None:
    """Let a model see nothing: whatever the encoder says, the same reaches the text model."""
    last_norm = model.model.connector.perceiver_resampler.norm
    last_norm.weight.zero_()


def test_a_model_whose_sight_is_cut_is_said_not_to_look(checkpoint: Checkpoint) -> None:
    loaded = loaded_of(checkpoint)
    decoder = loaded.family.decoder(loaded.model)
    assert selftest.examine(loaded, decoder).difference > 0.01
    cut(loaded.model)
    found = selftest.examine(loaded, decoder)
    assert (found.difference, found.note) == (0.0, BLIND)


def test_the_shipped_model_tells_the_numbers_apart() -> None:
    folder = models.default_folder()
    assert folder is not None
    loaded = load_base(folder, place("float32", "cpu"))
    found = selftest.examine(loaded, loaded.family.decoder(loaded.model))
    assert found.note == ""
    assert found.preference > 1.0


@pytest.mark.parametrize(
    ("difference", "preference", "note"),
    [
        (0.0, 0.0, BLIND),
        (2.0, 3.0, ""),
        (2.0, -0.5, UNREADING),
        (float("nan"), 0.0, BROKEN),
    ],
)
def test_what_was_found_in_words(difference: float, preference: float, note: str) -> None:
    assert Found(difference, preference).note == note


def test_it_is_told_with_the_first_answer_and_examined_once(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[LoadedModel] = []

    def blind(loaded: LoadedModel, _decoder: object) -> Found:
        calls.append(loaded)
        return Found(0.0, 0.0)

    monkeypatch.setattr(selftest, "examine", blind)
    answerer = Engine(DrawnPages(), 2**24, in_float32)
    assert isinstance(last(answerer.load(Load(1, str(checkpoint("idefics2"))), NEVER)), Loaded)
    for _ in range(2):
        events = list(answerer.ask(Ask(2, question()), NEVER))
        (saw,) = [event for event in events if isinstance(event, Saw)]
        assert saw.warning.startswith(BLIND)
    assert len(calls) == 1


def test_a_large_model_is_examined_while_the_person_reads(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, "examine", lambda *_: Found(0.0, 0.0))
    monkeypatch.setattr(selftest, "CHEAP", 1)
    answerer = Engine(DrawnPages(), 2**24, in_float32)
    list(answerer.load(Load(1, str(checkpoint("idefics2"))), NEVER))

    def warnings() -> list[bool]:
        events = list(answerer.ask(Ask(2, question()), NEVER))
        return [event.warning.startswith(BLIND) for event in events if isinstance(event, Saw)]

    assert warnings() == [False]
    list(answerer.look(Look(3, PageRef("a.pdf", 0)), NEVER))
    assert warnings() == [True]


def test_a_model_that_is_not_to_be_examined_is_not(checkpoint: Checkpoint) -> None:
    loaded = loaded_of(checkpoint)
    test = SelfTest(loaded, loaded.family.decoder(loaded.model))
    test.skip()
    test.run()
    assert not test.is_due
    assert test.note == ""
