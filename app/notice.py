"""A card over the foot of the document for what a person should know but need not answer.

It lies over what is there instead of pushing it aside: nothing moves under the person's hand.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from app import icons, theme
from app.labels import label

SHOWN_MS = 12_000
WIDEST = 620
"""Logical pixels."""
MARGIN = 14
"""Logical pixels that stay free around it."""


class Notice(QFrame):
    """Shows one sentence after the other until its time is over or it is closed.

    Args:
        parent: What it may lie over.
        over: The part of `parent` at whose foot it lies.
    """

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
        layout.addWidget(self._text, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._said: list[tuple[str, str]] = []
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
        self._said = [said for said in self._said if not topic or said[0] != topic]
        self._said.append((topic, sentence))
        self._text.setText("\n".join(text for _, text in self._said))
        self.setAccessibleName(self.text)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    @Slot()
    def dismiss(self) -> None:
        """Show nothing."""
        self._timer.stop()
        self._said = []
        self._text.setText("")
        self.hide()

    def _place(self) -> None:
        """Lie in the middle of the foot, as high as the words."""
        layout, parent = self.layout(), self.parentWidget()
        if layout is None or parent is None:
            return
        room = self._over.size() - QSize(2 * MARGIN, 2 * MARGIN)
        words = self._text.fontMetrics()
        longest = max(words.horizontalAdvance(line) for line in self.text.split("\n"))
        around = layout.sizeHint().width() - self._text.sizeHint().width()
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
            self._timer.start()
        super().leaveEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self._said:
            self._place()
        return False
