"""A sheet with the very images the model was given, drawn again from the page."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QImage, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QDialog,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app import figures, theme
from app.ask import words
from app.ask.button import IconButton, Look
from app.ask.icons import Icon
from app.ask.seen_flat import laid_flat
from app.ask.surface import MutedLabel, Notice, plain_label, sized
from app.page_lane import Draw, Urgency
from app.pages import Drawn, PageFailure, PageService, SizesFound
from app.room import open_at
from app.theme import Tone
from vlm.protocol import Saw
from vlm.types import Document, Evidence, PageRef, PageSize, View

POINTS = 72.0
"""Per inch."""
THUMB = 132
"""Pixels of a small picture's edge in the strip."""
WIDTH, HEIGHT, AROUND = 820, 780, 2 * THUMB
"""Pixels of the window, and what of its height is no picture. Around one line it is low."""


def drawing(page: PageRef, size: PageSize, view: View) -> Draw:
    """Say what to draw for a view: as many pixels as the model had for that part of the page.

    A view may be larger than its part; the rest is white, to the right and below.

    Args:
        page: The page with the person's turn.
        size: The page's, before that turn.
        view: What the model was given.
    """
    wide, high = view.box.width * size.width, view.box.height * size.height
    if view.outline:
        scale = view.dpi / POINTS
        sides = max(1, round(wide * scale)), max(1, round(high * scale))
        return Draw(PageRef(page.path, page.page), view.box, *sides)
    if page.rotation in (90, 270):
        wide, high = high, wide
    width = min(view.width, max(1, round(wide / POINTS * view.dpi)))
    height = min(view.height, max(1, round(high / POINTS * view.dpi)))
    return Draw(page, view.box, width, height)


def as_seen(picture: QPixmap, view: View) -> QPixmap:
    """Return a drawing as the model was given it: as large, the rest white, flat and tidied if so.

    Args:
        picture: What `drawing` says.
        view: What the model was given.
    """
    image = picture.toImage().convertToFormat(QImage.Format.Format_RGB888)
    if view.outline:
        image = laid_flat(image, view)
    if view.tidied:
        import numpy as np  # not with the window: nobody may ever open this sheet

        from vlm.tidying import tidied

        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
        pixels = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
        white = np.ascontiguousarray(tidied(pixels))
        image = QImage(white.data, *image.size().toTuple(), 3 * image.width(), image.format())
        image = image.copy()  # the numbers above are gone when this returns
    whole = QPixmap(view.width, view.height)
    whole.fill(Qt.GlobalColor.white)
    painter = QPainter(whole)
    painter.drawImage(0, 0, image)
    painter.end()
    return whole


class ViewButton(QAbstractButton):
    """A small picture of one view with its caption; checked when it is the one shown large."""

    def __init__(self, view: View, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: QPixmap | None = None
        self._lines = (words.view_name(view), words.view_sharpness(view))
        self.setCheckable(True)
        self.setAccessibleName(", ".join(self._lines))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_picture(self, picture: QPixmap) -> None:
        """Show the drawn view."""
        self._picture = picture.scaled(
            QSize(THUMB, THUMB) * self.devicePixelRatio(),
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(THUMB + 12, THUMB + 16 + 2 * self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        palette = self.palette()
        area = QRectF(6, 6, THUMB, THUMB)
        picture = area
        if self._picture is not None:
            size = QSize(self._picture.size()).scaled(
                THUMB, THUMB, Qt.AspectRatioMode.KeepAspectRatio
            )
            picture = QRectF(0, 0, size.width(), size.height())
            picture.moveCenter(area.center())
            painter.drawPixmap(picture, self._picture, QRectF(self._picture.rect()))
        chosen = self.isChecked() or self.hasFocus()
        colour = theme.accent(palette) if chosen else theme.line(palette)
        painter.setPen(QPen(colour, 2 if chosen else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(picture.adjusted(-2, -2, 2, 2), 4, 4)
        height = self.fontMetrics().height()
        for place, line in enumerate(self._lines):
            painter.setPen(theme.muted(palette) if place else palette.windowText().color())
            where = QRectF(0, THUMB + 11 + place * height, self.width(), height)
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, line)


class Pixels(QWidget):
    """A picture at its own size: one of its pixels is one of the screen's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: QPixmap | None = None
        self.setAccessibleName("What the model saw, at its own size")

    def set_picture(self, picture: QPixmap | None, size: QSize) -> None:
        """Show a picture, or an empty frame of that size while it is drawn."""
        self._picture = picture
        self.setFixedSize(size)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._picture is None:
            painter.fillRect(self.rect(), theme.line(self.palette()))
        else:
            painter.drawPixmap(self.rect(), self._picture)


class SeenSheet(QDialog):
    """The views large and small, each with its sharpness, and a warning if there is one.

    Signals:
        crop_wanted(): The person wants to draw a box to zoom in; the sheet has closed.
    """

    crop_wanted = Signal()

    def __init__(
        self,
        pages: PageService,
        page: PageRef,
        saw: Saw,
        parent: QWidget | None = None,
        found: Evidence | None = None,
    ) -> None:
        super().__init__(parent)
        self._pages = pages
        self._page = page
        self._views = saw.views
        self._found = found
        self._owner = pages.owner()
        self._chosen = 0
        self._draws: list[Draw] = []
        self.pictures: dict[int, QPixmap] = {}
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("What the model saw")
        highest = max((view.height / view.width for view in saw.views), default=1.0)
        open_at(self, WIDTH, min(HEIGHT, round(AROUND + WIDTH * highest)))
        self.warning = Notice()
        self.failure = Notice()
        self.buttons = [ViewButton(view) for view in saw.views]
        self.pixels = Pixels()
        self.caption = MutedLabel()
        self.zoom = IconButton(Icon.CROP, "Draw a box to zoom in", Look.OUTLINE)
        self.zoom.clicked.connect(self._on_zoom)
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.choose)
        self._build()
        self.warning.show_text(saw.warning, Tone.CAUTION)
        pages.opened.connect(self._on_opened)
        pages.sizes_found.connect(self._on_sizes)
        pages.drawn.connect(self._on_drawn)
        pages.failed.connect(self._on_failed)
        self.finished.connect(self._on_finished)
        pages.measure(page.path, page.page, 1)
        self.choose(0)

    def _build(self) -> None:
        title = plain_label("What the model saw")
        title.setFont(sized(title.font(), 4, QFont.Weight.DemiBold))
        preview = QScrollArea()
        preview.setWidget(self.pixels)
        preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        preview.setFrameShape(QFrame.Shape.NoFrame)
        preview.setAccessibleName("Large picture")
        strip = QWidget()
        row = QHBoxLayout(strip)
        row.setContentsMargins(0, 0, 0, 0)
        for place, button in enumerate(self.buttons):
            self._group.addButton(button, place)
            row.addWidget(button)
        row.addStretch()
        scroll = QScrollArea()
        scroll.setWidget(strip)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFixedHeight(strip.sizeHint().height() + 14)
        scroll.setVisible(len(self.buttons) > 1)
        done = IconButton(Icon.CHECK, "Done", Look.MAIN)
        done.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.addWidget(self.caption, 1)
        foot.addWidget(self.zoom)
        foot.addWidget(done)
        layout = QVBoxLayout(self)
        edge = theme.SPACE * 2
        layout.setContentsMargins(edge, edge, edge, edge)
        layout.setSpacing(theme.SPACE + 2)
        layout.addWidget(title)
        layout.addWidget(MutedLabel(words.seen(self._views, self._found)))
        layout.addWidget(self.warning)
        layout.addWidget(self.failure)
        layout.addWidget(preview, 1)
        layout.addWidget(scroll)
        layout.addLayout(foot)

    def _ask_for_pictures(self) -> None:
        self._pages.want(
            self._owner,
            self._page.path,
            [(Urgency.VISIBLE, draw) for draw in self._draws if not self._pages.has_image(draw)],
        )
        for draw in self._draws:
            if (picture := self._pages.image(draw)) is not None:
                self._show_picture(draw, picture)

    def _show_picture(self, draw: Draw, drawn: QPixmap) -> None:
        for place, view in enumerate(self._views):
            if self._draws[place] == draw:
                self.pictures[place] = picture = as_seen(drawn, view)
                self.buttons[place].set_picture(picture)
                if place == self._chosen:
                    self.choose(place)

    @Slot(int)
    def choose(self, place: int) -> None:
        """Show one view large."""
        if place < len(self._views):
            self._chosen = place
            view = self._views[place]
            self.buttons[place].setChecked(True)
            self.pixels.set_picture(self.pictures.get(place), QSize(view.width, view.height))
            self.caption.setText(f"{words.view_name(view)}: {words.sharpness(view.dpi)}")
            self.caption.setToolTip(words.view_numbers(view))

    @Slot(object)
    def _on_opened(self, document: Document) -> None:
        if document.path == self._page.path and not self._draws:
            self._pages.measure(self._page.path, self._page.page, 1)

    @Slot(object)
    def _on_sizes(self, found: SizesFound) -> None:
        place = self._page.page - found.first
        if found.path == self._page.path and 0 <= place < len(found.sizes) and not self._draws:
            size = found.sizes[place]
            self._draws = [drawing(self._page, size, view) for view in self._views]
            self._ask_for_pictures()

    @Slot(object)
    def _on_drawn(self, drawn: Drawn) -> None:
        if drawn.draw in self._draws:
            self._show_picture(drawn.draw, QPixmap.fromImage(drawn.image))

    @Slot(object)
    def _on_failed(self, failure: PageFailure) -> None:
        if failure.path == self._page.path and failure.job in ("draw", "open"):
            self.failure.show_text(figures.sentence(failure.message), Tone.BAD, Icon.WARNING)

    @Slot()
    def _on_zoom(self) -> None:
        self.close()
        self.crop_wanted.emit()

    @Slot()
    def _on_finished(self) -> None:
        self._pages.unwant(self._owner)
