"""Questions to whole documents with a real tiny model."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TypeGuard

import msgspec
import pytest

from tests.vlm.answering import NEVER, Checkpoint, answered, last, started
from tests.vlm.documents import Book
from vlm import page_reading, part_answers, several, whole_document
from vlm.asked_names import key_of
from vlm.engine import Engine
from vlm.errors import DocumentMissing
from vlm.learned_names import NO_NAMES, LearnedLabel, LearnedNames, LearnedQuestion
from vlm.protocol import (
    AllAnswered,
    Answered,
    Ask,
    AskAll,
    Cancelled,
    Done,
    Event,
    Failed,
    Look,
    Looked,
    Prepare,
    Progress,
    Unanswered,
)
from vlm.types import WHOLE_PAGE, Box, Document, PageRef, Question

PATH = "book.pdf"
TOKENS = 6
TEXTS = ("Cover", "Contents", "Prices", "Invoice number LP-20418", "Annex", "Notes")


@pytest.fixture(autouse=True)
def few_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_reading, "PAGE_TOKENS", 4)


def asked(text: str = "What is the invoice number?", path: str = PATH) -> Question:
    page = PageRef(path, 0)
    return Question(text, page, splitting=False, max_new_tokens=TOKENS, whole_document=True)


def page_of(question: Question, page: int) -> Question:
    at = PageRef(question.page.path, page)
    return msgspec.structs.replace(question, page=at, whole_document=False)


def test_a_documents_answer_is_that_of_one_of_its_pages(checkpoint: Checkpoint) -> None:
    engine = started(checkpoint("marked"), Book(texts=TEXTS))
    found = answered(engine, asked())
    assert found.read is not None
    assert found.read.page_count == len(TEXTS)
    assert len(found.read.pages) == whole_document.MOST_PAGES
    assert 3 in {page.page for page in found.read.pages}
    for page in found.read.pages:
        alone = answered(engine, page_of(asked(), page.page))
        assert page.text == alone.text
        assert page.confidence == pytest.approx(alone.confidence, rel=1e-3)
    best = found.read.pages[0]
    assert best.text in found.text
    assert found.views == answered(engine, page_of(asked(), best.page)).views


def test_scans_are_read_ahead_kept_on_disk_and_searched(checkpoint: Checkpoint) -> None:
    book = Book(texts=("Cover", *[""] * 5))
    engine = started(checkpoint("marked"), book)
    events = list(engine.prepare(Prepare(3, PATH), NEVER))
    assert events[-1] == Looked(3)
    told = [event.text for event in events if isinstance(event, Progress)]
    assert any("Reading the scanned page 2: part 1 of " in one for one in told)
    found = answered(engine, asked())
    assert found.read is not None
    assert found.read.searched == 6
    engine.close()

    again = started(checkpoint("marked"), book)
    events = list(again.prepare(Prepare(3, PATH), NEVER))
    told = [event.text for event in events if isinstance(event, Progress)]
    assert not any("part" in text for text in told), "the file in the cache folder has them"
    again.close()


def test_reading_ahead_gives_way(checkpoint: Checkpoint) -> None:
    cancel = threading.Event()
    engine = started(checkpoint("marked"), Book(texts=("Cover", *[""] * 5)))
    events: list[Event] = []
    for event in engine.prepare(Prepare(3, PATH), cancel):
        events.append(event)
        if isinstance(event, Progress) and "page 3: part" in event.text:
            cancel.set()
    assert events[-1] == Cancelled(3)
    found = answered(engine, asked())
    assert found.read is not None
    engine.close()


class Shelf(Book):
    """Has a document of many pages and others of one."""

    def open(self, path: str, password: str | None = None) -> Document:
        """Open."""
        self.page_count = len(TEXTS) if path == PATH else 1
        return super().open(path, password)


def test_several_questions_share_a_page_and_others_go_one_by_one(checkpoint: Checkpoint) -> None:
    engine = started(checkpoint("marked"), Shelf(texts=TEXTS))
    questions = (
        asked("Total?", "one.pdf"),
        asked(),
        asked("Date?", "one.pdf"),
        asked(" "),
        asked(" ", "one.pdf"),
    )
    events = list(engine.ask_all(AskAll(5, questions), NEVER))
    assert events[-1] == AllAnswered(5)
    given = {event.index: event.answer for event in events if isinstance(event, Answered)}
    refused = {event.index: event.code for event in events if isinstance(event, Unanswered)}
    assert set(given) == {0, 1, 2}
    assert refused == {3: "question_unanswerable", 4: "question_unanswerable"}
    for index in (0, 2):
        alone = answered(engine, page_of(questions[index], 0))
        read = given[index].read
        assert given[index].text == alone.text
        assert read is not None
        assert (read.page_count, read.pages[0].text) == (1, alone.text)
    read = given[1].read
    assert read is not None
    assert read.page_count == 6
    engine.close()


class Gone(Book):
    """Has one document only."""

    def open(self, path: str, password: str | None = None) -> Document:
        """Open."""
        if path != PATH:
            raise DocumentMissing("gone.pdf is not there any more.")
        return super().open(path, password)


def test_a_document_that_cannot_be_opened_leaves_the_others(checkpoint: Checkpoint) -> None:
    engine = started(checkpoint("marked"), Gone(texts=TEXTS))
    assert last(engine.prepare(Prepare(1, "gone.pdf"), NEVER)) == Failed(
        1, "document_missing", "gone.pdf is not there any more."
    )
    assert isinstance(last(engine.ask(Ask(1, asked(path="gone.pdf")), NEVER)), Failed)
    events = list(engine.ask_all(AskAll(2, (asked(path="gone.pdf"), asked())), NEVER))
    assert Unanswered(2, 0, "document_missing", "gone.pdf is not there any more.") in events
    assert [event.index for event in events if isinstance(event, Answered)] == [1]
    engine.close()
    unloaded = Engine(Book(texts=TEXTS))
    ended = last(unloaded.ask(Ask(1, asked()), NEVER))
    assert isinstance(ended, Failed)
    assert ended.code == "model_incomplete"
    unloaded.close()


def test_a_small_model_is_shown_the_line_of_a_document_of_one_page(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vlm.models.is_shipped", lambda folder: True)
    engine = started(checkpoint("marked"), Book(texts=(TEXTS[3],)))
    events = list(engine.ask_all(AskAll(5, (asked(),)), NEVER))
    (given,) = [event.answer for event in events if isinstance(event, Answered)]
    assert given.read is not None
    assert given.read.page_count == 1
    assert all(view.box.height < 0.5 for view in given.views), "a line, not the page"
    engine.close()


@pytest.fixture
def small(checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a model that reads pages part by part."""
    monkeypatch.setattr("vlm.models.is_shipped", lambda folder: True)
    return checkpoint("marked")


def test_a_small_model_reads_a_page_part_by_part_and_keeps_what_it_made(small: Path) -> None:
    book = Book(texts=(TEXTS[3],))
    engine = started(small, book)
    events = list(engine.look(Look(4, PageRef(PATH, 0)), NEVER))
    assert events[-1] == Looked(4)
    drawn = len(book.renders)
    events = list(engine.ask(Ask(5, page_of(asked("What stands there?"), 0)), NEVER))
    told = [event.text for event in events if isinstance(event, Progress)]
    assert len(book.renders) == drawn, "the parts were looked at ahead"
    assert told[0] == "Finding the parts of the page"
    assert len([text for text in told if text.startswith("Looking at part")]) == len(told) - 1 > 0
    ended = events[-1]
    assert isinstance(ended, Done)
    part = ended.answer.evidence.part
    assert part is not None
    alone = answered(
        engine, msgspec.structs.replace(page_of(asked("What stands there?"), 0), box=part)
    )
    assert ended.answer.text == alone.text
    left = part_answers.UNNAMED  # the page has not the question's words
    assert ended.answer.confidence == pytest.approx(left * alone.confidence, rel=1e-3)
    assert [view.box for view in ended.answer.views] == [view.box for view in alone.views]
    engine.close()


def test_a_scans_lines_are_read_while_it_is_looked_at(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(several, "AT_ONCE", 8)  # fewer than the page has lines
    scan = Book(texts=("",))
    plain, ahead, stopped = (started(small, scan) for _ in range(3))
    question = Ask(5, page_of(asked("What stands there?"), 0))
    expected = list(plain.ask(question, NEVER))
    lines = _said(expected, "Reading part")
    assert len(lines) > 1

    events = list(ahead.look(Look(4, PageRef(PATH, 0)), NEVER))
    assert events[-1] == Looked(4)
    assert _said(events, "Reading part") == lines
    again = list(ahead.ask(question, NEVER))
    assert _said(again, "Reading part") == []
    assert _answer(again) == _answer(expected)

    cancel, begun = threading.Event(), list[Event]()
    for event in stopped.look(Look(4, PageRef(PATH, 0)), cancel):
        begun.append(event)
        if isinstance(event, Progress) and event.text == lines[1]:
            cancel.set()
    assert begun[-1] == Cancelled(4)
    rest = list(stopped.ask(question, NEVER))
    assert _said(rest, "Reading part") == lines[1:], "what was read until then stays"
    assert _answer(rest) == _answer(expected)
    for engine in (plain, ahead, stopped):
        engine.close()


def test_a_page_that_was_read_to_find_it_is_not_read_again(small: Path) -> None:
    scans = Book(texts=("", *(f"Cover {n}" for n in range(5))))
    engine = started(small, scans)
    told = _said(list(engine.prepare(Prepare(3, PATH), NEVER)), "Reading the scanned page 1: part")
    assert len(told) > 0
    assert _said(list(engine.ask(Ask(5, page_of(asked(), 0)), NEVER)), "Reading part") == []
    engine.close()

    again = started(small, scans)
    plain = list(again.ask(Ask(5, page_of(asked(), 0)), NEVER))
    assert len(_said(plain, "Reading part")) > 0
    told = _said(list(again.prepare(Prepare(3, PATH), NEVER)), "Reading the scanned page 1: part")
    assert told == [], "nor one that was read for a question"
    again.close()


def _said(events: list[Event], beginning: str) -> list[str]:
    told = [event.text for event in events if isinstance(event, Progress)]
    return [text for text in told if text.startswith(beginning)]


def _answer(events: list[Event]) -> tuple[str, Box | None]:
    ended = events[-1]
    assert isinstance(ended, Done)
    return ended.answer.text, ended.answer.evidence.part


def test_what_was_learned_of_names_chooses_the_pages_of_a_document(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = (*(f"The file reference of matter {n}" for n in range(8)), "Az.: 12 O 345/23")
    question = asked("What is the Aktenzeichen of the matter?")
    label = LearnedLabel("Az.:", "behind", None, False, 3, 0)
    known = LearnedQuestion(key_of(question.text), "Aktenzeichen", (label,))

    def first_read(names: LearnedNames) -> int:
        monkeypatch.setattr("vlm.parted.names_of", lambda folder: names)
        engine = started(small, Book(texts=texts))
        told = [event.text for event in engine.ask(Ask(5, question), NEVER) if reads(event)]
        engine.close()
        return int(told[0].split()[2].rstrip(",:"))

    assert first_read(NO_NAMES) < 9
    assert first_read(LearnedNames((known,))) == 9


def reads(event: Event) -> TypeGuard[Progress]:
    return isinstance(event, Progress) and event.text.startswith("Reading page")


def test_other_models_and_boxes_are_asked_as_ever(small: Path, checkpoint: Checkpoint) -> None:
    engine = started(small, Book(texts=(TEXTS[3],)))
    box = Box(0.1, 0.05, 0.9, 0.2)
    given = answered(engine, msgspec.structs.replace(page_of(asked(), 0), box=box))
    assert given.evidence.part is None
    assert [view.box for view in given.views] == [box]
    engine.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vlm.models.is_shipped", lambda folder: False)
        large = started(checkpoint("marked"), Book(texts=(TEXTS[3],)))
        whole = answered(large, page_of(asked(), 0))
        assert whole.evidence.part is None
        assert [view.box for view in whole.views] == [WHOLE_PAGE]
        large.close()


def test_several_questions_about_a_page_are_asked_of_its_parts(small: Path) -> None:
    engine = started(small, Book(texts=TEXTS))
    box = Box(0.1, 0.05, 0.9, 0.2)
    questions = (
        page_of(asked("What stands there?"), 3),
        msgspec.structs.replace(page_of(asked("Date?"), 3), box=box),
        page_of(asked("Number?"), 9),
        page_of(asked("  "), 3),
    )
    events = list(engine.ask_all(AskAll(5, questions), NEVER))
    assert events[-1] == AllAnswered(5)
    given = {event.index: event.answer for event in events if isinstance(event, Answered)}
    refused = {event.index: event.code for event in events if isinstance(event, Unanswered)}
    assert set(given) == {0, 1}
    assert refused == {2: "question_unanswerable", 3: "question_unanswerable"}
    assert given[0].evidence.part is not None
    assert given[0].read is None, "it is about a page, not about a document"
    assert given[1].evidence.part is None
    engine.close()
