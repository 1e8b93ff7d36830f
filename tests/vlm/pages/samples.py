"""Documents that the tests of pages draw themselves."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

from vlm.pages.mupdf import pymupdf

RED, WHITE = (255, 0, 0), (255, 255, 255)
AES_256, TEXT_FIELD = 5, 7  # PyMuPDF's constants, which type checkers do not find


def pdf(pages: int = 1, rotation: int = 0, **saving: Any) -> bytes:
    """200 by 100 points; "Hello world" on the left, a red box at (120, 20)-(180, 60)."""
    document = pymupdf.Document()
    for number in range(pages):
        page = document.new_page(width=200, height=100)
        page.insert_text((20, 40), f"Hello world {number + 1}", fontsize=12)
        page.draw_rect((120, 20, 180, 60), color=None, fill=(1, 0, 0))
        page.set_rotation(rotation)
    return bytes(document.tobytes(**saving))


def locked(password: str) -> bytes:
    """A PDF that opens only with `password`."""
    return pdf(encryption=AES_256, user_pw=password, owner_pw="owner")


def form(value: str) -> bytes:
    """A filled-in field with a red ground on the right half of a page of 200 by 100 points."""
    document = pymupdf.Document()
    page = document.new_page(width=200, height=100)
    field: Any = pymupdf.Widget()
    field.field_name, field.field_value, field.field_type = "total", value, TEXT_FIELD
    field.fill_color, field.rect = (1, 0, 0), pymupdf.Rect(100, 0, 200, 100)
    page.add_widget(field)
    return bytes(document.tobytes())


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of the given objects, numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    places: list[int] = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Root 1 0 R/Size %d>>\n" % (len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def stream(words: bytes, more: bytes = b"") -> bytes:
    """A stream object."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (more, len(words), words)


def endless_pdf(depth: int = 12) -> bytes:
    """Page 1 draws a form that draws ten forms that draw ten ...; page 2 is plain."""
    first = 7
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 200 100]"
    forms = [
        stream(
            b"/X Do " * 10,
            form + b"/Resources<</XObject<</X %d 0 R>>>>" % (first + level + 1),
        )
        for level in range(depth)
    ]
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 200 100]>>",
        b"<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<</XObject<</X 7 0 R>>>>>>",
        b"<</Type/Page/Parent 2 0 R/Contents 6 0 R>>",
        stream(b"/X Do"),
        stream(b"1 0 0 rg 0 0 200 100 re f"),
        *forms,
        stream(b"0 0 1 1 re f", form),
    )


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """An image as a file's bytes."""
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def saved(folder: Path, name: str, data: bytes) -> str:
    """Write a file; return its path as text."""
    path = folder / name
    path.write_bytes(data)
    return str(path)


def pixel(data: bytes | memoryview, width: int, x: int, y: int) -> tuple[int, int, int]:
    """One pixel of packed RGB."""
    at = 3 * (y * width + x)
    red, green, blue = bytes(data[at : at + 3])
    return red, green, blue
