from collections.abc import Iterator
from pathlib import Path

import msgspec
import pymupdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ask import words
from app.ask.answer_card import AnswerCard
from app.ask.look_back import LookBack
from app.ask.panel import AskPanel
from app.ask.values import Looks, Scope
from app.engine_client import EngineClient
from tests.app.ask.sample import CROPPED, answer, grey_pages
from vlm import children
from vlm.fake import NAME
from vlm.types import Answer, Box, Evidence, PageRef, Question

WAIT = 20_000
TEXT = "Invoice 2024-0117 of Bergmann, total 84.50"


@pytest.fixture
def page(tmp_path: Path) -> PageRef:
    path = tmp_path / "invoice.pdf"
    with pymupdf.open() as pdf:
        pdf.new_page().insert_text((72, 72), TEXT)
        pdf.save(path)
    return PageRef(str(path), 0)


class Bench:
    """A look back with the fake engine behind it."""

    def __init__(self, qtbot: QtBot, page: PageRef) -> None:
        self.client = EngineClient(children.command("fake-engine"), grace_ms=300)
        self.pages = grey_pages()
        self.panel = AskPanel()
        self.back = LookBack(self.client, self.pages, self.panel)
        self.client.reported.connect(self.back.takes)
        self.told: list[Looks] = []
        self.back.shown.connect(self.told.append)
        self.qtbot, self.page = qtbot, page

    def load(self) -> None:
        self.client.load("/models/one")
        self.qtbot.waitUntil(lambda: self.client.model is not None, timeout=WAIT)

    def card(self, text: str = TEXT, model: str = NAME) -> AnswerCard:
        card = AnswerCard(Question("What?", self.page))
        self.qtbot.addWidget(card)
        given = answer(text)
        card.show_answer(
            Answer(text, 1, given.evidence, "end", model, None, 0, 96, given.timings, given.views)
        )
        card.show()
        self.back.add(card)
        return card


@pytest.fixture
def bench(qtbot: QtBot, page: PageRef) -> Iterator[Bench]:
    made = Bench(qtbot, page)
    yield made
    made.client.stop()
    made.pages.stop()


def press(card: AnswerCard) -> None:
    QTest.mouseClick(card.where, Qt.MouseButton.LeftButton)


def test_a_press_shows_where_and_another_takes_it_away(qtbot: QtBot, bench: Bench) -> None:
    bench.load()
    card = bench.card()
    with qtbot.waitSignal(bench.back.shown, timeout=WAIT):
        press(card)
        assert card.where_line.text() == words.WHERE_WAITING
    (looks,) = bench.told
    assert looks.page == bench.page
    assert max(looks.maps[0].levels) == 255
    assert card.where_line.text() == words.WHERE_FOUND
    assert "hint, not proof" in words.WHERE_FOUND
    assert card.where.isChecked()
    press(card)
    assert bench.told[-1] == Looks(bench.page)
    assert not card.where_line.isVisible()


def test_another_card_or_question_takes_it_away(qtbot: QtBot, bench: Bench) -> None:
    bench.load()
    first, second = bench.card(), bench.card()
    with qtbot.waitSignal(bench.back.shown, timeout=WAIT):
        press(first)
    with qtbot.waitSignals([bench.back.shown] * 2, timeout=WAIT):
        press(second)
    assert not first.where.isChecked()
    assert second.where.isChecked()
    bench.back.clear()
    assert not second.where.isChecked()
    assert bench.told[-1].maps == ()


def test_a_press_while_it_is_on_its_way_stops_it(qtbot: QtBot, bench: Bench) -> None:
    bench.load()
    card = bench.card()
    press(card)
    press(card)
    assert not card.where.isChecked()
    qtbot.waitUntil(lambda: bench.client.idle, timeout=WAIT)
    assert all(not looks.maps for looks in bench.told), "a late map is dropped"


def test_only_the_model_that_answered_can_tell(qtbot: QtBot, bench: Bench) -> None:
    card = bench.card(model="Idefics2")
    press(card)
    assert card.where_line.text() == words.WHERE_NO_MODEL
    bench.load()
    press(card)
    assert "Only Idefics2 can show where it looked" in card.where_line.text()
    assert not card.where.isChecked()
    assert bench.told == []


def test_what_went_wrong_is_said_in_the_card(qtbot: QtBot, bench: Bench) -> None:
    bench.load()
    card = bench.card()
    Path(bench.page.path).unlink()
    press(card)
    qtbot.waitUntil(lambda: not card.where.isChecked(), timeout=WAIT)
    assert "invoice.pdf" in card.where_line.text()


def test_a_card_without_an_answer_offers_nothing(qtbot: QtBot) -> None:
    card = AnswerCard(CROPPED)
    qtbot.addWidget(card)
    card.show()
    assert not card.where.isVisible()
    card.show_answer(answer(""))
    assert not card.where.isVisible()


def test_for_an_answer_of_one_part_the_model_looks_at_that_part_again(
    qtbot: QtBot, bench: Bench
) -> None:
    bench.load()
    card = bench.card()
    assert card.answer is not None
    part = Box(0.0, 0.05, 1.0, 0.2)
    found = Evidence("no_text", part=part)
    card.show_answer(msgspec.structs.replace(card.answer, evidence=found, visual_tokens=64))
    with qtbot.waitSignal(bench.panel.scope_wanted) as wanted:
        QTest.mouseClick(card.badges.evidence, Qt.MouseButton.LeftButton)
    assert wanted.args == [Scope(bench.page, part)]
    with qtbot.waitSignal(bench.back.shown, timeout=WAIT):
        press(card)
    (looks,) = bench.told
    assert [one.box for one in looks.maps] == [part]
