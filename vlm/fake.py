"""An engine without a model: it answers with the text layer's words. Real process, real protocol.

For trying and testing the window. It says what it is wherever a model's name is shown. How it
misbehaves is set in the environment:

    VLM_FAKE_DELAY_MS   pause before each word of an answer
    VLM_FAKE_CRASH      "load" or "ask": the process ends in the middle of such a job; else the
                        name of a document about which it must not be asked
    VLM_FAKE_CARDS      "1,2": it says that it could answer on these graphics cards too
    VLM_FAKE_DEAF       "1": a running answer ignores that it should stop
    VLM_FAKE_MEMORY     "load" or "ask": such a job ends with a memory shortage
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from vlm import safety
from vlm.cancel import CancelToken, Stopped, check
from vlm.document_questions import Asking, DocumentQuestions
from vlm.errors import DeskError, ModelIncomplete, OutOfMemory, QuestionUnanswerable
from vlm.evidence import locate, locate_over
from vlm.host import Answerer, Host, claim_stdout, die_with_parent
from vlm.pages.client import PageClient
from vlm.protocol import (
    AllAnswered,
    Answered,
    Ask,
    AskAll,
    Cancelled,
    Done,
    Event,
    Failed,
    Load,
    Loaded,
    Look,
    Looked,
    LookedAt,
    Prepare,
    Progress,
    Saw,
    TextDelta,
    Typing,
    Unanswered,
    Unlock,
    Where,
)
from vlm.types import (
    MOST_CELLS,
    WHOLE_PAGE,
    Answer,
    Box,
    HeatMap,
    ModelInfo,
    PageRef,
    Question,
    Timings,
    View,
    Word,
)

NAME = "Text layer only (no model)"
NOTHING = "There is no text here."
QUARTERS = (
    ("Top left", 0.0, 0.0),
    ("Top right", 0.5, 0.0),
    ("Bottom left", 0.0, 0.5),
    ("Bottom right", 0.5, 0.5),
)
EDGE_PX = 980
POINTS = 72.0


class FakeEngine:
    """Reads words instead of pixels.

    Args:
        pages: Opens documents and reads their words.
        options: The environment.
    """

    def __init__(self, pages: PageClient, options: dict[str, str] | None = None) -> None:
        options = dict(os.environ) if options is None else options
        self._pages = pages
        self._delay = float(options.get("VLM_FAKE_DELAY_MS", "0")) / 1000
        self._crash = options.get("VLM_FAKE_CRASH", "")
        self._cards = tuple(filter(None, options.get("VLM_FAKE_CARDS", "").split(",")))
        self._deaf = options.get("VLM_FAKE_DEAF", "") == "1"
        self._memory = options.get("VLM_FAKE_MEMORY", "")
        self._passwords: dict[str, str] = {}
        self._info: ModelInfo | None = None
        self._documents = DocumentQuestions(pages, None)

    def load(self, request: Load, cancel: CancelToken) -> Iterator[Event]:
        """Load nothing: there is no model, and its name says so; damaged settings are refused."""
        yield Progress(request.job, "Loading")
        yield from self._misbehave("load", request.job)
        if self._memory == "load":
            return
        try:
            if (config := Path(request.folder) / "config.json").exists():
                safety.read_settings(config)
        except ModelIncomplete as error:
            yield Failed(request.job, error.code, str(error))
            return
        self._info = ModelInfo(
            name=NAME,
            folder=request.folder,
            family="none",
            parameters=0,
            device="cpu",
            dtype="none",
            reason="There is no model; words are copied from the text layer.",
            splits=True,
            small=True,
            adapter=request.adapter,
            elsewhere=self._cards,
        )
        yield Cancelled(request.job) if cancel.is_set() else Loaded(request.job, self._info)

    def ask(self, request: Ask, cancel: CancelToken) -> Iterator[Event]:
        """Answer with the words inside the box, in reading order."""
        told: list[str] = []
        try:
            if request.question.whole_document:
                asking = self._asking(request.job, cancel)
                yield from self._documents.answer(asking, request.question)
            else:
                yield from self._ask(request, cancel, told)
        except Stopped:
            yield Cancelled(request.job, "".join(told))
        except DeskError as error:
            yield Failed(request.job, error.code, str(error))

    def ask_all(self, request: AskAll, cancel: CancelToken) -> Iterator[Event]:
        """Answer one question after the other."""
        if any(question.whole_document for question in request.questions):
            asking = self._asking(request.job, cancel)
            together = lambda shared: self.ask_all(shared, cancel)  # noqa: E731
            yield from self._documents.answer_all(asking, request.questions, together)
            return
        for index, question in enumerate(request.questions):
            try:
                for event in self._ask(Ask(request.job, question), cancel, []):
                    if isinstance(event, Done):
                        yield Answered(request.job, index, event.answer)
                    elif isinstance(event, Failed | Progress):
                        yield event
                        if isinstance(event, Failed):
                            return
            except Stopped:
                yield Cancelled(request.job)
                return
            except DeskError as error:
                yield Unanswered(request.job, index, error.code, str(error))
        yield AllAnswered(request.job)

    def look(self, request: Look, cancel: CancelToken) -> Iterator[Event]:
        """Read the page ahead."""
        try:
            self._read(request.page)
        except DeskError as error:
            yield Failed(request.job, error.code, str(error))
            return
        yield Cancelled(request.job) if cancel.is_set() else Looked(request.job)

    def typing(self, request: Typing, cancel: CancelToken) -> Iterator[Event]:
        """Do nothing: there is no model to read with."""
        yield Cancelled(request.job) if cancel.is_set() else Looked(request.job)

    def prepare(self, request: Prepare, cancel: CancelToken) -> Iterator[Event]:
        """Learn the words of a document's text layers ahead."""
        try:
            yield from self._documents.prepare(self._asking(request.job, cancel), request.path)
        except Stopped:
            yield Cancelled(request.job)
        except DeskError as error:
            yield Failed(request.job, error.code, str(error))
        else:
            yield Cancelled(request.job) if cancel.is_set() else Looked(request.job)

    def where(self, request: Where, cancel: CancelToken) -> Iterator[Event]:
        """Point at the words that were copied."""
        question = request.question
        try:
            words = self._read(question.page)
        except DeskError as error:
            yield Failed(request.job, error.code, str(error))
            return
        within = question.box or WHOLE_PAGE
        boxes = locate(request.answer, words, question.box).boxes
        levels = tuple(
            255 if any(box.contains(*_middle(within, row, column)) for box in boxes) else 0
            for row in range(MOST_CELLS)
            for column in range(MOST_CELLS)
        )
        found = HeatMap(within, MOST_CELLS, MOST_CELLS, levels)
        yield Cancelled(request.job) if cancel.is_set() else LookedAt(request.job, (found,))

    def unlock(self, request: Unlock) -> None:
        """Remember a password."""
        self._passwords[request.path] = request.password

    def close(self) -> None:
        """End the page processes."""
        self._documents.close()
        self._pages.stop()

    def _asking(self, job: int, cancel: CancelToken) -> Asking:
        def ask(question: Question) -> Iterator[Event]:
            return self.ask(Ask(job, question), cancel)

        return Asking(job, ask, None, self._passwords.get, cancel)

    def _misbehave(self, when: str, job: int) -> Iterator[Event]:
        if self._crash == when:
            os._exit(9)
        if self._memory == when:
            yield Failed(
                job,
                OutOfMemory.code,
                "The model needs about 21.0 GB of memory; 8.0 GB are free. Close other programs "
                "or choose a smaller model.",
            )

    def _read(self, page: PageRef) -> tuple[Word, ...]:
        if self._info is None:
            raise ModelIncomplete("No model is loaded. Choose one in Models.")
        self._pages.open(page.path, self._passwords.get(page.path))
        return self._pages.words(page)

    def _ask(self, request: Ask, cancel: CancelToken, told: list[str]) -> Iterator[Event]:
        question, start = request.question, time.perf_counter()
        yield Progress(request.job, "Opening the page")
        if not question.text.strip():
            raise QuestionUnanswerable("Type a question first.")
        words = self._read(question.page)
        more = [(page, self._read(page)) for page in question.more_pages]
        views = self._views(question)
        yield Saw(request.job, views)
        if Path(question.page.path).name == self._crash:
            os._exit(9)
        yield from self._misbehave("ask", request.job)
        if self._memory == "ask":
            return
        inside = [word.text for word in words if (question.box or WHOLE_PAGE).holds(word.box)]
        inside += [word.text for _, others in more for word in others]
        pieces = inside[: question.max_new_tokens] or NOTHING.split()
        first = 0.0
        for index, piece in enumerate(pieces):
            self._pause(cancel)
            first = first or time.perf_counter() - start
            told.append(piece if index == 0 else f" {piece}")
            yield TextDelta(request.job, told[-1])
        text = "".join(told)
        seconds = time.perf_counter() - start
        speed = (len(pieces) - 1) / (seconds - first) if seconds > first else 0.0
        answer = Answer(
            text=text,
            confidence=1.0,
            evidence=locate_over(text, words, question.box, more),
            stop="length" if len(inside) > len(pieces) else "end",
            model=NAME,
            adapter=None,
            visual_tokens=0,
            effective_dpi=max(view.dpi for view in views),
            timings=Timings(first_token=first, total=seconds, tokens_per_second=speed),
            views=views,
        )
        yield Done(request.job, answer)

    def _pause(self, cancel: CancelToken) -> None:
        """Wait before a word, unless the answer shall stop."""
        if isinstance(cancel, threading.Event) and not self._deaf:
            cancel.wait(self._delay)
        else:
            threading.Event().wait(self._delay)
        if not self._deaf:
            check(cancel)

    def _views(self, question: Question) -> tuple[View, ...]:
        """Describe the views that a model of 980 pixels would be given; nothing is drawn."""
        size = self._pages.sizes(question.page.path, question.page.page, 1)[0]
        box = question.box or WHOLE_PAGE
        wide, high = box.width * size.width, box.height * size.height

        def view(name: str, part: Box, share: float) -> View:
            scale = EDGE_PX / (share * max(wide, high))
            pixels = round(share * wide * scale), round(share * high * scale)
            return View(name, part, max(1, pixels[0]), max(1, pixels[1]), scale * POINTS, 0)

        whole = view("Whole", box, 1.0)
        if not question.splitting:
            return (whole,)
        quarters = tuple(
            view(
                name,
                Box(
                    box.x0 + x * box.width,
                    box.y0 + y * box.height,
                    min(1.0, box.x0 + (x + 0.5) * box.width),
                    min(1.0, box.y0 + (y + 0.5) * box.height),
                ),
                0.5,
            )
            for name, x, y in QUARTERS
        )
        return (*quarters, whole)


def _middle(box: Box, row: int, column: int) -> tuple[float, float]:
    """Return the middle of a cell of a grid over a box, in fractions of the page."""
    return (
        box.x0 + (column + 0.5) / MOST_CELLS * box.width,
        box.y0 + (row + 0.5) / MOST_CELLS * box.height,
    )


def main() -> int:
    """Be the fake engine process; returns its exit code."""
    events = claim_stdout()
    die_with_parent()
    return Host(sys.stdin.buffer, events).serve(_fake)


def _fake() -> Answerer:
    return FakeEngine(PageClient())
