"""Setting a training up: what there is, what is missing, what it takes, exactly what is taught."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from app import dialogs
from app.dialogs import Prompt, Reply
from app.training import counting, words, work
from app.training.presenter import Training
from app.training.preview_model import PICTURE, PreviewLine
from app.training.values import Phase, Prepared
from finetune import runs
from finetune.adapters import AdapterLibrary
from finetune.examples import ExampleStore
from finetune.types import NOT_ON_PAGE
from tests.app.test_accessible import CONTROLS, is_part_of_qt
from tests.app.training import made
from vlm import paths


@pytest.fixture
def file() -> Path:
    return paths.data_dir() / "examples.sqlite3"


@pytest.fixture
def training(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: Path
) -> Iterator[Training]:
    folder = made.small_model(tmp_path / "small")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("vlm.models.shipped_folders", lambda: (folder,))
    monkeypatch.setattr(counting, "count_command", made.count_command)
    behind = Training(file)
    qtbot.addWidget(behind.window)
    yield behind
    behind.shutdown()


def prepared(qtbot: QtBot, training: Training) -> Prepared:
    """Open the window and wait until it has looked."""
    training.open()
    found = training.setting_up
    qtbot.waitUntil(lambda: found.prepared is not None, timeout=20_000)
    assert found.prepared is not None
    return found.prepared


def shown_texts(training: Training) -> str:
    setup = training.window.setup
    return "\n".join(one.text() for one in setup.findChildren(QLabel) if one.isVisible())


def type_into(line: QLineEdit, text: str) -> None:
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)


def test_too_few_documents_are_refused_with_what_would_help(
    qtbot: QtBot, training: Training, file: Path
) -> None:
    made.fill(file, 4)
    prepared(qtbot, training)
    qtbot.waitUntil(lambda: "Add examples" in shown_texts(training))
    texts = shown_texts(training)
    assert "8 examples from 4 documents." in texts
    assert "Training needs 5 different documents to learn from" in texts
    assert "Add examples from 6 more documents." in texts
    assert "What it takes" in texts
    assert training.window.setup.label.isHidden()
    assert not training.window.setup.start.isEnabled()


def test_contradicting_answers_are_refused(qtbot: QtBot, training: Training, file: Path) -> None:
    found = made.fill(file, 10)
    with ExampleStore(file) as store:
        other = msgspec.structs.replace(found[0], id="other", answers=("something else",))
        store.add(other, made.crop(0))
    prepared(qtbot, training)
    sentence = "has two answers for the same place"
    qtbot.waitUntil(lambda: sentence in shown_texts(training))
    assert not training.window.setup.start.isEnabled()


def test_a_plan_is_said_beforehand(qtbot: QtBot, training: Training, file: Path) -> None:
    made.fill(file, 10)
    guess = prepared(qtbot, training).estimate
    texts = shown_texts(training)
    assert "20 examples from 10 documents." in texts
    assert f"Needs about {words.memory(guess)[len('Needs about ') :]}" in texts
    assert "are free." in texts
    assert "Takes less than a minute" in texts
    assert training.window.setup.name.text() == "Version 1"
    qtbot.waitUntil(training.window.setup.start.isEnabled)


def test_thorough_learns_more_and_says_so(qtbot: QtBot, training: Training, file: Path) -> None:
    made.fill(file, 10)
    quick = prepared(qtbot, training)
    thorough = training.window.setup.preset.cards["thorough"]
    thorough.setFocus()
    QTest.keyClick(thorough, Qt.Key.Key_Space)
    setting = training.setting_up
    qtbot.waitUntil(lambda: setting.prepared is not None and setting.prepared.plan.trains_vision)
    assert setting.prepared is not None
    assert setting.prepared.estimate.learned_numbers > quick.estimate.learned_numbers


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Taken", "already"),
        ("a/b", "cannot be a name"),
        ("   ", ""),
    ],
)
def test_a_name_that_cannot_be_given_is_refused(
    qtbot: QtBot, training: Training, file: Path, name: str, sentence: str
) -> None:
    made.fill(file, 10)
    AdapterLibrary()
    (paths.data_dir() / "adapters" / "taken").mkdir()
    prepared(qtbot, training)
    setup = training.window.setup
    qtbot.waitUntil(setup.start.isEnabled)
    type_into(setup.name, name)
    assert not setup.start.isEnabled()
    if sentence:
        qtbot.waitUntil(lambda: sentence in setup.name_problem.text.text())
    type_into(setup.name, "Free")
    qtbot.waitUntil(setup.start.isEnabled)
    assert setup.name_problem.isHidden()


def test_numbers_are_checked_and_taken(qtbot: QtBot, training: Training, file: Path) -> None:
    made.fill(file, 10)
    prepared(qtbot, training)
    window, setting = training.window, training.setting_up
    qtbot.mouseClick(window.setup.expert, Qt.MouseButton.LeftButton)
    assert window.pages.currentWidget() is window.expert
    row = window.expert.rows["rank"]
    line = row.control
    assert isinstance(line, QLineEdit)
    type_into(line, "900")
    assert row.problem.text.text() == "Between 1 and 256."
    assert "Rank" in window.expert.trouble.text.text()
    type_into(line, "32")
    assert row.problem.isHidden()
    assert window.expert.sound
    qtbot.waitUntil(lambda: setting.prepared is not None and setting.prepared.plan.rank == 32)
    window.expert.back.click()
    assert window.setup.own.text() == "1 setting is your own."
    window.setup.expert.click()
    window.expert.reset.click()
    qtbot.waitUntil(lambda: setting.prepared is not None and setting.prepared.plan.rank == 8)
    assert line.text() == "8"
    assert window.setup.own.text() == ""


def test_the_preview_shows_exactly_what_would_be_frozen(
    qtbot: QtBot, training: Training, file: Path
) -> None:
    made.fill(file, 24)
    found = prepared(qtbot, training)
    preview = training.window.preview
    qtbot.mouseClick(training.window.setup.preview, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "goes through" in preview.totals.text(), timeout=20_000)
    by_side: dict[str, tuple[PreviewLine, ...]] = {}
    for number, side in enumerate(("train", "watch", "held_out")):
        preview.tabs.setCurrentIndex(number)
        assert preview.tabs.isTabVisible(number)
        by_side[side] = preview.model.lines
    ids = {side: [line.id for line in lines] for side, lines in by_side.items()}
    assert ids == {
        "train": [row.id for row in found.preview.rows if row.side == "train"],
        "watch": list(found.split.watch),
        "held_out": list(found.split.held_out),
    }
    wrong = [line for line in by_side["train"] if line.negative]
    assert wrong
    assert {line.answer for line in wrong} == {NOT_ON_PAGE}
    assert wrong[0].cost == "2 pictures, 16 tokens · question 5 · answer 3"
    learned = len(by_side["train"])
    assert f"{learned * 24:,} tokens" in preview.totals.text()
    preview.tabs.setCurrentIndex(0)
    first = preview.model.index(0)
    preview.model.data(first, PICTURE)
    qtbot.waitUntil(lambda: preview.model.data(first, PICTURE) is not None)
    assert not list(paths.cache_dir().glob("count-*"))


def test_a_click_starts_a_run_of_just_that_which_lives_on(
    qtbot: QtBot, training: Training, file: Path
) -> None:
    made.fill(file, 10)
    found = prepared(qtbot, training)
    window = training.window
    type_into(window.setup.name, "Our invoices")
    qtbot.waitUntil(window.setup.start.isEnabled)
    qtbot.mouseClick(window.setup.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: training.shown_run is not None, timeout=20_000)
    run = training.shown_run
    assert run is not None
    assert window.pages.currentWidget() is window.run
    assert runs.read_plan(run.folder).name == "Our invoices"
    rows = runs.read_rows(run.folder)
    assert [(row.id, row.side) for row in rows] == [
        (row.id, row.side) for row in found.preview.rows
    ]
    qtbot.waitUntil(lambda: run.process != 0)
    process = psutil.Process(run.process)
    assert process.ppid() != psutil.Process().pid
    training.shutdown()
    assert process.is_running()
    assert window.setup.name.text() != "Our invoices"


def test_examples_that_changed_meanwhile_are_not_trained_unseen(
    qtbot: QtBot, training: Training, file: Path
) -> None:
    found = made.fill(file, 10)
    prepared(qtbot, training)
    qtbot.waitUntil(training.window.setup.start.isEnabled)
    with ExampleStore(file) as store:
        store.change(found[0].id, found[0].question, ("another answer",))
    training.window.setup.start.click()
    qtbot.waitUntil(lambda: work.CHANGED in shown_texts(training))
    assert not training.following.runs


def test_a_learning_run_is_drawn(qtbot: QtBot, training: Training, file: Path) -> None:
    run = made.frozen(work.root(), "Our invoices")
    training.open()
    training.following.resume(run)

    def measured() -> bool:
        here = training.following.run(run)
        return here is not None and here.phase is Phase.MEASURED

    qtbot.waitUntil(measured, timeout=20_000)
    window = training.window
    window.list.choose(run)
    qtbot.waitUntil(lambda: window.run.place.plot is not None, timeout=20_000)
    plot = window.run.place.plot
    assert plot is not None
    told = training.following.runs[0].tale
    assert [curve.points for curve in plot.curves] == [tuple(told.losses), tuple(told.scores)]
    assert plot.isVisible()
    assert window.run.numbers["Before → after"].text() == "0 % → 100 % right"
    assert window.run.numbers["Memory"].text() == "123 MB"
    assert window.run.state.text.text() == "It is better"


def test_several_runs_are_compared(qtbot: QtBot, training: Training, file: Path) -> None:
    first = made.frozen(work.root(), "First", rank=4)
    second = made.frozen(work.root(), "Second", rank=16)
    training.open()
    training.following.resume(first)
    qtbot.waitUntil(lambda: [run.plan.name for run in training.following.runs][:1] == ["Second"])
    window = training.window
    qtbot.waitUntil(lambda: window.compare.place.plot is not None, timeout=20_000)
    one = training.following.run(first)
    qtbot.waitUntil(lambda: one is not None and one.phase is Phase.MEASURED, timeout=20_000)
    window.list.selectAll()
    assert window.pages.currentWidget() is window.compare
    assert window.list.chosen() == (second, first)
    table = window.compare.table
    rows = {
        table.verticalHeaderItem(row).text(): [
            item.text() for column in range(2) if (item := table.item(row, column)) is not None
        ]
        for row in range(table.rowCount())
    }
    assert rows["Rank"] == ["16", "4"]
    assert rows["State"] == ["Interrupted", "Done"]
    assert "Longest step" not in rows
    plot = window.compare.place.plot
    assert plot is not None
    assert [curve.name for curve in plot.curves if curve.points] == ["First"]
    window.compare.both.click()
    both = [curve for curve in plot.curves if curve.points]
    assert [len(curve.points) for curve in both] == [
        len(training.following.runs[1].tale.scores),
        len(training.following.runs[1].tale.losses),
    ]
    assert "First" in plot.accessibleDescription()


def test_discarding_asks_first(
    qtbot: QtBot, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made.frozen(work.root(), "Our invoices")
    training.open()
    qtbot.waitUntil(lambda: training.following.run(run) is not None)
    training.window.list.choose(run)
    asked: list[Prompt] = []
    replies = [Reply(words.KEEP), Reply(words.DISCARD)]

    def answer(_: object, prompt: Prompt) -> Reply:
        asked.append(prompt)
        return replies.pop(0)

    monkeypatch.setattr(dialogs, "ask", answer)
    training.window.run.discard.click()
    assert "“Our invoices”" in asked[0].text
    assert run.is_dir()
    training.window.run.discard.click()
    qtbot.waitUntil(lambda: not run.exists())
    qtbot.waitUntil(lambda: training.window.pages.currentWidget() is training.window.setup)


def test_everything_a_person_reaches_has_a_name(
    qtbot: QtBot, training: Training, file: Path
) -> None:
    made.fill(file, 10)
    made.frozen(work.root(), "First")
    prepared(qtbot, training)
    assert training.window.expert.rows

    def is_own(widget: QWidget) -> bool:
        inside = widget.parent()
        made_by_qt = isinstance(inside, QTableWidget) or "QComboBox" in type(inside).__name__
        popup = inside is not None and inside.inherits("QComboBoxPrivateContainer")
        return not (is_part_of_qt(widget) or made_by_qt or popup)

    nameless = [
        type(widget).__name__
        for widget in training.window.findChildren(QWidget)
        if isinstance(widget, CONTROLS)
        and is_own(widget)
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
    ]
    assert nameless == []
    guessing = [
        one.text()
        for one in training.window.findChildren(QLabel)
        if one.textFormat() is not Qt.TextFormat.PlainText
    ]
    assert guessing == []
