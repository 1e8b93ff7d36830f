"""Long work off the window's thread: runs generators on a pool and relays what they yield.

The work itself is a generator taking a cancel token; it knows no threads. Values and the one last
event arrive on the thread that owns the `Tasks`, in order; those of an abandoned task are dropped.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot

from vlm.errors import DeskError

_log = logging.getLogger(__name__)


class CancelToken(Protocol):
    """What the work looks at between two steps."""

    @property
    def cancelled(self) -> bool:
        """Whether the work was asked to stop."""
        ...


Work = Callable[[CancelToken], Generator[Any, None, None]]
"""Long work: called with its cancel token on a pool thread, iterated there to its end."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The work came to its own end."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The work ended because it was asked to."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The work raised; a `DeskError` can be shown, anything else is our bug and is logged."""

    error: Exception


Ended = Finished | Stopped | Failed


class _Request:
    """A cancel token that one thread sets and another reads."""

    def __init__(self) -> None:
        self._event = threading.Event()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def cancel(self) -> None:
        self._event.set()


class Task(QObject):
    """One run of some work. Lives on the thread of its `Tasks`.

    Signals:
        value(object): What the work yielded.
        ended(object): `Ended`, exactly once unless the task was abandoned; nothing comes after.
    """

    value = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._request = _Request()
        self._abandoned = False

    @property
    def token(self) -> CancelToken:
        """What the work looks at."""
        return self._request

    def cancel(self) -> None:
        """Ask the work to stop after its current step; `ended` still comes."""
        self._request.cancel()

    def abandon(self) -> None:
        """Ask the work to stop and emit nothing more, whatever is already on its way."""
        self._request.cancel()
        self._abandoned = True

    @property
    def abandoned(self) -> bool:
        """Whether nobody wants to hear of this task any more."""
        return self._abandoned


class _Run(QRunnable):
    """Iterates the work on a pool thread and hands everything to `relay`."""

    def __init__(
        self, work: Work, token: CancelToken, relay: Callable[[object, Ended | None], None]
    ) -> None:
        super().__init__()
        self._work = work
        self._token = token
        self._relay = relay

    def _iterate(self) -> Ended:
        if self._token.cancelled:
            return Stopped()
        steps = self._work(self._token)
        try:
            for value in steps:
                if self._token.cancelled:
                    return Stopped()
                self._relay(value, None)
        finally:
            steps.close()
        return Stopped() if self._token.cancelled else Finished()

    def run(self) -> None:
        try:
            last = self._iterate()
        except DeskError as error:
            last = Failed(error)
        except Exception as error:  # noqa: BLE001 - the thread's edge: a bug becomes a value
            _log.exception("Background work failed")
            last = Failed(error)
        self._relay(None, last)


class Tasks(QObject):
    """Starts tasks on a pool of threads and delivers their events on its own thread.

    Args:
        threads: How many tasks run at the same time; 1 makes it a serial lane.
    """

    _relayed = Signal(int, object, object)

    def __init__(self, threads: int = 2, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        self._ids = itertools.count(1)
        self._running: dict[int, Task] = {}
        # Queued even on the same thread: a slot that connects after `start` still hears all.
        self._relayed.connect(self._on_relayed, Qt.ConnectionType.QueuedConnection)

    def start(self, work: Work) -> Task:
        """Start the work as soon as a thread is free; connect to the returned task's signals."""
        task = Task(self)
        number = next(self._ids)
        self._running[number] = task

        def relay(value: object, last: Ended | None) -> None:
            self._relayed.emit(number, value, last)

        self._pool.start(_Run(work, task.token, relay))
        return task

    def stop(self, wait_ms: int = 10_000) -> bool:
        """Abandon every task and wait for their current steps; false when one is still busy."""
        for task in self._running.values():
            task.abandon()
        return self._pool.waitForDone(wait_ms)

    @Slot(int, object, object)
    def _on_relayed(self, number: int, value: object, last: Ended | None) -> None:
        task = self._running.get(number)
        if task is None:
            return
        if last is None:
            if not task.token.cancelled:
                task.value.emit(value)
            return
        del self._running[number]
        if not task.abandoned:
            task.ended.emit(Stopped() if task.token.cancelled and last == Finished() else last)
        task.deleteLater()
