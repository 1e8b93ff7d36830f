"""How a running job is asked to stop. Pure."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Protocol, TypeVar

from vlm.errors import DeskError
from vlm.protocol import Cancelled, Event, Failed, Progress

R = TypeVar("R")


class CancelToken(Protocol):
    """Set from another thread when a job shall stop; `threading.Event` is one."""

    def is_set(self) -> bool:
        """Tell whether it shall."""
        ...


class Stopped(Exception):  # noqa: N818 - it is no error, it unwinds a job
    """Unwinds a job that was asked to stop."""


def check(cancel: CancelToken) -> None:
    """Unwind if the job shall stop.

    Raises:
        Stopped: Then.
    """
    if cancel.is_set():
        raise Stopped


def told(
    job: int, steps: Generator[str, None, R], cancel: CancelToken
) -> Generator[Progress, None, R]:
    """Turn steps that say what they do into events, and stop between two of them.

    Returns:
        What the steps return.

    Raises:
        Stopped: If the job shall stop.
    """
    try:
        while True:
            check(cancel)
            yield Progress(job, next(steps))
    except StopIteration as end:
        result: R = end.value
        return result


def returned(steps: Generator[object, None, R]) -> R:
    """Run steps to their end, without asking for a stop, and return what they return."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: R = end.value
            return result


def drained(steps: Generator[object, None, R], cancel: CancelToken) -> R:
    """Run steps to their end, and stop between two of them; returns what they return.

    Raises:
        Stopped: If the job shall stop.
    """
    while True:
        check(cancel)
        try:
            next(steps)
        except StopIteration as end:
            result: R = end.value
            return result


def ending(job: int, events: Iterator[Event]) -> Iterator[Event]:
    """Let a job end with an event, whatever it raises that was foreseen."""
    try:
        yield from events
    except Stopped:
        yield Cancelled(job)
    except DeskError as error:
        yield Failed(job, error.code, str(error))
