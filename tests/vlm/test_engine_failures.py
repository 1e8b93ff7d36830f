from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests import tiny
from tests.drawn import DrawnPages
from tests.vlm.answering import (
    NEVER,
    PAGE,
    Checkpoint,
    answered,
    in_float32,
    last,
    question,
    started,
)
from vlm import asking, device, seeing
from vlm.device import Placement
from vlm.engine import Engine
from vlm.errors import PageTimeout
from vlm.protocol import (
    Ask,
    Done,
    Failed,
    Load,
    Loaded,
    Look,
    Progress,
)
from vlm.types import PageRef, Question


def test_what_the_world_does_wrong_is_a_failed_event(checkpoint: Checkpoint) -> None:
    pages = DrawnPages(error=PageTimeout("Opening took too long."))
    answerer = started(checkpoint("marked"), pages)
    assert last(answerer.ask(Ask(2, question()), NEVER)) == Failed(
        2, "page_timeout", "Opening took too long."
    )
    assert last(answerer.look(Look(3, PAGE), NEVER)) == Failed(
        3, "page_timeout", "Opening took too long."
    )


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        (question(" "), "Type a question"),
        (question(page=PageRef("a.pdf", 3)), "has one page; there is no page 4"),
        (question("why " * 2000), "too long"),
    ],
)
def test_a_question_that_cannot_be_put(checkpoint: Checkpoint, asked: Question, part: str) -> None:
    found = last(started(checkpoint("idefics2")).ask(Ask(2, asked), NEVER))
    assert isinstance(found, Failed)
    assert found.code == "question_unanswerable"
    assert part in found.message


def test_without_a_model_a_person_is_told_what_to_do() -> None:
    answerer = Engine(DrawnPages(), 1, in_float32)
    found = last(answerer.ask(Ask(2, question()), NEVER))
    assert isinstance(found, Failed)
    assert "Choose one in Models" in found.message


def test_a_model_that_cannot_be_right_leaves_the_one_before(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    answerer = started(checkpoint("marked"))
    for wrong in (
        Load(8, str(tmp_path)),
        Load(8, str(checkpoint("marked")), adapter="nobody"),
    ):
        assert isinstance(last(answerer.load(wrong, NEVER)), Failed)
    assert answered(answerer, question()).text


def starve(monkeypatch: pytest.MonkeyPatch, times: int, error: Exception) -> list[int]:
    """Let encoding fail for lack of memory; returns the list of attempts."""
    attempts: list[int] = []
    features = seeing.Sight.features

    def starving(self: Any, seen: Any, clock: Any) -> Any:
        attempts.append(len(seen.views))
        if len(attempts) <= times:
            raise error
        return (yield from features(self, seen, clock))

    monkeypatch.setattr(seeing.Sight, "features", starving)
    return attempts


SHORT = RuntimeError(
    "DefaultCPUAllocator: can't allocate memory: you tried to allocate 5000000000 bytes."
)


@pytest.mark.parametrize("error", [SHORT, MemoryError()])
def test_short_of_memory_it_tries_again_without_splitting(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    attempts = starve(monkeypatch, 1, error)
    answerer = started(checkpoint("marked"))
    events = list(answerer.ask(Ask(2, question()), NEVER))
    assert attempts == [5, 1]
    assert Progress(2, "Not enough memory; trying without splitting the page") in events
    done = events[-1]
    assert isinstance(done, Done)
    assert len(done.answer.views) == 1
    assert (
        done.answer.text == answered(started(checkpoint("marked")), question(splitting=False)).text
    )


def test_short_of_memory_for_good_it_says_the_numbers(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = starve(monkeypatch, 9, SHORT)
    found = last(started(checkpoint("marked")).ask(Ask(2, question()), NEVER))
    assert attempts == [5, 1]
    assert isinstance(found, Failed)
    assert found.code == "out_of_memory"
    assert "5.0 GB more were needed" in found.message
    assert "are free" in found.message


def test_short_of_gpu_memory_it_ends_on_the_processor(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def place(name: str) -> Placement:
        return Placement("cpu" if name == "cpu" else "meta", torch.float32, torch.float32, "Test.")

    monkeypatch.setattr(device, "release", lambda _: None)
    monkeypatch.setattr(device, "free_bytes", lambda _: 2**40)
    answerer = Engine(DrawnPages(), 2**20, place)
    loaded = last(answerer.load(Load(1, str(checkpoint("marked"))), NEVER))
    assert isinstance(loaded, Loaded)
    assert loaded.model.device == "meta"
    sight = answerer.sight
    assert sight is not None
    sight.selftest.skip()  # it needs numbers, and a meta device has none
    attempts = starve(monkeypatch, 2, torch.OutOfMemoryError("CUDA out of memory."))
    found = answered(answerer, question())
    assert attempts == [5, 1, 1]
    assert found.text == answered(started(checkpoint("marked")), question(splitting=False)).text


def test_other_errors_are_ours_and_not_hidden(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    starve(monkeypatch, 1, RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes"):
        last(started(checkpoint("marked")).ask(Ask(2, question()), NEVER))


def test_closing_ends_the_page_processes() -> None:
    pages = DrawnPages()
    Engine(pages, 1, in_float32).close()
    assert pages.stopped


@pytest.mark.parametrize("kind", ["idefics2", "smolvlm"])
def test_numbers_that_are_none_are_no_answer(
    checkpoint: Checkpoint, tmp_path: Path, kind: tiny.Kind
) -> None:
    folder = Path(shutil.copytree(checkpoint(kind), tmp_path / kind))
    weights = load_file(folder / "model.safetensors")
    weights["model.text_model.norm.weight"].fill_(float("inf"))  # as where 16 bits overflow
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    found = last(started(folder).ask(Ask(2, question()), NEVER))
    assert found == Failed(2, "model_unsupported", asking.NO_NUMBERS)
