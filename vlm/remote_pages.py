"""A page on its way to a server: drawn as for a local model, then packed as a small file."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from vlm import views
from vlm.errors import DeskError, QuestionUnanswerable
from vlm.families.family import Layout, Sheet, Tile
from vlm.types import WHOLE_PAGE, Box, PageRef, PageSize, Question, Word
from vlm.views import Drawn, PageSource

LONGEST_PX, SHORTEST_PX = 2048, 448
"""Longest edge of a picture that is sent, at most and at least: an A4 page then has 175 dpi."""
HIGHEST_DPI = 300.0
PNG_BYTES = 3_000_000
"""A picture whose lossless file is larger is sent as JPEG."""
JPEG_QUALITY = 92


@dataclass(frozen=True, slots=True)
class SentPage:
    """A page, or a part of it, as it is sent."""

    page: PageRef
    box: Box | None
    size: PageSize
    words: tuple[Word, ...]
    drawn: Drawn


def see(
    pages: PageSource, question: Question, password: Callable[[str], str | None]
) -> Iterator[SentPage]:
    """Draw the pages of a question, its own first.

    Raises:
        DeskError: What opening and drawing can raise.
    """
    for number, page in enumerate((question.page, *question.more_pages)):
        document = pages.open(page.path, password(page.path))
        if page.page >= document.page_count:
            raise QuestionUnanswerable(f"There is no page {page.page + 1} in this document.")
        box = question.box if number == 0 else None
        size = pages.sizes(page.path, page.page, 1)[0]
        try:
            words = pages.words(page)
        except DeskError:
            words = ()  # the page can still be looked at, only not checked
        sheet = views.sheet_of(size, box or WHOLE_PAGE, page.rotation, words)
        layout = plan(sheet)
        drawn = views.draw(pages, page, box, sheet, layout, layout.tiles[0])
        yield SentPage(page, box, size, words, drawn)


def plan(sheet: Sheet) -> Layout:
    """Choose one picture, as large as the print needs; servers cut it up as their model likes."""
    longer = max(sheet.width, sheet.height)
    dpi = min(sheet.legible_dpi * 1.5, HIGHEST_DPI)
    scale = min(max(dpi * longer, SHORTEST_PX), LONGEST_PX) / longer
    width, height = max(1, round(sheet.width * scale)), max(1, round(sheet.height * scale))
    tile = Tile("Whole", WHOLE_PAGE, width, height, (width, height))
    return Layout((tile,), images=1, rows=0, columns=0, tokens_per_tile=0)


def packed(image: Any) -> tuple[str, bytes]:
    """Return a picture's kind and file: "png", or "jpeg" where that would be very large."""
    file = io.BytesIO()
    image.save(file, "PNG")
    if file.tell() <= PNG_BYTES:
        return "png", file.getvalue()
    file = io.BytesIO()
    image.save(file, "JPEG", quality=JPEG_QUALITY)
    return "jpeg", file.getvalue()
