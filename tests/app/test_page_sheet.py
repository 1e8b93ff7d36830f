"""A saved page's own words lie where they are seen, however the page was turned."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.page_sheet import Said, Sheet, writing
from app.viewer.geometry import box_rect, turned
from vlm.types import Box, PageSize, Quarter, Word

SIZE = PageSize(400, 600)
TOTAL = Word("efficient", Box(0.2, 0.3, 0.4, 0.33))
LEFT = Word("Total:", Box(0.1, 0.3, 0.19, 0.33))
ABOVE = Word("above", Box(0.1, 0.26, 0.4, 0.295))


def saved(
    file: Path, rotation: Quarter, words: tuple[Word, ...], proven: bool = True
) -> tuple[Word, ...]:
    """Write a page of which one word is marked; return what its own words are afterwards."""
    shown = turned(SIZE, rotation)
    image = QImage(round(shown.width), round(shown.height), QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    said = (Said("How?", "efficient", "Sure", (TOTAL.box,), proven),)
    list(writing(file, Sheet("page 1", image, SIZE, rotation, said, words)))
    with pymupdf.open(file) as document:
        page = document[0]
        assert (page.rect.width, page.rect.height) == pytest.approx(
            (shown.width, shown.height), abs=1
        )
        found = page.get_textpage().extractWORDS()
    return tuple(Word(str(x[4]), _box(x, shown)) for x in found)


def _box(found: tuple[float, ...], shown: PageSize) -> Box:
    across, down = shown.width, shown.height
    return Box(found[0] / across, found[1] / down, found[2] / across, found[3] / down)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_words_lie_where_they_are_seen(
    qapp: QApplication, tmp_path: Path, rotation: Quarter
) -> None:
    words = saved(tmp_path / "page.pdf", rotation, (LEFT, TOTAL))
    (word,) = [one for one in words if one.text == "efficient"]
    there = box_rect(TOTAL.box, QRectF(0, 0, 1, 1), rotation)
    here = QRectF(word.box.x0, word.box.y0, word.box.x1 - word.box.x0, word.box.y1 - word.box.y0)
    assert here.contains(there.center())
    common = here & there
    assert common.width() * common.height() > 0.6 * there.width() * there.height()


def test_the_number_of_a_mark_covers_no_word(qapp: QApplication, tmp_path: Path) -> None:
    words = saved(tmp_path / "page.pdf", 0, (LEFT, TOTAL, ABOVE))
    (number,) = [one for one in words if one.text == "1"]
    for word in (LEFT, TOTAL, ABOVE):
        apart = (
            number.box.x0 >= word.box.x1
            or number.box.x1 <= word.box.x0
            or number.box.y0 >= word.box.y1
            or number.box.y1 <= word.box.y0
        )
        assert apart, word.text


@pytest.mark.parametrize("proven", [True, False])
def test_what_was_only_read_is_marked_in_blue(
    qapp: QApplication, tmp_path: Path, proven: bool
) -> None:
    saved(tmp_path / "page.pdf", 0, (LEFT, TOTAL), proven)
    with pymupdf.open(tmp_path / "page.pdf") as document:
        picture = document[0].get_pixmap()
    box = TOTAL.box
    x, y = (box.x0 + box.x1) / 2 * picture.width, (box.y0 + box.y1) / 2 * picture.height
    red, green, blue = picture.pixel(round(x), round(y))
    assert (green > blue) is proven
    assert max(green, blue) > red
