"""Everything a person can reach in the window has a name that a screen reader can say."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.shell import Shell
from tests.app.conftest import MakeShell, furniture, to_the_front

CONTROLS = (
    QAbstractButton,
    QLineEdit,
    QPlainTextEdit,
    QComboBox,
    QAbstractSpinBox,
    QAbstractItemView,
)
QT_OWN = ("qt_", "ScrollLeftButton", "ScrollRightButton")
"""Parts that Qt makes inside its own widgets; the widget around them has the name."""


@pytest.fixture
def full(qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]) -> Shell:
    """The window with documents, history and the asking panel."""
    shell = make_shell(*two)
    tabs = furniture(shell).tabs
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.document() is not None)
    shell.window.commands.history.setChecked(True)
    return shell


def is_part_of_qt(widget: QWidget) -> bool:
    parent = widget.parent()
    return widget.objectName().startswith(QT_OWN) or isinstance(
        parent, QComboBox | QAbstractSpinBox | QLineEdit
    )


def test_every_control_has_a_name(full: Shell) -> None:
    nameless = [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}: {widget.objectName()}"
        for widget in full.window.findChildren(QWidget)
        if isinstance(widget, CONTROLS)
        and not is_part_of_qt(widget)
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
    ]
    assert nameless == []


def test_every_label_shows_plain_text(full: Shell) -> None:
    guessing = [
        label.text()
        for label in full.window.findChildren(QLabel)
        if label.textFormat() is not Qt.TextFormat.PlainText
    ]
    assert guessing == []


def test_tab_reaches_the_parts_and_comes_round(qtbot: QtBot, full: Shell) -> None:
    to_the_front(qtbot, full.window)
    furniture(full).panel.setFocus()
    walked: list[QWidget] = []
    now = QApplication.focusWidget()
    while now is not None and now not in walked:
        walked.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
    assert now is walked[0], "Tab does not come back to where it began"
    names = [widget.accessibleName() for widget in walked]
    assert all(names), [type(w).__name__ for w in walked if not w.accessibleName()]
    inside = ("Page number", "Find in document", "Pages", "Draw a box", "What does it say?")
    for part in ("Question", "Search the history", "Open", "Settings", *inside):
        assert part in names


def test_tab_reaches_everything_on_the_empty_desk(qtbot: QtBot, shell: Shell) -> None:
    to_the_front(qtbot, shell.window)
    shell.window.welcome.setFocus()
    now = QApplication.focusWidget()
    assert now is not None
    assert now.accessibleName() == "Open a document"
    QTest.keyClick(now, Qt.Key.Key_Tab)
    now = QApplication.focusWidget()
    assert now is not None
    assert now.accessibleName() == "Try the sample document"


def test_file_names_that_look_like_markup_are_shown_as_they_are(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    odd = Path(two[0]).with_name("<img src='x'> & [*] <b>bold<b>.pdf")
    Path(two[0]).rename(odd)
    shell = make_shell(str(odd))
    tabs = furniture(shell).tabs
    qtbot.waitUntil(lambda: tabs.current is not None and tabs.current.document() is not None)
    assert shell.window.windowTitle().replace("[*][*]", "[*]") == f"{odd.name} — VLM Desk"
    bar = tabs._bar  # pyright: ignore[reportPrivateUsage] # what Qt shows
    assert bar.tabText(0).replace("&&", "&") == odd.name
    assert "&lt;b&gt;bold" in bar.tabToolTip(0)
