"""Which tuned version reads: set, kept, gone back on, chosen by the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

from app import dialogs
from app.adapters import words
from app.adapters.values import Tuned
from app.dialogs import Prompt, Reply
from finetune.adapters import AdapterLibrary
from tests.app.adapters import made
from tests.app.adapters.conftest import begin, entries, menu, press, ready, saved, window
from tests.app.conftest import MakeShell, furniture


def test_what_was_tuned_gives_its_place_back(
    qtbot: QtBot, make_shell: MakeShell, base: Path
) -> None:
    begin(base, adapters={str(base): "letters"})
    shell = make_shell()
    ready(qtbot, shell, "letters")
    door, gate = furniture(shell).versions, furniture(shell).gate
    gate.use_wanted.emit(Tuned(str(base), AdapterLibrary().get("invoices")))
    ready(qtbot, shell, "invoices")
    gate.back_wanted.emit()
    ready(qtbot, shell, "letters")
    assert saved().adapters == {str(base): "letters"}
    door.go_back()  # nobody knows what was before that
    ready(qtbot, shell, "")


def test_used_kept_and_gone_back_on(
    qtbot: QtBot, make_shell: MakeShell, base: Path, two: tuple[str, str]
) -> None:
    begin(base)
    shell = make_shell(two[0])
    ready(qtbot, shell, "")
    dialog = window(qtbot, shell)
    assert list(dialog.cards) == ["invoices", "letters", "foreign"]
    card = dialog.cards["invoices"]
    assert "62 % before, 81 % now" in card.score.text()
    assert "24 examples of 12 documents" in card.about.text()
    assert dialog.base.used.isVisible()
    offered = {name: c.use.isVisible() for name, c in dialog.cards.items()}
    assert offered == {"invoices": True, "letters": False, "foreign": False}
    assert words.OTHER_BASE in dialog.cards["foreign"].score.text()

    qtbot.mouseClick(card.use, Qt.MouseButton.LeftButton)
    ready(qtbot, shell, "invoices")
    assert saved().adapters == {str(base): "invoices"}
    assert "+ invoices" in furniture(shell).panel.head.chip.text()
    assert card.used.isVisible()
    assert not card.use.isVisible()
    dialog.accept()
    shell.window.close()

    again = make_shell(two[0])
    ready(qtbot, again, "invoices")
    chip = menu(qtbot, again)
    assert entries(chip)["invoices"]
    assert "letters" not in entries(chip)
    press(chip, words.BASE)
    ready(qtbot, again, "")
    assert saved().adapters == {}


def test_without_versions_the_chip_opens_the_models(
    qtbot: QtBot, make_shell: MakeShell, tmp_path: Path, two: tuple[str, str]
) -> None:
    begin(made.model(tmp_path / "plain"))
    shell = make_shell(two[0])
    ready(qtbot, shell, "")
    parts = furniture(shell)
    with qtbot.waitSignal(parts.panel.models_wanted):
        qtbot.mouseClick(parts.panel.head.chip, Qt.MouseButton.LeftButton)
    assert parts.models.behind is not None
    parts.models.behind.dialog.close()


def test_a_version_that_cannot_be_used_is_said_and_the_model_reads(
    qtbot: QtBot, make_shell: MakeShell, base: Path, two: tuple[str, str]
) -> None:
    begin(base, adapters={str(base): "invoices"})
    shell = make_shell(two[0])
    ready(qtbot, shell, "invoices")
    furniture(shell).asking.adapter_refused.emit("There is no adapter called invoices.")
    ready(qtbot, shell, "")
    notice = shell.window.notice
    assert "The model as it came reads now." in notice.text
    assert notice.way.text() == "Train…"
    timer = notice.findChild(QTimer)
    assert timer is not None
    assert not timer.isActive(), "it stays until it was read"
    assert saved().adapters == {}


def test_renamed_and_removed(
    qtbot: QtBot,
    make_shell: MakeShell,
    base: Path,
    two: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin(base, adapters={str(base): "invoices"})
    shell = make_shell(two[0])
    ready(qtbot, shell, "invoices")
    dialog = window(qtbot, shell)
    line = dialog.cards["invoices"].name.line
    dialog.cards["invoices"].name.edit()
    qtbot.keyClicks(line, "letters")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "already" in dialog.status.text())
    dialog.cards["invoices"].name.edit()
    qtbot.keyClicks(line, "Bills")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    ready(qtbot, shell, "Bills")
    qtbot.waitUntil(lambda: "Bills" in dialog.cards)
    assert saved().adapters == {str(base): "Bills"}

    asked: list[Prompt] = []
    answers = [None, Reply("Remove")]

    def answered(_: object, prompt: Prompt) -> Reply | None:
        asked.append(prompt)
        return answers.pop(0)

    monkeypatch.setattr(dialogs, "ask", answered)
    press(dialog.cards["Bills"].menu(), "Re&move…")
    assert "Bills" in asked[0].title
    assert Path(AdapterLibrary().get("Bills").folder).is_dir()
    press(dialog.cards["Bills"].menu(), "Re&move…")
    ready(qtbot, shell, "")
    qtbot.waitUntil(lambda: "Bills" not in dialog.cards)
    assert saved().adapters == {}
    assert "Bills" not in [adapter.name for adapter in AdapterLibrary().all()]
    dialog.accept()
