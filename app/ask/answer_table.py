"""An answer that is a table, with its rows and columns; knows no answers but their text."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QTableWidget,
    QTableWidgetItem,
)

from app.ask.answer_text import AnswerText
from app.ask.surface import sized
from vlm import table_text

ROWS_SHOWN = 14
"""Rows of a long table that are seen at once; the others are scrolled to."""

WIDEST = 220
"""Pixels of a column, at most; longer texts have several lines."""

GIVES = 0.4
"""Share of its width that the widest column gives up, at most, so that nothing is scrolled for."""

SIDE, ABOVE, BETWEEN = 6, 3, 4
"""Pixels beside a cell's text, above and below it, and those that part two rows."""

_STYLE = f"""
QTableWidget {{ background: transparent; border: none; }}
QTableWidget::item {{ padding: {ABOVE}px {SIDE}px; }}
"""


class AnswerTable(QTableWidget):
    """Stands in the place of an answer's text where that is one table or several.

    Args:
        text: What shows any other answer.
    """

    def __init__(self, text: AnswerText) -> None:
        super().__init__()
        self._text = text
        self.setStyleSheet(_STYLE)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(True)
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.setCornerButtonEnabled(False)
        self.setAccessibleName("Answer, a table")
        self.hide()

    def show_text(self, text: str) -> None:
        """Show an answer: as a table where it is one, else as text; nothing for no text."""
        self._text.set_text(text)
        tables = table_text.written(text)
        self.setVisible(bool(tables))
        self._text.setVisible(bool(text) and not tables)
        if tables:
            self._fill(tables)

    def _fill(self, tables: list[table_text.Grid]) -> None:
        self.clear()
        self.setRowCount(sum(map(len, tables)) + len(tables) - 1)
        self.setColumnCount(max(len(table[0]) for table in tables))
        row = 0
        for table in tables:
            for number, texts in enumerate(table):
                for column, text in enumerate(texts):
                    self.setItem(row, column, self._item(text, heading=number == 0))
                row += 1
            row += 1
        self._fit()

    def _fit(self) -> None:
        """Give columns and rows the room that they need; the widest column gives way a little."""
        self.resizeColumnsToContents()
        widths = [min(WIDEST, self.columnWidth(column)) for column in range(self.columnCount())]
        widest = widths.index(max(widths))
        beyond = sum(widths) - self.viewport().width()
        if 0 < beyond <= GIVES * widths[widest]:
            widths[widest] -= beyond
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width)
        for row in range(self.rowCount()):
            self.setRowHeight(row, self._height(row, widths))
        heights = [self.rowHeight(number) for number in range(min(ROWS_SHOWN, self.rowCount()))]
        scrolled = sum(widths) > self.viewport().width()
        bar = self.horizontalScrollBar().sizeHint().height() if scrolled else 0
        self.setFixedHeight(sum(heights) + bar + 2)

    def _height(self, row: int, widths: list[int]) -> int:
        """Return the height of a row whose texts are wrapped in columns of these widths.

        Qt's own measure leaves out the padding at the sides, and cuts texts off that need it.
        """
        spare = 2 * (SIDE + 1 + self.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin))
        lines = [QFontMetrics(self.font()).height()]
        for column, width in enumerate(widths):
            if (item := self.item(row, column)) is not None:
                room = QRect(0, 0, width - spare, 10_000)
                wrap = int(Qt.TextFlag.TextWordWrap)
                lines.append(
                    QFontMetrics(item.font()).boundingRect(room, wrap, item.text()).height()
                )
        return max(lines) + 2 * (ABOVE + BETWEEN)

    def _item(self, text: str, *, heading: bool) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setToolTip(text if len(text) > 30 else "")
        figures = any(map(str.isdigit, text)) and not any(map(str.isalpha, text))
        side = Qt.AlignmentFlag.AlignRight if figures else Qt.AlignmentFlag.AlignLeft
        item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        if heading:
            item.setFont(sized(self.font(), 0, QFont.Weight.DemiBold))
        return item

    def selected(self) -> str:
        """Return the selected cells, a tab between two of a row."""
        spans = self.selectedRanges()
        if not spans:
            return ""
        one = spans[0]
        return "\n".join(
            "\t".join(
                item.text() if (item := self.item(row, column)) is not None else ""
                for column in range(one.leftColumn(), one.rightColumn() + 1)
            )
            for row in range(one.topRow(), one.bottomRow() + 1)
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and (text := self.selected()):
            QGuiApplication.clipboard().setText(text)
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width() and self.columnCount():
            self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the table only where it is longer than what is seen of it."""
        bar = self.verticalScrollBar()
        sideways = abs(event.angleDelta().x()) > abs(event.angleDelta().y())
        if sideways or bar.maximum() > bar.minimum():
            super().wheelEvent(event)
        else:
            event.ignore()
