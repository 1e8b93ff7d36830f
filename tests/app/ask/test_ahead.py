import pytest
from pytestqt.qtbot import QtBot

from app.ask.ahead import EncodeAhead
from app.ask.values import Scope
from tests.app.ask.sample import BOX, MODEL, PAGE
from vlm.types import Box, ModelInfo, PageRef, Question


class Engine:
    """Notes what it is asked to encode."""

    def __init__(self) -> None:
        self.model: ModelInfo | None = MODEL
        self.idle = True
        self.looked: list[Scope] = []
        self.typed: list[tuple[Question, bool]] = []

    def look(self, page: PageRef, box: Box | None = None, splitting: bool = True) -> int:
        self.looked.append(Scope(page, box))
        return len(self.looked)

    def prepare(self, path: str) -> int:
        self.looked.append(Scope(PageRef(path, 0), whole=True))
        return len(self.looked)

    def typing(self, question: Question, paused: bool) -> int:
        self.typed.append((question, paused))
        return 1000 + len(self.typed)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def ahead(qtbot: QtBot, engine: Engine) -> EncodeAhead:
    return EncodeAhead(engine, still_ms=5)


def settle(qtbot: QtBot, ahead: EncodeAhead) -> None:
    qtbot.waitUntil(lambda: not ahead.waiting)


def test_only_what_stays_is_encoded(qtbot: QtBot, engine: Engine, ahead: EncodeAhead) -> None:
    for page in range(4):
        ahead.set_scope(Scope(PageRef(PAGE.path, page)))
    settle(qtbot, ahead)
    assert engine.looked == [Scope(PageRef(PAGE.path, 3))]


def test_a_busy_or_empty_engine_is_left_alone(
    qtbot: QtBot, engine: Engine, ahead: EncodeAhead
) -> None:
    engine.idle = False
    ahead.set_scope(Scope(PAGE))
    settle(qtbot, ahead)
    engine.idle, engine.model = True, None
    ahead.poke()
    settle(qtbot, ahead)
    assert engine.looked == []
    engine.model = MODEL
    ahead.poke()
    settle(qtbot, ahead)
    assert engine.looked == [Scope(PAGE)]


def test_the_same_is_not_encoded_twice(qtbot: QtBot, engine: Engine, ahead: EncodeAhead) -> None:
    ahead.set_scope(Scope(PAGE))
    settle(qtbot, ahead)
    ahead.poke()
    settle(qtbot, ahead)
    ahead.ended(1, well=True)
    ahead.poke()
    settle(qtbot, ahead)
    assert engine.looked == [Scope(PAGE)]
    ahead.forget()
    settle(qtbot, ahead)
    assert len(engine.looked) == 2


def test_what_was_just_answered_needs_no_look(
    qtbot: QtBot, engine: Engine, ahead: EncodeAhead
) -> None:
    ahead.set_scope(Scope(PAGE, BOX))
    ahead.answered(Scope(PAGE, BOX))
    settle(qtbot, ahead)
    assert engine.looked == []


def test_what_failed_is_never_tried_again_by_itself(
    qtbot: QtBot, engine: Engine, ahead: EncodeAhead
) -> None:
    ahead.set_scope(Scope(PAGE))
    settle(qtbot, ahead)
    ahead.ended(1, well=False)
    ahead.forget()
    settle(qtbot, ahead)
    assert engine.looked == [Scope(PAGE)]


def test_what_was_interrupted_may_be_encoded_later(
    qtbot: QtBot, engine: Engine, ahead: EncodeAhead
) -> None:
    ahead.set_scope(Scope(PAGE))
    settle(qtbot, ahead)
    ahead.interrupted(1)
    ahead.poke()
    settle(qtbot, ahead)
    assert engine.looked == [Scope(PAGE), Scope(PAGE)]


def test_of_a_whole_document_the_words_are_learned_whichever_page_is_in_front(
    qtbot: QtBot, engine: Engine, ahead: EncodeAhead
) -> None:
    ahead.set_scope(Scope(PAGE, whole=True))
    settle(qtbot, ahead)
    ahead.ended(1, well=True)
    ahead.set_scope(Scope(PageRef(PAGE.path, 2), whole=True))
    settle(qtbot, ahead)
    assert engine.looked == [Scope(PageRef(PAGE.path, 0), whole=True)]
    ahead.set_scope(Scope(PageRef(PAGE.path, 2)))
    settle(qtbot, ahead)
    assert engine.looked[1:] == [Scope(PageRef(PAGE.path, 2))]


def test_what_is_typed_is_read_once_the_page_is(
    qtbot: QtBot, engine: Engine, ahead: EncodeAhead
) -> None:
    ahead.set_scope(Scope(PAGE, BOX), splitting=False)
    ahead.type("What is ")
    settle(qtbot, ahead)
    assert engine.looked == [Scope(PAGE, BOX)]
    assert engine.typed == [], "the page comes first"
    assert ahead.owns(1)
    ahead.ended(1, well=True)
    assert engine.typed == [(Question("What is ", PAGE, BOX, splitting=False), False)]
    assert ahead.owns(1001)
    ahead.ended(1001, well=True)
    ahead.set_scope(Scope(PageRef(PAGE.path, 2)))
    settle(qtbot, ahead)
    assert engine.looked[1:] == [Scope(PageRef(PAGE.path, 2))], "another page is read anew"
    ahead.ended(2, well=True)
    assert engine.typed[1:] == [(Question("What is ", PageRef(PAGE.path, 2)), False)]


def test_nothing_typed_is_read_while_the_engine_has_something_to_do(
    qtbot: QtBot, engine: Engine, ahead: EncodeAhead
) -> None:
    ahead.set_scope(Scope(PAGE))
    ahead.answered(Scope(PAGE))
    engine.idle = False
    ahead.type("And the ")
    assert engine.typed == []
    engine.idle = True
    ahead.poke()
    assert engine.typed == [(Question("And the ", PAGE), False)]


def test_of_a_whole_document_nothing_typed_is_read(
    qtbot: QtBot, engine: Engine, ahead: EncodeAhead
) -> None:
    ahead.set_scope(Scope(PAGE, whole=True))
    settle(qtbot, ahead)
    ahead.ended(1, well=True)
    ahead.type("What is ")
    assert engine.typed == []


def test_another_model_reads_what_stands_in_the_line_again(
    qtbot: QtBot, engine: Engine, ahead: EncodeAhead
) -> None:
    ahead.set_scope(Scope(PAGE))
    ahead.answered(Scope(PAGE))
    ahead.type("What is ")
    ahead.ended(1001, well=True)
    ahead.forget()
    settle(qtbot, ahead)
    ahead.ended(1, well=True)
    assert engine.typed == [(Question("What is ", PAGE), False)] * 2
