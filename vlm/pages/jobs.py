"""What is being done to which page, and the sentences for when it cannot be finished."""

from __future__ import annotations

from dataclasses import dataclass

from vlm import shortage
from vlm.errors import PageCrashed, PageTimeout

SAVE_AGAIN = "Open it in the program that made it and save it again, or ask for a new copy."
"""What to do about a document that is damaged."""

LEAST_FREE = 2**28
"""Bytes; with less left, want of memory ended a page process sooner than a document did."""


def memory_is_short() -> bool:
    """Tell whether a page process finds too little memory here."""
    return shortage.free_bytes() < LEAST_FREE


@dataclass(frozen=True)
class Job:
    """A job in words: "Drawing" page 2 of "a.pdf" within `seconds`; `page` counts from 0."""

    doing: str
    name: str
    seconds: float
    page: int | None = None

    def late(self) -> PageTimeout:
        """Say that it took too long."""
        return PageTimeout(
            f"{self} took longer than {self.seconds:.2g} seconds and was stopped. {self._next()}"
        )

    def crashed(self) -> PageCrashed:
        """Say that the page process ended."""
        if memory_is_short():
            return self.starved()
        return PageCrashed(f"{self} made the page reader stop. {self._next()}")

    def starved(self) -> PageCrashed:
        """Say that there is too little memory."""
        return PageCrashed(
            f"{self} needs more memory than is left. Close other programs and try again."
        )

    def __str__(self) -> str:
        where = self.name if self.page is None else f"page {self.page + 1} of {self.name}"
        return f"{self.doing} {where}"

    def _next(self) -> str:
        if self.page is None:
            return SAVE_AGAIN
        return "The other pages may still work."
