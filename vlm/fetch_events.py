"""What fetching a model reports, how often, and how long it keeps trying. Knows no network."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from vlm import amounts
from vlm.amounts import Pace
from vlm.errors import ServerBusy, ServerUnreachable
from vlm.hub import Plan

STEP_S = 0.1
"""Between two reports, and between two looks whether to stop."""


@dataclass(frozen=True, slots=True)
class Planned:
    """It is known what will be fetched."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Moved:
    """Bytes arrived, or with `checking` bytes that were here already were read again.

    Attributes:
        done_bytes: Of the whole model.
        total_bytes: Of the whole model.
        bytes_per_second: 0.0 while unknown.
        seconds_left: None while unknown.
        checking: Whether what is on disk is being hashed, before more is fetched.
    """

    done_bytes: int
    total_bytes: int
    bytes_per_second: float = 0.0
    seconds_left: float | None = None
    checking: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing moves for some more seconds; `why` is the beginning of a sentence."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """The last event: the model is whole, checked and in its place."""

    folder: Path


Event = Planned | Moved | Waiting | Fetched
Events = Generator[Event, None, None]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to keep trying.

    Attributes:
        tries: Broken connections in a row without a byte between them.
        first_s: Seconds before the second try; doubled each time.
        longest_s: Longest wait that a busy server may ask for.
    """

    tries: int = 6
    first_s: float = 1.0
    longest_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, as tests can replace it: seconds that only go forward, and waiting for some."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Progress:
    """Turns the count of bytes into reports, a few every second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pace = Pace()
        self._said_at = clock.now()

    def moved(self, plan: Plan, done: int, *, checking: bool = False) -> Generator[Moved]:
        """Yield a report unless there was one a moment ago."""
        now = self._clock.now()
        if now - self._said_at < STEP_S:
            return
        self._said_at = now
        total = plan.total_bytes
        if checking:
            yield Moved(done, total, checking=True)
            return
        self._pace.note(now, done)
        yield Moved(done, total, self._pace.bytes_per_second, self._pace.seconds_left(total))

    def restart(self) -> None:
        """Forget the pace, because nothing moved for a while."""
        self._pace = Pace()


def wait(error: Exception, failures: int, patience: Patience, clock: Clock) -> Generator[Waiting]:
    """Wait before another try, counting down.

    Args:
        error: Why: `ServerBusy`, or a broken connection.
        failures: How many tries in a row failed, this one included.
        patience: How long to keep trying.
        clock: What time it is.

    Raises:
        ServerBusy: If the server asks for more than our patience.
        ServerUnreachable: If this was the last try.
    """
    if isinstance(error, ServerBusy):
        why, seconds = "The server asks to wait", error.wait_s
        if seconds > patience.longest_s or failures > patience.tries:
            raise ServerBusy(
                f"The server is busy and asks to come back in {amounts.duration(seconds)}. "
                "What has arrived is kept.",
                seconds,
            ) from error
    else:
        why, seconds = "The connection broke", patience.first_s * 2 ** (failures - 1)
        if failures > patience.tries:
            raise ServerUnreachable(
                "The server cannot be reached, or the connection keeps breaking. Check the "
                "network and try again; what has arrived is kept."
            ) from error
    until = clock.now() + seconds
    while (left := until - clock.now()) > 0:
        yield Waiting(left, why)
        clock.sleep(min(left, STEP_S))
