"""Turns imported rows into examples by drawing their crops; a bad row becomes a problem."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from finetune import spelling
from finetune.examples import new_id
from finetune.lookalike import LONGEST_PX as HASH_PX
from finetune.lookalike import page_hash_of
from finetune.pictures import PageSource, document_hash, png, size_px
from finetune.types import Crop, Example, Row, RowProblem
from vlm.errors import DeskError, UnreadableDocument
from vlm.system_refusals import reason
from vlm.types import WHOLE_PAGE, Box, PageRef, PageSize, Value, Word

LONGEST_PX = 2048
"""Longer side of a kept picture: what four tiles of the families we run can show."""
DPI = 300.0
"""Finer than this shows a model nothing that it can use."""


class Gathered(Value, frozen=True):
    """An example with its crop, ready to be kept."""

    example: Example
    crop: Crop


def take(pages: PageSource, page: PageRef, box: Box | None) -> Crop:
    """Draw a crop and take the words in it, as they are kept with an example.

    Raises:
        DeskError: When the page cannot be measured, drawn or read.
    """
    return _take(pages, page, box or WHOLE_PAGE, _size(pages, page), pages.words(page))


def _take(
    pages: PageSource, page: PageRef, box: Box, size: PageSize, words: tuple[Word, ...]
) -> Crop:
    drawn = pages.render(page, box, *size_px(size, box, page.rotation, DPI, LONGEST_PX))
    inside = tuple(word for word in words if box.holds(word.box))
    return Crop(png(drawn.width, drawn.height, drawn.data), size, inside)


def _size(pages: PageSource, page: PageRef) -> PageSize:
    found = pages.sizes(page.path, page.page, 1)
    if not found:
        raise UnreadableDocument(f"There is no page {page.page + 1} in this document.")
    return found[0]


def look(pages: PageSource, page: PageRef) -> str:
    """Return the perceptual hash of a whole page, "" when it is too narrow to have one.

    Raises:
        DeskError: When the page cannot be measured or drawn.
    """
    size = _size(pages, page)
    width, height = size_px(size, WHOLE_PAGE, page.rotation, 1e9, HASH_PX)
    drawn = pages.render(page, WHOLE_PAGE, width, height)
    return page_hash_of(drawn.width, drawn.height, drawn.data)


def gather(rows: Iterable[Row | RowProblem], pages: PageSource) -> Iterator[Gathered | RowProblem]:
    """Draw the crop of each row; rows whose page cannot be drawn become problems.

    Args:
        rows: What `importing.read` yields; problems pass through.
        pages: Draws the pages.
    """
    hashes: dict[str, str] = {}
    looks: dict[PageRef, str] = {}
    used: set[str] = set()
    for row in rows:
        if isinstance(row, RowProblem):
            yield row
            continue
        try:
            if row.page.path not in hashes:
                hashes[row.page.path] = document_hash(Path(row.page.path))
            if row.page not in looks and not row.page_hash:
                looks[row.page] = look(pages, row.page)
            crop = take(pages, row.page, row.box)
        except DeskError as error:
            yield RowProblem(row.line, str(error))
            continue
        except OSError as error:
            yield RowProblem(row.line, f"The document cannot be read: {reason(error)}.")
            continue
        id = row.id if row.id and row.id not in used else new_id()
        used.add(id)
        example = Example(
            id=id,
            document=row.document or hashes[row.page.path],
            page=row.page,
            question=row.question,
            answers=spelling.as_shown(row.answers, " ".join(word.text for word in crop.words)),
            kind=row.kind,
            made_at=time.time(),
            box=row.box,
            page_hash=row.page_hash or looks[row.page],
        )
        yield Gathered(example, crop)
