from __future__ import annotations

from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.page_lane import Draw
from app.viewer.image_cache import ImageCache
from vlm.types import WHOLE_PAGE, PageRef


def draw(page: int, edge: int = 10, path: str = "a.pdf") -> Draw:
    return Draw(PageRef(path, page), WHOLE_PAGE, edge, edge)


def image(edge: int = 10) -> QImage:
    made = QImage(edge, edge, QImage.Format.Format_RGB32)
    made.fill(0)
    return made


def test_the_image_not_shown_for_longest_goes_first(qtbot: QtBot) -> None:
    cache = ImageCache(3 * 400)
    for page in range(3):
        cache.put(draw(page), image())
    assert cache.get(draw(0)) is not None
    cache.put(draw(3), image())
    assert draw(1) not in cache
    assert draw(0) in cache
    assert cache.used_bytes == 3 * 400


def test_memory_stays_within_the_budget_whatever_comes(qtbot: QtBot) -> None:
    cache = ImageCache(10_000)
    for page in range(200):
        cache.put(draw(page, 5 + page % 20), image(5 + page % 20))
        assert cache.used_bytes <= 10_000


def test_the_newest_stays_even_when_it_alone_is_over_the_budget(qtbot: QtBot) -> None:
    cache = ImageCache(100)
    cache.put(draw(0), image())
    cache.put(draw(1), image())
    assert draw(1) in cache
    assert draw(0) not in cache


def test_images_of_a_page_come_coarsest_first(qtbot: QtBot) -> None:
    cache = ImageCache(100_000)
    cache.put(draw(0, 40), image(40))
    cache.put(draw(0, 10), image(10))
    cache.put(draw(1, 20), image(20))
    assert [found.width for found in cache.of_page("a.pdf", 0)] == [10, 40]


def test_forgetting_a_document_frees_its_images_only(qtbot: QtBot) -> None:
    cache = ImageCache(100_000)
    cache.put(draw(0), image())
    cache.put(draw(0, path="b.pdf"), image())
    cache.forget("a.pdf")
    assert cache.used_bytes == 400
    assert cache.of_page("a.pdf", 0) == []
    assert draw(0, path="b.pdf") in cache


def test_putting_again_replaces(qtbot: QtBot) -> None:
    cache = ImageCache(100_000)
    cache.put(draw(0), image())
    cache.put(draw(0), image())
    assert cache.used_bytes == 400
    assert len(cache.of_page("a.pdf", 0)) == 1
