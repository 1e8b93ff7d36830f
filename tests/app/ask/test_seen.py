from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ask.seen import SeenSheet, as_seen, drawing
from app.ask.surface import MutedLabel
from app.pages import PageService
from tests.app.ask.sample import PAGE, PATH, VIEWS, grey_pages
from vlm.protocol import Saw
from vlm.types import Box, Evidence, PageRef, PageSize, View

SIZE = PageSize(600, 800)


@pytest.fixture
def pages(qtbot: QtBot) -> Iterator[PageService]:
    made = grey_pages()
    yield made
    made.stop()


def sheet(qtbot: QtBot, pages: PageService, saw: Saw) -> SeenSheet:
    made = SeenSheet(pages, PAGE, saw)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.show()
    return made


def test_it_says_that_the_program_went_by_the_words_of_the_page(
    qtbot: QtBot, pages: PageService
) -> None:
    def said(found: Evidence | None) -> str:
        made = SeenSheet(pages, PAGE, Saw(1, VIEWS[:1]), found=found)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(made)
        return made.findChildren(MutedLabel)[0].text()

    part = Box(0.1, 0.1, 0.6, 0.2)
    assert "What you cannot make out here" in said(None)
    assert "What you cannot make out here" in said(Evidence("crop", (part,)))
    assert "What you cannot make out here" in said(Evidence("no_text", part=part))
    assert "the program found the place by them" in said(Evidence("page", (part,), part=part))


def test_around_one_line_the_window_is_low(qtbot: QtBot, pages: PageService) -> None:
    line = View("line", Box(0.1, 0.1, 0.6, 0.125), 320, 32, 100.0, 64)
    whole = sheet(qtbot, pages, Saw(1, VIEWS))
    low = sheet(qtbot, pages, Saw(1, (line,)))
    assert low.width() == whole.width()
    assert low.height() < whole.height() / 2
    assert sheet(qtbot, pages, Saw(1, (line, *VIEWS))).height() == whole.height()


def test_a_view_is_drawn_with_the_pixels_the_model_had() -> None:
    view = View("line", Box(0.1, 0.1, 0.6, 0.125), 420, 378, 100.0, 64)
    draw = drawing(PAGE, SIZE, view)
    assert (draw.width, draw.height) == (417, 28)
    turned = drawing(PageRef(PATH, 1, 90), SIZE, view)
    assert (turned.width, turned.height) == (28, 378)


def test_a_view_that_was_tidied_is_shown_tidied(qtbot: QtBot) -> None:
    page = QPixmap(301, 60)  # rows of a picture are padded to four bytes
    page.fill(QColor(205, 205, 205))
    painter = QPainter(page)
    for x in range(10, 280, 12):
        painter.fillRect(x, 22, 6, 16, Qt.GlobalColor.black)  # a whole line
        painter.fillRect(x, 0, 6, 5, Qt.GlobalColor.black)  # a slice of the one above
    painter.end()
    view = View("line", Box(0.1, 0.1, 0.6, 0.125), 320, 64, 100.0, 64, tidied=True)
    seen = as_seen(page, view).toImage()
    assert (seen.width(), seen.height()) == (320, 64)
    assert seen.pixelColor(4, 50) == QColor(255, 255, 255)
    assert seen.pixelColor(12, 2) == QColor(255, 255, 255)
    assert seen.pixelColor(12, 30) == QColor(0, 0, 0)
    assert seen.pixelColor(310, 30) == QColor(255, 255, 255)
    plain = as_seen(page, msgspec.structs.replace(view, tidied=False)).toImage()
    assert plain.pixelColor(4, 50) == QColor(205, 205, 205)
    assert plain.pixelColor(12, 2) == QColor(0, 0, 0)


def test_a_view_that_was_laid_flat_and_turned_is_shown_so(qtbot: QtBot) -> None:
    outline = (0.6, 0.5, 0.2, 0.55, 0.15, 0.25, 0.6, 0.2)  # upside down, and seen at an angle
    box = Box(0.15, 0.2, 0.6, 0.55)
    view = View("line", box, 300, 200, 72.0, 64, outline=outline)
    draw = drawing(PageRef(PATH, 1, 90), SIZE, view)
    assert draw.page == PageRef(PATH, 1)
    assert (draw.width, draw.height) == (270, 280)
    page = QPixmap(270, 280)
    page.fill(QColor(90, 60, 30))
    painter = QPainter(page)
    corners = [
        QPointF((x - box.x0) / box.width * 270, (y - box.y0) / box.height * 280)
        for x, y in zip(outline[::2], outline[1::2], strict=True)
    ]
    painter.setBrush(QColor(250, 250, 250))
    painter.drawPolygon(corners)
    painter.setBrush(QColor(0, 0, 200))
    painter.drawEllipse(corners[0] + QPointF(-30, -30), 20, 20)  # at the top left of the view
    painter.end()
    seen = as_seen(page, view).toImage()
    assert (seen.width(), seen.height()) == (300, 200)
    assert seen.pixelColor(30, 30).blue() > 150
    assert seen.pixelColor(30, 30).red() < 60
    for place in ((120, 30), (220, 180), (30, 180)):
        assert seen.pixelColor(*place).red() > 240


def test_every_view_is_shown_with_its_sharpness(qtbot: QtBot, pages: PageService) -> None:
    with qtbot.waitSignal(pages.opened):
        pages.open(PATH)
    shown = sheet(qtbot, pages, Saw(1, VIEWS, "The text is too small."))
    assert shown.warning.text() == "The text is too small."
    assert [button.accessibleName() for button in shown.buttons] == [
        "Top left, 50 dpi",
        "Whole, 25 dpi",
    ]
    qtbot.waitUntil(lambda: len(shown.pictures) == 2)
    assert shown.pixels.size() == shown.pictures[0].size()
    image = shown.pictures[0].toImage()
    assert image.pixelColor(0, 0).red() == 0x80
    assert image.pixelColor(209, 279).red() == 0xFF
    QTest.mouseClick(shown.buttons[1], Qt.MouseButton.LeftButton)
    assert shown.caption.text() == "Whole: like a coarse scan (25 dpi)"
    assert shown.caption.toolTip() == (
        "210 × 280 pixels, 25 pixels per inch of page, 64 visual tokens"
    )


def test_a_document_that_opens_later_is_drawn_then(qtbot: QtBot, pages: PageService) -> None:
    shown = sheet(qtbot, pages, Saw(1, VIEWS))
    assert not shown.warning.isVisible()
    pages.open(PATH)
    qtbot.waitUntil(lambda: len(shown.pictures) == 2)


def test_zooming_closes_the_sheet(qtbot: QtBot, pages: PageService) -> None:
    shown = sheet(qtbot, pages, Saw(1, VIEWS))
    with qtbot.waitSignal(shown.crop_wanted):
        QTest.mouseClick(shown.zoom, Qt.MouseButton.LeftButton)
    assert not shown.isVisible()
