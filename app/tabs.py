"""The open documents as tabs above the page. Makes views when they are first shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import icons
from app.dialogs import copy
from app.labels import menu_text, tip
from app.titles import titles

if TYPE_CHECKING:  # the first window needs no document view yet
    from app.viewer.document_view import DocumentView


NARROWEST = 184
"""Logical pixels of a tab when there are many: enough of a name to tell it from others."""
LISTED_FROM = 4
"""With more documents than this a button lists them all."""
_CONTROLS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class _Bar(QTabBar):
    """A tab bar whose middle button closes; its tabs scroll before they become unreadable.

    Signals:
        others_close_wanted(int): Close all tabs but this one.
    """

    others_close_wanted = Signal(int)

    def menu(self, index: int) -> QMenu:
        """Return what can be done with a tab."""
        menu = QMenu(self)
        menu.addAction("&Close", lambda: self.tabCloseRequested.emit(index))
        others = menu.addAction("Close the &others", lambda: self.others_close_wanted.emit(index))
        others.setEnabled(self.count() > 1)
        menu.addSeparator()
        path = str(self.tabData(index) or "")
        menu.addAction("Copy the &name", lambda: copy(Path(path).name))
        menu.addAction("Copy the &full path", lambda: copy(path))
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.tabAt(event.pos())
        if index >= 0:
            menu = self.menu(index)
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(event.globalPos())

    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index).boundedTo(QSize(NARROWEST, 1000))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self.tabAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.MiddleButton and index >= 0:
            self.tabCloseRequested.emit(index)
            return
        super().mouseReleaseEvent(event)


class Tabs(QWidget):
    """One tab a document, at most one for the same file.

    Signals:
        made(object): A `DocumentView` that is shown for the first time.
        switched(object): The `DocumentView` now in front, or None.
        close_wanted(str): The person wants to close this file.
        moved(): The order has changed.
        typed(str): A letter typed while the keyboard is on a document, which has no use for it;
            a line break for Enter.
        copy_pressed(): The keys for copying, on a document.
        menu_wanted(object): A right click on a document, at this `QPoint` of the screen.
        undo_pressed(int): The keys for undoing (-1) or redoing (1), on a document.

    Args:
        make_view: Returns the view of a file.
    """

    made = Signal(object)
    switched = Signal(object)
    close_wanted = Signal(str)
    moved = Signal()
    typed = Signal(str)
    copy_pressed = Signal()
    menu_wanted = Signal(QPoint)
    undo_pressed = Signal(int)

    def __init__(
        self, make_view: Callable[[str], DocumentView], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._make_view = make_view
        self.escape: Callable[[], bool] = lambda: False
        """What Esc does when the document has no use for it; returns whether that was anything."""
        self._views: dict[str, DocumentView] = {}
        self._bar = _Bar()
        self._bar.setAccessibleName("Open documents")
        self._bar.setDrawBase(False)
        self._bar.setExpanding(False)
        self._bar.setMovable(True)
        self._bar.setUsesScrollButtons(True)
        self._bar.setElideMode(Qt.TextElideMode.ElideMiddle)
        self._bar.currentChanged.connect(self._on_current)
        self._bar.tabCloseRequested.connect(self._on_close)
        self._bar.tabMoved.connect(self.moved)
        self._bar.others_close_wanted.connect(self._on_close_others)
        self._stack = QStackedWidget()
        self._all = self._make_all()
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._bar, 1)
        row.addWidget(self._all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self._stack, 1)

    @property
    def current_path(self) -> str:
        """The file in front, "" when none is open."""
        return self._path_at(self._bar.currentIndex())

    @property
    def current(self) -> DocumentView | None:
        """The view in front."""
        return self._views.get(self.current_path)

    @property
    def paths(self) -> tuple[str, ...]:
        """The open files in the order of their tabs."""
        return tuple(self._path_at(index) for index in range(self._bar.count()))

    def view(self, path: str) -> DocumentView | None:
        """Return the view of a file that was shown already."""
        return self._views.get(path)

    def add(self, path: str) -> None:
        """Make a tab for a file that has none, behind the others and not in front."""
        name = Path(path).name
        self._bar.blockSignals(True)  # the first tab would come to the front without its data
        index = self._bar.addTab(menu_text(name))
        self._bar.setTabData(index, path)
        self._bar.setTabToolTip(index, tip(path))
        self._bar.setAccessibleTabName(index, name)
        self._bar.setTabButton(index, QTabBar.ButtonPosition.RightSide, self._closer(path, name))
        self._bar.blockSignals(False)
        self._name_all()

    def show_tab(self, path: str) -> None:
        """Bring a file to the front."""
        index = self.paths.index(path)
        if index == self._bar.currentIndex():
            self._on_current(index)
        else:
            self._bar.setCurrentIndex(index)

    def step(self, by: int) -> None:
        """Go to the next (1) or previous (-1) tab, round and round."""
        if self._bar.count():
            self._bar.setCurrentIndex((self._bar.currentIndex() + by) % self._bar.count())

    @Slot()
    def take_keyboard(self) -> None:
        """Give the keyboard to the document in front."""
        if self.current is not None:
            self.current.setFocus()

    def remove(self, path: str) -> None:
        """Take a tab away and close its view."""
        view = self._views.pop(path, None)
        self._bar.blockSignals(True)
        self._bar.removeTab(self.paths.index(path))
        self._name_all()
        self._bar.blockSignals(False)
        self._on_current(self._bar.currentIndex())
        if view is not None:
            self._stack.removeWidget(view)
            view.close()
            view.deleteLater()

    def renew(self, path: str) -> None:
        """Make the view of a file anew; the keyboard stays where it is."""
        old = self._views.pop(path, None)
        if old is None:
            return
        focused = QApplication.focusWidget()
        self._stack.removeWidget(old)
        old.close()
        old.deleteLater()
        if path == self.current_path:
            self._on_current(self._bar.currentIndex())
            if focused is not None and not old.isAncestorOf(focused):
                focused.setFocus()

    def _name_all(self) -> None:
        """Name all tabs so that one can be told from another."""
        for index, title in enumerate(titles(self.paths)):
            self._bar.setTabText(index, menu_text(title))
        self._all.setVisible(self._bar.count() > LISTED_FROM)

    def _make_all(self) -> QToolButton:
        """Make the button that lists all open documents, hidden while the tabs show them."""
        button = QToolButton()
        button.setProperty("kind", "quiet")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName("All open documents")
        button.setToolTip("All open documents")
        icons.set_icon(button, "down")
        menu = QMenu(button)
        menu.aboutToShow.connect(lambda: self._list_all(menu))
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.hide()
        return button

    def _list_all(self, menu: QMenu) -> None:
        menu.clear()
        for path in self.paths:
            action = menu.addAction(menu_text(Path(path).name))
            action.setCheckable(True)
            action.setChecked(path == self.current_path)
            action.triggered.connect(lambda _=False, chosen=path: self.show_tab(chosen))

    def _closer(self, path: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("kind", "tiny")
        button.setFixedSize(QSize(20, 20))
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Ctrl+W is the keyboard's way
        button.setAccessibleName(f"Close {name}")
        icons.set_icon(button, "close")
        button.clicked.connect(lambda: self.close_wanted.emit(path))
        return button

    def _path_at(self, index: int) -> str:
        return str(self._bar.tabData(index) or "")

    def _made(self, path: str) -> DocumentView:
        view = self._make_view(path)
        self._views[path] = view
        self._stack.addWidget(view)
        for action in view.actions():  # also while the cursor is in the question line
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        self.made.emit(view)
        return view

    @Slot(int)
    def _on_current(self, index: int) -> None:
        path = self._path_at(index)
        view = (self._views.get(path) or self._made(path)) if path else None
        if view is not None:
            self._stack.setCurrentWidget(view)
        self.switched.emit(view)

    @Slot(int)
    def _on_close(self, index: int) -> None:
        self.close_wanted.emit(self._path_at(index))

    @Slot(int)
    def _on_close_others(self, index: int) -> None:
        kept = self._path_at(index)
        for path in self.paths:
            if path != kept:
                self.close_wanted.emit(path)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.take_keyboard()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._stack.geometry().contains(event.pos()):
            self.menu_wanted.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_pressed.emit()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo_pressed.emit(-1)
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.undo_pressed.emit(1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.typed.emit("\n")
        elif event.key() == Qt.Key.Key_Escape:
            if not self.escape():
                event.ignore()  # the window may leave the full screen
        elif text.strip() and text.isprintable() and not event.modifiers() & _CONTROLS:
            self.typed.emit(text)
        else:
            super().keyPressEvent(event)
