"""The one place where a person allows pages to be sent to a server. Says what that means first."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.ask.surface import Notice
from app.labels import Role, label
from app.remote import words
from app.theme import Tone
from vlm import remote_address
from vlm.errors import RemoteFailed
from vlm.remote_address import Address
from vlm.types import Server

WIDTH = 520


class ConnectDialog(QDialog):
    """Takes an address, and a yes that names it.

    Signals:
        agreed(object, bool): The `Server` that pages may be sent to, and whether to remember it.

    Args:
        known: What was remembered.
    """

    agreed = Signal(object, bool)

    def __init__(self, known: Server | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(words.TITLE)
        self.setAccessibleName(words.TITLE)
        server = known or Server("")
        self.address = _line(words.ADDRESS, words.ADDRESS_HINT, server.address)
        self.model = _line(words.MODEL, words.MODEL_HINT, server.model)
        self.key = _line(words.KEY, words.KEY_HINT, server.key)
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.remember = QCheckBox(words.REMEMBER)
        self.remember.setChecked(known is not None)
        self.remember.setAccessibleDescription(words.REMEMBERED)
        self.warning = Notice()
        self.yes = QPushButton(words.NOT_YET)
        self.yes.setProperty("kind", "primary")
        self.yes.clicked.connect(self._on_yes)
        self.no = QPushButton(words.CANCEL)
        self.no.clicked.connect(self.reject)
        for button in (self.yes, self.no):
            button.setAutoDefault(False)  # Enter in a line agrees to nothing
        self._lay_out()
        self.address.textChanged.connect(self._on_edited)
        self.setMinimumWidth(WIDTH)
        self._on_edited()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.SPACE * 3] * 4)
        layout.setSpacing(theme.SPACE)
        layout.addWidget(label(words.TITLE, Role.HEADING))
        layout.addWidget(label(words.ABOUT, Role.MUTED, wrap=True))
        layout.addSpacing(theme.SPACE)
        for line in (self.address, self.model, self.key):
            caption: QLabel = label(line.accessibleName())
            caption.setBuddy(line)
            field = QVBoxLayout()
            field.setSpacing(4)
            field.addWidget(caption)
            field.addWidget(line)
            layout.addLayout(field)
        layout.addSpacing(theme.SPACE)
        kept = QVBoxLayout()
        kept.setSpacing(0)
        kept.addWidget(self.remember)
        kept.addWidget(label(words.REMEMBERED, Role.MUTED, wrap=True))
        layout.addLayout(kept)
        layout.addSpacing(theme.SPACE)
        layout.addWidget(self.warning)
        layout.addStretch()  # else the lines move apart whenever the warning grows
        layout.addSpacing(theme.SPACE)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.no)
        row.addWidget(self.yes)
        layout.addLayout(row)

    def _found(self) -> Address | None:
        try:
            return remote_address.parse(self.address.text())
        except RemoteFailed:
            return None

    @Slot()
    def _on_edited(self) -> None:
        typed = self.address.text().strip()
        found = self._found()
        self.yes.setEnabled(found is not None)
        self.yes.setText(words.NOT_YET if found is None else words.consent(found))
        self.yes.setAccessibleName(self.yes.text())
        if found is not None:
            tone = Tone.PLAIN if found.here else Tone.CAUTION
            self.warning.show_text(words.consequence(found), tone)
        elif typed:
            self.warning.show_text(_trouble(typed), Tone.BAD)
        else:
            self.warning.show_text("", Tone.PLAIN)
        self._fit()

    def _fit(self) -> None:
        """Be as high as all of what a click allows, and no higher."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.setFixedHeight(layout.totalHeightForWidth(max(self.width(), WIDTH)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _on_yes(self) -> None:
        found = self._found()
        if found is not None:
            server = Server(found.url, self.model.text().strip(), self.key.text().strip())
            self.agreed.emit(server, self.remember.isChecked())
            self.accept()


def _trouble(typed: str) -> str:
    try:
        remote_address.parse(typed)
    except RemoteFailed as error:
        return str(error)
    return ""


def _line(name: str, hint: str, text: str) -> QLineEdit:
    line = QLineEdit(text)
    line.setPlaceholderText(hint)
    line.setAccessibleName(name)
    line.setAccessibleDescription(hint)
    line.setMaxLength(500)
    return line
