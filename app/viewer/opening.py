"""What stands in place of a document that is not open: a sentence, or the password field."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app import figures
from app.pages import PageFailure
from app.viewer.notice import Notice, PasswordCard
from vlm.errors import PasswordNeeded
from vlm.pages.files import shown_name

PATIENCE_MS = 400
"""How long a document may take to open before the desk says so."""


_BY_TAB = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
"""These go on from one part to the next, and must not be sent back."""


class Opening(QObject):
    """Keeps one card in the middle of a desk while the document cannot be shown.

    Args:
        desk: Where the card lies.
        name: What the document is called.

    Signals:
        password_entered(str): Open it with this password.
        retry_asked(): Try to open it again.
        close_asked(): Close the document.
    """

    password_entered = Signal(str)
    retry_asked = Signal()
    close_asked = Signal()

    def __init__(self, desk: QWidget, name: str) -> None:
        super().__init__(desk)
        self._desk = desk
        self._wait = QLabel(f"Opening {shown_name(name)}…", desk)
        self._wait.setTextFormat(Qt.TextFormat.PlainText)
        self._wait.setProperty("role", "muted")
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._show_wait)
        self._notice = Notice(desk, closing=True)
        self._password = PasswordCard(desk)
        self._notice.retry_asked.connect(self._on_retry)
        self._notice.close_asked.connect(self.close_asked)
        self._password.entered.connect(self.password_entered)
        self.done()
        self._patience.start()
        desk.installEventFilter(self)

    def show_failure(self, failure: PageFailure) -> None:
        """Say why the document is not there; ask for its password if that is all it needs."""
        self.done()
        if failure.code == PasswordNeeded.code:
            self._password.ask(failure.message)
        else:
            self._notice.show_text(figures.sentence(failure.message))
            self._notice.show()
        self._place()

    def done(self) -> None:
        """Take the cards away."""
        self._patience.stop()
        self._wait.hide()
        self._notice.hide()
        focused = QApplication.focusWidget()
        held = focused is not None and self._password.isAncestorOf(focused)
        self._password.hide()
        if held:
            self._desk.setFocus()  # else it stays with whatever Qt found next

    @Slot()
    def _on_retry(self) -> None:
        self.done()
        self._patience.start()
        self.retry_asked.emit()

    @Slot()
    def _show_wait(self) -> None:
        self._wait.adjustSize()
        self._wait.show()
        self._place()

    def _place(self) -> None:
        centre = self._desk.rect().center()
        for card in (self._wait, self._notice, self._password):
            card.move(centre - QPoint(card.width() // 2, card.height() // 2))
            card.raise_()

    def _wants_keyboard(self, event: QFocusEvent) -> bool:
        there = event.gotFocus() and self._password.isVisible()
        return there and event.reason() not in _BY_TAB

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle; hand the keyboard on to the password."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        elif isinstance(event, QFocusEvent) and self._wants_keyboard(event):
            self._password.setFocus(event.reason())
        return False
