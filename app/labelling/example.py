"""What was typed on a page as an example. Knows no widgets."""

from __future__ import annotations

import time

import msgspec

from app.examples.naming import name_of
from app.labelling.values import Typed
from finetune.examples import new_id
from finetune.types import NOT_ON_PAGE, Example, ExampleKind
from vlm.absence import is_not_on_page
from vlm.types import Box, PageRef


def made(
    typed: Typed, document: str, page: PageRef, box: Box | None, said: str, old: Example | None
) -> Example:
    """Return a row.

    That an answer is not there is said of the whole page, whatever box there is. The same
    question about the same part is the same row, so that asking it again corrects it.

    Args:
        typed: The question, and the answer.
        document: The document's hash, "" while it is not known.
        page: Where.
        box: The part of the page.
        said: What the model had answered, "" when it was not asked.
        old: The row that is corrected; its id is kept.
    """
    absent = is_not_on_page(typed.answer)
    answer = NOT_ON_PAGE if absent else typed.answer
    said = old.said if old is not None else said
    row = Example(
        id=old.id if old is not None else "",
        document=document,
        page=page,
        question=typed.question,
        answers=(answer,),
        kind="negative" if absent else _kind(answer, old),
        made_at=old.made_at if old is not None else time.time(),
        box=None if absent else box,
        said=said,
        verdict="unknown" if not said else "right" if said == answer else "wrong",
    )
    name = row.id or (name_of(row) if document else new_id())
    return msgspec.structs.replace(row, id=name)


def _kind(answer: str, old: Example | None) -> ExampleKind:
    """Return how an answer that is on the page came to be."""
    if old is None or old.kind == "negative":
        return "label"
    if old.kind == "right" and answer != old.said:
        return "correction"
    return old.kind
