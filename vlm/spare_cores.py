"""How many cores other programs leave to a model that computes on the processor.

A product that is dealt to all cores is done when the slowest is, so one core that is busy with
something else makes all of them wait; fewer threads are then faster.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

SHORTEST, LONGEST = 0.1, 10.0
"""Seconds between two looks: what lies less far back is too little to tell, more is too old."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor time up to a moment.

    Attributes:
        moment: Of `time.monotonic`, seconds.
        everybody: What all programs have spent on all cores, but for those that ran at a low
            priority and give way by themselves; seconds.
        own: What this process has spent, seconds.
    """

    moment: float
    everybody: float
    own: float


def spent() -> Spent:
    """Ask the system."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0) + getattr(times, "nice", 0.0)
    guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return Spent(time.monotonic(), sum(times) - guests - idle, time.process_time())


class SpareCores:
    """Remembers when it looked last, and tells what others have spent since.

    Args:
        look: Returns what has been spent up to now.
    """

    def __init__(self, look: Callable[[], Spent] = spent) -> None:
        self._look = look
        self._last = look()
        self._others = 0.0

    def threads(self, most: int) -> int:
        """Return how many threads to compute on, from 1 to `most`."""
        now = self._look()
        since = now.moment - self._last.moment
        if since >= SHORTEST:
            busy = now.everybody - self._last.everybody - (now.own - self._last.own)
            self._others = busy / since if since <= LONGEST else 0.0
            self._last = now
        return min(most, max(1, most - round(self._others)))
