import pytest
from msgspec import structs
from pytestqt.qtbot import QtBot

from app.ask.typed import TypedAhead
from tests.app.ask.sample import BOX, PAGE
from vlm.types import Question

HERE = Question("", PAGE)


class Engine:
    """Notes what it is asked to read."""

    def __init__(self) -> None:
        self.about: Question | None = HERE
        self.read: list[tuple[str, bool]] = []
        self.asked: list[Question] = []

    def typing(self, question: Question, paused: bool) -> int:
        self.read.append((question.text, paused))
        self.asked.append(question)
        return len(self.read)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def typed(qtbot: QtBot, engine: Engine) -> TypedAhead:
    return TypedAhead(engine, lambda: engine.about, pause_ms=5)


def pause(qtbot: QtBot, typed: TypedAhead) -> None:
    qtbot.waitUntil(lambda: not typed.waiting)


def press(typed: TypedAhead, text: str) -> None:
    for end in range(1, len(text) + 1):
        typed.type(text[:end])


def test_a_word_is_read_when_it_is_finished_and_all_after_a_pause(
    qtbot: QtBot, engine: Engine, typed: TypedAhead
) -> None:
    press(typed, "What is")
    assert engine.read == [("What ", False)]
    typed.ended(1, well=True)
    pause(qtbot, typed)
    assert engine.read[1:] == [("What is", True)]
    typed.ended(2, well=True)
    typed.poke()
    assert len(engine.read) == 2, "the same is not read twice"


def test_words_that_are_being_read_are_not_interrupted_by_the_next(
    engine: Engine, typed: TypedAhead
) -> None:
    press(typed, "What is the date ")
    assert engine.read == [("What ", False)]
    typed.ended(1, well=True)
    assert engine.read[1:] == [("What is the date ", False)]


def test_what_is_no_longer_true_is_interrupted(engine: Engine, typed: TypedAhead) -> None:
    typed.type("What ")
    typed.type("Who ")
    assert [text for text, _ in engine.read] == ["What ", "Who "]
    engine.about = Question("", PAGE, BOX)
    typed.poke()
    assert engine.asked[-1] == structs.replace(engine.about, text="Who ")


def test_deleted_words_are_dropped(engine: Engine, typed: TypedAhead) -> None:
    typed.type("What ")
    typed.ended(1, well=True)
    typed.type("")
    assert engine.asked[-1] == HERE
    typed.ended(2, well=True)
    typed.type("  ")
    assert len(engine.read) == 2


def test_what_nobody_read_needs_no_dropping(
    qtbot: QtBot, engine: Engine, typed: TypedAhead
) -> None:
    typed.type("Wh")
    typed.type("")
    assert not typed.waiting
    typed.type("What ")
    engine.about = None  # it answers now
    typed.interrupted(1)
    typed.type("")
    assert engine.read == [("What ", False)]


def test_where_it_failed_it_is_not_tried_again(
    qtbot: QtBot, engine: Engine, typed: TypedAhead
) -> None:
    typed.type("What ")
    typed.ended(1, well=False)
    typed.type("What is ")
    pause(qtbot, typed)
    assert engine.read == [("What ", False)]


def test_an_ended_window_reads_nothing(engine: Engine, typed: TypedAhead) -> None:
    typed.type("Wh")
    typed.stop()
    typed.poke()
    assert not typed.waiting
    assert engine.read == []
