"""Rows as the model is taught them: token ids with the part that counts, and pixels.

Planned, drawn and worded by the functions that ask questions in the window.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from finetune.kept import KeptPages, page_of
from finetune.runs import RunRow
from vlm import views
from vlm.families.family import Family, Layout, Sheet
from vlm.loader import LoadedModel
from vlm.prompt import Prompt, build
from vlm.types import WHOLE_PAGE

IGNORED = -100
"""Stands in labels where nothing is taught."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A row in the model's terms.

    Attributes:
        row: The row.
        ids: Prompt and answer; the answer's end-of-turn token is the last.
        prompt: How many of them are the prompt.
        sheet: The part of the page.
        layout: The images.
    """

    row: RunRow
    ids: tuple[int, ...]
    prompt: int
    sheet: Sheet
    layout: Layout

    @property
    def answer_tokens(self) -> int:
        """How many tokens are taught."""
        return len(self.ids) - self.prompt


def labels(ids: tuple[int, ...], prompt: int) -> list[int]:
    """Return what each position is taught: the answer's ids, `IGNORED` before them."""
    return [IGNORED] * prompt + list(ids[prompt:])


def lesson_of(loaded: LoadedModel, row: RunRow, splitting: bool) -> Lesson:
    """Plan and word a row.

    Raises:
        QuestionUnanswerable: When it has no question.
    """
    sheet, layout, prompt = worded(loaded.family, loaded.processor, row, splitting)
    return Lesson(row, prompt.ids, prompt.length, sheet, layout)


def worded(
    family: Family, processor: Any, row: RunRow, splitting: bool
) -> tuple[Sheet, Layout, Prompt]:
    """Plan and word a row without the model's weights.

    Raises:
        QuestionUnanswerable: When it has no question.
    """
    sheet = views.sheet_of(row.size, row.asked or WHOLE_PAGE, row.rotation, row.words)
    layout = family.plan(processor, sheet, splitting and row.part is None)  # as parts are asked
    prompt = build(family, processor, layout, row.question, row.answers[0])
    return sheet, layout, prompt


def pixels_of(
    loaded: LoadedModel, pages: KeptPages, lesson: Lesson, view: int
) -> list[dict[str, Any]]:
    """Draw a view of a lesson: one entry of model inputs for each tile, see `Family.pixels`."""
    page, box, sheet = page_of(lesson.row, view), lesson.row.asked, lesson.sheet
    if views.is_scanned(sheet, lesson.layout, box):
        sheet = replace(sheet, askew=pages.askew(lesson.row))  # as `Sight` shows it
    drawn = (
        views.draw(pages, page, box, sheet, lesson.layout, tile) for tile in lesson.layout.tiles
    )
    return [loaded.family.pixels(loaded.processor, one.image) for one in drawn]
