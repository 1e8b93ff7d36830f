"""A card over the foot of the document for what a person should know but need not answer.

It lies over what is there instead of pushing it aside: nothing moves under the person's hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from app import icons, theme
from app.labels import label

SHOWN_MS = 12_000
MOST = 3
"""Sentences at a time: more would cover the document."""
WIDEST = 620
"""Logical pixels."""
LEAST = 200
"""Logical pixels of words beside the button; where there is less room it stands below them."""
MARGIN = 14
"""Logical pixels that stay free around it."""

NOWHERE = "No further step"
"""What the button is called while no message leads anywhere."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where a sentence leads: the words on a button, and what a press does."""

    text: str
    go: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence, what it is about ("" for what stands alone), and where it leads.

    One that `stays` is there until it is closed: perhaps nobody sits before the window when it
    comes.
    """

    sentence: str
    topic: str = ""
    way: Way | None = None
    stays: bool = False


class Notice(QFrame):
    """Shows one sentence after the other until its time is over or it is closed.

    A button leads where the newest sentence that leads anywhere does.

    Signals:
        showing(bool): It shows something from now on, or no longer does.

    Args:
        parent: What it may lie over.
        over: The part of `parent` at whose foot it lies.
    """

    showing = Signal(bool)

    def __init__(self, parent: QWidget, over: QWidget) -> None:
        super().__init__(parent)
        self._over = over
        self.setProperty("kind", "notice")
        self._text = label("", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setProperty("kind", "quiet")
        close.setAccessibleName("Close this message")
        close.setToolTip("Close this message")
        icons.set_icon(close, "close")
        close.setIconSize(QSize(16, 16))
        close.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.SPACE * 2, 5, theme.SPACE, 5)
        self._words = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._words.setSpacing(theme.SPACE)
        self._words.addWidget(self._text, 1)
        layout.addLayout(self._words, 1)
        self.way = QPushButton()
        self.way.setAutoDefault(False)
        self.way.setAccessibleName(NOWHERE)
        self.way.clicked.connect(self._on_way)
        self.way.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.way.hide()
        self._words.addWidget(self.way)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._said: list[Message] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.dismiss)
        over.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown, "" when nothing is."""
        return self._text.text()

    def say(self, sentence: str, topic: str = "") -> None:
        """Show a sentence below what is already shown, instead of the last one of its topic."""
        self.tell(Message(sentence, topic))

    @Slot(object)
    def tell(self, message: Message) -> None:
        """Show a message below what is already shown, instead of the last one of its topic."""
        topic = message.topic
        self._said = [said for said in self._said if not topic or said.topic != topic]
        self._said = [*self._said, message][-MOST:]
        self._text.setText("\n".join(said.sentence for said in self._said))
        newest = self._newest_way()
        self.way.setText(newest.text if newest is not None else "")
        self.way.setAccessibleName(self.way.text() or NOWHERE)
        self.way.setVisible(newest is not None)
        self.setAccessibleName(self.text)
        self._place()
        self.show()
        self.raise_()
        self._run_out()
        self.showing.emit(True)

    @Slot()
    def dismiss(self) -> None:
        """Show nothing."""
        self._timer.stop()
        self._said = []
        self._text.setText("")
        self.hide()
        self.showing.emit(False)

    def _run_out(self) -> None:
        """Go when the time is over, unless something has to stay."""
        if any(said.stays for said in self._said):
            self._timer.stop()
        else:
            self._timer.start()

    def _newest_way(self) -> Way | None:
        return next((said.way for said in reversed(self._said) if said.way is not None), None)

    @Slot()
    def _on_way(self) -> None:
        way = self._newest_way()
        self.dismiss()
        if way is not None:
            way.go()

    def _place(self) -> None:
        """Lie in the middle of the foot, as high as the words."""
        layout, parent = self.layout(), self.parentWidget()
        if layout is None or parent is None:
            return
        room = self._over.size() - QSize(2 * MARGIN, 2 * MARGIN)
        words = self._text.fontMetrics()
        longest = max(words.horizontalAdvance(line) for line in self.text.split("\n"))
        beside = QBoxLayout.Direction.LeftToRight
        self._words.setDirection(beside)
        around = layout.sizeHint().width() - self._text.sizeHint().width()
        if not self.way.isHidden() and room.width() - around < min(LEAST, longest):
            self._words.setDirection(QBoxLayout.Direction.TopToBottom)
            self._words.setAlignment(self.way, Qt.AlignmentFlag.AlignLeft)
        width = max(160, min(WIDEST, room.width(), longest + around + theme.SPACE))
        height = layout.totalHeightForWidth(width)
        foot = QPoint((self._over.width() - width) // 2, self._over.height() - height - MARGIN)
        self.setGeometry(*self._over.mapTo(parent, foot).toTuple(), width, height)

    # Qt

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()  # it stays while it is read
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if self._said:
            self._run_out()
        super().leaveEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self._said:
            self._place()
        return False
