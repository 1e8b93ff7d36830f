"""A line above the document for what a person should know but need not answer."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from app import icons, theme
from app.labels import label

SHOWN_MS = 12_000


class Notice(QFrame):
    """Shows one sentence after the other until its time is over or it is closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "notice")
        self._text = label("", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setProperty("kind", "quiet")
        close.setAccessibleName("Close this message")
        icons.set_icon(close, "close")
        close.setIconSize(QSize(16, 16))
        close.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.SPACE * 2, 5, theme.SPACE, 5)
        layout.addWidget(self._text, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._said: list[tuple[str, str]] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.dismiss)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown, "" when nothing is."""
        return self._text.text()

    def say(self, sentence: str, topic: str = "") -> None:
        """Show a sentence below what is already shown, instead of the last one of its topic."""
        self._said = [said for said in self._said if not topic or said[0] != topic]
        self._said.append((topic, sentence))
        self._text.setText("\n".join(text for _, text in self._said))
        self.setAccessibleName(self.text)
        self.show()
        self._timer.start()

    @Slot()
    def dismiss(self) -> None:
        """Show nothing."""
        self._timer.stop()
        self._said = []
        self._text.setText("")
        self.hide()
