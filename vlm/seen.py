"""What is known of a page that a model sees, and what making it took."""

from __future__ import annotations

from dataclasses import dataclass

from vlm.families.family import Layout, Sheet
from vlm.types import Box, PageRef, PageSize, View, Word


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a page, or a part of it, as the model sees it.

    Attributes:
        page: The page.
        box: The part; None for all of it.
        size: The page's, before the person's turn.
        sheet: The part's, as shown.
        words: The page's text layer; empty when it has none or it could not be read in time.
        layout: The images.
        views: The same for people.
        digests: Of each image's pixels.
    """

    page: PageRef
    box: Box | None
    size: PageSize
    sheet: Sheet
    words: tuple[Word, ...]
    layout: Layout
    views: tuple[View, ...]
    digests: tuple[bytes, ...]


@dataclass(slots=True)
class Clock:
    """Seconds of the parts of one job so far."""

    open: float = 0.0
    render: float = 0.0
    encode: float = 0.0
    prefill: float = 0.0
