"""Turns imported rows into examples by drawing their crops; a bad row becomes a problem."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from finetune.examples import new_id
from finetune.lookalike import page_hash_of
from finetune.pictures import PageSource, document_hash, png
from finetune.types import Example, Row, RowProblem
from vlm.errors import DeskError
from vlm.types import PageRef, Value

LONGEST_PX = 1960
"""Longer side of a kept picture: twice the 980 pixels that the largest common encoder sees."""
_HASH_PX = 512


class Gathered(Value, frozen=True):
    """An example with the picture of its crop, ready to be kept."""

    example: Example
    picture: bytes


def gather(
    rows: Iterable[Row | RowProblem], pages: PageSource, longest_px: int = LONGEST_PX
) -> Iterator[Gathered | RowProblem]:
    """Draw the crop of each row; rows whose page cannot be drawn become problems.

    Args:
        rows: What `importing.read` yields; problems pass through.
        pages: Draws the pages.
        longest_px: Longer side of the kept pictures.
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
            if row.page not in looks:
                whole = pages.draw(row.page, None, _HASH_PX)
                looks[row.page] = page_hash_of(whole.width, whole.height, whole.pixels)
            drawn = pages.draw(row.page, row.box, longest_px)
        except DeskError as error:
            yield RowProblem(row.line, str(error))
            continue
        except OSError as error:
            yield RowProblem(row.line, f"The document cannot be read: {error.strerror}.")
            continue
        id = row.id if row.id and row.id not in used else new_id()
        used.add(id)
        example = Example(
            id=id,
            document=row.document or hashes[row.page.path],
            page=row.page,
            question=row.question,
            answers=row.answers,
            kind=row.kind,
            made_at=time.time(),
            box=row.box,
            page_hash=looks[row.page],
        )
        yield Gathered(example, png(drawn.width, drawn.height, drawn.pixels))
