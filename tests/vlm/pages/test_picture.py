from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from tests.vlm.pages import samples
from vlm.errors import DocumentTooLarge, UnreadableDocument
from vlm.pages import limits
from vlm.pages.picture import PicturePages, paper, webp_size
from vlm.types import WHOLE_PAGE, Box, PageSize, Quarter

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
LOSSLESS = ("PNG", "TIFF", "BMP", "WEBP")

Colour = tuple[int, int, int]


def opened(data: bytes) -> PicturePages:
    return PicturePages(io.BytesIO(data), "a picture")


def shown(
    data: bytes, width: int, height: int, turn: Quarter = 0, page: int = 0, box: Box = WHOLE_PAGE
) -> list[list[Colour]]:
    """The rows of a drawing."""
    drawn = opened(data).draw(page, box, width, height, turn)
    assert len(drawn) == 3 * width * height
    return [[samples.pixel(drawn, width, x, y) for x in range(width)] for y in range(height)]


def four() -> Image.Image:
    """Red, green over blue, white."""
    image = Image.new("RGB", (2, 2))
    for at, colour in zip(((0, 0), (1, 0), (0, 1), (1, 1)), (RED, GREEN, BLUE, WHITE), strict=True):
        image.putpixel(at, colour)
    return image


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    )  # fmt: skip


class TestFormats:
    @pytest.mark.parametrize("kind", LOSSLESS)
    def test_lossless_pictures_keep_every_pixel(self, kind: str) -> None:
        options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
        data = samples.encoded(four(), kind, **options)
        assert shown(data, 2, 2) == [[RED, GREEN], [BLUE, WHITE]]

    def test_jpeg_comes_close(self) -> None:
        image = Image.new("RGB", (16, 16), (10, 200, 30))
        [[colour]] = shown(samples.encoded(image, "JPEG", quality=95), 1, 1)
        assert all(abs(a - b) <= 2 for a, b in zip(colour, (10, 200, 30), strict=True))

    def test_one_bit(self) -> None:
        image = Image.new("1", (2, 1), 1)
        image.putpixel((0, 0), 0)
        for kind, options in (("PNG", {}), ("BMP", {}), ("TIFF", {"compression": "group4"})):
            assert shown(samples.encoded(image, kind, **options), 2, 1) == [[BLACK, WHITE]]

    @pytest.mark.parametrize("kind", ["PNG", "TIFF"])
    def test_sixteen_bit_grey_uses_its_whole_range(self, kind: str) -> None:
        image = Image.new("I;16", (3, 1))
        for x, value in enumerate((0, 32896, 65535)):
            image.putpixel((x, 0), value)
        assert shown(samples.encoded(image, kind), 3, 1) == [[BLACK, (128, 128, 128), WHITE]]

    def test_sixteen_bit_grey_with_white_as_zero(self) -> None:
        image = Image.new("I;16", (2, 1))
        image.putpixel((0, 0), 65535)
        data = samples.encoded(image, "TIFF", tiffinfo={262: 0})
        assert shown(data, 2, 1) == [[BLACK, WHITE]]

    def test_floating_grey(self) -> None:
        image = Image.new("F", (3, 1))
        for x, value in enumerate((0.0, 0.5, 1.0)):
            image.putpixel((x, 0), value)
        assert shown(samples.encoded(image, "TIFF"), 3, 1) == [[BLACK, (128, 128, 128), WHITE]]

    def test_wide_grey_with_negative_values_is_stretched(self) -> None:
        image = Image.new("I", (2, 1))
        image.putpixel((0, 0), -1000)
        image.putpixel((1, 0), 100_000)
        assert shown(samples.encoded(image, "TIFF"), 2, 1) == [[BLACK, WHITE]]

    def test_cmyk(self) -> None:
        image = Image.new("CMYK", (4, 1))
        inks = ((255, 0, 0, 0), (0, 255, 255, 0), (0, 0, 0, 255), (0, 0, 0, 0))
        for x, ink in enumerate(inks):
            image.putpixel((x, 0), ink)
        expected = [[(0, 255, 255), RED, BLACK, WHITE]]
        assert shown(samples.encoded(image, "TIFF"), 4, 1) == expected
        large = image.resize((64, 16), Image.Resampling.NEAREST)
        row = shown(samples.encoded(large, "JPEG", quality=100), 64, 16)[8]
        for x, colour in zip((8, 24, 40, 56), expected[0], strict=True):
            assert row[x] == pytest.approx(colour, abs=3)

    def test_transparency_lies_on_white(self) -> None:
        image = Image.new("RGBA", (3, 1), (255, 0, 0, 255))
        image.putpixel((1, 0), (0, 0, 0, 0))
        image.putpixel((2, 0), (0, 0, 0, 128))
        assert shown(samples.encoded(image, "PNG"), 3, 1) == [[RED, WHITE, (127, 127, 127)]]
        grey = Image.new("LA", (2, 1), (0, 255))
        grey.putpixel((1, 0), (0, 0))
        assert shown(samples.encoded(grey, "PNG"), 2, 1) == [[BLACK, WHITE]]

    def test_a_transparent_colour_lies_on_white(self) -> None:
        image = Image.new("P", (2, 1))
        image.putpalette([255, 0, 0, 0, 0, 255])
        image.putpixel((1, 0), 1)
        assert shown(samples.encoded(image, "PNG", transparency=0), 2, 1) == [[WHITE, BLUE]]
        rgb = samples.encoded(four(), "PNG", transparency=GREEN)
        assert shown(rgb, 2, 2) == [[RED, WHITE], [BLUE, WHITE]]

    def test_other_formats_are_refused(self) -> None:
        with pytest.raises(UnreadableDocument, match="PDF, PNG, JPEG, TIFF, WebP and BMP"):
            opened(samples.encoded(four(), "GIF"))


class TestOrientation:
    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
    @pytest.mark.parametrize(
        ("orientation", "rows"),
        [
            (1, [[RED, GREEN], [BLUE, WHITE]]),
            (2, [[GREEN, RED], [WHITE, BLUE]]),
            (3, [[WHITE, BLUE], [GREEN, RED]]),
            (4, [[BLUE, WHITE], [RED, GREEN]]),
            (5, [[RED, BLUE], [GREEN, WHITE]]),
            (6, [[BLUE, RED], [WHITE, GREEN]]),
            (7, [[WHITE, GREEN], [BLUE, RED]]),
            (8, [[GREEN, WHITE], [RED, BLUE]]),
            (0, [[RED, GREEN], [BLUE, WHITE]]),
        ],
    )
    def test_pictures_stand_upright(
        self, kind: str, orientation: int, rows: list[list[Colour]]
    ) -> None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
        data = samples.encoded(four(), kind, exif=exif, **options)
        assert shown(data, 2, 2) == rows
        corner = Box(0.5, 0.0, 1.0, 0.5)
        [[top_right]] = shown(data, 1, 1, box=corner)
        assert top_right == rows[0][1]

    def test_a_photo_on_its_side_measures_upright(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        data = samples.encoded(Image.new("RGB", (300, 600)), "JPEG", exif=exif, dpi=(100, 200))
        assert opened(data).size(0) == PageSize(216.0, 216.0)

    @pytest.mark.parametrize(
        ("turn", "rows"),
        [
            (0, [[RED, GREEN], [BLUE, WHITE]]),
            (90, [[BLUE, RED], [WHITE, GREEN]]),
            (180, [[WHITE, BLUE], [GREEN, RED]]),
            (270, [[GREEN, WHITE], [RED, BLUE]]),
        ],
    )
    def test_the_persons_turn_comes_last(self, turn: Quarter, rows: list[list[Colour]]) -> None:
        assert shown(samples.encoded(four(), "PNG"), 2, 2, turn) == rows

    def test_sizes_of_a_turned_drawing_are_of_the_result(self) -> None:
        image = Image.new("RGB", (4, 2), RED)
        image.paste(BLUE, (2, 0, 4, 2))
        rows = shown(samples.encoded(image, "PNG"), 2, 4, 90)
        assert rows == [[RED, RED], [RED, RED], [BLUE, BLUE], [BLUE, BLUE]]


class TestScaling:
    def test_the_part_is_cut_before_it_is_scaled(self) -> None:
        image = Image.new("RGB", (100, 100), WHITE)
        image.paste(BLUE, (40, 40, 70, 70))
        box = Box(0.5, 0.5, 0.6, 0.6)
        assert shown(samples.encoded(image, "PNG"), 3, 3, box=box) == [[BLUE] * 3] * 3

    def test_shrinking_averages(self) -> None:
        image = Image.new("L", (64, 64), 0)
        image.paste(255, (0, 0, 32, 64))
        [[left, right]] = shown(samples.encoded(image, "PNG"), 2, 1)
        assert left[0] > 230
        assert right[0] < 25
        stripes = Image.new("L", (64, 1))
        stripes.putdata([0, 255] * 32)
        [[_, grey, *_]] = shown(samples.encoded(stripes, "PNG"), 4, 1)
        assert abs(grey[0] - 127) <= 4

    def test_a_large_jpeg_is_sharp_again_when_a_part_is_wanted(self) -> None:
        image = Image.new("RGB", (1600, 1600), WHITE)
        image.paste(BLACK, (800, 800, 816, 816))
        pages = opened(samples.encoded(image, "JPEG", quality=100))
        assert len(pages.draw(0, WHOLE_PAGE, 100, 100, 0)) == 30_000
        part = pages.draw(0, Box(0.5, 0.5, 0.51, 0.51), 16, 16, 0)
        assert samples.pixel(part, 16, 8, 8)[0] < 8
        assert samples.pixel(pages.draw(0, WHOLE_PAGE, 100, 100, 0), 100, 20, 20) == WHITE


class TestManyPages:
    def data(self) -> bytes:
        pages = [Image.new("RGB", (2 + at, 2), colour) for at, colour in enumerate((RED, GREEN))]
        pages.append(Image.new("L", (9, 3), 7))
        return samples.encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])

    def test_every_page_of_a_tiff_is_shown_in_any_order(self) -> None:
        pages = opened(self.data())
        assert pages.count == 3
        for page, colour in ((2, (7, 7, 7)), (0, RED), (1, GREEN), (1, GREEN), (2, (7, 7, 7))):
            assert bytes(pages.draw(page, WHOLE_PAGE, 1, 1, 0)) == bytes(colour)

    def test_measuring_other_pages_leaves_the_drawn_one(self) -> None:
        pages = opened(self.data())
        assert bytes(pages.draw(0, WHOLE_PAGE, 1, 1, 0)) == bytes(RED)
        ratios = [pages.size(page).width / pages.size(page).height for page in range(3)]
        assert ratios == pytest.approx([1.0, 1.5, 3.0])
        assert bytes(pages.draw(0, WHOLE_PAGE, 1, 1, 0)) == bytes(RED)

    def test_of_an_animation_the_first_picture_is_the_page(self) -> None:
        frames = [Image.new("RGB", (2, 2), colour) for colour in (RED, GREEN)]
        data = samples.encoded(
            frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True
        )
        assert opened(data).count == 1
        assert shown(data, 1, 1) == [[RED]]

    def test_a_phones_jpeg_with_a_second_picture_is_one_page(self) -> None:
        frames = [Image.new("RGB", (64, 64), colour) for colour in (BLUE, GREEN)]
        data = samples.encoded(frames[0], "MPO", save_all=True, append_images=frames[1:])
        assert opened(data).count == 1
        [[colour]] = shown(data, 1, 1)
        assert colour == pytest.approx(BLUE, abs=3)


class TestLimits:
    def test_too_many_pixels_are_refused_from_the_header(self) -> None:
        with pytest.raises(DocumentTooLarge, match="400 million pixels; at most 200 million"):
            opened(png_header(20_000, 20_000))

    @pytest.mark.parametrize(
        "chunk",
        [
            b"VP8X\x0a\0\0\0\0\0\0\0" + (16382).to_bytes(3, "little") * 2,
            b"VP8L\x0a\0\0\0\x2f" + (16382 | 16382 << 14).to_bytes(4, "little") + b"\0",
            b"VP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 16383, 16383),
        ],
    )
    def test_webp_is_refused_before_its_decoder_sees_it(self, chunk: bytes) -> None:
        data = b"RIFF\x20\0\0\0WEBP" + chunk + bytes(8)
        assert webp_size(data[:32]) == (16383, 16383)
        with pytest.raises(DocumentTooLarge, match="268 million"):
            opened(data)

    def test_webp_headers_are_read_as_their_decoder_does(self) -> None:
        image = Image.new("RGBA", (123, 45), (1, 2, 3, 100))
        for options in ({"lossless": True}, {"quality": 50}):
            assert webp_size(samples.encoded(image, "WEBP", **options)[:32]) == (123, 45)
        plain = samples.encoded(image.convert("RGB"), "WEBP")
        assert webp_size(plain[:32]) == (123, 45)
        assert webp_size(samples.encoded(four(), "PNG")[:32]) is None

    def test_a_truncated_picture_is_a_sentence(self) -> None:
        image = Image.effect_noise((200, 200), 90)
        for kind in ("PNG", "JPEG", "TIFF", "BMP"):
            pages = opened(samples.encoded(image, kind)[:-9000])
            with pytest.raises(UnreadableDocument, match="Page 1 of a picture is damaged"):
                pages.draw(0, WHOLE_PAGE, 10, 10, 0)

    def test_a_tiff_that_claims_many_pages_is_refused(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "PAGES", 2)
        with pytest.raises(UnreadableDocument, match="claims to have 3 pages"):
            opened(TestManyPages().data())


class TestPaper:
    def test_a_plausible_resolution_counts(self) -> None:
        assert paper(2480, 3508, (300, 300)) == PageSize(595.2, 841.92)

    def test_fax_pixels_are_not_square(self) -> None:
        size = paper(1728, 1144, (204, 98))
        assert size.width / 72 == pytest.approx(8.47, abs=0.01)
        assert size.height / 72 == pytest.approx(11.67, abs=0.01)

    @pytest.mark.parametrize(
        "dpi",
        [(0, 0), (72, 72), (1201, 1201), (float("nan"), 300), (float("inf"), 300), (-300, -300)],
    )
    def test_other_resolutions_do_not(self, dpi: tuple[float, float]) -> None:
        size = paper(1000, 500, dpi)
        assert (size.width, size.height) == pytest.approx((842.4, 421.2))

    def test_nor_do_those_that_make_a_stamp_or_a_poster(self) -> None:
        assert paper(100, 100, (300, 300)).width == pytest.approx(842.4)
        assert paper(10_000, 300, (100, 100)).width == pytest.approx(842.4)

    def test_the_files_own_resolution_is_used(self) -> None:
        image = Image.new("L", (300, 600), 255)
        for kind in ("PNG", "JPEG", "TIFF", "BMP"):
            size = opened(samples.encoded(image, kind, dpi=(150, 150))).size(0)
            assert (size.width, size.height) == pytest.approx((144, 288), rel=0.001)
