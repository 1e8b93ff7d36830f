"""Whatever can take the keyboard has a name, in the window and in every dialog it opens."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from app.dialogs import Prompt, PromptDialog
from app.shell import Shell
from tests.app.conftest import MakeShell, furniture
from vlm import paths

QT_OWN = "qt_"
"""Parts that Qt makes inside its own widgets; the widget around them has the name."""


def is_part_of_qt(widget: QWidget) -> bool:
    """Tell whether Qt made it, by its name or as the line or the list of a box."""
    around = widget.parent()
    boxed = around is not None and isinstance(around.parent(), QComboBox)
    return boxed or isinstance(around, QComboBox) or widget.objectName().startswith(QT_OWN)


def takes_keyboard(widget: QWidget) -> bool:
    return bool(widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value)


def nameless(window: QWidget) -> list[str]:
    """Return what can take the keyboard and says no name to a screen reader."""
    found: list[str] = []
    for widget in window.findChildren(QWidget):
        if not takes_keyboard(widget) or is_part_of_qt(widget):
            continue
        said = QAccessible.queryAccessibleInterface(widget)
        if not said.text(QAccessible.Text.Name).strip():
            parent = widget.parent()
            found.append(f"{type(widget).__name__} in {type(parent).__name__}")
    return found


def opened(qtbot: QtBot, shell: Shell) -> None:
    tabs = furniture(shell).tabs
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.document() is not None)


def test_the_window_with_all_its_parts(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str], tmp_path: Path
) -> None:
    (paths.config_dir() / "settings.json").write_text(f'{{"model_folder": "{tmp_path}"}}')
    shell = make_shell(*two)
    opened(qtbot, shell)
    parts, does = furniture(shell), shell.window.commands
    does.history.setChecked(True)
    qtbot.keyClicks(parts.panel.composer.line, "Which number?")
    with qtbot.waitSignal(parts.asking.finished):
        qtbot.keyClick(parts.panel.composer.line, Qt.Key.Key_Return)
    does.correct.trigger()
    view = parts.tabs.current
    assert view is not None
    (find,) = [action for action in view.actions() if "Find" in action.text().replace("&", "")]
    find.trigger()
    assert nameless(shell.window) == []
    does.label.setChecked(True)
    assert nameless(shell.window) == []


@pytest.mark.parametrize(
    "command", ["examples", "train", "models", "versions", "batch", "settings", "keys"]
)
def test_every_window_that_a_command_opens(qtbot: QtBot, shell: Shell, command: str) -> None:
    def others() -> list[QWidget]:
        windows = QApplication.topLevelWidgets()
        return [one for one in windows if one is not shell.window and one.isVisible()]

    getattr(shell.window.commands, command).trigger()
    qtbot.waitUntil(lambda: len(others()) == 1)
    (window,) = others()
    assert sum(takes_keyboard(widget) for widget in window.findChildren(QWidget)) > 1
    assert nameless(window) == []
    window.close()


def test_questions_to_the_person(qtbot: QtBot) -> None:
    dialog = PromptDialog(Prompt("T", "t", ("Yes", "No"), secret="Password", detail="long"))
    qtbot.addWidget(dialog)
    assert nameless(dialog) == []
