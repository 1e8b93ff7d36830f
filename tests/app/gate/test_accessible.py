"""The windows about tuning can be used without seeing them and without a mouse."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from app.adapters.dialog import VersionsDialog
from app.adapters.values import Listing, Version, Wearing
from app.gate.values import Story, lines_of
from app.gate.window import GateWindow
from finetune import gate
from finetune.adapters import AdapterLibrary
from finetune.plan import preset
from tests.app.adapters import made
from tests.app.test_accessible import CONTROLS, is_part_of_qt


def gate_window(folder: Path) -> QWidget:
    judged = [
        gate.judge(f"{n}", f"d{n}", "Q?", ("a",), "x", "a" if n % 3 else "x") for n in range(9)
    ]
    found = gate.decide(judged, judged)
    window = GateWindow()
    plan = preset("quick", "Invoices", str(folder), "f" * 64)
    window.show_story(Story(folder, plan, found, lines_of(found, []), ""))
    return window


def versions_window(folder: Path) -> QWidget:
    base = made.model(folder / "reader")
    made.version("one", base)
    made.version("two", base)
    window = VersionsDialog()
    listing = tuple(Version(adapter, fits=True) for adapter in AdapterLibrary().all())
    window.show_listing(Listing(listing, "f"))
    window.show_wearing(Wearing(None, "*"))
    return window


@pytest.mark.parametrize("make", [gate_window, versions_window])
def test_everything_has_a_name_and_tab_comes_round(
    qtbot: QtBot, tmp_path: Path, make: Callable[[Path], QWidget]
) -> None:
    window = make(tmp_path)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    controls = [
        widget
        for widget in window.findChildren(QWidget)
        if isinstance(widget, (*CONTROLS, QTabBar)) and not is_part_of_qt(widget)
    ]
    assert len(controls) > 3
    nameless = [
        type(widget).__name__
        for widget in controls
        if not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
    ]
    assert nameless == []
    for label in window.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText
    qtbot.waitUntil(window.isActiveWindow)
    next(one for one in controls if one.isVisible() and one.isEnabled()).setFocus()
    walked: list[QWidget] = []
    now = QApplication.focusWidget()
    while now is not None and now not in walked:
        walked.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
    reachable = [one for one in controls if one.isVisible() and one.isEnabled()]
    missed = [
        one.accessibleName() or type(one).__name__
        for one in reachable
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one not in walked
    ]
    assert missed == []
