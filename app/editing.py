"""The commands of the Edit menu: what they do is up to the field that has the keyboard.

It is sent the key that does the same, so that a field needs to know nothing of the menu.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QWidget,
)
from shiboken6 import isValid

from app.ask.answer_table import AnswerTable
from app.clipboard import Paster, clipboard

_ONE = QAbstractItemView.SelectionMode.SingleSelection
_NONE = QAbstractItemView.SelectionMode.NoSelection


class Edit(Enum):
    """What a person may want done in a field, by the key that does it everywhere."""

    UNDO = QKeySequence.StandardKey.Undo
    REDO = QKeySequence.StandardKey.Redo
    CUT = QKeySequence.StandardKey.Cut
    COPY = QKeySequence.StandardKey.Copy
    PASTE = QKeySequence.StandardKey.Paste
    SELECT_ALL = QKeySequence.StandardKey.SelectAll


class Editing(QObject):
    """Offers in the menu what the field with the keyboard can do now, and has it done there.

    Args:
        window: Its fields are meant, and the pages in it.
        menu: The Edit menu; what can be done is looked at as it opens.
        actions: The commands; all but "Paste" are there for the field alone.
        paster: Pastes where no field with words has the keyboard.
        page: Tells what can be done on the page in front, where that has the keyboard.
    """

    def __init__(
        self,
        window: QMainWindow,
        menu: QMenu,
        actions: dict[Edit, QAction],
        paster: Paster,
        page: Callable[[QWidget], frozenset[Edit]],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._actions = actions
        self._paster = paster
        self._page = page
        self._field: QWidget | None = None
        for edit, action in actions.items():
            action.triggered.connect(lambda _=False, edit=edit: self.do(edit))
        menu.aboutToShow.connect(self.refresh)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    @Slot()
    def refresh(self) -> None:
        """Allow what can be done now. "Paste" always can: what is pasted may be a document."""
        field = self._now()
        can = frozenset[Edit]() if field is None else frozenset(able(field)) or self._page(field)
        for edit, action in self._actions.items():
            action.setEnabled(edit in can or edit is Edit.PASTE)

    def do(self, edit: Edit) -> None:
        """Have it done in the field that has the keyboard, or had it before the menu opened."""
        field = self._now()
        if edit is Edit.PASTE and not self._takes_words(field):
            self._paster.paste()
        elif field is not None:
            field.setFocus()
            press(field, edit)

    def _takes_words(self, field: QWidget | None) -> bool:
        """Tell whether what is on the clipboard goes into the field."""
        return field is not None and Edit.PASTE in able(field) and clipboard().hasText()

    def _now(self) -> QWidget | None:
        field = self._field
        return field if field is not None and isValid(field) and field.isVisible() else None

    @Slot(QWidget, QWidget)
    def _on_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is None or isinstance(now, QMenu | QMenuBar):
            return  # a menu has the keyboard for a moment
        if now.window() is self._window:
            self._field = now


def able(field: QWidget) -> Iterator[Edit]:
    """Yield what can be done in a field as it is now."""
    match field:
        case QLineEdit():
            yield from _in_line(field)
        case QAbstractSpinBox():
            inner = field.findChild(QLineEdit)
            yield from _in_line(inner) if inner is not None else ()
        case QPlainTextEdit():
            yield from _in_text(field)
        case QLabel():
            if field.hasSelectedText():
                yield Edit.COPY
        case QAbstractItemView():
            yield from _in_list(field)
        case _:
            return


def press(field: QWidget, edit: Edit) -> None:
    """Send a field the key for something; what it makes nothing of goes to what it lies in."""
    sequence = QKeySequence(edit.value)
    combination = sequence[0]  # type: ignore[index] # it can be; the stubs do not know
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, combination.key(), combination.keyboardModifiers())
        QCoreApplication.sendEvent(field, event)


def _in_line(line: QLineEdit) -> Iterator[Edit]:
    writable = not line.isReadOnly() and line.isEnabled()
    shown = line.echoMode() is QLineEdit.EchoMode.Normal
    if writable and line.isUndoAvailable():
        yield Edit.UNDO
    if writable and line.isRedoAvailable():
        yield Edit.REDO
    if line.hasSelectedText() and shown:
        yield Edit.COPY
    if line.hasSelectedText() and shown and writable:
        yield Edit.CUT
    if writable:
        yield Edit.PASTE
    if line.text():
        yield Edit.SELECT_ALL


def _in_text(text: QPlainTextEdit) -> Iterator[Edit]:
    document, selected = text.document(), text.textCursor().hasSelection()
    writable = not text.isReadOnly() and text.isEnabled()
    if writable and document.isUndoAvailable():
        yield Edit.UNDO
    if writable and document.isRedoAvailable():
        yield Edit.REDO
    if selected:
        yield Edit.COPY
    if selected and writable:
        yield Edit.CUT
    if writable:
        yield Edit.PASTE
    if not document.isEmpty():
        yield Edit.SELECT_ALL


def _in_list(rows: QAbstractItemView) -> Iterator[Edit]:
    if isinstance(rows, AnswerTable) and rows.selected():
        yield Edit.COPY
    if rows.selectionMode() not in (_ONE, _NONE) and rows.model().rowCount():
        yield Edit.SELECT_ALL
