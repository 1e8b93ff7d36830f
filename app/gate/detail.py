"""One question in full: its picture, what was wanted, what was said before and what now."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app import theme
from app.gate import words
from app.gate.lines import tone
from app.gate.values import Line
from app.labels import Role, label
from app.models.buttons import ActionButton
from app.models.mark import Mark
from app.roomy_area import RoomyArea

TEXTS_HEIGHT = 80
"""Logical pixels of the question with its answers, in a window that has no more."""


class Detail(QWidget):
    """Shows a line.

    Signals:
        open_pressed(): The person wants to see the page in the main window.
    """

    open_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = Picture()
        self.mark = Mark()
        self.outcome = label("", wrap=True)
        self.question = _text("", Role.HEADING)
        self.wanted, self.before, self.after = _text(), _text(), _text()
        self.place = label("", Role.MUTED, wrap=True)
        self.note = label("", Role.MUTED, wrap=True)
        self.show_page = ActionButton("Show the page", "document")
        self.show_page.clicked.connect(self.open_pressed)
        self._lay_out()

    def show_line(self, line: Line) -> None:
        """Show a question; its picture comes later."""
        judged = line.judged
        self.picture.show_image(None)
        self.mark.set_tone(tone(line))
        self.outcome.setText(words.outcome(line))
        self.question.setText(judged.question)
        self.wanted.setText(words.answers(line))
        self.before.setText(words.said(judged.before))
        self.after.setText(words.said(judged.after))
        self.place.setText(words.place(line))
        self.place.setVisible(bool(words.place(line)))
        self.say("")

    def say(self, sentence: str) -> None:
        """Show a sentence below, "" for none."""
        self.note.setText(sentence)
        self.note.setVisible(bool(sentence))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE)
        head.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.outcome, 1)
        head.addWidget(self.show_page)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.SPACE * 2)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        rows = (("Wanted", self.wanted), ("Before", self.before), ("Now", self.after))
        for number, (name, text) in enumerate(rows):
            text.setAccessibleName(name)
            grid.addWidget(label(name, Role.MUTED), number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, number, 1)
        inside = QWidget()
        texts = QVBoxLayout(inside)
        texts.setContentsMargins(0, 0, 0, 0)
        texts.setSpacing(theme.SPACE)
        texts.addWidget(self.question)
        texts.addLayout(grid)
        texts.addWidget(self.place)
        texts.addWidget(self.note)
        self.texts = RoomyArea(inside, "The question and its answers", TEXTS_HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE * 2, 0, 0, 0)
        layout.setSpacing(theme.SPACE)
        layout.addLayout(head)
        layout.addWidget(self.texts)
        layout.addWidget(self.picture, 1)


class Picture(QWidget):
    """A picture as large as its place allows, never larger than it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixmap: QPixmap | None = None
        self.setAccessibleName("What was asked about")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 90)

    @property
    def shown(self) -> bool:
        """Whether there is a picture."""
        return self._pixmap is not None

    def show_image(self, image: QImage | None) -> None:
        """Show a picture, or an empty place."""
        self._pixmap = QPixmap.fromImage(image) if image is not None else None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, 220)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.desk(self.palette()))
        painter.drawRoundedRect(self.rect(), theme.RADIUS, theme.RADIUS)
        if self._pixmap is None:
            return
        room = self.rect().adjusted(10, 10, -10, -10)
        size = self._pixmap.size()
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(room.topLeft(), size)
        target.moveCenter(room.center())
        painter.drawPixmap(target, self._pixmap)


def _text(text: str = "", role: Role = Role.BODY) -> QLabel:
    """Make a text that wraps and can be copied."""
    made = label(text, role, wrap=True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made
