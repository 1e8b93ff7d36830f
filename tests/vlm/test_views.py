from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont

from tests import tiny
from tests.drawn import A4, DrawnPages, Picture, line
from vlm import views
from vlm.families import FAMILIES
from vlm.families.family import Sheet
from vlm.families.idefics2 import MARKERS
from vlm.types import WHOLE_PAGE, Box, PageRef, Quarter, View, Word

WHOLE_A4 = Sheet(8.26, 11.69, 150.0)
ONE_LINE = Sheet(3.0, 0.2, 150.0)


def processor(
    longest: int = 980, shortest: int = 378, patch: int = 14, markers: tuple[str, ...] = ()
) -> Any:
    """Return what `Idefics2.plan` reads of a processor."""
    images = SimpleNamespace(size={"longest_edge": longest, "shortest_edge": shortest})
    tokenizer = SimpleNamespace(get_vocab=lambda: markers)
    return SimpleNamespace(
        image_processor=images, patch=patch, image_seq_len=64, tokenizer=tokenizer
    )


def tiled(longest: int = 2048, edge: int = 512) -> Any:
    """Return what `Idefics3.plan` reads of a processor."""
    images = SimpleNamespace(size={"longest_edge": longest}, max_image_size={"longest_edge": edge})
    return SimpleNamespace(image_processor=images, image_seq_len=64)


def test_a_page_is_four_quarters_and_the_whole_each_at_full_size() -> None:
    layout = FAMILIES["idefics2"].plan(processor(), WHOLE_A4, splitting=True)
    assert [tile.name for tile in layout.tiles] == [
        "Top left",
        "Top right",
        "Bottom left",
        "Bottom right",
        "Whole",
    ]
    assert {max(tile.canvas) for tile in layout.tiles} == {980}
    assert layout.tiles[2].box == Box(0, 0.5, 0.5, 1)
    quarter, whole = layout.tiles[0], layout.tiles[-1]
    assert quarter.height / (WHOLE_A4.height / 2) == pytest.approx(168, abs=1)
    assert whole.height / WHOLE_A4.height == pytest.approx(84, abs=1)


def test_a_checkpoint_with_markers_sees_strips_whole_and_small_ones_on_white() -> None:
    """It was taught so; only what is higher than some lines is split."""
    marked = processor(768, 32, 16, markers=MARKERS)
    for sheet, count in ((Sheet(8.0, 0.6, 150.0), 1), (Sheet(8.0, 3.0, 150.0), 5)):
        assert len(FAMILIES["idefics2"].plan(marked, sheet, splitting=True).tiles) == count
    assert len(FAMILIES["idefics2"].plan(processor(768), Sheet(8.0, 0.6, 150.0), True).tiles) == 5
    (word,) = FAMILIES["idefics2"].plan(marked, Sheet(0.2, 0.15, 150.0), splitting=True).tiles
    assert word.canvas == (128, 32)


def test_a_line_is_not_split_nor_stretched() -> None:
    for splitting in (True, False):
        layout = FAMILIES["idefics2"].plan(processor(), ONE_LINE, splitting)
        (tile,) = layout.tiles
        assert tile.width / tile.height == pytest.approx(15, rel=0.02)
        assert tile.canvas[1] == 378, "white below, as the processor would stretch to this"
    layout = FAMILIES["idefics2"].plan(processor(768, 32, 16), ONE_LINE, splitting=True)
    assert (layout.tiles[0].width, layout.tiles[0].height) == (768, 51)
    assert layout.tiles[0].canvas == (768, 64)


def test_a_tight_crop_is_not_drawn_finer_than_is_useful() -> None:
    (tile,) = FAMILIES["idefics2"].plan(processor(768, 32, 16), Sheet(1.0, 0.2, 150.0), True).tiles
    assert (tile.width, tile.height) == (300, 60)


def test_a_marked_model_gets_print_of_the_size_it_was_taught() -> None:
    marked = processor(768, 32, 16, MARKERS)
    (tile,) = FAMILIES["idefics2"].plan(marked, Sheet(2.0, 0.2, 150.0), True).tiles
    assert (tile.width, tile.canvas) == (300, (304, 32))
    (tile,) = FAMILIES["idefics2"].plan(marked, Sheet(2.0, 0.2, 77.7), True).tiles
    assert tile.width == 155
    quarters = FAMILIES["idefics2"].plan(marked, WHOLE_A4, True)
    assert quarters.images == 5
    assert quarters.tiles[0].height / (WHOLE_A4.height / 2) == pytest.approx(131, abs=1)


def test_small_print_is_split_sooner() -> None:
    crop = Sheet(5.0, 3.0, 150.0)
    assert len(FAMILIES["idefics2"].plan(processor(), crop, True).tiles) == 1
    fine = Sheet(5.0, 3.0, 250.0)
    assert len(FAMILIES["idefics2"].plan(processor(), fine, True).tiles) == 5


@pytest.mark.parametrize("canvas", [(64, 64), (33, 47), (100, 31)])
def test_a_canvas_fills_whole_patches_and_stays_within_the_longest_edge(
    canvas: tuple[int, int],
) -> None:
    sheet = Sheet(canvas[0] / 100, canvas[1] / 100, 150.0)
    (tile,) = FAMILIES["idefics2"].plan(processor(256, 32, 16), sheet, False).tiles
    assert tile.canvas[0] % 16 == tile.canvas[1] % 16 == 0
    assert max(tile.canvas) <= 256
    assert tile.width <= tile.canvas[0]
    assert tile.height <= tile.canvas[1]


@pytest.mark.parametrize(
    ("sheet", "grid"),
    [
        (WHOLE_A4, (4, 3)),
        (Sheet(11.69, 8.26, 150.0), (3, 4)),
        (ONE_LINE, (0, 0)),
        (Sheet(6.0, 1.0, 150.0), (1, 2)),
        (Sheet(8.26, 11.69, 100.0), (3, 3)),
    ],
)
def test_the_grid_is_the_smallest_that_is_legible(sheet: Sheet, grid: tuple[int, int]) -> None:
    layout = FAMILIES["idefics3"].plan(tiled(), sheet, splitting=True)
    assert (layout.rows, layout.columns) == grid
    assert len(layout.tiles) == grid[0] * grid[1] + 1
    assert layout.tiles[-1].box == WHOLE_PAGE
    assert {tile.canvas for tile in layout.tiles} == {(512, 512)}


def test_tiles_cover_the_sheet_row_by_row() -> None:
    tiles = FAMILIES["smolvlm"].plan(tiled(), WHOLE_A4, splitting=True).tiles[:-1]
    assert tiles[0].box.x0 == tiles[0].box.y0 == 0
    assert tiles[-1].box.x1 == tiles[-1].box.y1 == 1
    assert tiles[1].box.x0 == pytest.approx(tiles[0].box.x1)
    assert sum(tile.box.width * tile.box.height for tile in tiles) == pytest.approx(1)


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        (0, Box(0.0, 0.0, 0.5, 0.25)),
        (90, Box(0.0, 0.5, 0.25, 1.0)),
        (180, Box(0.5, 0.75, 1.0, 1.0)),
        (270, Box(0.75, 0.0, 1.0, 0.5)),
    ],
)
def test_a_view_of_a_turned_page_is_found_on_the_page(turn: Quarter, expected: Box) -> None:
    assert views.on_page(Box(0, 0, 0.5, 0.25), WHOLE_PAGE, turn) == expected


def test_a_view_inside_a_crop() -> None:
    found = views.on_page(Box(0.5, 0, 1, 0.5), Box(0.2, 0.4, 0.6, 0.8), 0)
    assert (found.x0, found.y0, found.x1, found.y1) == pytest.approx((0.4, 0.4, 0.6, 0.6))


def test_a_sheet_is_measured_as_shown_and_by_its_print() -> None:
    assert views.sheet_of(A4, WHOLE_PAGE, 0, ()) == Sheet(595 / 72, 842 / 72, 150.0, guessed=True)
    assert views.sheet_of(A4, WHOLE_PAGE, 90, ()).width == 842 / 72
    ten_point = line("Invoice", "total", height=12 / 842)
    assert views.sheet_of(A4, WHOLE_PAGE, 0, ten_point).legible_dpi == pytest.approx(143, abs=1)
    tiny_print = line("Invoice", "total", height=4 / 842)
    assert views.sheet_of(A4, WHOLE_PAGE, 0, tiny_print).legible_dpi == 300
    elsewhere = views.sheet_of(A4, Box(0, 0.5, 1, 1), 0, tiny_print)
    assert elsewhere.legible_dpi == 150


def test_a_drawn_view_says_what_it_is_and_is_white_beyond_the_page() -> None:
    pages, page = DrawnPages(), PageRef("a.pdf", 0)
    layout = FAMILIES["idefics2"].plan(processor(), ONE_LINE, splitting=True)
    box = Box(0.1, 0.2, 0.5, 0.22)
    drawn = views.draw(pages, page, box, ONE_LINE, layout, layout.tiles[0])
    ((rendered, width, height),) = pages.renders
    assert (rendered.x0, rendered.y0) == pytest.approx((box.x0, box.y0))
    assert drawn.view.dpi == pytest.approx(width / 3.0)
    assert (drawn.view.width, drawn.view.height) == drawn.image.size == layout.tiles[0].canvas
    below = drawn.image.crop((0, height, *drawn.image.size))
    assert below.getextrema() == ((255, 255),) * 3
    assert drawn.view.visual_tokens == 64


class PrintedPages(DrawnPages):
    """Pages whose parts all show the same line of print, as large as the part is."""

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Picture:
        """Draw the line."""
        image = Image.new("RGB", (width, height), "white")
        font = ImageFont.load_default(height * 0.6)
        ImageDraw.Draw(image).text((height / 5, height / 8), "Keller AG", font=font, fill="black")
        return Picture(width, height, image.tobytes())


def test_measured_print_is_shown_larger_where_that_is_asked_for() -> None:
    def shown(larger: float) -> View:
        box = Box(0.1, 0.2, 0.4, 0.22)
        sheet = views.sheet_of(A4, box, 0, (), larger)
        layout = FAMILIES["idefics2"].plan(processor(768, 32, 16, MARKERS), sheet, False)
        (tile,) = layout.tiles
        return views.draw(PrintedPages(), PageRef("a.pdf", 0), box, sheet, layout, tile).view

    assert shown(1.0).letters_px == pytest.approx(views.LEGIBLE_PX, rel=0.1)
    assert shown(1.5).letters_px == pytest.approx(1.5 * views.LEGIBLE_PX, rel=0.1)
    assert shown(1.5).dpi == pytest.approx(1.5 * shown(1.0).dpi, rel=0.05)


def test_equal_digests_mean_equal_pixels() -> None:
    page = PageRef("a.pdf", 0)
    layout = FAMILIES["idefics2"].plan(processor(), WHOLE_A4, splitting=True)

    def digest(of: PageRef, tile: int) -> bytes:
        drawn = views.draw(DrawnPages(), of, None, WHOLE_A4, layout, layout.tiles[tile])
        return drawn.digest

    assert digest(page, 0) == digest(page, 0)
    assert digest(page, 0) != digest(page, 1)
    assert digest(page, 0) != digest(PageRef("b.pdf", 0), 0)


def view(dpi: float) -> View:
    return View("Whole", WHOLE_PAGE, 100, 100, dpi, 64)


@pytest.mark.parametrize(
    ("words", "dpi", "expected"),
    [
        ((), 168.0, ""),
        ((), 84.0, "The model sees only about 84 pixels per inch on this page. "),
        (line("total", height=12 / 842), 168.0, ""),
        (line("total", height=12 / 842), 72.0, "The text on this page is about 5 pixels high "),
        (line("total", height=1 / 842), 72.0, "The text on this page is about 1 pixel high "),
    ],
)
def test_a_person_is_warned_of_text_too_small(
    words: tuple[Word, ...], dpi: float, expected: str
) -> None:
    found = views.warning(A4, None, words, (view(dpi), view(dpi / 2)))
    assert found.startswith(expected)
    assert (found == "") is (expected == "")
    assert expected == "" or found.endswith("Draw a box around the part you mean.")


@pytest.mark.parametrize(("letters_px", "legible"), [(9.5, True), (5.0, False)])
def test_large_print_on_a_scan_may_be_shown_coarsely(letters_px: float, legible: bool) -> None:
    one = msgspec.structs.replace(view(40.0), letters_px=letters_px)
    assert (views.warning(A4, Box(0, 0, 1, 0.5), (), (one,)) == "") is legible


def test_the_warning_about_a_crop_asks_for_a_smaller_one() -> None:
    found = views.warning(A4, Box(0, 0, 1, 0.5), line("total", height=3 / 842), (view(100.0),))
    assert found.endswith("Draw a smaller box around the part you mean.")


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_pixels_are_those_of_the_stock_processor(
    checkpoint: Callable[[tiny.Kind], Path], kind: tiny.Kind
) -> None:
    from transformers import AutoConfig

    folder = checkpoint(kind)
    config = AutoConfig.from_pretrained(str(folder), local_files_only=True)
    family = FAMILIES[config.model_type]
    stock = family.processor(folder, config)
    tiles = kind in ("idefics3", "smolvlm")
    size = (tiny.TILE, tiny.TILE) if tiles else (256, 192)
    pages = DrawnPages()
    picture = pages.render(PageRef("a.pdf", 0), WHOLE_PAGE, *size)
    image = Image.frombytes("RGB", size, picture.data)
    ours = family.pixels(stock, image)
    same = {"size": {"longest_edge": tiny.TILE}} if tiles else {}
    theirs = stock.image_processor([[image]], do_image_splitting=False, return_tensors="pt", **same)
    assert torch.equal(ours["pixel_values"], theirs["pixel_values"])
    assert torch.equal(ours["pixel_attention_mask"], theirs["pixel_attention_mask"])
