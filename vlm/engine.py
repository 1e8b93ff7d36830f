"""Answers questions about pages with one loaded model: requests in, protocol events out.

Every job is a generator whose last event is one of `LAST_EVENTS`. Knows no threads and no pipes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from msgspec import structs

from vlm import device, line_reader, part_of_page, paths, readings, several, typed
from vlm.asking import answer
from vlm.asks import Asks
from vlm.cancel import CancelToken, ending, returned, told
from vlm.cancel import check as check_stop
from vlm.document_questions import Asking, DocumentQuestions, of_more, stamp
from vlm.errors import DeskError
from vlm.flat_answers import FlatAnswers
from vlm.flat_pages import FlatPages
from vlm.looking import look_back
from vlm.model_in_memory import ModelInMemory
from vlm.page_lines import PageLines
from vlm.page_reading import Model
from vlm.protocol import (
    AllAnswered,
    Answered,
    Ask,
    AskAll,
    Cancelled,
    Done,
    Event,
    Load,
    Look,
    Looked,
    Prepare,
    Progress,
    TextDelta,
    Typing,
    Unanswered,
    Unlock,
    Where,
)
from vlm.seeing import Clock, Sight
from vlm.skew import KnowsAngles
from vlm.together import answer_all
from vlm.types import PageRef, Question
from vlm.views import PageSource

R = TypeVar("R", Typing, Where)

READINGS = "readings.sqlite3"
"""The file of what models have read on scanned pages."""


class Engine:
    """One model in memory and the pages it has seen. Use it from one thread.

    Args:
        pages: Draws and reads pages.
        budget_bytes: For pages seen before; None to choose by the memory there is.
        place: Chooses where a model runs.
    """

    def __init__(
        self,
        pages: PageSource,
        budget_bytes: int | None = None,
        place: Callable[[str], device.Placement] = device.choose,
    ) -> None:
        self._pages = pages
        self._passwords: dict[str, str] = {}
        self.read_pages = flat = FlatPages(pages, stamp, self._reads_flat)
        """The pages as the model is shown them."""
        self._flat = FlatAnswers(flat, self._passwords.get, self._turned)
        self._read: PageSource = pages if isinstance(pages, KnowsAngles) else flat
        self._documents = DocumentQuestions(self._read, paths.cache_dir() / READINGS)
        self._model = ModelInMemory(self._read, budget_bytes, place, self._documents.angles)

    @property
    def sight(self) -> Sight | None:
        """What sees pages with the loaded model; None where none is loaded."""
        return self._model.sight

    def _reads_flat(self) -> bool:
        """Tell whether the model is one that reads sheets rather than photographs of them."""
        sight = self.sight
        return sight is not None and sight.loaded.info.small

    def load(self, request: Load, cancel: CancelToken) -> Iterator[Event]:
        """Load a model; the one before is dropped first, so that both need not fit.

        A folder or adapter that cannot be right leaves the one before in place. Another adapter
        for the model that is there is put into it without reading it again.
        """
        yield from ending(request.job, self._load(request, cancel))

    def ask(self, request: Ask, cancel: CancelToken) -> Iterator[Event]:
        """Answer a question; short of memory, once more without splitting, then on the CPU."""
        steps = self._flat.about_one(request, lambda flat: self._ask(flat, cancel))
        yield from ending(request.job, steps)

    def ask_all(self, request: AskAll, cancel: CancelToken) -> Iterator[Event]:
        """Answer several questions; short of memory, the rest of them one by one as `ask` does."""
        steps = self._flat.about_several(request, lambda flat: self._ask_all(flat, cancel))
        yield from ending(request.job, steps)

    def look(self, request: Look, cancel: CancelToken) -> Iterator[Event]:
        """Encode a page ahead of a question."""
        steps = self._flat.ahead(request, lambda flat: self._look(flat, cancel))
        yield from ending(request.job, steps)

    def typing(self, request: Typing, cancel: CancelToken) -> Iterator[Event]:
        """Read a question while it is typed."""
        steps = self._flat.about_one(request, lambda flat: self._typing(flat, cancel))
        yield from ending(request.job, steps)

    def prepare(self, request: Prepare, cancel: CancelToken) -> Iterator[Event]:
        """Learn a document's words ahead of a question to all of it."""
        yield from ending(request.job, self._prepare(request, cancel))

    def where(self, request: Where, cancel: CancelToken) -> Iterator[Event]:
        """Find where the model looked for an answer."""
        steps = self._flat.about_one(request, lambda flat: self._where(flat, cancel))
        yield from ending(request.job, steps)

    def upright(self, page: PageRef) -> PageRef:
        """Return a page turned as it is read, for which a few of its lines are read.

        Raises:
            DeskError: What opening and drawing can raise.
        """
        self._pages.open(page.path, self._passwords.get(page.path))
        asking = self._asking(0, threading.Event())
        return returned(self._documents.upright(asking, page))

    def unlock(self, request: Unlock) -> None:
        """Remember a password."""
        self._passwords[request.path] = request.password

    def drop(self) -> None:
        """Give up the model and its memory."""
        self._model.drop()

    def close(self) -> None:
        """End the page processes and drop the model."""
        self._model.drop()
        self._documents.close()
        self._pages.stop()

    def _load(self, request: Load, cancel: CancelToken) -> Iterator[Event]:
        self._keep_readings(request)
        yield from self._model.load(request, cancel)

    def _keep_readings(self, request: Load) -> None:
        """Keep what is read on scans as a person wants; what they want gone is removed."""
        file = paths.cache_dir() / READINGS
        self._documents.keep_readings(None if request.keep_pages is False else file)
        if request.keep_pages is False:
            readings.remove(file)

    def _ask(self, request: Ask, cancel: CancelToken) -> Iterator[Event]:
        if (asking := self._of_more([request.question], request.job, cancel)) is not None:
            yield from self._documents.answer(asking, request.question)
        else:
            yield from self._ask_once(request, cancel)

    def _ask_once(self, request: Ask, cancel: CancelToken) -> Iterator[Event]:
        password = self._passwords.get(request.question.page.path)
        while True:
            sight, told_text = self._model.ready(), False
            where = sight.loaded.placement.device
            try:
                for event in answer(sight, request, password, cancel):
                    told_text = told_text or isinstance(event, TextDelta)
                    yield event
                return
            except (MemoryError, RuntimeError) as error:
                short = device.shortage(error, where)
                if short is None:
                    raise
                sight.forget()
                if told_text or (where == "cpu" and not request.question.splitting):
                    raise short from error
            device.release(where)
            if request.question.splitting:
                yield Progress(request.job, "Not enough memory; trying without splitting the page")
                request = Ask(request.job, structs.replace(request.question, splitting=False))
                continue
            yield Progress(request.job, "Not enough GPU memory; trying on the processor")
            yield from self._model.to_cpu(request.job, cancel)

    def _asking(self, job: int, cancel: CancelToken) -> Asking:
        """Hand out what questions to whole documents need of the loaded model."""
        loaded = self._model.ready().loaded
        small, password = loaded.info.small, self._passwords.get
        model = Model(f"{loaded.reads} {line_reader.version()}", small, loaded.names)
        once = lambda question: self._ask_once(Ask(job, question), cancel)  # noqa: E731
        ask = Asks(job, once, self._model.ready, password, cancel)
        if small:
            return Asking(job, ask, model, password, cancel)
        lines = PageLines(job, self._read, self._documents.angles, password, cancel)
        return Asking(job, ask, model, password, cancel, lines)

    def _of_more(self, some: Sequence[Question], job: int, cancel: CancelToken) -> Asking | None:
        """Return what is needed where a question takes more than one look of the model."""
        asking = self._asking(job, cancel)
        return asking if any(of_more(one, asking) for one in some) else None

    def _prepare(self, request: Prepare, cancel: CancelToken) -> Iterator[Event]:
        yield from self._documents.prepare(self._asking(request.job, cancel), request.path)
        check_stop(cancel)
        yield Looked(request.job)

    def _ask_all(self, request: AskAll, cancel: CancelToken) -> Iterator[Event]:
        if (asking := self._of_more(request.questions, request.job, cancel)) is not None:
            together = lambda shared: ending(shared.job, self._ask_all(shared, cancel))  # noqa: E731
            yield from self._documents.answer_all(asking, request.questions, together)
            return
        job, left = request.job, dict(enumerate(request.questions))
        sight = self._model.ready()
        where = sight.loaded.placement.device
        try:
            for event in answer_all(sight, job, request.questions, self._passwords.get, cancel):
                if isinstance(event, Answered | Unanswered):
                    left.pop(event.index)
                yield event
            return
        except (MemoryError, RuntimeError) as error:
            if device.shortage(error, where) is None:
                raise
            sight.forget()
        device.release(where)
        for index, question in left.items():
            try:
                for event in self._ask(Ask(job, question), cancel):
                    if isinstance(event, Cancelled):
                        yield event
                        return
                    if isinstance(event, Done):
                        yield Answered(job, index, event.answer)
            except DeskError as error:
                yield Unanswered(job, index, error.code, str(error))
        yield AllAnswered(job)

    def _look(self, request: Look, cancel: CancelToken) -> Iterator[Event]:
        asking, password = self._asking(request.job, cancel), self._passwords.get(request.page.path)
        yield from self._documents.read_ahead(asking, request.page, request.box)
        sight, clock, page = self._model.ready(), Clock(), self._turned(request.page)
        places = self._documents.places(asking, page, request.box)
        parts = places if len(places) > 1 else ()
        together = several.see(sight, page, parts, password, cancel)
        yield from told(request.job, together, cancel)
        for box in places:  # those that were not seen together
            split = request.splitting and box == request.box
            steps = sight.look(page, box, split, password, clock)
            seen = yield from told(request.job, steps, cancel)
            prefix = sight.begin(seen, sight.prompt(seen, several.AHEAD), clock)
            yield from told(request.job, prefix, cancel)
        sight.save()
        sight.selftest.run()
        yield Looked(request.job)

    def _upright(self, request: R) -> R:
        """Return a request about a page as it is read, as far as that is known."""
        question = request.question
        flat = structs.replace(question, page=self._turned(question.page))
        return structs.replace(request, question=flat)

    def _turned(self, page: PageRef) -> PageRef:
        return self._documents.turned(page) if self._reads_flat() else page

    def _typing(self, request: Typing, cancel: CancelToken) -> Iterator[Event]:
        sight, request = self._model.ready(), self._upright(request)
        question = request.question
        # Dozens of parts would each need the words anew, which takes longer than a person types.
        once = self._of_more([structs.replace(question, text="")], request.job, cancel) is None
        if (once or part_of_page.is_low(question)) and typed.suits(sight):
            password = self._passwords.get(question.page.path)
            yield from typed.read(sight, request, password, cancel)
        else:
            sight.cut()
        yield Looked(request.job)

    def _where(self, request: Where, cancel: CancelToken) -> Iterator[Event]:
        sight, password = self._model.ready(), self._passwords.get(request.question.page.path)
        request = self._upright(request)
        used = sight.loaded.placement.device
        try:
            yield from look_back(sight, request, password, cancel)
        except (MemoryError, RuntimeError) as error:
            short = device.shortage(error, used)
            if short is None:
                raise
            sight.forget()
            device.release(used)
            raise short from error
