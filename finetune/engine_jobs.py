"""Runs a job of the engine to its end, inside the training process."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from finetune.errors import EngineRefused
from vlm.protocol import LAST_EVENTS, Event, Failed


def last_of(events: Iterator[Event], breathe: Callable[[], None]) -> Event:
    """Return a job's last event.

    Args:
        events: Of the job.
        breathe: Called between two parts of it; see `hindrances.Breath`.

    Raises:
        EngineRefused: When it failed.
    """
    for event in events:
        if isinstance(event, Failed):
            raise EngineRefused(event.code, event.message)
        if isinstance(event, LAST_EVENTS):
            return event
        breathe()
    raise AssertionError("a job has one last event")
