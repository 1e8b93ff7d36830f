"""What stands in place of a document that is not open: a sentence, or the password field."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.pages import PageFailure
from app.viewer.notice import Notice, PasswordCard
from vlm.errors import PasswordNeeded


class Opening(QObject):
    """Keeps one card in the middle of a desk while the document cannot be shown.

    Signals:
        password_entered(str): Open it with this password.
        retry_asked(): Try to open it again.
    """

    password_entered = Signal(str)
    retry_asked = Signal()

    def __init__(self, desk: QWidget) -> None:
        super().__init__(desk)
        self._desk = desk
        self._notice = Notice(desk)
        self._password = PasswordCard(desk)
        self._notice.retry_asked.connect(self._on_retry)
        self._password.entered.connect(self.password_entered)
        self.done()
        desk.installEventFilter(self)

    def show_failure(self, failure: PageFailure) -> None:
        """Say why the document is not there; ask for its password if that is all it needs."""
        if failure.code == PasswordNeeded.code:
            self._notice.hide()
            self._password.ask(failure.message)
        else:
            self._password.hide()
            self._notice.show_text(failure.message)
            self._notice.show()
        self._place()

    def done(self) -> None:
        """Take the cards away."""
        self._notice.hide()
        self._password.hide()

    @Slot()
    def _on_retry(self) -> None:
        self._notice.hide()
        self.retry_asked.emit()

    def _place(self) -> None:
        centre = self._desk.rect().center()
        for card in (self._notice, self._password):
            card.move(centre - QPoint(card.width() // 2, card.height() // 2))
            card.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False
