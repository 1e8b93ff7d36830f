"""An answer of a batch as one that a person can judge in the conversation. Pure values."""

from __future__ import annotations

from dataclasses import dataclass

from app.ask.values import Verdict
from vlm.batch import Cell
from vlm.types import Answer, Evidence, ModelInfo, PageRef, Question, Timings


@dataclass(frozen=True, slots=True)
class Chosen:
    """A cell with an answer, and what it answers."""

    path: str
    question: str
    cell: Cell


def past(chosen: Chosen, model: ModelInfo, splitting: bool, max_new_tokens: int) -> Verdict:
    """Return the answer as the history would: about the page where it stands, not judged yet.

    Args:
        chosen: The cell.
        model: What answered.
        splitting: See `Question`.
        max_new_tokens: See `Question`.
    """
    cell = chosen.cell
    page = PageRef(chosen.path, cell.page)
    answer = Answer(
        text=cell.text,
        confidence=cell.confidence,
        evidence=Evidence(cell.evidence, cell.boxes),
        stop="end",
        model=model.name,
        adapter=model.adapter,
        visual_tokens=0,
        effective_dpi=0.0,
        timings=Timings(),
    )
    return Verdict(Question(chosen.question, page, None, splitting, max_new_tokens), answer, None)
