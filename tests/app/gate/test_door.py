"""The gate in a window: what it says, what it offers, and each question with its page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.adapters.values import Tuned
from app.gate import words
from app.gate.chart import IntervalBar
from app.gate.door import GateDoor
from app.gate.values import Change
from app.gate.window import GateWindow
from app.theme import Tone
from finetune import runs
from finetune.adapters import AdapterLibrary
from finetune.gate import Interval, Score
from finetune.runs import RunRow
from tests.app.adapters import made as models
from tests.app.gate import made
from vlm.types import ModelInfo


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return models.model(tmp_path / "reader")


@pytest.fixture
def papers(tmp_path: Path) -> tuple[str, ...]:
    return tuple(models.paper(tmp_path / f"paper {number}.pdf", number) for number in range(24))


@pytest.fixture
def door(qtbot: QtBot) -> Iterator[GateDoor]:
    found = GateDoor()
    yield found
    found.shutdown()


def opened(qtbot: QtBot, door: GateDoor, run: Path) -> GateWindow:
    door.open(run)
    qtbot.waitUntil(lambda: door.window is not None and door.window.isVisible())
    assert door.window is not None
    return door.window


def reading(base: Path, adapter: str) -> ModelInfo:
    return ModelInfo("reader", str(base), "", 1, "cpu", "float32", "", True, adapter=adapter)


def test_what_passed_is_said_in_words_and_offered_once(
    qtbot: QtBot, door: GateDoor, tmp_path: Path, base: Path, papers: tuple[str, ...]
) -> None:
    run = made.measured(tmp_path / "runs", base, papers)
    window = opened(qtbot, door, run)
    assert window.verdict.text() == "“Invoices” reads your documents better."
    assert window.nearly.sentence.text().startswith("Right before 33 %, now 80 %; the gain lies")
    assert "+" in window.nearly.sentence.text()
    assert "nothing worth mention was forgotten" in window.others.sentence.text()
    assert not window.advice.isVisible()
    assert window.use.isVisible()
    assert not window.back.isVisible()
    with qtbot.waitSignal(door.use_wanted) as wanted:
        qtbot.mouseClick(window.use, Qt.MouseButton.LeftButton)
    assert wanted.args is not None
    tuned = wanted.args[0]
    assert isinstance(tuned, Tuned)
    assert (tuned.base, tuned.adapter.name) == (str(base), "Invoices")
    assert tuned.adapter.card.passed
    door.set_model(reading(base, "Invoices"))
    assert window.used.isVisible()
    assert not window.use.isVisible()
    with qtbot.waitSignal(door.back_wanted):
        qtbot.mouseClick(window.back, Qt.MouseButton.LeftButton)

    door.set_model(reading(base, "another"))
    qtbot.waitUntil(window.use.isEnabled)  # taking it in has ended
    with qtbot.waitSignal(door.use_wanted):
        qtbot.mouseClick(window.use, Qt.MouseButton.LeftButton)
    assert [adapter.name for adapter in AdapterLibrary().all()] == ["Invoices"]


def test_what_did_not_pass_says_why_and_what_would_help_and_is_not_offered(
    qtbot: QtBot, door: GateDoor, tmp_path: Path, base: Path, papers: tuple[str, ...]
) -> None:
    run = made.measured(tmp_path / "runs", base, papers, good=False, forgot=True)
    window = opened(qtbot, door, run)
    assert "not proven better" in window.verdict.text()
    assert "are not better" in window.reasons.text()
    assert "forgotten" in window.reasons.text()
    assert words.NOT_OFFERED in window.reasons.text()
    assert "Add more documents with the right answer to" in window.advice.text()
    assert "it has forgotten some of them" in window.others.sentence.text()
    assert not window.use.isVisible()
    window.use_pressed.emit()
    assert AdapterLibrary().all() == []


def test_the_questions_are_listed_by_what_became_of_them(
    qtbot: QtBot, door: GateDoor, tmp_path: Path, base: Path, papers: tuple[str, ...]
) -> None:
    window = opened(qtbot, door, made.measured(tmp_path / "runs", base, papers))
    browser = window.browser
    tabs = [browser.tabs.tabText(index) for index in range(browser.tabs.count())]
    assert tabs == ["All 15", "Fixed 8", "Broken 1", "Unchanged 6"]
    for index, change in ((1, Change.FIXED), (2, Change.BROKEN), (3, Change.UNCHANGED)):
        browser.tabs.setCurrentIndex(index)
        assert {line.change for line in browser.model.lines} == {change}
        assert tabs[index].endswith(str(len(browser.model.lines)))
    browser.tabs.setCurrentIndex(2)
    (line,) = browser.model.lines
    detail = browser.detail
    assert detail.question.text() == line.judged.question
    assert detail.wanted.text() == line.judged.answers[0]
    assert (detail.before.text(), detail.after.text()) == (line.judged.before, line.judged.after)
    assert detail.outcome.text() == "Broken: right before, wrong now"
    assert "paper" in detail.place.text()
    qtbot.waitUntil(lambda: detail.picture.shown)
    qtbot.keyClick(browser.list, Qt.Key.Key_Home)


def test_opening_one_shows_its_page_at_its_box_or_says_that_it_moved(
    qtbot: QtBot, door: GateDoor, tmp_path: Path, base: Path, papers: tuple[str, ...]
) -> None:
    window = opened(qtbot, door, made.measured(tmp_path / "runs", base, papers))
    browser = window.browser
    line = browser.list.current()
    assert line is not None
    with qtbot.waitSignal(door.opened) as shown:
        qtbot.keyClick(browser.list, Qt.Key.Key_Return)
    assert shown.args is not None
    row = shown.args[0]
    assert isinstance(row, RunRow)
    assert (row.id, row.box) == (line.judged.id, made.BOX)
    assert row.page is not None
    Path(row.page.path).unlink()
    with qtbot.assertNotEmitted(door.opened):
        qtbot.mouseClick(browser.detail.show_page, Qt.MouseButton.LeftButton)
    assert "is not where it was. Its kept picture is shown." in browser.detail.note.text()
    qtbot.waitUntil(lambda: browser.detail.picture.shown)


def test_a_picture_that_is_gone_is_said(
    qtbot: QtBot, door: GateDoor, tmp_path: Path, base: Path, papers: tuple[str, ...]
) -> None:
    run = made.measured(tmp_path / "runs", base, papers)
    for picture in (run / runs.PICTURES).iterdir():
        picture.unlink()
    window = opened(qtbot, door, run)
    qtbot.waitUntil(lambda: window.browser.detail.note.text() == words.NO_PICTURE)


def test_a_run_without_a_measure_is_said_in_the_main_window(
    qtbot: QtBot, door: GateDoor, tmp_path: Path, base: Path, papers: tuple[str, ...]
) -> None:
    run = made.measured(tmp_path / "runs", base, papers)
    (run / runs.GATE).write_text("{")
    with qtbot.waitSignal(door.said) as said:
        door.open(run)
    assert said.args is not None
    assert "no measure that can be read" in said.args[0]
    assert door.window is None


@pytest.mark.parametrize(
    ("score", "sentence"),
    [
        (
            Score(0.62, 0.81, Interval(0.19, 0.09, 0.28)),
            "Right before 62 %, now 81 %; the gain lies between +9 and +28 points.",
        ),
        (
            Score(0.5, 0.52, Interval(0.02, -0.04, 0.08)),
            "Right before 50 %, now 52 %; the gain lies between −4 and +8 points, "
            "so it may be chance.",
        ),
        (
            Score(0.0, 1.0, Interval(1.0, -1.0, 1.0)),
            "Right before 0 %, now 100 %; so few documents cannot tell whether that is chance.",
        ),
        (Score(0.0, 1.0, Interval(1.0, 1.0, 1.0)), "Right before 0 %, now 100 %; the gain is "),
    ],
)
def test_words_first(score: Score, sentence: str) -> None:
    assert words.measure(score).startswith(sentence)


def test_the_bar_is_drawn_where_the_numbers_are(qtbot: QtBot) -> None:
    bar = IntervalBar()
    qtbot.addWidget(bar)
    bar.resize(416, 26)
    bar.show_score(Score(0.25, 0.75, Interval(0.5, 0.4, 0.6)), Tone.GOOD)
    picture = bar.grab().toImage()

    def ink(fraction: float, above: int = 0) -> str:
        return picture.pixelColor(round(bar.place(fraction)), 13 - above).name()

    empty = ink(0.1, above=6)
    assert ink(0.75) == ink(0.5) != ink(0.1)  # the dot, the line to it, the bare line
    assert ink(0.66, above=6) == ink(0.84, above=6) != empty  # the band
    assert ink(0.6, above=6) == ink(0.9, above=6) == empty
