"""How tests drive an engine without a process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from tests import tiny
from tests.drawn import DrawnPages
from vlm.device import Placement
from vlm.engine import Engine
from vlm.models import shipped_folders
from vlm.pages.client import PageClient
from vlm.protocol import (
    LAST_EVENTS,
    Ask,
    Done,
    Event,
    Load,
    Loaded,
)
from vlm.types import Answer, PageRef, Question
from vlm.views import PageSource

Checkpoint = Callable[[tiny.Kind], Path]
PAGE = PageRef("a.pdf", 0)
NEVER = threading.Event()

EXACT = Placement("cpu", torch.float32, torch.float32, "For comparison.")
TOKENS = 12


def in_float32(_device: str) -> Placement:
    return EXACT


@contextmanager
def shipped_engine() -> Generator[Engine]:
    """Run the model that ships, with real pages."""
    with PageClient() as pages:
        found = Engine(pages, place=in_float32)
        assert isinstance(last(found.load(Load(1, str(shipped_folders()[0])), NEVER)), Loaded)
        yield found
        found.close()


def started(folder: Path, pages: PageSource | None = None, budget: int = 2**24) -> Engine:
    answerer = Engine(pages or DrawnPages(), budget, in_float32)
    assert isinstance(last(answerer.load(Load(1, str(folder)), NEVER)), Loaded)
    sight = answerer.sight
    assert sight is not None
    sight.selftest.skip()  # its steps are not the test's
    return answerer


def last(events: Iterator[Event]) -> Event:
    """Run a job to its end; it has exactly one last event, at the end."""
    found = list(events)
    assert [isinstance(event, LAST_EVENTS) for event in found].count(True) == 1
    assert isinstance(found[-1], LAST_EVENTS)
    return found[-1]


def question(text: str = "What is it?", page: PageRef = PAGE, **rest: Any) -> Question:
    given: dict[str, Any] = {"max_new_tokens": TOKENS, **rest}
    return Question(text, page, **given)


def answered(answerer: Engine, asked: Question) -> Answer:
    done = last(answerer.ask(Ask(2, asked), NEVER))
    assert isinstance(done, Done), done
    return done.answer
