"""The list of small page pictures; only the rows that show are asked for and painted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRectF,
    QSize,
    QSizeF,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app import theme
from app.page_lane import Urgency, Wish
from app.pages import PageService, thumbnail
from app.viewer import painting
from app.viewer.geometry import turned
from vlm.types import PageSize, Quarter

PICTURE = QSize(112, 148)
"""Logical pixels that the largest picture fits into."""
LABEL = 24
"""Logical pixels of the page number below it."""
ABOVE = 12
"""Logical pixels between a picture and the number above it."""
WIDTH = PICTURE.width() + 36

Index = QModelIndex | QPersistentModelIndex


class PageList(QAbstractListModel):
    """One row a page; a row's text is its page number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0

    def set_count(self, count: int) -> None:
        """Start anew with so many pages."""
        self.beginResetModel()
        self._count = count
        self.endResetModel()

    def refresh(self, page: int) -> None:
        """Tell that a page's picture has changed."""
        if page < self._count:
            self.dataChanged.emit(self.index(page), self.index(page))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of pages."""
        return 0 if parent.isValid() else self._count

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the page number, and a name for people who cannot see the picture."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return str(index.row() + 1)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"Page {index.row() + 1}"
        return None


class PageDelegate(QStyledItemDelegate):
    """Paints a page's picture, or white paper while there is none."""

    def __init__(self, path: str, pages: PageService, parent: Thumbnails) -> None:
        super().__init__(parent)
        self._path = path
        self._pages = pages
        self._list = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the same size for every row."""
        return QSize(WIDTH, round(self._list.room.height()) + LABEL + ABOVE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        page = index.row()
        row = QRectF(option.rect)
        palette = QApplication.palette()  # a style sheet may leave the list's own without colours
        room = QRectF(
            QPointF(row.center().x() - PICTURE.width() / 2, row.top() + ABOVE), self._list.room
        )
        place = _fitted(turned(self._list.size_of(page), self._list.rotation), room)
        current = index == self._list.currentIndex()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painting.draw_paper(painter, place, palette)
        small = self._pages.image(thumbnail(self._path, page, self._list.size_of(page)))
        if small is not None:
            painting.draw_turned(painter, place, self._list.rotation, small)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if current:
            painter.setPen(QPen(theme.accent(palette), 2.5))
            painter.drawRoundedRect(place.adjusted(-3.5, -3.5, 3.5, 3.5), 4, 4)
        painter.setPen(theme.accent(palette) if current else theme.muted(palette))
        label = QRectF(row.left(), place.bottom() + 6, row.width(), LABEL - 6)
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, str(page + 1))
        painter.restore()


def _fitted(size: PageSize, room: QRectF) -> QRectF:
    scale = min(room.width() / size.width, room.height() / size.height)
    width, height = max(4.0, size.width * scale), max(4.0, size.height * scale)
    left, top = room.center().x() - width / 2, room.center().y() - height / 2
    return QRectF(round(left), round(top), width, height)


class Thumbnails(QListView):
    """Small pictures of all pages.

    Signals:
        page_chosen(int): The person chose a page; from 0.
        seen_changed(): Other rows show.
    """

    page_chosen = Signal(int)
    seen_changed = Signal()

    def __init__(self, path: str, pages: PageService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rotation: Quarter = 0
        self.room = QSizeF(PICTURE)
        self._path = path
        self._sizes: Sequence[PageSize] = ()
        self._model = PageList(self)
        self.setModel(self._model)
        self.setItemDelegate(PageDelegate(path, pages, self))
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFixedWidth(WIDTH + self.verticalScrollBar().sizeHint().width())
        self.setAccessibleName("Page thumbnails")
        self.setAccessibleDescription("Choose a page to go there")
        self.verticalScrollBar().valueChanged.connect(self.seen_changed)
        self.selectionModel().currentChanged.connect(self._on_current)
        self._following = False

    def show_pages(self, sizes: Sequence[PageSize]) -> None:
        """Show the pages of a document; `sizes` is kept and may be corrected in place."""
        self._sizes = sizes
        self._model.set_count(len(sizes))
        self.make_room()

    def make_room(self) -> None:
        """Make rows as high as pages of the most common shape need."""
        if self._sizes:
            common = turned(Counter(self._sizes).most_common(1)[0][0], self.rotation)
            height = min(PICTURE.height(), PICTURE.width() / common.width * common.height)
            self.room = QSizeF(PICTURE.width(), max(40.0, height))
            self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def size_of(self, page: int) -> PageSize:
        """Return a page's size before rotation."""
        return self._sizes[page]

    def refresh(self, page: int) -> None:
        """Paint a page's row again."""
        self._model.refresh(page)

    def turn(self, rotation: Quarter) -> None:
        """Show all pages turned."""
        self.rotation = rotation
        self.make_room()

    def follow(self, page: int) -> None:
        """Mark the current page and keep it in view, without choosing it."""
        self._following = True
        self.setCurrentIndex(self._model.index(page))
        self._following = False

    def wishes(self) -> list[Wish]:
        """Return the small pictures that show."""
        if not self.isVisible() or not self._sizes:
            return []
        view = self.viewport().rect()
        first = self.indexAt(QPoint(view.center().x(), 1)).row()
        last = self.indexAt(QPoint(view.center().x(), view.bottom() - 1)).row()
        rows = range(max(0, first), (last if last >= 0 else len(self._sizes) - 1) + 1)
        return [
            (Urgency.THUMBNAIL, thumbnail(self._path, page, self._sizes[page])) for page in rows
        ]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.seen_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.seen_changed.emit()

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, now: QModelIndex, before: QModelIndex) -> None:
        if now.isValid() and not self._following:
            self.page_chosen.emit(now.row())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lay the pictures on the window's colour, with a hairline beside the pages."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QApplication.palette().window())
        painter.end()
        super().paintEvent(event)
