"""Which layers the patterns in an adapter's settings mean.

They come from a file that anybody may have made, and a pattern of a few letters can keep Python's
own `re` busy for years. This one stops.
"""

from __future__ import annotations

import time
from typing import Any

import regex

TOGETHER_S = 2.0
"""Seconds that all of an adapter's patterns may take together; real ones take milliseconds."""

PatternError: type[Exception] = regex.error
"""What a pattern raises that is none."""


class Patterns:
    """Compares names with patterns until the time is up.

    Args:
        seconds: That all comparisons may take together.
    """

    def __init__(self, seconds: float = TOGETHER_S) -> None:
        self._ends = time.monotonic() + seconds

    def begins(self, pattern: str, name: str) -> bool:
        """Tell whether a name begins as a pattern says.

        Raises:
            TimeoutError: When the time is up.
            Exception: `PatternError`, if it is no pattern.
        """
        return self._found(regex.match, pattern, name)

    def is_whole(self, pattern: str, name: str) -> bool:
        """Tell whether all of a name is as a pattern says; raises as `begins` does."""
        return self._found(regex.fullmatch, pattern, name)

    def _found(self, compare: Any, pattern: str, name: str) -> bool:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the patterns of an adapter take too long")
        return compare(pattern, name, timeout=left) is not None
