"""The strip above everything that says that pages leave this computer, as long as they do."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from app import icons, theme
from app.labels import label
from app.remote import words

SIZE = 18


class RemoteStrip(QWidget):
    """Cannot be closed, only what it warns of can be turned off.

    Signals:
        off_pressed(): Send nothing any more.
    """

    off_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = label("", wrap=True)
        font = QFont(self._text.font())
        font.setWeight(QFont.Weight.DemiBold)
        self._text.setFont(font)
        self.off = QPushButton(words.TURN_OFF)
        self.off.setAutoDefault(False)
        self.off.clicked.connect(self.off_pressed)
        row = QHBoxLayout(self)
        edge = theme.SPACE * 2
        row.setContentsMargins(edge + SIZE + theme.SPACE, 6, edge, 6)
        row.setSpacing(theme.SPACE * 2)
        row.addWidget(self._text, 1)
        row.addWidget(self.off, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def text(self) -> str:
        """What it says, "" while it is hidden."""
        return self._text.text()

    def say(self, text: str) -> None:
        """Show a sentence; "" hides the strip."""
        self._text.setText(text)
        self.setAccessibleName(text)
        self.off.setAccessibleName(f"{words.TURN_OFF}. {text}")
        self._recolour()
        self.setVisible(bool(text))

    def _recolour(self) -> None:
        style = f"color: {theme.on_caution(self.palette()).name()};"  # stronger than the program's
        if style != self._text.styleSheet():
            self._text.setStyleSheet(style)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.caution(self.palette()))
        ink = theme.on_caution(self.palette())
        picture = icons.pixmap("network", ink, SIZE, self.devicePixelRatioF())
        painter.drawPixmap(theme.SPACE * 2, (self.height() - SIZE) // 2, picture)
        painter.end()

    def minimumSizeHint(self) -> QSize:
        return QSize(200, super().minimumSizeHint().height())
