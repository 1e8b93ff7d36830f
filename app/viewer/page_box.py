"""The box that says which page is in front and takes another number."""

from __future__ import annotations

from PySide6.QtCore import QRegularExpression, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QRegularExpressionValidator
from PySide6.QtWidgets import QLineEdit

from app import figures

_ROOM = 20
"""Logical pixels that it needs beside its digits."""


class PageBox(QLineEdit):
    """Goes to a page when Enter is pressed or the box is left, not while a number is typed.

    A number below the first page means the first one, one beyond the last page the last one.

    Signals:
        asked(int): A page to go to, from 0, which is not the one in front.
        left(): The person is done with the box and wants the pages back.
    """

    asked = Signal(int)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._page = 0
        self.setAccessibleName("Page number")
        self.setToolTip("Type a page number and press Enter")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        digits = QRegularExpression("[0-9]{0,9}")
        self.setValidator(QRegularExpressionValidator(digits, self))
        self.returnPressed.connect(self._on_return)

    def set_count(self, count: int) -> None:
        """Tell how many pages there are; 0 before a document is there."""
        self._count = count
        self.setEnabled(count > 0)
        digits = "0" * max(3, len(str(count)) + 1)
        self.setFixedWidth(self.fontMetrics().horizontalAdvance(digits) + _ROOM)
        self.setAccessibleDescription(f"Of {figures.whole(count)} pages")

    def show_page(self, page: int) -> None:
        """Show the page in front, from 0; while another is being typed, after that."""
        self._page = page
        if not (self.hasFocus() and self.isModified()):
            self._restore()

    def _restore(self) -> None:
        self.setText(str(self._page + 1))

    def _go(self) -> None:
        """Go to the page that was typed, or to the nearest one that there is."""
        typed = self.text() if self.isModified() else ""
        self._restore()
        if typed and self._count:
            page = min(max(int(typed), 1), self._count) - 1
            if page != self._page:
                self.asked.emit(page)

    @Slot()
    def _on_return(self) -> None:
        self._go()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._restore()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:  # its own menu
            self._go()
