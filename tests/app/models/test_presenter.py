from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QTabBar, QTableView, QWidget
from pytestqt.qtbot import QtBot

from app import dialogs
from app.dialogs import Prompt, Reply
from app.models.presenter import Models
from app.models.values import ModelChoice
from app.models.work import Source
from tests.app.models.made import make_folder
from tests.hub_server import COMMIT, FakeHub, Fault, serving, tiny_files
from vlm import models as shipped
from vlm.added import AddedFolders
from vlm.connections import ConnectionLog
from vlm.fetch_events import Patience
from vlm.hub import ModelName
from vlm.parts import Store
from vlm.types import ModelInfo

TINY = ModelName("owner", "tiny")


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with serving(FakeHub({COMMIT: tiny_files()})) as running:
        yield running


@pytest.fixture
def models(
    hub: FakeHub, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Models]:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(shipped, "shipped_folders", lambda: ())
    made = Models(None, Source(hub.address, plain_local=True, patience=Patience(2, 0.01)))
    qtbot.addWidget(made.dialog)
    yield made
    hub.let_go.set()
    made.shutdown()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """What the person answers to the next questions; `asked` collects the questions."""
    waiting: list[str | None] = []

    def ask(parent: QWidget | None, prompt: Prompt) -> Reply | None:
        choice = waiting.pop(0)
        assert choice is None or choice in prompt.choices
        return None if choice is None else Reply(choice)

    monkeypatch.setattr(dialogs, "ask", ask)
    return waiting


def info(folder: Path) -> ModelInfo:
    return ModelInfo("tiny", str(folder), "SmolVLM", 1, "cpu", "float32", "because", True)


def open_with(models: Models, qtbot: QtBot, *names: str) -> None:
    models.open()
    shown = models.dialog.list
    qtbot.waitUntil(lambda: {card.entry.model.name for card in shown.cards.values()} == {*names})


def click(qtbot: QtBot, button: QAbstractButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_opening_lists_models_and_connects_to_nothing(
    models: Models, qtbot: QtBot, hub: FakeHub
) -> None:
    make_folder(Store().folder(TINY))
    open_with(models, qtbot, "owner/tiny")
    assert not hub.asked
    assert not ConnectionLog().read()


def test_use_hands_the_choice_on_and_closes(models: Models, qtbot: QtBot) -> None:
    folder = make_folder(Store().folder(TINY))
    open_with(models, qtbot, "owner/tiny")
    with qtbot.waitSignal(models.chosen) as chosen:
        click(qtbot, models.dialog.list.cards[folder].use)
    assert chosen.args == [ModelChoice(str(folder), "owner/tiny")]
    assert not models.dialog.isVisible()
    assert not models.dialog.list.cards[folder].use.isVisibleTo(models.dialog)


def test_the_model_that_reads_is_marked(models: Models, qtbot: QtBot) -> None:
    folder = make_folder(Store().folder(TINY))
    models.set_model(info(folder))
    open_with(models, qtbot, "owner/tiny")
    assert models.dialog.list.cards[folder].used.isVisible()


def test_typing_a_name_and_enter_gets_the_model(models: Models, qtbot: QtBot, hub: FakeHub) -> None:
    models.open()
    bar = models.dialog.get_bar
    qtbot.waitUntil(bar.line.hasFocus)
    assert not bar.get.isEnabled()
    with qtbot.waitSignal(models.fetching.gone):
        qtbot.keyClicks(bar.line, "owner/tiny")
        qtbot.keyClick(bar.line, Qt.Key.Key_Return)
    assert bar.line.text() == ""
    qtbot.waitUntil(lambda: bool(models.dialog.list.cards))
    assert not models.dialog.list.rows
    assert models.dialog.isVisible()
    assert len(hub.asked) == 6


def test_a_name_that_is_none_is_explained_and_kept(models: Models, hub: FakeHub) -> None:
    bar = models.dialog.get_bar
    bar.line.setText("smolvlm")
    bar.get.click()
    assert "two parts" in bar.sentence.text()
    assert bar.line.text() == "smolvlm"
    bar.line.setText("smolvlm/")
    assert bar.sentence.text() == ""
    assert not hub.asked


def test_a_suggestion_only_fills_the_line(models: Models, hub: FakeHub) -> None:
    bar = models.dialog.get_bar
    bar.menu.actions()[0].trigger()
    assert bar.line.text() == "HuggingFaceTB/SmolVLM-256M-Instruct"
    assert not models.dialog.list.rows
    assert not hub.asked


def test_pause_and_resume_by_the_buttons(models: Models, qtbot: QtBot, hub: FakeHub) -> None:
    hub.fail("model.safetensors", Fault(hold_after=100_000))
    models.open()
    models.dialog.get_bar.line.setText("owner/tiny")
    models.dialog.get_bar.get.click()
    qtbot.waitUntil(hub.held.is_set)
    row = models.dialog.list.rows["owner/tiny"]
    click(qtbot, row.pause)
    hub.let_go.set()
    qtbot.waitUntil(row.resume.isVisible)
    assert row.words.text().startswith("Paused · ")
    with qtbot.waitSignal(models.fetching.arrived):
        click(qtbot, row.resume)


def test_what_was_left_unfinished_can_be_cancelled_after_asking(
    models: Models, qtbot: QtBot, hub: FakeHub, answers: list[str | None]
) -> None:
    hub.fail("model.safetensors", Fault(status=418))
    with qtbot.waitSignal(models.fetching.failed):
        models.fetching.start(TINY)
    qtbot.waitUntil(lambda: bool(models.dialog.list.rows))
    models.open()
    row = models.dialog.list.rows["owner/tiny"]
    answers += ["Keep", "Cancel and delete"]
    click(qtbot, row.cancel)
    assert Store().unfinished()
    with qtbot.waitSignal(models.fetching.gone):
        click(qtbot, row.cancel)
    assert not Store().unfinished()
    assert not answers


def test_remove_asks_and_then_really_deletes(
    models: Models, qtbot: QtBot, answers: list[str | None]
) -> None:
    folder = make_folder(Store().folder(TINY))
    open_with(models, qtbot, "owner/tiny")
    remove = models.dialog.list.cards[folder].remove
    answers += [None, "Keep", "Delete the files"]
    click(qtbot, remove)
    click(qtbot, remove)
    assert folder.exists()
    click(qtbot, remove)
    qtbot.waitUntil(lambda: not models.dialog.list.cards)
    assert not folder.exists()


def test_the_model_in_use_is_not_removed(
    models: Models, qtbot: QtBot, answers: list[str | None]
) -> None:
    folder = make_folder(Store().folder(TINY))
    models.set_model(info(folder))
    open_with(models, qtbot, "owner/tiny")
    answers += ["OK"]
    click(qtbot, models.dialog.list.cards[folder].remove)
    assert not answers
    assert folder.exists()


def test_a_folder_is_added_and_taken_off_again(
    models: Models,
    qtbot: QtBot,
    tmp_path: Path,
    answers: list[str | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = make_folder(tmp_path / "mine" / "handmade")
    monkeypatch.setattr(dialogs, "choose_folder", lambda *_: str(tmp_path / "mine"))
    open_with(models, qtbot)
    click(qtbot, models.dialog.add)
    qtbot.waitUntil(lambda: folder in models.dialog.list.cards)
    answers += ["Only take it off the list"]
    click(qtbot, models.dialog.list.cards[folder].remove)
    qtbot.waitUntil(lambda: not models.dialog.list.cards)
    assert folder.exists()
    assert not AddedFolders().read()


def test_a_folder_without_models_is_refused_with_a_sentence(
    models: Models, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts: list[Prompt] = []
    monkeypatch.setattr(dialogs, "choose_folder", lambda *_: str(tmp_path))
    monkeypatch.setattr(dialogs, "ask", lambda parent, prompt: prompts.append(prompt))
    models.dialog.add.click()
    qtbot.waitUntil(lambda: bool(prompts))
    assert prompts[0].text.startswith("There is no model in")


def test_connections_are_shown_as_they_happen(models: Models, qtbot: QtBot, hub: FakeHub) -> None:
    models.open()
    models.dialog.tabs.setCurrentIndex(1)
    assert models.dialog.connections.empty.isVisible()
    models.fetching.start(TINY)
    rows = models.dialog.connections.model.rowCount
    qtbot.waitUntil(lambda: rows() == len(hub.asked) == 6)
    assert models.dialog.connections.table.isVisible()


def test_while_closed_the_main_window_is_told(models: Models, qtbot: QtBot, hub: FakeHub) -> None:
    with qtbot.waitSignal(models.said) as said:
        models.fetching.start(TINY)
    assert said.args == ["owner/tiny is here now. Choose it in Models."]


def test_every_control_has_a_name_and_can_be_reached(models: Models, qtbot: QtBot) -> None:
    make_folder(Store().folder(TINY))
    open_with(models, qtbot, "owner/tiny")
    kinds = (QAbstractButton, QLineEdit, QTabBar, QComboBox, QTableView)
    dialog = models.dialog
    found: list[QWidget] = [one for kind in kinds for one in dialog.findChildren(kind)]
    named = [one for one in found if not one.objectName().startswith("qt_")]
    own = [one for one in named if type(one).__module__.startswith("app.")]
    assert len(own) == 8
    for control in [*own, dialog.tabs, dialog.get_bar.line, dialog.connections.table]:
        assert control.accessibleName(), control
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_the_keyboard_presses_the_focused_button(models: Models, qtbot: QtBot, key: Qt.Key) -> None:
    folder = make_folder(Store().folder(TINY))
    open_with(models, qtbot, "owner/tiny")
    button = models.dialog.list.cards[folder].use
    button.setFocus()
    with qtbot.waitSignal(models.chosen):
        qtbot.keyClick(button, key)


def test_a_server_is_asked_for_from_here(models: Models, qtbot: QtBot) -> None:
    models.open()
    with qtbot.waitSignal(models.server_wanted):
        qtbot.mouseClick(models.dialog.server, Qt.MouseButton.LeftButton)
    assert not models.dialog.isVisible()
