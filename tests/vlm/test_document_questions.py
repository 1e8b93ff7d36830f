"""Questions to whole documents with a real tiny model."""

from __future__ import annotations

import threading

import msgspec
import pytest

from tests.vlm.answering import NEVER, Checkpoint, answered, last, started
from tests.vlm.documents import Book
from vlm import page_reading, whole_document
from vlm.engine import Engine
from vlm.errors import DocumentMissing
from vlm.protocol import (
    AllAnswered,
    Answered,
    Ask,
    AskAll,
    Cancelled,
    Event,
    Failed,
    Looked,
    Prepare,
    Progress,
    Unanswered,
)
from vlm.types import Document, PageRef, Question

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
    assert "Reading the scanned page 2: part 1 of 1" in told
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
