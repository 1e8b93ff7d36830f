"""The line to search in: text, how many matches, next and previous. Knows no pages."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from app import figures, icons, theme
from app.search_line import let_clear
from app.viewer.search import MOST, Found
from app.viewer.view_bar import tool_button

FIELD = 420
"""Logical pixels of the field at most."""
TYPING_MS = 200
"""How long the person has to pause before the search starts."""


class SearchBar(QWidget):
    """Shown below the view's bar while the person searches.

    Signals:
        text_changed(str): The person typed something to search; "" for nothing.
        next_asked(): The next match.
        previous_asked(): The previous match.
        closed(): The person is done.
    """

    text_changed = Signal(str)
    next_asked = Signal()
    previous_asked = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = QLineEdit()
        self._text.setPlaceholderText("Search in this document")
        self._text.setAccessibleName("Search in this document")
        let_clear(self._text)
        self._count = QLabel()
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._count.setAccessibleName("Search result")
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self._on_typed)
        self._text.textEdited.connect(self._typing.start)
        self._text.textChanged.connect(self._on_cleared)
        self._previous = self._action("Previous match", "up", "Shift+F3")
        self._next = self._action("Next match", "down", "F3")
        self._close = self._action("Close search", "close", "")
        self._close.setToolTip("Close search (Esc)")
        self._previous.triggered.connect(self.previous_asked)
        self._next.triggered.connect(self.next_asked)
        self._close.triggered.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE, 5, theme.SPACE, 6)
        row.setSpacing(4)
        self._text.setMaximumWidth(FIELD)
        row.addWidget(self._text, 3)
        row.addSpacing(4)
        row.addWidget(self._count)
        row.addSpacing(4)
        row.addWidget(tool_button(self._previous))
        row.addWidget(tool_button(self._next))
        row.addStretch(1)
        row.addWidget(tool_button(self._close))

    def begin(self) -> None:
        """Show the bar with its text selected, ready to type."""
        self.show()
        self._text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._text.selectAll()

    @property
    def text(self) -> str:
        """What is searched for."""
        return self._text.text()

    def show_found(self, found: Found) -> None:
        """Say how many matches there are and which one shows."""
        self._count.setText(_sentence(found) if plain_text(self.text) else "")
        colour = theme.bad if not found.total and not found.running else theme.muted
        palette = self._count.palette()
        palette.setColor(self._count.foregroundRole(), colour(self.palette()))
        self._count.setPalette(palette)
        self._next.setEnabled(found.total > 0)
        self._previous.setEnabled(found.total > 0)

    def _action(self, text: str, icon: str, keys: str) -> QAction:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setToolTip(f"{text} ({action.shortcut().toString()})")
        icons.set_icon(action, icon)
        self.addAction(action)
        return action

    @Slot()
    def _on_typed(self) -> None:
        self._typing.stop()
        self.text_changed.emit(self._text.text())

    @Slot(str)
    def _on_cleared(self, text: str) -> None:
        if not text:
            self._on_typed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the next match, with Shift to the previous one; Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self._close.trigger()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif self._typing.isActive():
            self._on_typed()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.previous_asked.emit()
        else:
            self.next_asked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar with a hairline below."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().window())
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.line(self.palette()))
        painter.end()


def plain_text(text: str) -> str:
    """Return what of the text counts."""
    return text.strip()


def _sentence(found: Found) -> str:
    total = f"{figures.whole(MOST)}+" if found.total >= MOST else figures.whole(found.total)
    if found.total:
        return f"{figures.whole(found.current)} of {total}" + ("…" if found.running else "")
    if found.running:
        return "Searching…"
    return "No matches" if found.any_text else "No text layer: nothing to search"
