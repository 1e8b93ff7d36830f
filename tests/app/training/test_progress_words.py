"""How far a run is, at the main window's foot and below its curves."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from app.training import progress_words
from app.training.run_page import RunPage
from app.training.sign import Progress, TrainingSign
from app.training.window import TrainingWindow
from finetune.protocol import (
    Ended,
    Event,
    Measured,
    Measuring,
    NamesLearned,
    Paused,
    Placed,
    Preparing,
)
from tests.app.training.test_tale import STARTED, run_of, step

ENDED = Ended("finished", 40, 40, "All steps were done.")
GOING = (
    ((Preparing("Loading the model", 0.5),), "Training Invoices · getting ready", -1.0),
    ((STARTED, step(10, left=720.0)), "Training Invoices · about 12 minutes left", 0.25),
    ((STARTED, step(10, left=-1.0)), "Training Invoices · step 10 of 40", 0.25),
    ((STARTED, step(10), Paused(10, "")), "Training Invoices · paused", -1.0),
    (
        (STARTED, step(40), ENDED, Measuring(12, 40)),
        "Training Invoices · measuring, 12 of 40 questions",
        0.3,
    ),
)


@pytest.mark.parametrize(("events", "text", "fraction"), GOING)
def test_what_a_run_does_is_said_in_a_line(
    events: tuple[Event, ...], text: str, fraction: float
) -> None:
    told = progress_words.progress(run_of(STARTED, *events), 0)
    assert told == Progress(text, fraction)
    more = progress_words.progress(run_of(STARTED, *events), 2)
    assert more.text == f"{text} · and 2 others"


def test_the_sign_is_there_while_something_is_at_work(qtbot: QtBot) -> None:
    sign = TrainingSign()
    qtbot.addWidget(sign)
    assert not sign.isVisible()
    sign.show_progress(Progress("Training Invoices · about 12 minutes left", 0.25))
    assert sign.isVisible()
    assert (sign.text(), sign.accessibleName()) == (sign.text(),) * 2
    assert sign.fraction == 0.25
    sign.show_progress(None)
    assert not sign.isVisible()


def test_the_panel_says_what_takes_its_time(qtbot: QtBot) -> None:
    page = RunPage()
    qtbot.addWidget(page)
    left = page.numbers[progress_words.TIME_LEFT]

    def shown(*events: Event) -> tuple[str, str]:
        page.show_run(run_of(*events), "run")
        return page.left_title.text(), left.text()

    assert shown(STARTED, Preparing("Loading", 0.1)) == ("Now", "Getting ready")
    assert shown(STARTED, step(10, left=720.0)) == ("Time left", "about 12 minutes")
    assert shown(STARTED, step(40), ENDED) == ("Now", "Saving")
    asked = shown(STARTED, step(40), ENDED, Measuring(12, 40))
    assert asked == ("Measuring", "12 of 40 questions")
    over = shown(STARTED, step(40), ENDED, Measured(True, "Better."))
    assert over == ("Time left", "–")


def test_in_a_small_window_nothing_covers_anything_and_no_word_is_cut_off(qtbot: QtBot) -> None:
    window = TrainingWindow()
    qtbot.addWidget(window)
    window.show()
    window.resize(window.minimumSize())
    page = window.run
    window.show_page(page)
    learned = NamesLearned(("“Aktenzeichen” stands behind “Az.:” (7 documents)", "another"))
    page.show_run(run_of(STARTED, Placed(3, 17, 40), learned, step(30, left=700.0)), "run")
    numbers = tuple(page.numbers.values())
    texts = (page.about, page.sentence, page.left_title, *numbers)

    def all_is_seen() -> bool:
        below = page.place.mapTo(window, page.place.rect().bottomLeft()).y()
        return all(text.height() >= text.heightForWidth(text.width()) for text in texts) and all(
            number.mapTo(window, QPoint()).y() > below for number in numbers
        )

    qtbot.waitUntil(all_is_seen)
