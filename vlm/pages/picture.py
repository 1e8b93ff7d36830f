"""Picture files through Pillow: sizes, drawings of a part. Runs in the page process only.

A picture is kept as decoded, untouched; only the part asked for is scaled, turned upright and
made RGB, so that a large scan costs its own memory once. Colour profiles are not applied.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import IO

from PIL import Image

from vlm.errors import DocumentTooLarge, UnreadableDocument
from vlm.pages import limits, pixels
from vlm.pages.jobs import SAVE_AGAIN
from vlm.types import Box, PageSize, Quarter

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
ORIENTATION = 0x0112
DEFAULT_LONG_EDGE = 11.7
"""Inches that a picture's long edge is taken for when its own resolution is not plausible."""

# Our own limit is checked on the header and has its own sentence.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class Frame:
    """One page of a picture file as its header describes it; pixels are upright.

    `orientation` is EXIF's 1 to 8: how the stored rows must be turned to stand upright.
    """

    width: int
    height: int
    orientation: int
    size: PageSize


class PicturePages:
    """An open picture file. Only TIFF has more than one page; of animations the first is shown.

    Args:
        file: The whole file, seekable; kept.
        name: What sentences call the file.

    Raises:
        UnreadableDocument: It is no picture this program reads.
        DocumentTooLarge: Its first page has too many pixels.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._name = name
        self._file = file
        self._frames: dict[int, Frame] = {}
        self._decoded: tuple[int, int, Image.Image] | None = None
        self._image = self._open()
        self.count = self._count()
        self._frame(0)

    def _open(self) -> Image.Image:
        head = self._file.read(32)
        self._file.seek(0)
        claimed = webp_size(head)
        if claimed is not None:  # its decoder takes memory for the canvas before we can ask
            self._refuse_large(*claimed, page=0)
        try:
            return Image.open(self._file, formats=FORMATS)
        except Exception as error:  # noqa: BLE001  # Pillow's readers raise dozens of kinds
            raise UnreadableDocument(
                f"{self._name} is not a document that can be read here, or it is damaged. "
                "PDF, PNG, JPEG, TIFF, WebP and BMP files can be opened."
            ) from error

    def _count(self) -> int:
        if self._image.format != "TIFF":
            return 1
        try:
            count = int(getattr(self._image, "n_frames", 1))
        except Exception as error:  # noqa: BLE001  # Pillow's readers raise dozens of kinds
            raise UnreadableDocument(
                f"The list of pages in {self._name} is damaged. {SAVE_AGAIN}"
            ) from error
        if count > limits.PAGES:
            raise UnreadableDocument(
                f"{self._name} claims to have {count:,} pages; more than {limits.PAGES:,} "
                "are not opened."
            )
        return count

    def size(self, page: int) -> PageSize:
        """Measure a page in points at its own resolution; a broken one like the first page."""
        try:
            return self._frame(page).size
        except UnreadableDocument:  # drawing it will say what is wrong
            return self._frame(0).size

    def draw(self, page: int, box: Box, width: int, height: int, turn: Quarter) -> memoryview:
        """Draw `box` of a page to exactly `width` by `height` pixels, after the turn.

        Returns:
            RGB bytes, rows packed.
        """
        frame = self._frame(page)
        across, down = (height, width) if turn in (90, 270) else (width, height)
        image = self._decode(page, frame, box, across, down)
        try:
            part = pixels.cut(image, frame.orientation, box, across, down)
            return memoryview(pixels.turned(part, turn).tobytes())
        except (OSError, ValueError, MemoryError) as error:
            raise self._broken(page) from error

    def _frame(self, page: int) -> Frame:
        if page not in self._frames:
            self._seek(page)
            self._refuse_large(*self._image.size, page=page)
            self._frames[page] = _describe(self._image)
        return self._frames[page]

    def _seek(self, page: int) -> None:
        if self._image.format != "TIFF" or self._image.tell() == page:
            return
        try:
            self._image.seek(page)
        except Exception as error:  # noqa: BLE001  # Pillow's readers raise dozens of kinds
            raise self._broken(page) from error

    def _decode(self, page: int, frame: Frame, box: Box, across: int, down: int) -> Image.Image:
        """Return the page's pixels as stored, possibly reduced; decoded once and kept."""
        room = min(frame.width * box.width / across, frame.height * box.height / down)
        scale = _reduction(room) if self._image.format in ("JPEG", "MPO") else 1
        if self._decoded is not None and self._decoded[0] == page and self._decoded[1] <= scale:
            return self._decoded[2]
        self._decoded = None
        try:
            if self._image.format == "TIFF":
                self._seek(page)
            if scale > 1:
                stored_w, stored_h = self._image.size
                self._image.draft(None, (stored_w // scale, stored_h // scale))
            image = pixels.plain(self._image)
            if self._image.format != "TIFF":
                self._image = Image.open(self._file, formats=FORMATS)  # lets go of its pixels
            elif image is self._image:
                image = image.copy()  # the next seek would change it under us
        except MemoryError as error:
            raise DocumentTooLarge(
                f"Page {page + 1} of {self._name} needs more memory than the page reader may use. "
                "Save it with a lower resolution and try again."
            ) from error
        except Exception as error:  # noqa: BLE001  # Pillow's readers raise dozens of kinds
            raise self._broken(page) from error
        self._decoded = (page, scale, image)
        return image

    def _refuse_large(self, width: int, height: int, page: int) -> None:
        if width < 1 or height < 1:
            raise self._broken(page)
        if width * height > limits.PICTURE_PIXELS:
            millions = width * height / 1_000_000
            raise DocumentTooLarge(
                f"Page {page + 1} of {self._name} has {millions:,.0f} million pixels; "
                f"at most {limits.PICTURE_PIXELS // 1_000_000} million can be opened. "
                "Save it with a lower resolution and try again."
            )

    def _broken(self, page: int) -> UnreadableDocument:
        return UnreadableDocument(
            f"Page {page + 1} of {self._name} is damaged and cannot be drawn. {SAVE_AGAIN}"
        )


def webp_size(head: bytes) -> tuple[int, int] | None:
    """Read width and height from the first 32 bytes of a WebP file; None for other files."""
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or len(head) < 30:
        return None
    match head[12:16]:
        case b"VP8X":
            width = int.from_bytes(head[24:27], "little") + 1
            height = int.from_bytes(head[27:30], "little") + 1
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case _:
            width = int.from_bytes(head[26:28], "little") & 0x3FFF
            height = int.from_bytes(head[28:30], "little") & 0x3FFF
    return width, height


def _reduction(room: float) -> int:
    """Choose 1, 2, 4 or 8: how much smaller a JPEG may be decoded when `room` times is spare."""
    return next((scale for scale in (8, 4, 2) if room >= 2 * scale), 1)


def _describe(image: Image.Image) -> Frame:
    width, height = image.size
    orientation = 1
    if image.format != "TIFF":  # Pillow turns TIFF upright itself
        try:
            orientation = int(image.getexif().get(ORIENTATION, 1))
        except Exception:  # noqa: BLE001  # a damaged EXIF block must not hide the picture
            orientation = 1
    if not 1 <= orientation <= 8:
        orientation = 1
    dpi = _dpi(image)
    if orientation >= 5:
        width, height, dpi = height, width, (dpi[1], dpi[0])
    return Frame(width, height, orientation, paper(width, height, dpi))


def _dpi(image: Image.Image) -> tuple[float, float]:
    """Return a picture's own dpi across and down, or zeros when it has none."""
    try:
        across, down = image.info.get("dpi", (0.0, 0.0))
        return float(across), float(down)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return 0.0, 0.0


def paper(width: int, height: int, dpi: tuple[float, float]) -> PageSize:
    """Decide how large a picture's paper is, in points.

    Its own dpi counts when above 72 (cameras and screens write 72 without meaning it), at most
    1200, and when the paper would measure between 1 and 60 inches; else the long edge is taken
    for that of a sheet of A4.
    """
    if all(math.isfinite(value) and 72 < value <= 1200 for value in dpi):
        inches = width / dpi[0], height / dpi[1]
        if min(inches) >= 1 and max(inches) <= 60:
            return PageSize(inches[0] * 72, inches[1] * 72)
    points = DEFAULT_LONG_EDGE * 72 / max(width, height)
    return PageSize(max(width * points, 0.01), max(height * points, 0.01))
