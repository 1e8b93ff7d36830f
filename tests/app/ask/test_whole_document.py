"""Asking the whole document: the chip, the card's links, and both with the fake engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pymupdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ask import words
from app.ask.answer_card import AnswerCard
from app.ask.panel import AskPanel
from app.ask.presenter import AskPresenter
from app.ask.values import Asked, Draft, EvidenceClick, Scope, answered_on
from app.engine_client import EngineClient
from tests.app.ask.sample import BOX, DOCUMENT, PAGE, PATH, answer, grey_pages
from vlm import children
from vlm.types import (
    Answer,
    Document,
    Evidence,
    PageAnswer,
    PageRef,
    PageSize,
    PagesRead,
    Question,
)

WAIT = 20_000
WHOLE = Question("What is the total?", PAGE, whole_document=True)
HERE = Evidence("page", (BOX,))
FOUND = PagesRead(
    120,
    120,
    (
        PageAnswer(6, "84.50", 0.95, HERE),
        PageAnswer(2, "a total that is much longer than a link may be", 0.8, Evidence("no_text")),
        PageAnswer(4, "Not on this page.", 0.9, Evidence("absent"), useful=False),
        PageAnswer(8, "84.50", 0.7, HERE),
    ),
)
NOTHING = msgspec.structs.replace(FOUND, pages=FOUND.pages[2:3])


def read_answer(read: PagesRead = FOUND) -> Answer:
    return msgspec.structs.replace(answer(found=HERE), read=read)


@pytest.fixture
def panel(qtbot: QtBot) -> AskPanel:
    made = AskPanel()
    qtbot.addWidget(made)
    made.resize(420, 700)
    made.show()
    return made


def click(button: QWidget) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_chip_offers_page_box_and_whole_document(qtbot: QtBot, panel: AskPanel) -> None:
    chip = panel.composer.chip
    panel.set_scope(DOCUMENT, PAGE, None)
    assert [part.text() for part in (chip.chip, chip.draw, chip.whole)] == [
        "Page 2 of 3",
        "Draw a box",
        "Whole document",
    ]
    with qtbot.waitSignal(panel.scope_changed):
        click(chip.whole)
    assert panel.scope == Scope(PAGE, None, whole=True)
    assert chip.chip.text() == "Whole document · 3 pages"
    assert not chip.draw.isVisible()
    assert "document" in panel.composer.line.placeholderText()
    QTest.keyClicks(panel.composer.line, "Total?")
    with qtbot.waitSignal(panel.asked) as asked:
        QTest.keyClick(panel.composer.line, Qt.Key.Key_Return)
    assert asked.args == [Draft("Total?", Scope(PAGE, None, whole=True))]
    panel.set_scope(DOCUMENT, PageRef(PATH, 2), None)
    assert panel.scope == Scope(PageRef(PATH, 2), None, whole=True), "turning pages changes nothing"
    with qtbot.waitSignal(panel.scope_changed):
        click(chip.chip)
    assert panel.scope == Scope(PageRef(PATH, 2))


def test_a_box_or_another_document_ends_the_whole_one(qtbot: QtBot, panel: AskPanel) -> None:
    chip = panel.composer.chip
    other = Document("/b.pdf", "pdf", 9, PageSize(1, 1))
    for ending in ((DOCUMENT, PAGE, BOX), (other, PAGE, None)):
        panel.set_scope(DOCUMENT, PAGE, None)
        click(chip.whole)
        panel.set_scope(*ending)
        assert panel.scope is not None
        assert not panel.scope.whole


def test_from_a_box_to_the_whole_document_the_box_is_cleared(qtbot: QtBot, panel: AskPanel) -> None:
    panel.set_scope(DOCUMENT, PAGE, BOX)
    with qtbot.waitSignal(panel.scope_wanted) as wanted:
        click(panel.composer.chip.whole)
    assert wanted.args == [Scope(PAGE)]
    assert panel.scope == Scope(PAGE, None, whole=True)


def test_a_document_of_one_page_is_not_offered_as_a_whole(panel: AskPanel) -> None:
    panel.set_scope(Document(PATH, "pdf", 1, PageSize(1, 1)), PageRef(PATH, 0), None)
    assert not panel.composer.chip.whole.isVisible()


@pytest.fixture
def card(qtbot: QtBot) -> AnswerCard:
    made = AnswerCard(WHOLE)
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


def test_the_card_links_the_pages_and_counts_the_unread(qtbot: QtBot, card: AnswerCard) -> None:
    card.set_shown_document(PATH)
    assert card.scope.text() == "Whole document"
    card.show_answer(read_answer())
    links = card.badges.pages.links
    assert [link.text() for link in links] == [
        "Page 7",
        "Page 3: a total that is much longer…",
        "Page 5: nothing",
        "Page 9",
    ]
    assert card.badges.pages.line.text() == "Read 4 of 120 pages; 116 were not read."
    assert card.badges.evidence.text() == "Found on page 7"
    assert card.question.page == PageRef(PATH, 6), "a correction is about the page that answered"
    with qtbot.waitSignal(card.evidence_pressed) as pressed:
        click(links[0])
    assert pressed.args == [EvidenceClick(PageRef(PATH, 6), (BOX,))]
    with qtbot.waitSignal(card.scope_pressed) as gone:
        click(links[1])
    assert gone.args == [Scope(PageRef(PATH, 2), whole=True)]
    assert all(link.accessibleName() and link.accessibleDescription() for link in links)
    card.show_waiting("Again")
    assert not card.badges.pages.isVisible()
    card.show_answer(answer())
    assert card.badges.pages.links == []


def test_where_nothing_was_found_there_is_nothing_to_judge(card: AnswerCard) -> None:
    card.show_answer(read_answer(NOTHING))
    assert card.question == WHOLE
    buttons = (card.right, card.wrong, card.where, card.seen)
    assert not any(button.isVisible() for button in buttons)
    assert not card.badges.evidence.isVisible()
    assert not card.badges.confidence.isVisible()
    assert card.again.isVisible()
    assert card.badges.pages.links[0].text() == "Page 5: nothing"


def test_a_document_in_words() -> None:
    assert words.longer(WHOLE, 4) == msgspec.structs.replace(WHOLE, max_new_tokens=1024)
    said = words.spoken(WHOLE, read_answer())
    assert said == "84.50. Sure. Found on page 7. Read 4 of 120 pages; 116 were not read"
    alone = msgspec.structs.replace(FOUND, page_count=1, searched=1, pages=FOUND.pages[:1])
    assert words.answering_page(read_answer(alone)) is None
    assert answered_on(WHOLE, answer()) == WHOLE


@pytest.fixture
def book(tmp_path: Path) -> Document:
    path = tmp_path / "book.pdf"
    with pymupdf.open() as pdf:
        for number in range(6):
            text = "Invoice 2024-0117 total 84.50" if number == 4 else f"Chapter {number} tells"
            pdf.new_page().insert_text((72, 72), f"{text} and some more words to be found")
        pdf.save(path)
    return Document(str(path), "pdf", 6, PageSize(595, 842))


@pytest.fixture
def desk(qtbot: QtBot, panel: AskPanel) -> Iterator[tuple[AskPresenter, EngineClient]]:
    client = EngineClient(children.command("fake-engine"), grace_ms=300, restart_ms=300)
    pages = grey_pages()
    presenter = AskPresenter(panel, client, pages)
    yield presenter, client
    presenter.shutdown()
    pages.stop()


def test_a_question_to_the_whole_document_is_answered_with_its_page(
    qtbot: QtBot, panel: AskPanel, desk: tuple[AskPresenter, EngineClient], book: Document
) -> None:
    presenter, client = desk
    done: list[Asked] = []
    marks: list[EvidenceClick] = []
    presenter.finished.connect(done.append)
    presenter.show_evidence.connect(marks.append)
    presenter.load_model("/models/one")
    qtbot.waitUntil(lambda: client.model is not None, timeout=WAIT)
    presenter.set_scope(book, PageRef(book.path, 0), None)
    click(panel.composer.chip.whole)
    QTest.keyClicks(panel.composer.line, "What is the invoice total?")
    QTest.keyClick(panel.composer.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(done), timeout=WAIT)
    (asked,) = done
    assert asked.question.page == PageRef(book.path, 4)
    assert asked.question.whole_document
    assert "84.50" in asked.answer.text
    assert [mark.page.page for mark in marks] == [4]
    assert panel.cards[-1].badges.pages.line.text() == "Read 4 of 6 pages; 2 were not read."
    with qtbot.waitSignal(panel.scope_changed):
        click(panel.composer.chip.chip)
    assert panel.scope == Scope(PageRef(book.path, 0))


def test_the_keyboard_reaches_the_links_before_the_badges(card: AnswerCard) -> None:
    card.show_answer(read_answer())
    walk: list[QWidget] = [card.text]
    while (following := walk[-1].nextInFocusChain()) is not card.text:  # until it comes round
        assert following is not None
        walk.append(following)
    wanted = [*card.badges.pages.links, card.badges.time]
    assert [part for part in walk if part in wanted][: len(wanted)] == wanted
