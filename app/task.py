"""Long work off the window's thread: runs generators on a pool and relays what they yield.

The work itself is a generator taking a cancel token; it knows no threads. Values and the one last
event arrive on the window's thread, in order; those of an abandoned task are dropped.

A pool thread holds no object of Qt: it puts plain values into one line and rings one bell that
lives as long as the program. The `Tasks` that is meant is looked up on the window's thread, where
one that is gone hears nothing. So none is spoken to after its end, nor ended by the wrong thread.
"""

from __future__ import annotations

import itertools
import logging
import threading
import weakref
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot
from shiboken6 import isValid

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
    """Iterates the work on a pool thread and hands everything to `relay`.

    Args:
        held: The work alone. Whoever hears of the end empties it on the window's thread: the work
            may be the last to hold an object of Qt, which no other thread may end.
        token: What the work looks at.
        relay: Called with a value and None, at last with None and how it ended.
    """

    def __init__(
        self, held: list[Work], token: CancelToken, relay: Callable[[object, Ended | None], None]
    ) -> None:
        super().__init__()
        self.held = held
        self._token = token
        self._relay = relay

    def _iterate(self) -> Ended:
        if self._token.cancelled:
            return Stopped()
        steps = self.held[0](self._token)
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


@dataclass(frozen=True, slots=True)
class _Parcel:
    """Something for a `Tasks`, on its way between threads; plain values only."""

    to: weakref.ref[Tasks]
    number: int
    value: object
    last: Ended | None
    held: list[Work]


class _Bell(QObject):
    """Rung once for each parcel, from any thread; hears it on the window's.

    It carries nothing, so that nothing can go wrong with what it carries.
    """

    rung = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._line: deque[_Parcel] = deque()
        # Python takes a run that only its pool still holds for garbage, and empties it while a
        # pool thread is in it, when the pool's owner is unreachable.
        self._running: dict[int, _Run] = {}
        # Queued even on the same thread: a slot that connects after `start` still hears all.
        self.rung.connect(self._on_rung, Qt.ConnectionType.QueuedConnection)

    def hold(self, run: _Run) -> None:
        """Keep a run whole until its last parcel was delivered."""
        self._running[id(run.held)] = run

    def send(self, parcel: _Parcel) -> None:
        """Have a parcel delivered; returns at once."""
        self._line.append(parcel)
        self.rung.emit()

    @Slot()
    def _on_rung(self) -> None:
        parcel = self._line.popleft()
        tasks = parcel.to()
        if tasks is not None and isValid(tasks):
            tasks.deliver(parcel.number, parcel.value, parcel.last)
        if parcel.last is not None:
            del self._running[id(parcel.held)]
            parcel.held.clear()


@cache
def _bell() -> _Bell:
    """Return the one bell, made on the window's thread by whoever starts the first task."""
    return _Bell()


class Tasks(QObject):
    """Starts tasks on a pool of threads and delivers their events on the window's thread.

    Args:
        threads: How many tasks run at the same time; 1 makes it a serial lane.
    """

    def __init__(self, threads: int = 2, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        self._ids = itertools.count(1)
        self._running: dict[int, Task] = {}

    def start(self, work: Work) -> Task:
        """Start the work as soon as a thread is free; connect to the returned task's signals."""
        task = Task(self)
        number = next(self._ids)
        self._running[number] = task
        bell, held = _bell(), [work]
        to: weakref.ref[Tasks] = weakref.ref(self)

        def relay(value: object, last: Ended | None) -> None:
            bell.send(_Parcel(to, number, value, last, held))

        run = _Run(held, task.token, relay)
        bell.hold(run)
        self._pool.start(run)
        return task

    def stop(self, wait_ms: int = 10_000) -> bool:
        """Abandon every task and wait for their current steps; false when one is still busy."""
        for task in self._running.values():
            task.abandon()
        return self._pool.waitForDone(wait_ms)

    def deliver(self, number: int, value: object, last: Ended | None) -> None:
        """Tell a task's value, or with `last` its end; for the bell alone."""
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
