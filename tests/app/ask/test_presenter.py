from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymupdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ask import words
from app.ask.answer_card import AnswerCard
from app.ask.panel import AskPanel
from app.ask.presenter import AskPresenter
from app.ask.seen import SeenSheet
from app.ask.values import Asked, EvidenceClick, Verdict
from app.engine_client import EngineClient
from app.pages import PageService
from tests.app.ask.sample import BOX, CROPPED, answer, grey_pages
from vlm import children
from vlm.protocol import Progress
from vlm.types import Document, ModelInfo, PageRef, PageSize, Question

WAIT = 20_000
TEXT = "Invoice 2024-0117 of Bergmann, total 84.50"


@dataclass
class Desk:
    """The panel with everything behind it: the fake engine in its own process."""

    panel: AskPanel
    client: EngineClient
    presenter: AskPresenter
    pages: PageService
    document: Document
    qtbot: QtBot

    def show_page(self) -> None:
        self.presenter.set_scope(self.document, PageRef(self.document.path, 0), None)

    def ask(self, text: str = "What?") -> AnswerCard:
        QTest.keyClicks(self.panel.composer.line, text)
        QTest.keyClick(self.panel.composer.line, Qt.Key.Key_Return)
        return self.panel.cards[-1]

    def answered(self, card: AnswerCard) -> None:
        self.qtbot.waitUntil(lambda: card.answer is not None, timeout=WAIT)

    def loaded(self) -> None:
        self.qtbot.waitUntil(lambda: self.client.model is not None, timeout=WAIT)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    path = tmp_path / "invoice.pdf"
    pdf = pymupdf.open()
    pdf.new_page().insert_text((72, 72), TEXT)
    pdf.save(path)
    pdf.close()
    panel = AskPanel()
    qtbot.addWidget(panel)
    panel.resize(420, 700)
    panel.show()
    client = EngineClient(children.command("fake-engine"), grace_ms=300, restart_ms=300)
    pages = grey_pages()
    presenter = AskPresenter(panel, client, pages)
    document = Document(str(path), "pdf", 1, PageSize(595, 842))
    yield Desk(panel, client, presenter, pages, document, qtbot)
    presenter.shutdown()
    pages.stop()


def test_what_is_encoded_ahead_and_left_again_is_not_shown_as_loading(desk: Desk) -> None:
    desk.presenter.load_model("/models/one")
    desk.loaded()
    shown = desk.panel.head.chip.text()
    desk.client.reported.emit(Progress(999, "Looking at view 3 of 5"))
    assert desk.panel.head.chip.text() == shown
    assert desk.panel.head.chip.isVisible()
    assert not desk.panel.head.busy.isVisible()


def test_a_question_asked_while_the_engine_starts_is_answered(qtbot: QtBot, desk: Desk) -> None:
    done: list[Asked] = []
    marks: list[EvidenceClick] = []
    models: list[ModelInfo | None] = []
    desk.presenter.finished.connect(done.append)
    desk.presenter.show_evidence.connect(marks.append)
    desk.presenter.model_changed.connect(models.append)
    desk.show_page()
    desk.presenter.load_model("/models/one")
    assert desk.panel.head.status.text() == words.STARTING
    card = desk.ask()
    assert card.status.text() == words.WAITING
    assert desk.panel.composer.stop.isVisible()
    assert desk.panel.composer.line.hasFocus() or desk.panel.draft() == ""
    desk.answered(card)
    assert card.text.text() == TEXT
    assert card.badges.evidence.text() == "Found on the page"
    assert [asked.answer.text for asked in done] == [TEXT]
    assert [mark.jump for mark in marks] == [False]
    assert models[-1] is not None
    assert not desk.panel.composer.stop.isVisible()
    assert not desk.panel.note.isVisible(), "an answer tells what a small model can do"


def test_follow_ups_stack_and_wait_for_their_turn(qtbot: QtBot, desk: Desk) -> None:
    desk.show_page()
    desk.presenter.load_model("/models/one")
    desk.loaded()
    first, second = desk.ask("One?"), desk.ask("Two?")
    assert second.status.text() == words.QUEUED
    desk.answered(second)
    assert first.answer is not None
    assert [card.question.text for card in desk.panel.cards] == ["One?", "Two?"]


def test_what_is_typed_is_read_until_it_is_asked(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[Question, bool]] = []
    typing = desk.client.typing

    def noted(question: Question, paused: bool) -> int:
        read.append((question, paused))
        return typing(question, paused)

    monkeypatch.setattr(desk.client, "typing", noted)
    desk.show_page()
    desk.presenter.load_model("/models/one")
    desk.answered(desk.ask("What?"))
    assert read == [], "the first question was typed before there was a model"
    QTest.keyClicks(desk.panel.composer.line, "And the total")
    page = PageRef(desk.document.path, 0)
    last = Question("And the total", page), True
    qtbot.waitUntil(lambda: read[-1] == last, timeout=WAIT)
    assert read[0] == (Question("And ", page), False)
    count = len(read)
    desk.answered(desk.ask("?"))
    assert desk.panel.cards[-1].question.text == "And the total?"
    assert len(read) == count, "what was asked needs no cutting"


def test_no_model_is_said_in_the_card(qtbot: QtBot, desk: Desk) -> None:
    desk.show_page()
    desk.presenter.load_model(None)
    card = desk.ask()
    assert card.notice.text() == f"{words.NO_MODEL} {words.ASKED_THEN}"
    assert card.models.isVisible()
    assert desk.panel.head.choose.isVisible()
    assert not desk.client.running


def test_what_could_not_be_read_is_asked_once_as_soon_as_something_can(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    desk.presenter.finished.connect(lambda asked: done.append(asked.question.text))
    monkeypatch.setenv("VLM_FAKE_MEMORY", "load")
    desk.show_page()
    desk.presenter.load_model("/models/large")
    first, second = desk.ask("First?"), desk.ask("Second?")
    qtbot.waitUntil(lambda: first.failed and second.failed, timeout=WAIT)
    QTest.mouseClick(second.retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: second.failed, timeout=WAIT)
    assert not desk.panel.running
    desk.client.stop()  # the engine that starts next has the memory for a smaller model
    monkeypatch.delenv("VLM_FAKE_MEMORY")
    desk.presenter.load_model("/models/small")
    desk.answered(second)
    assert first.answer is not None
    assert not first.notice.isVisible()
    assert done == ["First?", "Second?"]
    assert not desk.panel.running


def test_stop_keeps_the_partial_answer(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_DELAY_MS", "100")
    desk.show_page()
    desk.presenter.load_model("/models/one")
    card, waiting = desk.ask(), desk.ask()
    qtbot.waitUntil(lambda: bool(card.text.text()), timeout=WAIT)
    QTest.mouseClick(desk.panel.composer.stop, Qt.MouseButton.LeftButton)
    assert card.status.text() == "Stopping…"
    assert waiting.ending.text() == "Stopped by you"
    qtbot.waitUntil(lambda: card.ending.isVisible(), timeout=WAIT)
    assert card.ending.text() == "Stopped by you"
    assert TEXT.startswith(card.text.text())
    assert not desk.panel.composer.stop.isVisible()


def test_asking_again_reads_the_page_as_it_is_turned_now(desk: Desk) -> None:
    desk.show_page()
    desk.presenter.load_model("/models/one")
    card = desk.ask()
    desk.answered(card)
    page = PageRef(desk.document.path, 0, 90)
    desk.presenter.set_scope(desk.document, page, None)
    QTest.mouseClick(card.again, Qt.MouseButton.LeftButton)
    turned = desk.panel.cards[-1]
    assert turned.question == Question("What?", page)
    desk.answered(turned)
    other = Document("/papers/other.pdf", "pdf", 1, PageSize(600, 800))
    desk.presenter.set_scope(other, PageRef(other.path, 0, 180), None)
    QTest.mouseClick(turned.again, Qt.MouseButton.LeftButton)
    assert desk.panel.cards[-1].question == turned.question, "nothing is known of how it lies"


def test_a_deaf_engine_is_replaced_and_answers_again(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_DELAY_MS", "3000")
    monkeypatch.setenv("VLM_FAKE_DEAF", "1")
    desk.show_page()
    desk.presenter.load_model("/models/one")
    card = desk.ask()
    qtbot.waitUntil(lambda: bool(card.text.text()), timeout=WAIT)
    monkeypatch.setenv("VLM_FAKE_DELAY_MS", "0")
    desk.presenter.stop()
    qtbot.waitUntil(lambda: card.ending.isVisible(), timeout=WAIT)
    assert card.text.text() == "Invoice"
    again = desk.ask()
    desk.answered(again)


def test_a_crash_is_said_in_the_card_and_trying_again_works(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_CRASH", "ask")
    desk.show_page()
    desk.presenter.load_model("/models/one")
    card = desk.ask()
    qtbot.waitUntil(lambda: card.retry.isVisible(), timeout=WAIT)
    assert card.notice.text() == "The reader ended unexpectedly."
    monkeypatch.delenv("VLM_FAKE_CRASH")
    desk.loaded()
    QTest.mouseClick(card.retry, Qt.MouseButton.LeftButton)
    desk.answered(card)
    assert len(desk.panel.cards) == 1


def test_a_model_that_does_not_fit_is_said_where_the_model_is_and_in_the_card(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_MEMORY", "load")
    desk.show_page()
    desk.presenter.load_model("/models/one")
    card = desk.ask()
    qtbot.waitUntil(lambda: card.retry.isVisible(), timeout=WAIT)
    assert card.notice.text().startswith("Not enough memory. The model needs about 21.0 GB")
    assert card.notice.text() == f"{desk.panel.head.notice.text()} {words.ASKED_THEN}"
    assert desk.panel.head.retry.isVisible()


def test_an_engine_that_crashes_while_loading_ends_in_a_sentence(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLM_FAKE_CRASH", "load")
    desk.show_page()
    desk.presenter.load_model("/models/one")
    card = desk.ask()
    qtbot.waitUntil(lambda: card.retry.isVisible(), timeout=WAIT)
    assert "ended unexpectedly" in card.notice.text()
    assert not desk.client.running


def test_an_answer_of_the_history_is_alive(qtbot: QtBot, desk: Desk) -> None:
    desk.presenter.show_past(Verdict(CROPPED, answer(), right=True))
    card = desk.panel.cards[-1]
    assert card.right.isChecked()
    with qtbot.waitSignal(desk.presenter.show_evidence) as clicked:
        QTest.mouseClick(card.badges.evidence, Qt.MouseButton.LeftButton)
    assert clicked.args == [EvidenceClick(CROPPED.page, (BOX,))]


def test_what_the_model_saw_opens_at_the_question(qtbot: QtBot, desk: Desk) -> None:
    desk.presenter.show_past(Verdict(CROPPED, answer(), right=None))
    card = desk.panel.cards[-1]
    with qtbot.waitSignal(desk.panel.scope_wanted):
        QTest.mouseClick(card.seen, Qt.MouseButton.LeftButton)
    sheet = desk.panel.findChild(SeenSheet)
    assert sheet is not None
    sheet.close()
