"""The list of entries for Qt's views, and how one is painted. Knows no store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QApplication, QStyledItemDelegate, QStyleOptionViewItem

from app import figures, rows, style, theme
from app.history.entry import Entry
from app.labels import tip
from app.refill import refill

ENTRY = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
_DAY_S = 24 * 60 * 60


def ago(when: datetime, now: datetime) -> str:
    """Return how long ago something was, in words; the date from a week on."""
    seconds = max(0.0, (now - when).total_seconds())
    if seconds < 60:
        return "just now"
    if seconds < 60 * 60:
        return f"{int(seconds // 60)} min ago"
    if seconds < _DAY_S:
        return f"{int(seconds // 3600)} h ago"
    if seconds < 7 * _DAY_S:
        days = int(seconds // _DAY_S)
        return "yesterday" if days == 1 else f"{days} days ago"
    return figures.day(when)


def place(entry: Entry) -> str:
    """Return where a question was asked, in words."""
    return f"{entry.file_name}{_on_page(entry)}"


def _on_page(entry: Entry) -> str:
    part = "part of page" if entry.question.box else "page"
    return f", {part} {entry.question.page.page + 1}"


def said(entry: Entry) -> str:
    """Return the answer in one line: the person's own before what the model said."""
    answer = _in_one_line(entry.answer.text) or "(no answer)"
    if not entry.correction:
        return answer
    return f"{_in_one_line(entry.correction)} · the model said: {answer}"


def _in_one_line(text: str) -> str:
    return " / ".join(filter(None, map(str.strip, text.splitlines())))


def _ended(text: str) -> str:
    return text if text[-1] in ".?!…" else f"{text}."


class HistoryModel(QAbstractListModel):
    """Entries in the order they are given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def show(self, entries: Sequence[Entry]) -> None:
        """Replace all entries; those that stay keep their place in the views."""
        refill(self, self._entries, entries, lambda entry: entry.number)

    def entry(self, index: Index) -> Entry:
        """Return the entry of a row."""
        return self._entries[index.row()]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._entries):
            return None
        entry = self._entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.question.text
            case Qt.ItemDataRole.ToolTipRole:
                return tip(entry.question.page.path)
            case Qt.ItemDataRole.AccessibleTextRole:
                verdict = {None: "", True: ", marked right", False: ", marked wrong"}
                right = f", corrected to {entry.correction}" if entry.correction else ""
                texts = (entry.question.text, entry.answer.text)
                spoken = " ".join(_ended(text) for text in texts if text)
                return f"{spoken} {place(entry)}{verdict[entry.verdict]}{right}"
            case _:
                return entry if role == ENTRY else None


class EntryPainter(QStyledItemDelegate):
    """Paints an entry as three lines: question, answer, where and when."""

    PADDING = 10
    GAP = 3

    def __init__(self, now: datetime | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = now

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height: int = option.fontMetrics.height()
        return QSize(120, 3 * height + 2 * self.GAP + 2 * self.PADDING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry = index.data(ENTRY)
        if not isinstance(entry, Entry):
            return
        painter.save()
        self._paint_ground(painter, option)
        rect: QRect = option.rect
        area = rect.adjusted(self.PADDING + 2, self.PADDING, -self.PADDING - 2, 0)
        palette = QApplication.palette()  # the option's is bent by the style sheet
        now = self._now or datetime.now(entry.when.tzinfo)
        base: QFont = option.font
        height: int = option.fontMetrics.height()
        marks = {None: ("", theme.muted), True: ("✓ ", theme.good), False: ("✗ ", theme.bad)}
        mark, mark_colour = marks[True if entry.correction else entry.verdict]
        when = f"{_on_page(entry)} · {ago(entry.when, now)}"
        lines = (
            (entry.question.text, "", rows.bold(base), palette.windowText().color()),
            (mark + said(entry), "", base, palette.windowText().color()),
            (entry.file_name, when, base, theme.muted(palette)),
        )
        for number, (text, end, font, colour) in enumerate(lines):
            line = QRect(area.left(), area.top(), area.width(), height)
            ink = mark_colour(palette) if number == 1 and mark else colour
            rows.paint_line(painter, line, text, font, ink, end)
            area.setTop(area.top() + height + self.GAP)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        palette = QApplication.palette()
        selected = rows.is_selected(option)
        if not selected and not rows.is_under_mouse(option):
            return
        ground = palette.window().color()
        tint = theme.accent(palette) if selected else palette.windowText().color()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.mix(ground, tint, 0.16 if selected else 0.05))
        rect: QRect = option.rect
        painter.drawRoundedRect(rect.adjusted(2, 1, -2, -1), theme.RADIUS, theme.RADIUS)
