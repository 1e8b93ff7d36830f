"""The line of page jobs waiting for the one page process: what is seen goes first.

Knows orders and their urgency, nothing of Qt. Filled from the window's thread, emptied by one
worker thread.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from vlm.types import Box, PageRef


class Urgency(IntEnum):
    """What goes first; within one urgency, what was asked first."""

    OPEN = 0
    VISIBLE = 1
    SOON = 2
    SIZES = 3
    NEAR = 4
    THUMBNAIL = 5
    TEXT = 6


@dataclass(frozen=True, slots=True)
class Open:
    """Open a document; `password` is None when none is known."""

    path: str
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """Forget a document."""

    path: str


@dataclass(frozen=True, slots=True)
class Sizes:
    """Measure `count` pages from `first`."""

    path: str
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Draw:
    """Draw a part of a page to exactly `width` x `height` pixels; also the image's cache key."""

    page: PageRef
    box: Box
    width: int
    height: int

    @property
    def path(self) -> str:
        """The document's path."""
        return self.page.path


@dataclass(frozen=True, slots=True)
class Read:
    """Read the words of a page's text layer."""

    page: PageRef

    @property
    def path(self) -> str:
        """The document's path."""
        return self.page.path


Order = Open | Close | Sizes | Draw | Read
Wish = tuple[Urgency, Draw]


@dataclass(frozen=True, slots=True)
class Job:
    """An order and the opening of its document that it belongs to."""

    order: Order
    opening: int


class PageLane:
    """The waiting orders. A `Job` taken stays known until `delivered`, so it is not asked twice."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._turn = itertools.count()
        self._single: dict[Job, tuple[Urgency, int]] = {}
        self._wishes: dict[int, dict[Job, Urgency]] = {}
        self._taken: set[Job] = set()
        self._ended = False

    def put(self, job: Job, urgency: Urgency) -> None:
        """Add one job; asking again only raises its urgency."""
        with self._change:
            if job in self._taken:
                return
            waiting = self._single.get(job)
            if waiting is None or urgency < waiting[0]:
                self._single[job] = (urgency, next(self._turn))
            self._change.notify()

    def wish(self, owner: int, opening: int, wishes: Sequence[Wish]) -> None:
        """Replace everything that `owner` wants drawn; what it no longer wants is forgotten."""
        with self._change:
            self._wishes.pop(owner, None)
            jobs: dict[Job, Urgency] = {}
            for urgency, draw in wishes:
                job = Job(draw, opening)
                if job not in self._taken:
                    jobs.setdefault(job, urgency)
            if jobs:
                self._wishes[owner] = jobs
                self._change.notify()

    def take(self) -> Job | None:
        """Wait for the most urgent job; None when the lane has ended. The worker calls this."""
        with self._change:
            while not self._ended:
                job = self._best()
                if job is not None:
                    self._forget(job)
                    self._taken.add(job)
                    return job
                self._change.wait()
        return None

    def delivered(self, job: Job) -> None:
        """Tell that a taken job's result has reached the window, so that it may be asked again."""
        with self._change:
            self._taken.discard(job)

    def drop(self, path: str) -> None:
        """Forget all waiting jobs of a document."""
        with self._change:
            for job in [job for job in self._single if job.order.path == path]:
                del self._single[job]
            for jobs in self._wishes.values():
                for job in [job for job in jobs if job.order.path == path]:
                    del jobs[job]

    def drop_drawings(self, page: PageRef) -> None:
        """Forget what waits to be drawn of a page that cannot be."""
        with self._change:
            for jobs in self._wishes.values():
                for job in list(jobs):
                    order = job.order
                    if isinstance(order, Draw) and _same(order.page, page):
                        del jobs[job]

    def end(self) -> None:
        """Let the worker go; nothing is taken any more."""
        with self._change:
            self._ended = True
            self._change.notify_all()

    def _best(self) -> Job | None:
        best: Job | None = None
        lowest: tuple[int, int] | None = None
        for job, rank in self._single.items():
            if lowest is None or rank < lowest:
                best, lowest = job, rank
        for jobs in self._wishes.values():
            # Before single jobs of the same urgency: these are what the person looks at.
            for place, (job, urgency) in enumerate(jobs.items()):
                if lowest is None or (urgency, place - len(jobs)) < lowest:
                    best, lowest = job, (urgency, place - len(jobs))
        return best

    def _forget(self, job: Job) -> None:
        self._single.pop(job, None)
        for jobs in self._wishes.values():
            jobs.pop(job, None)


def _same(one: PageRef, other: PageRef) -> bool:
    return (one.path, one.page) == (other.path, other.page)
