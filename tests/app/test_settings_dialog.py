import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app import dialogs
from app.settings import Device, Exactness, Scheme, Settings
from app.settings_dialog import SettingsDialog


@pytest.fixture
def dialog(qtbot: QtBot) -> SettingsDialog:
    made = SettingsDialog(Settings())
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def test_every_change_is_told_at_once(qtbot: QtBot, dialog: SettingsDialog) -> None:
    told: list[Settings] = []
    dialog.changed.connect(told.append)
    dialog.scheme.setCurrentIndex(2)
    dialog.device.setCurrentIndex(1)
    dialog.exactness.setCurrentIndex(2)
    qtbot.keyClick(dialog.splitting, Qt.Key.Key_Space)
    dialog.length.setValue(512)
    dialog.history.toggle()
    dialog.restore.toggle()
    dialog.folder.setText(" /models/large ")
    dialog.folder.editingFinished.emit()
    assert told[-1] == Settings(
        scheme=Scheme.DARK,
        model_folder="/models/large",
        device=Device.CPU,
        exactness=Exactness.FAST,
        splitting=False,
        max_answer_tokens=512,
        keep_history=False,
        restore_session=False,
    )
    assert len(told) == 8
    assert dialog.settings == told[-1]


def test_what_is_set_is_shown(qtbot: QtBot) -> None:
    settings = Settings(
        scheme=Scheme.LIGHT,
        model_folder="/m",
        device=Device.MPS,
        exactness=Exactness.EXACT,
        splitting=False,
        max_answer_tokens=32,
        keep_history=False,
        restore_session=False,
    )
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    assert dialog.scheme.currentText() == "Light"
    assert dialog.folder.text() == "/m"
    assert dialog.device.currentText() == "Apple graphics"
    assert dialog.exactness.currentText() == "Exact"
    assert dialog.length.value() == 32
    checks = (dialog.splitting, dialog.history, dialog.restore)
    assert [box.isChecked() for box in checks] == [False] * 3


def test_a_folder_can_be_chosen_and_dropped_again(
    qtbot: QtBot, dialog: SettingsDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogs, "choose_folder", lambda *_: "/models/other")
    with qtbot.waitSignal(dialog.changed):
        qtbot.mouseClick(dialog.browse, Qt.MouseButton.LeftButton)
    assert dialog.settings.model_folder == "/models/other"
    with qtbot.waitSignal(dialog.changed):
        qtbot.mouseClick(dialog.shipped, Qt.MouseButton.LeftButton)
    assert dialog.settings.model_folder == ""


def test_tab_goes_through_all_controls_from_top_to_bottom(
    qtbot: QtBot, dialog: SettingsDialog
) -> None:
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.scheme)
    walked: list[QWidget] = []
    while (now := QApplication.focusWidget()) not in walked:
        assert now is not None
        walked.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
    assert [widget.accessibleName() for widget in walked] == [
        "Colours",
        "Model folder",
        "Choose the model folder",
        "Use the small model",
        "Run the model on",
        "How exactly to compute answers",
        "Read small text (slower)",
        "Longest answer, in word pieces",
        "Keep questions and answers",
        "Open last documents at start",
        "Close the settings",
    ]
    heights = [widget.mapTo(dialog, widget.rect().center()).y() for widget in walked]
    assert heights == sorted(heights)


def test_every_control_has_a_name(dialog: SettingsDialog) -> None:
    for kind in (QPushButton, QLineEdit, QComboBox):
        for control in dialog.findChildren(kind):
            inner = isinstance(control.parent(), QComboBox) or control.objectName().startswith(
                "qt_"
            )
            assert inner or control.accessibleName(), control
