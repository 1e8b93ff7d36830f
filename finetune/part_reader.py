"""What the base reads in parts of scans, and how likely it is to give an answer for each of them.

Sees and asks as the engine does; loaded by the training process only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

from torch import Tensor, cat

from finetune import teaching
from finetune.engine_jobs import last_of
from finetune.kept import KeptPages
from finetune.lessons import Lesson
from finetune.runs import RunRow
from vlm import scan_reader
from vlm.absence import says_something
from vlm.asking import answer
from vlm.cancel import ending, returned
from vlm.loader import LoadedModel
from vlm.page_reading import READ
from vlm.prompt import build
from vlm.protocol import Ask, Done
from vlm.scan_lines import READ_TOKENS
from vlm.seeing import Clock, Sight
from vlm.types import Box, PageRef, Question

TOGETHER = 16
"""Parts of which the losses are computed at once."""

KEPT_BYTES = 2**28
"""For what was made of the parts of pages: a thousand and more for the model of this program."""


class PartReader:
    """Reads parts of pages. Use it in one thread.

    Args:
        loaded: The base, without an adapter.
        pages: Draws the rows' pictures.
        breathe: Called between two parts; see `hindrances.Breath`.
    """

    def __init__(self, loaded: LoadedModel, pages: KeptPages, breathe: Callable[[], None]) -> None:
        self._loaded = loaded
        self._sight = Sight(loaded, pages, KEPT_BYTES)
        self._breathe = breathe

    def read(self, page: PageRef, box: Box) -> str:
        """Return what is read in a part as the engine would, "" where that is nothing.

        Raises:
            DeskError: When it cannot be drawn.
        """
        question = Question(READ, page, box, splitting=False, max_new_tokens=READ_TOKENS)
        never = threading.Event()
        self._breathe()
        if (told := scan_reader.read(self._sight, [question], None, never).get(0)) is not None:
            text = told.answer.text
        else:
            events = answer(self._sight, Ask(0, question), None, never)
            done = last_of(ending(0, events), self._breathe)
            text = done.answer.text if isinstance(done, Done) else ""
        return " ".join(text.split()) if says_something(text) else ""

    def losses(
        self, row: RunRow, page: PageRef, boxes: Sequence[Box], text: str
    ) -> Iterator[list[float]]:
        """Yield for each part the loss of each token of an answer to a row's question.

        Args:
            row: Its question is asked.
            page: Its page.
            boxes: The parts.
            text: The answer; its end is a token as well.

        Raises:
            DeskError: When a part cannot be drawn.
        """
        for start in range(0, len(boxes), TOGETHER):
            self._breathe()
            some = [self._lesson(row, page, box, text) for box in boxes[start : start + TOGETHER]]
            lessons, features = zip(*some, strict=True)
            image = int(self._loaded.processor.image_token_id)
            yield from teaching.losses(self._loaded.model, image, lessons, features)

    def _lesson(self, row: RunRow, page: PageRef, box: Box, text: str) -> tuple[Lesson, Tensor]:
        loaded, clock = self._loaded, Clock()
        seen = returned(self._sight.look(page, box, False, None, clock))
        features = cat(returned(self._sight.features(seen, clock)))
        prompt = build(loaded.family, loaded.processor, seen.layout, row.question, text)
        return Lesson(row, prompt.ids, prompt.length, seen.sheet, seen.layout), features
