"""Every key of the program with what it does: those of the menus, and those that no menu shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.viewer.actions import ViewActions


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is called on this system, and what it does."""

    key: str
    does: str


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """Keys that mean something in one place."""

    title: str
    keys: tuple[Key, ...]


_PAGE = (
    ("Letters", "Go into the question"),
    ("Enter", "Ask what stands in the question line"),
    ("Arrows", "Move the box; scroll where there is none"),
    ("Shift+Arrows", "Move the box further"),
    ("Ctrl+Arrows", "Make the box wider, narrower, higher or lower"),
    ("Delete", "Remove the box"),
    ("Ctrl+C", "Copy the text in the box"),
    ("Ctrl+Z", "Take the last change of the box back"),
    ("Space", "A screen further; held down, the mouse moves the page"),
    ("Shift+Space", "A screen back"),
    ("Page Up, Page Down", "A screen back, a screen further"),
    ("Home, End", "The beginning and the end of the document"),
    ("Ctrl+Wheel", "Zoom, the point under the pointer stays"),
    ("Double click", "A box around a line"),
)
_QUESTION = (
    ("Enter", "Ask"),
    ("Shift+Enter", "Begin a new line"),
    ("Up, Down", "Bring back what was asked before"),
    ("Esc", "Stop the answer; then give the keyboard to the page"),
)
_SEARCH = (
    ("Enter", "The next match; with Shift the one before"),
    ("F3", "The next match"),
    ("Shift+F3", "The match before"),
    ("Esc", "End the search"),
)
_CORRECTION = (
    ("Enter", "Save the right answer"),
    ("Esc", "Leave the answer as it was"),
)
_LABELLING = (
    ("Enter", "Keep the row and go to the next question"),
    ("Up, Down", "The question before, the next question"),
    ("Page Up, Page Down", "The page before, the next page"),
    ("Ctrl+Page Up, Ctrl+Page Down", "The document before, the next document"),
    ("Ctrl+Z", "Take the last row back"),
    ("Esc", "Give the keyboard to the page"),
)
_EVERYWHERE = (
    ("Tab, Shift+Tab", "The next part of the window, the one before"),
    ("Esc", "Close a message, a search, a dialog; take the box or the marks off the page"),
)
UNLISTED = (
    ("On a page", _PAGE),
    ("In the question line", _QUESTION),
    ("While a document is searched", _SEARCH),
    ("While an answer is corrected", _CORRECTION),
    ("While labelling", _LABELLING),
    ("Everywhere", _EVERYWHERE),
)
"""What no menu shows. Ctrl is written as the system calls it."""


def of_window(bar: QMenuBar, document: QWidget | None) -> tuple[KeyGroup, ...]:
    """Return all keys of a window; `document` is the one in front, None where none is open."""
    nothing_open = QWidget()
    ViewActions(nothing_open)
    return groups(bar, (document or nothing_open).actions())


def groups(bar: QMenuBar, document: Sequence[QAction]) -> tuple[KeyGroup, ...]:
    """Return all keys, those of the menus first.

    Args:
        bar: The window's menus.
        document: The commands of a document, which are in no menu while none is open.
    """
    found: list[KeyGroup] = []
    known: set[QKeySequence] = set()
    for entry in bar.actions():
        menu = entry.menu()
        if isinstance(menu, QMenu):
            actions = list(_inside(menu))
            if menu.title() == "&View":
                actions = [*document, *actions]
            found.append(KeyGroup(_plain(menu.title()), tuple(_keys(actions, known))))
    found += [
        KeyGroup(title, tuple(Key(_native(key), does) for key, does in keys))
        for title, keys in UNLISTED
    ]
    return tuple(group for group in found if group.keys)


def _inside(menu: QMenu) -> Iterator[QAction]:
    for action in menu.actions():
        below = action.menu()
        if isinstance(below, QMenu):
            yield from _inside(below)
        else:
            yield action


def _keys(actions: Sequence[QAction], known: set[QKeySequence]) -> Iterator[Key]:
    """Give the actions that have a key, each key once."""
    for action in actions:
        key = action.shortcut()
        if not key.isEmpty() and key not in known:
            known.add(key)
            native = key.toString(QKeySequence.SequenceFormat.NativeText)
            yield Key(native, _plain(action.text()))


def _plain(text: str) -> str:
    return text.replace("&", "").rstrip("…")


def _native(key: str) -> str:
    """Write Ctrl as the system does: a Mac has a sign for it."""
    control = QKeySequence("Ctrl+A").toString(QKeySequence.SequenceFormat.NativeText)
    return key.replace("Ctrl+", control.removesuffix("A"))
