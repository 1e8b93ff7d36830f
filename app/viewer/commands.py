"""What the commands of a document view do to its parts."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, Signal, Slot

from app.viewer.actions import ViewActions
from app.viewer.geometry import rect_box
from app.viewer.page_area import PageArea
from app.viewer.search_bar import SearchBar
from app.viewer.state import Fit
from app.viewer.thumbnails import Thumbnails
from app.viewer.view_bar import ViewBar
from vlm.types import Box, Quarter

QUARTERS: tuple[Quarter, ...] = (0, 90, 180, 270)
NEW_BOX = (0.5, 0.25)
"""Width and height of a box put on a page by key, as shares of what shows of it."""


class Commands(QObject):
    """Connects actions to the pages, the thumbnails, the search bar and the bar above.

    Signals:
        turned(): The person turned the pages.
        box_wanted(object): Put the person's box here: (page, `Box`).
    """

    turned = Signal()
    box_wanted = Signal(object)

    def __init__(
        self,
        does: ViewActions,
        area: PageArea,
        thumbnails: Thumbnails,
        search: SearchBar,
        bar: ViewBar,
    ) -> None:
        super().__init__(area)
        self._does = does
        self._area = area
        self._thumbnails = thumbnails
        does.zoom_in.triggered.connect(lambda: area.zoom_step(True))
        does.zoom_out.triggered.connect(lambda: area.zoom_step(False))
        does.actual_size.triggered.connect(lambda: area.zoom_to(1.0))
        does.fit_width.triggered.connect(lambda: self.fit("width"))
        does.fit_page.triggered.connect(lambda: self.fit("page"))
        does.previous_page.triggered.connect(lambda: area.go_to(area.page - 1))
        does.next_page.triggered.connect(lambda: area.go_to(area.page + 1))
        does.rotate.triggered.connect(lambda: self._turn(90))
        does.rotate_back.triggered.connect(lambda: self._turn(270))
        does.new_box.triggered.connect(self._put_box)
        does.find.triggered.connect(search.begin)
        does.go_to_page.triggered.connect(bar.begin)
        bar.page_asked.connect(area.go_to)
        bar.entered.connect(area.setFocus)
        bar.zoom_asked.connect(area.zoom_to)
        does.thumbnails.toggled.connect(self._show_thumbnails)
        area.zoom_changed.connect(self.show_fit)

    def fit(self, fit: Fit) -> None:
        """Fit the pages."""
        self._area.fit_to(fit)
        self.show_fit()

    @Slot()
    def show_fit(self) -> None:
        """Check the action of what is fitted."""
        self._does.fit_width.setChecked(self._area.fit == "width")
        self._does.fit_page.setChecked(self._area.fit == "page")

    def turn_to(self, rotation: Quarter) -> None:
        """Turn pages and thumbnails."""
        self._area.rotate(rotation)
        self._thumbnails.turn(rotation)

    def _turn(self, by: int) -> None:
        self.turn_to(QUARTERS[(self._area.rotation + by) // 90 % 4])
        self.turned.emit()

    @Slot(bool)
    def _show_thumbnails(self, shown: bool) -> None:
        self._thumbnails.setVisible(shown)
        self._thumbnails.follow(self._area.page)

    @Slot()
    def _put_box(self) -> None:
        """Put a box in the middle of what shows, for those who do not drag."""
        page = self._area.page
        place = self._area.place(page)
        shown = place & QRectF(self._area.viewport().rect())
        rect = QRectF(0, 0, shown.width() * NEW_BOX[0], shown.height() * NEW_BOX[1])
        rect.moveCenter(shown.center())
        box: Box | None = rect_box(rect, place, self._area.rotation)
        if box is not None:
            self.box_wanted.emit((page, box))
            self._area.setFocus()
