"""Documents to look at, and a source of pages that needs no process of its own."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import pymupdf

from vlm.errors import PageTimeout, PasswordNeeded
from vlm.types import Box, Document, PageRef, PageSize, Word

AES_256 = 5
"""PyMuPDF's number of the encryption."""
INK = (0.11, 0.13, 0.16)
GREY = (0.42, 0.45, 0.5)
BLUE = (0.16, 0.32, 0.62)
RULE = (0.85, 0.87, 0.9)
GOODS = ("Toner cartridges", "Copy paper A4", "Desk lamps", "Folders, blue", "Whiteboard pens")
CLAUSE = (
    "The supplier delivers the goods within ten working days of the order. Partial deliveries "
    "are allowed where they can be used on their own. The risk passes to the customer when the "
    "goods are handed over to the carrier, whoever bears the cost of the transport. "
)


def _money(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02d}"


def draw_invoice(page: pymupdf.Page, number: int) -> None:
    """Draw an invoice with the number on it."""
    page.draw_rect(pymupdf.Rect(0, 0, 595, 8), color=BLUE, fill=BLUE)
    page.insert_text((56, 70), "Northwind Office Supplies", fontname="hebo", fontsize=17, color=INK)
    page.insert_text((56, 88), "14 Harbour Road, Bristol BS1 5TY", fontsize=9, color=GREY)
    page.insert_text((410, 70), "INVOICE", fontname="hebo", fontsize=17, color=BLUE)
    for row, (name, value) in enumerate(
        (("Number", f"2026-{number:04d}"), ("Date", "14 March 2026"), ("Due", "13 April 2026"))
    ):
        page.insert_text((410, 92 + 15 * row), name, fontsize=9, color=GREY)
        page.insert_text((460, 92 + 15 * row), value, fontsize=10, color=INK)
    page.insert_text((56, 150), "Bill to", fontsize=9, color=GREY)
    page.insert_text((56, 166), "Marlow & Finch Bookkeeping", fontsize=11, color=INK)
    page.insert_text((56, 181), "3 Castle Street, Bath BA1 1HJ", fontsize=10, color=INK)
    _draw_items(page, number)
    page.insert_textbox(pymupdf.Rect(56, 560, 539, 700), CLAUSE * 2, fontsize=9, color=GREY)
    page.insert_text((56, 800), f"Page {number}", fontsize=8, color=GREY)


def _draw_items(page: pymupdf.Page, number: int) -> None:
    page.draw_rect(pymupdf.Rect(56, 220, 539, 242), color=None, fill=(0.94, 0.95, 0.97))
    for x, head in ((64, "Item"), (330, "Quantity"), (410, "Price"), (490, "Amount")):
        page.insert_text((x, 235), head, fontname="hebo", fontsize=9, color=INK)
    total = 0
    for row, goods in enumerate(GOODS):
        count, price = 1 + (number * 7 + row * 3) % 9, 450 + (number * 131 + row * 977) % 9000
        total += count * price
        y = 264 + 24 * row
        page.insert_text((64, y), goods, fontsize=10, color=INK)
        page.insert_text((340, y), str(count), fontsize=10, color=INK)
        page.insert_text((410, y), _money(price), fontsize=10, color=INK)
        page.insert_text((490, y), _money(count * price), fontsize=10, color=INK)
        page.draw_line((56, y + 9), (539, y + 9), color=RULE, width=0.6)
    page.insert_text((410, 410), "Total", fontname="hebo", fontsize=12, color=INK)
    page.insert_text((480, 410), f"GBP {_money(total)}", fontname="hebo", fontsize=12, color=INK)
    page.insert_text((56, 470), "Payment", fontname="hebo", fontsize=10, color=INK)
    page.insert_text(
        (56, 486), "IBAN GB33 BUKB 2020 1555 5555 55, within 30 days", fontsize=10, color=INK
    )


def draw_sample(
    path: Path, pages: int = 5, landscape: int | None = None, password: str | None = None
) -> str:
    """Write a PDF of invoices and return its path; page `landscape` lies on its side."""
    document = pymupdf.open()
    for number in range(pages):
        wide = number == landscape
        page = document.new_page(width=842 if wide else 595, height=595 if wide else 842)
        draw_invoice(page, number + 1)
    if password is None:
        document.save(str(path))
    else:
        document.save(
            str(path),
            encryption=AES_256,
            user_pw=password,
            owner_pw=password,
        )
    document.close()
    return str(path)


def draw_blank(path: Path, pages: int) -> str:
    """Write a PDF of empty pages and return its path."""
    document = pymupdf.open()
    for _ in range(pages):
        document.new_page()
    document.save(str(path))
    document.close()
    return str(path)


@dataclass(frozen=True)
class LocalPixels:
    width: int
    height: int
    data: bytes


class LocalSource:
    """Draws with PyMuPDF on the lane's own thread; counts what it was asked, fails on request."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.failing: set[int] = set()
        self.gate = threading.Event()
        """Holds drawing and reading while it is clear."""
        self.gate.set()
        self.opening = threading.Event()
        self.opening.set()
        self.waiting = 0
        """Jobs held by the gate right now."""
        self.stopped = 0
        self.threads: set[int] = set()
        self._documents: dict[str, pymupdf.Document] = {}

    def open(self, path: str, password: str | None = None) -> Document:
        self.asked.append(("open", 0))
        self.threads.add(threading.get_ident())
        self.opening.wait(10)
        self.close(path)
        document = pymupdf.open(path)
        if document.needs_pass and not document.authenticate(password or ""):
            document.close()
            raise PasswordNeeded("Enter the password of this document.")
        self._documents[path] = document
        first = document[0].rect
        return Document(path, "pdf", len(document), PageSize(first.width, first.height))

    def sizes(self, path: str, first: int, count: int) -> tuple[PageSize, ...]:
        self.asked.append(("sizes", first))
        document = self._documents[path]
        pages = range(first, min(len(document), first + count))
        rects = [document[page].rect for page in pages]
        return tuple(PageSize(rect.width, rect.height) for rect in rects)

    def render(self, page: PageRef, box: Box, width: int, height: int) -> LocalPixels:
        self._pass_gate()
        self.asked.append(("render", page.page))
        if page.page in self.failing:
            raise PageTimeout(f"Page {page.page + 1} took too long to draw.")
        sheet = self._documents[page.path][page.page]
        rect = sheet.rect
        part = pymupdf.Rect(
            box.x0 * rect.width, box.y0 * rect.height, box.x1 * rect.width, box.y1 * rect.height
        )
        matrix = pymupdf.Matrix(width / part.width, height / part.height)
        pixmap = sheet.get_pixmap(matrix=matrix, clip=part + (0.01, 0.01, -0.01, -0.01))
        if (pixmap.width, pixmap.height) != (width, height):
            pixmap = pymupdf.Pixmap(pixmap, width, height)
        return LocalPixels(width, height, bytes(pixmap.samples))

    def words(self, page: PageRef) -> tuple[Word, ...]:
        self._pass_gate()
        self.asked.append(("words", page.page))
        sheet = self._documents[page.path][page.page]
        rect = sheet.rect
        found: list[Word] = []
        for x0, y0, x1, y1, text, *_ in sheet.get_text("words"):
            box = Box(
                max(0.0, x0 / rect.width),
                max(0.0, y0 / rect.height),
                min(1.0, x1 / rect.width),
                min(1.0, y1 / rect.height),
            )
            found.append(Word(text, box))
        return tuple(found)

    def _pass_gate(self) -> None:
        self.waiting += 1
        self.gate.wait(10)
        self.waiting -= 1

    def close(self, path: str) -> None:
        document = self._documents.pop(path, None)
        if document is not None:
            document.close()

    def stop(self) -> None:
        self.stopped += 1
        self.gate.set()
        for path in list(self._documents):
            self.close(path)
