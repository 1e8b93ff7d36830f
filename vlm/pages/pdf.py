"""PDF pages through PyMuPDF: sizes, drawings of a part, words. Runs in the page process only.

Coordinates inside are MuPDF's: points of the page as the document shows it, origin top-left.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator

from vlm.errors import PasswordNeeded, UnreadableDocument
from vlm.pages import limits
from vlm.pages.jobs import SAVE_AGAIN
from vlm.pages.mupdf import mupdf, pymupdf
from vlm.pages.words import RawWord
from vlm.types import Box, PageSize, Quarter

TEXT_FLAGS = pymupdf.TEXT_MEDIABOX_CLIP | pymupdf.TEXT_PRESERVE_WHITESPACE
LETTER = PageSize(612.0, 792.0)
SHORTEST_POINTS, LONGEST_POINTS = 0.01, 1_000_000.0


def looks_like_pdf(head: bytes) -> bool:
    """Tell from a file's first 1,024 bytes whether it may be a PDF."""
    return b"%PDF-" in head[:1024]


class PdfPages:
    """An open PDF. The last page used keeps its drawing commands for the next request.

    Args:
        data: The whole file; kept, not copied.
        name: What sentences call the file.
        password: The password, when one was given.

    Raises:
        UnreadableDocument: It is broken beyond repair or has no pages.
        PasswordNeeded: It is encrypted and the password is missing or wrong.
    """

    def __init__(self, data: memoryview, name: str, password: str | None) -> None:
        self._name = name
        try:
            self._document = pymupdf.Document(stream=data, filetype="pdf")
        except Exception as error:  # noqa: BLE001  # MuPDF raises dozens of kinds
            raise UnreadableDocument(
                f"{name} is damaged and could not be repaired. {SAVE_AGAIN}"
            ) from error
        if not self._document.is_pdf:
            raise UnreadableDocument(
                f"{name} says that it is a PDF, but it is not one. {SAVE_AGAIN}"
            )
        self._unlock(password)
        self.count = self._count()
        self._held: tuple[int, mupdf.FzDisplayList, PageSize] | None = None

    def _unlock(self, password: str | None) -> None:
        if not self._document.needs_pass:
            return
        if password is None:
            raise PasswordNeeded(f"{self._name} is locked. Enter its password to open it.")
        if not any(map(self._fits, _spellings(password))):
            raise PasswordNeeded(
                f"This password does not open {self._name}. Check capital letters and try again."
            )

    def _fits(self, password: str) -> bool:
        try:
            return bool(self._document.authenticate(password))
        except Exception:  # noqa: BLE001  # e.g. text that no password encoding can hold
            return False

    def _count(self) -> int:
        try:
            count = int(self._document.page_count)
        except Exception as error:  # noqa: BLE001  # MuPDF raises dozens of kinds
            raise UnreadableDocument(
                f"The list of pages in {self._name} is damaged. {SAVE_AGAIN}"
            ) from error
        if count < 1:
            raise UnreadableDocument(f"{self._name} has no pages that can be shown. {SAVE_AGAIN}")
        if count > limits.PAGES:
            raise UnreadableDocument(
                f"{self._name} claims to have {count:,} pages; more than {limits.PAGES:,} "
                "are not opened."
            )
        return count

    def size(self, page: int) -> PageSize:
        """Measure a page in points; a page that cannot be measured counts as US Letter."""
        try:
            return _size(mupdf.fz_load_page(self._document, page))
        except Exception:  # noqa: BLE001  # drawing it will say what is wrong
            return LETTER

    def draw(self, page: int, box: Box, width: int, height: int, turn: Quarter) -> memoryview:
        """Draw `box` of a page to exactly `width` by `height` pixels, after the turn.

        Returns:
            RGB bytes, rows packed.
        """
        commands, size = self._load(page)
        area = mupdf.FzIrect(0, 0, width, height)
        try:
            pixmap = mupdf.fz_new_pixmap_with_bbox(
                mupdf.fz_device_rgb(), area, mupdf.FzSeparations(), 0
            )
            mupdf.fz_clear_pixmap_with_value(pixmap, 255)
            device = mupdf.fz_new_draw_device(mupdf.FzMatrix(), pixmap)
            matrix = _matrix(size, box, width, height, turn)
            mupdf.fz_run_display_list(
                commands, device, matrix, mupdf.FzRect(area), mupdf.FzCookie()
            )
            mupdf.fz_close_device(device)
        except Exception as error:  # noqa: BLE001  # MuPDF raises dozens of kinds
            raise self._broken(page, "drawn") from error
        # The view does not keep the pixmap alive, so its bytes are copied out.
        return memoryview(bytes(mupdf.fz_pixmap_samples_memoryview(pixmap)))

    def words(self, page: int) -> Iterator[RawWord]:
        """Yield a page's words in reading order, form fields and notes included."""
        commands, size = self._load(page)
        try:
            rect = mupdf.FzRect(0, 0, size.width, size.height)
            text = mupdf.FzStextPage(rect)
            device = mupdf.fz_new_stext_device(text, mupdf.FzStextOptions(TEXT_FLAGS))
            mupdf.fz_run_display_list(commands, device, mupdf.FzMatrix(), rect, mupdf.FzCookie())
            mupdf.fz_close_device(device)
            found = pymupdf.TextPage(text).extractWORDS()
        except Exception as error:  # noqa: BLE001  # MuPDF raises dozens of kinds
            raise self._broken(page, "read") from error
        for x0, y0, x1, y1, word, *_ in found:
            yield word, x0 / size.width, y0 / size.height, x1 / size.width, y1 / size.height

    def _load(self, page: int) -> tuple[mupdf.FzDisplayList, PageSize]:
        if self._held is not None and self._held[0] == page:
            return self._held[1:]
        self._held = None
        try:
            loaded = mupdf.fz_load_page(self._document, page)
            size = _size(loaded)
            commands = mupdf.fz_new_display_list_from_page(loaded)
        except Exception as error:  # noqa: BLE001  # MuPDF raises dozens of kinds
            raise self._broken(page, "read") from error
        self._held = (page, commands, size)
        return commands, size

    def _broken(self, page: int, done: str) -> UnreadableDocument:
        return UnreadableDocument(
            f"Page {page + 1} of {self._name} is damaged and cannot be {done}. "
            "The other pages may still work."
        )


def _spellings(password: str) -> tuple[str, ...]:
    """Return a password as typed and as newer documents store it: one form of each character."""
    stored = unicodedata.normalize("NFKC", password).replace("\N{SOFT HYPHEN}", "")
    return (password, stored) if stored != password else (password,)


def _size(page: mupdf.FzPage) -> PageSize:
    bounds = mupdf.fz_bound_page(page)
    width, height = bounds.x1 - bounds.x0, bounds.y1 - bounds.y0
    if not (math.isfinite(width) and math.isfinite(height)):
        return LETTER
    return PageSize(
        min(max(width, SHORTEST_POINTS), LONGEST_POINTS),
        min(max(height, SHORTEST_POINTS), LONGEST_POINTS),
    )


def _matrix(size: PageSize, box: Box, width: int, height: int, turn: Quarter) -> mupdf.FzMatrix:
    """Map the box of a page onto the pixels of a drawing turned clockwise by `turn`."""
    across, down = (height, width) if turn in (90, 270) else (width, height)
    sx, sy = across / (box.width * size.width), down / (box.height * size.height)
    x, y = box.x0 * size.width * sx, box.y0 * size.height * sy
    match turn:
        case 0:
            return mupdf.FzMatrix(sx, 0, 0, sy, -x, -y)
        case 90:
            return mupdf.FzMatrix(0, sx, -sy, 0, width + y, -x)
        case 180:
            return mupdf.FzMatrix(-sx, 0, 0, -sy, width + x, height + y)
        case 270:
            return mupdf.FzMatrix(0, -sx, sy, 0, -y, height + x)
