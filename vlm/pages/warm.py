"""Uses every codec and font path once, so that nothing is loaded from disk after the jail."""

from __future__ import annotations

import codecs
import io
from typing import Any

from PIL import (
    BmpImagePlugin,
    Image,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from vlm.pages import pdf, picture, words
from vlm.pages.mupdf import pymupdf
from vlm.types import WHOLE_PAGE

ENCODINGS = ("utf-8", "utf-16", "utf-16-be", "utf-16-le", "latin-1", "ascii", "cp1252", "cp437")
"""What Pillow and PyMuPDF decode names and tags with; Python loads each on first use."""

PLUGINS = (
    BmpImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,  # what some phones call JPEG
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
    ImageOps,  # turns TIFF pages upright
)
"""What Pillow would import when it meets the first picture of a kind."""


def up() -> None:
    """Draw and read one page of each kind."""
    for encoding in ENCODINGS:
        codecs.lookup(encoding)
    for name, options in (
        ("PNG", {}),
        ("JPEG", {}),
        ("TIFF", {"compression": "group4"}),
        ("TIFF", {"compression": "jpeg"}),
        ("TIFF", {"tiffinfo": {picture.ORIENTATION: 6}}),
        ("WEBP", {}),
        ("BMP", {}),
    ):
        _picture(name, options)
    _document()


def _picture(name: str, options: dict[str, Any]) -> None:
    made = io.BytesIO()
    mode = "1" if options.get("compression") == "group4" else "RGB"
    Image.new(mode, (16, 16)).save(made, name, **options)
    made.seek(0)
    picture.PicturePages(made, name).draw(0, WHOLE_PAGE, 8, 8, 0)


def _document() -> None:
    """Draw Latin and Chinese text: fonts and colour conversion are set up on first use."""
    made = pymupdf.Document()
    page = made.new_page(width=100, height=100)
    page.insert_text((10, 20), "Aa 1")
    page.insert_text((10, 40), "文", fontname="china-s")
    page.draw_rect((10, 50, 20, 60), fill=(0.1, 0.2, 0.3, 0.4))
    pages = pdf.PdfPages(memoryview(made.tobytes()), "a page", None)
    pages.draw(0, WHOLE_PAGE, 50, 50, 0)
    words.clean(pages.words(0))
