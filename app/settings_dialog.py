"""The settings as controls. Emits a whole `Settings` for every change; writes no file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app import dialogs, theme
from app.labels import Role, label
from app.settings import LONGEST_ANSWER, SHORTEST_ANSWER, Device, Exactness, Scheme, Settings

SCHEMES = {Scheme.SYSTEM: "Like the system", Scheme.LIGHT: "Light", Scheme.DARK: "Dark"}
DEVICES = {
    Device.AUTO: "Choose for me",
    Device.CPU: "Processor",
    Device.CUDA: "NVIDIA graphics card",
    Device.MPS: "Apple graphics",
}


EXACTNESS = {
    Exactness.AUTO: "Choose for me",
    Exactness.EXACT: "Exact",
    Exactness.FAST: "Faster, a little less exact",
    Exactness.EIGHT: "Smaller, nearly exact",
}


class SettingsDialog(QDialog):
    """Shows settings; every change takes effect at once.

    Signals:
        changed(object): The `Settings` as they are now.
    """

    changed = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle("Settings")
        self.setAccessibleName("Settings")
        self.scheme = self._choice(SCHEMES.values(), SCHEMES[settings.scheme], "Colours")
        self.folder = self._folder_line()
        self.browse = self._button("Choose…", "Choose the model folder", self._on_browse)
        self.shipped = self._button("Use the small one", "Use the small model", self._on_shipped)
        self.device = self._choice(DEVICES.values(), DEVICES[settings.device], "Run the model on")
        self.exactness = self._choice(
            EXACTNESS.values(), EXACTNESS[settings.exactness], "How exactly to compute answers"
        )
        self.splitting = self._check("Read small text (slower)", settings.splitting)
        self.length = self._length_box()
        self.history = self._check("Keep questions and answers", settings.keep_history)
        self.restore = self._check("Open last documents at start", settings.restore_session)
        self.close_button = self._button("Done", "Close the settings", self.accept)
        self.close_button.setProperty("kind", "primary")
        self.close_button.setDefault(True)
        self._lay_out()
        self._set_tab_order()

    @property
    def settings(self) -> Settings:
        """What is shown."""
        return self._settings

    def _set_tab_order(self) -> None:
        order = (
            self.scheme,
            self.folder,
            self.browse,
            self.shipped,
            self.device,
            self.exactness,
            self.splitting,
            self.length,
            self.history,
            self.restore,
            self.close_button,
        )
        for before, after in zip(order, order[1:], strict=False):
            QWidget.setTabOrder(before, after)
        self.scheme.setFocus()

    def _choice(self, texts: Iterable[str], now: str, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.addItems(list(texts))
        box.setCurrentText(now)
        box.currentIndexChanged.connect(self._on_changed)
        return box

    def _check(self, text: str, checked: bool) -> QCheckBox:
        box = QCheckBox(text)
        box.setAccessibleName(text)
        box.setChecked(checked)
        box.toggled.connect(self._on_changed)
        return box

    def _folder_line(self) -> QLineEdit:
        line = QLineEdit(self._settings.model_folder)
        line.setAccessibleName("Model folder")
        line.setPlaceholderText("The small model")
        line.editingFinished.connect(self._on_changed)
        return line

    def _length_box(self) -> QSpinBox:
        box = QSpinBox()
        box.setAccessibleName("Longest answer, in word pieces")
        box.setRange(SHORTEST_ANSWER, LONGEST_ANSWER)
        box.setSingleStep(16)
        box.setSuffix(" word pieces")
        box.lineEdit().setTextMargins(theme.SPACE, 0, 0, 0)
        box.setValue(self._settings.max_answer_tokens)
        box.valueChanged.connect(self._on_changed)
        return box

    def _button(self, text: str, name: str, pressed: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(name)
        button.setAutoDefault(False)
        button.clicked.connect(pressed)
        return button

    def _lay_out(self) -> None:
        model = QHBoxLayout()
        model.setSpacing(theme.SPACE)
        model.addWidget(self.folder, 1)
        model.addWidget(self.browse)
        model.addWidget(self.shipped)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.SPACE * 3] * 4)
        layout.setSpacing(theme.SPACE * 2)
        layout.addWidget(_card("Look", _row("Colours", self.scheme)))
        layout.addWidget(
            _card(
                "Model",
                _above("Folder of the model that reads", model),
                _row("Run it on", self.device),
                _row("Compute answers", self.exactness),
                _row("", self.splitting),
                _row("Longest answer", self.length),
            )
        )
        layout.addWidget(_card("On this computer", _row("", self.history), _row("", self.restore)))
        layout.addLayout(foot)
        self.setMinimumWidth(560)

    @Slot()
    def _on_changed(self) -> None:
        changed = replace(
            self._settings,
            scheme=list(SCHEMES)[self.scheme.currentIndex()],
            model_folder=self.folder.text().strip(),
            device=list(DEVICES)[self.device.currentIndex()],
            exactness=list(EXACTNESS)[self.exactness.currentIndex()],
            splitting=self.splitting.isChecked(),
            max_answer_tokens=self.length.value(),
            keep_history=self.history.isChecked(),
            restore_session=self.restore.isChecked(),
        )
        if changed != self._settings:
            self._settings = changed
            self.changed.emit(changed)

    @Slot()
    def _on_browse(self) -> None:
        folder = dialogs.choose_folder(self, "Model folder", self.folder.text())
        if folder:
            self.folder.setText(folder)
            self._on_changed()

    @Slot()
    def _on_shipped(self) -> None:
        self.folder.clear()
        self._on_changed()


def _row(name: str, control: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    if name:
        row.addWidget(label(name))
        row.addStretch()
        control.setMinimumWidth(240)
    row.addWidget(control)
    return row


def _above(name: str, controls: QHBoxLayout) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(6)
    column.addWidget(label(name))
    column.addLayout(controls)
    return column


def _card(title: str, *rows: QHBoxLayout | QVBoxLayout) -> QFrame:
    card = QFrame()
    card.setProperty("kind", "card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(*[theme.SPACE * 2] * 4)
    layout.setSpacing(theme.SPACE + 2)
    layout.addWidget(label(title, Role.HEADING))
    for row in rows:
        layout.addLayout(row)
    return card
