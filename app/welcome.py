"""What the window shows while nothing is open: where to drop, Open, recent files, the sample."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app import icons, theme
from app.focus import hand_on
from app.labels import Elided, Role, label

WIDTH = 520
SHOWN_FILES = 5
ICON = 44


class DropCard(QFrame):
    """A dashed card that says what can be dropped. Draws the accent while something hovers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hot = False

    def set_hot(self, hot: bool) -> None:
        """Show whether something is held over the window."""
        self._hot = hot
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        colour = theme.accent(palette) if self._hot else theme.line(palette)
        pen = QPen(colour, 2 if self._hot else 1.6, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        fill = QColor(theme.card(palette))
        painter.setBrush(fill)
        edge = theme.RADIUS + 8
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), edge, edge)


class RecentRow(QPushButton):
    """One file opened lately: its name and, muted, its folder."""

    def __init__(self, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "row")
        file = Path(path)
        self.setAccessibleName(f"Open {file.name}")
        self.setAccessibleDescription(str(file.parent))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._icon = label("")
        self._icon.setFixedWidth(22)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(theme.SPACE + 2)
        layout.addWidget(self._icon)
        layout.addWidget(_through(Elided(file.name)), 3)
        layout.addWidget(_through(Elided(_short(file.parent), Role.MUTED)), 4)
        self.setMinimumHeight(38)

    def tint(self) -> None:
        """Draw the icon in the colours of now."""
        colour = theme.muted(self.palette())
        self._icon.setPixmap(icons.pixmap("document", colour, ratio=2))


class Welcome(QWidget):
    """The empty desk.

    Signals:
        open_pressed(): Show the file dialog.
        sample_pressed(): Open the sample document.
        recent_pressed(str): Open this file.
    """

    open_pressed = Signal()
    sample_pressed = Signal()
    recent_pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Nothing open")
        self._icon = label("")
        self._icon.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.card = DropCard()
        self._open = QPushButton("Open a document…")
        self._sample = QPushButton("Try the sample")
        self._fill_card()
        self._heading = label("Recent", Role.MUTED)
        self._heading.setContentsMargins(12, 0, 0, 0)
        self._rows: list[RecentRow] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        column = QWidget()
        column.setMaximumWidth(WIDTH)
        layout = QVBoxLayout(column)
        layout.setSpacing(theme.SPACE)
        layout.addWidget(self.card)
        layout.addSpacing(theme.SPACE * 2)
        layout.addWidget(self._heading)
        layout.addLayout(self._list)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(column, 100)
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(3)
        hand_on(self, self._open)
        self.show_recent(())
        self._tint()

    def show_recent(self, files: Sequence[str]) -> None:
        """List the files opened lately."""
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows = [RecentRow(path) for path in files[:SHOWN_FILES]]
        self._heading.setVisible(bool(files))
        for row, path in zip(self._rows, files, strict=False):
            row.clicked.connect(lambda _=False, chosen=path: self.recent_pressed.emit(chosen))
            row.tint()
            self._list.addWidget(row)

    def _fill_card(self) -> None:
        self._open.setProperty("kind", "primary")
        self._open.setAccessibleName("Open a document")
        self._open.clicked.connect(self.open_pressed)
        self._sample.setAccessibleName("Try the sample document")
        self._sample.clicked.connect(self.sample_pressed)
        title = _centred(label("Drop a PDF or a picture here", Role.TITLE))
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE)
        buttons.addStretch()
        buttons.addWidget(self._open)
        buttons.addWidget(self._sample)
        buttons.addStretch()
        layout = QVBoxLayout(self.card)
        layout.setContentsMargins(*[theme.SPACE * 5] * 4)
        layout.setSpacing(theme.SPACE)
        layout.addWidget(self._icon)
        layout.addSpacing(theme.SPACE)
        layout.addWidget(title)
        sentence = "or paste one. Draw a box around the part you mean and ask about it."
        layout.addWidget(_centred(label(sentence, Role.MUTED, wrap=True)))
        layout.addSpacing(theme.SPACE * 2)
        layout.addLayout(buttons)
        layout.addSpacing(theme.SPACE)
        layout.addWidget(_centred(label("Nothing leaves this computer.", Role.MUTED)))

    @Slot()
    def _tint(self) -> None:
        colour = theme.accent(self.palette())
        self._icon.setPixmap(icons.pixmap("drop", colour, ICON, self.devicePixelRatioF()))
        for row in self._rows:
            row.tint()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        super().changeEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH + 80, 560)


def _centred(text: QLabel) -> QLabel:
    text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return text


def _through(widget: QWidget) -> QWidget:
    """Let clicks pass to the button below."""
    widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return widget


def _short(folder: Path) -> str:
    """Return a folder with the home folder as people write it."""
    home = Path.home()
    return f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)
