"""Sizes and durations in words for people, and how fast something moves. Pure."""

from __future__ import annotations

from collections import deque

_UNITS = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
_WINDOW_S = 5.0


def size(count: float) -> str:
    """Write bytes as a person reads them: "512 MB", "4.5 GB"; decimal units, as on a disk's box."""
    for unit, name in _UNITS:
        if count >= unit * 0.9995:
            value = count / unit
            return f"{value:.0f} {name}" if value >= 9.95 else f"{value:.1f} {name}"
    return f"{count:.0f} bytes"


def memory(count: float) -> str:
    """Write a memory size as on a computer's box, in units of 2**30 bytes: "8 GB", "0.6 GB"."""
    return f"{memory_number(count)} GB"


def memory_number(count: float) -> str:
    """Write a memory size without its unit: "21", "8", and "0.6" below one."""
    value = count / 2**30
    return f"{value:.0f}" if value >= 0.95 else f"{max(value, 0.1):.1f}"


def duration(seconds: float) -> str:
    """Write a duration: "12 seconds", "about 3 minutes", "about 2 hours"."""
    if seconds < 1.5:
        return "1 second"
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 90 * 60:
        return f"about {seconds / 60:.0f} minutes"
    return f"about {seconds / 3600:.0f} hours"


class Pace:
    """How fast bytes arrive, over the last few seconds. Times come from the caller's clock."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()

    def note(self, now: float, done: int) -> None:
        """Note how many bytes have arrived by now (seconds); going back starts anew."""
        if self._marks and done < self._marks[-1][1]:
            self._marks.clear()
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[1][0] > _WINDOW_S:
            self._marks.popleft()

    @property
    def bytes_per_second(self) -> float:
        """Bytes a second, 0.0 while unknown."""
        if len(self._marks) < 2:
            return 0.0
        (start, before), (end, after) = self._marks[0], self._marks[-1]
        return (after - before) / (end - start) if end > start else 0.0

    def seconds_left(self, total: int) -> float | None:
        """Seconds until `total` bytes are there, None while unknown."""
        speed = self.bytes_per_second
        return (total - self._marks[-1][1]) / speed if speed > 0 else None
