"""Everything in the panel can be read aloud, and nothing of it is markup."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QProgressBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.app.conftest import MakeShell
from tests.app.labelling.desk import (
    begin,
    panel_of,
)
from tests.app.test_accessible import is_part_of_qt


def test_every_control_has_a_name_and_plain_text(
    qtbot: QtBot, make_shell: MakeShell, two: tuple[str, str]
) -> None:
    shell = make_shell(two[0])
    begin(qtbot, shell)
    panel = panel_of(shell)
    controls = (QAbstractButton, QAbstractItemView, QProgressBar, QLineEdit, QComboBox, QTabBar)
    shown = [one for one in panel.findChildren(QWidget) if isinstance(one, controls)]
    own = [
        one
        for one in shown
        if not is_part_of_qt(one) and "Combo" not in type(one.parent()).__name__
    ]
    assert len(own) >= 20
    assert [type(one).__name__ for one in own if not one.accessibleName()] == []
    assert {one.textFormat() for one in panel.findChildren(QLabel)} == {Qt.TextFormat.PlainText}
