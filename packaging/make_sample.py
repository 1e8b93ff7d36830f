"""Draws assets/sample.pdf: an invoice, a receipt and a form, everything in them invented.

Run: .venv/bin/python packaging/make_sample.py
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pymupdf

SAMPLE = Path(__file__).resolve().parent.parent / "assets" / "sample.pdf"
INK = (0.11, 0.13, 0.16)
GREY = (0.40, 0.44, 0.50)
LINE = (0.82, 0.84, 0.88)
PALE = (0.955, 0.962, 0.975)
TEAL = (0.06, 0.40, 0.42)
WHITE = (1.0, 1.0, 1.0)
PLAIN, BOLD, MONO = "helv", "hebo", "cour"
WAYS = {"left": 0.0, "right": 1.0, "middle": 0.5}

ITEMS = (
    ("Business cards, 350 g, matt", 500, Decimal("0.18")),
    ("Letterhead, recycled paper", 1000, Decimal("0.09")),
    ("Poster A2, four colours", 24, Decimal("6.50")),
    ("Binding, linen cover", 12, Decimal("11.25")),
)
TAX = Decimal("0.20")
ORDER = (
    ("2 Flat white", Decimal("7.60")),
    ("1 Oat porridge", Decimal("5.40")),
    ("1 Plum cake", Decimal("4.20")),
    ("1 Sparkling water", Decimal("2.90")),
)
GIVEN = Decimal("30.00")


class Sheet:
    """A page to write on; all lengths in points, `y` is a text's baseline."""

    def __init__(self, document: pymupdf.Document, width: float, height: float) -> None:
        self.page = document.new_page(width=width, height=height)

    def write(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 11.5,
        font: str = PLAIN,
        colour: tuple[float, float, float] = INK,
        align: str = "left",
    ) -> None:
        """Write a line that begins, ends or is centred at `x`."""
        width = pymupdf.get_text_length(text, fontname=font, fontsize=size)
        start = (x - width * WAYS[align], y)
        self.page.insert_text(start, text, fontsize=size, fontname=font, color=colour)

    def box(self, x0: float, y0: float, x1: float, y1: float, fill: object, edge: object) -> None:
        """Draw a box with slightly rounded corners."""
        area = pymupdf.Rect(x0, y0, x1, y1)
        radius = min(0.5, 5 / min(area.width, area.height))
        self.page.draw_rect(area, color=edge, fill=fill, width=0.8, radius=radius)

    def rule(self, x0: float, x1: float, y: float, dashes: str | None = None) -> None:
        """Draw a hairline."""
        self.page.draw_line((x0, y), (x1, y), color=LINE, width=0.9, dashes=dashes)


def money(amount: Decimal) -> str:
    """Return an amount as people write it."""
    return f"{amount:,.2f}"


def invoice(document: pymupdf.Document) -> None:
    """Draw the first page."""
    sheet = Sheet(document, 595, 842)
    page = sheet.page
    page.draw_rect(pymupdf.Rect(0, 0, 595, 12), color=TEAL, fill=TEAL)
    page.draw_circle((70, 76), 20, color=TEAL, fill=TEAL)
    sheet.write(70, 83, "L", 20, BOLD, WHITE, "middle")
    sheet.write(102, 74, "Larkspur Print & Paper", 17, BOLD)
    sheet.write(102, 91, "12 Harbour Lane, Northmere NM4 7QT", 10.5, PLAIN, GREY)
    sheet.write(545, 84, "INVOICE", 26, BOLD, TEAL, "right")
    for row, (name, value) in enumerate(
        (("Invoice number", "LP-20418"), ("Invoice date", "14 March 2025"),
         ("Due date", "13 April 2025"), ("Customer number", "C-3071"))
    ):  # fmt: skip
        y = 150 + row * 22
        sheet.write(330, y, name, 11, PLAIN, GREY)
        sheet.write(545, y, value, 13, BOLD, align="right")
    sheet.write(50, 150, "Billed to", 11, PLAIN, GREY)
    for row, text in enumerate(("Tilda Moss", "Moss & Daughter Bookbinding", "8 Mill Yard",
                                "Eastwick EW2 1AB")):  # fmt: skip
        sheet.write(50, 170 + row * 18, text, 12.5, BOLD if row == 0 else PLAIN)
    total = items_table(sheet)
    sheet.write(50, 640, "Please pay within 30 days to", 11, PLAIN, GREY)
    sheet.write(50, 660, "Northmere Savings Bank", 12.5)
    sheet.write(50, 680, "Account 4402 7719 03", 12.5, BOLD)
    sheet.write(50, 700, "Reference LP-20418", 12.5)
    sheet.rule(50, 545, 780)
    note = f"Thank you for your order. Total due {money(total)} GBP by 13 April 2025."
    sheet.write(297, 800, note, 10, PLAIN, GREY, "middle")


def items_table(sheet: Sheet) -> Decimal:
    """Draw the invoice's items and sums; return the total."""
    top = 290
    sheet.box(50, top, 545, top + 28, PALE, PALE)
    for x, text, align in ((62, "Description", "left"), (360, "Quantity", "right"),
                           (450, "Price", "right"), (533, "Amount", "right")):  # fmt: skip
        sheet.write(x, top + 18, text, 11, BOLD, GREY, align)
    net = Decimal(0)
    for row, (text, count, price) in enumerate(ITEMS):
        y = top + 54 + row * 32
        net += count * price
        sheet.write(62, y, text, 12)
        sheet.write(360, y, str(count), 12, align="right")
        sheet.write(450, y, money(price), 12, align="right")
        sheet.write(533, y, money(count * price), 12, align="right")
        sheet.rule(50, 545, y + 11)
    tax = (net * TAX).quantize(Decimal("0.01"))
    y = top + 54 + len(ITEMS) * 32 + 20
    for text, amount in (("Subtotal", net), (f"VAT {TAX:.0%}", tax)):
        sheet.write(360, y, text, 12, PLAIN, GREY)
        sheet.write(533, y, money(amount), 12, align="right")
        y += 24
    sheet.box(345, y - 8, 545, y + 32, TEAL, TEAL)
    sheet.write(360, y + 18, "Total GBP", 14, BOLD, WHITE)
    sheet.write(533, y + 18, money(net + tax), 17, BOLD, WHITE, "right")
    return net + tax


def receipt(document: pymupdf.Document) -> None:
    """Draw the second page, as wide as a till's paper."""
    sheet = Sheet(document, 260, 470)
    sheet.write(130, 48, "BRAMBLE & BEAN", 18, BOLD, align="middle")
    sheet.write(130, 68, "Coffee house", 11.5, PLAIN, GREY, "middle")
    sheet.write(130, 84, "3 Station Walk, Eastwick", 11.5, PLAIN, GREY, "middle")
    sheet.rule(24, 236, 102, "[3 3]")
    sheet.write(24, 124, "Receipt 00731", 12)
    sheet.write(236, 124, "Table 6", 12, align="right")
    sheet.write(24, 142, "22/03/2025", 12)
    sheet.write(236, 142, "10:47", 12, align="right")
    sheet.rule(24, 236, 158, "[3 3]")
    total = sum((price for _, price in ORDER), Decimal(0))
    for row, (text, price) in enumerate(ORDER):
        sheet.write(24, 184 + row * 22, text, 12.5)
        sheet.write(236, 184 + row * 22, money(price), 12.5, align="right")
    y = 184 + len(ORDER) * 22
    sheet.rule(24, 236, y - 4, "[3 3]")
    sheet.write(24, y + 24, "TOTAL", 17, BOLD)
    sheet.write(236, y + 24, money(total), 19, BOLD, align="right")
    for row, (text, amount) in enumerate((("Cash", GIVEN), ("Change", GIVEN - total))):
        sheet.write(24, y + 52 + row * 20, text, 12.5)
        sheet.write(236, y + 52 + row * 20, money(amount), 12.5, align="right")
    sheet.rule(24, 236, y + 90, "[3 3]")
    sheet.write(130, y + 116, "You were served by Odalys", 12, align="middle")
    sheet.write(130, y + 138, "Thank you, come again!", 12, BOLD, align="middle")


def form(document: pymupdf.Document) -> None:
    """Draw the third page: a form filled in by a typewriter's hand."""
    sheet = Sheet(document, 595, 842)
    sheet.write(50, 84, "Fernhill Community Library", 20, BOLD, TEAL)
    sheet.write(50, 106, "Application for membership", 13, PLAIN, GREY)
    sheet.rule(50, 545, 124)
    fields = (
        (("Family name", "Ashdown"), ("First name", "Wendell")),
        (("Date of birth", "09.08.1987"), ("Telephone", "01632 960 418")),
        (("Street and number", "27 Orchard Rise"), ("Town", "Fernhill")),
        (("E-mail", "w.ashdown@mail.example"), ("Member number", "FL-55209")),
    )
    for row, pair in enumerate(fields):
        for column, (name, value) in enumerate(pair):
            x, y = 50 + column * 255, 156 + row * 76
            sheet.write(x, y, name, 11, PLAIN, GREY)
            sheet.box(x, y + 9, x + 240, y + 43, PALE, LINE)
            sheet.write(x + 12, y + 31, value, 15, MONO)
    sheet.write(50, 486, "Membership", 13, BOLD)
    for row, (text, chosen) in enumerate((("Adult, 18.00 a year", False),
                                          ("Family, 32.00 a year", True),
                                          ("Student, 9.00 a year", False))):  # fmt: skip
        y = 514 + row * 27
        sheet.box(50, y - 12, 65, y + 3, WHITE, GREY)
        if chosen:
            sheet.page.draw_line((53, y - 9), (62, y), color=INK, width=1.8)
            sheet.page.draw_line((62, y - 9), (53, y), color=INK, width=1.8)
        sheet.write(76, y, text, 12.5)
    letter = (
        "I have read the rules of the library and agree to them. I will return",
        "what I borrow within four weeks and pay for what I lose.",
    )
    for row, text in enumerate(letter):
        sheet.write(50, 622 + row * 18, text, 12)
    for x, name, value in ((50, "Place and date", "Fernhill, 2 May 2025"),
                           (305, "Signature", "W. Ashdown")):  # fmt: skip
        sheet.write(x, 716, value, 15, "tiit" if name == "Signature" else MONO)
        sheet.rule(x, x + 240, 724)
        sheet.write(x, 740, name, 10.5, PLAIN, GREY)


def draw() -> bytes:
    """Return the document; the same bytes whenever it is drawn."""
    document = pymupdf.open()
    invoice(document)
    receipt(document)
    form(document)
    document.set_metadata({"title": "VLM Desk sample", "producer": "VLM Desk"})
    return bytes(document.tobytes(garbage=4, deflate=True, no_new_id=True))


if __name__ == "__main__":
    SAMPLE.write_bytes(draw())
    print(f"{SAMPLE.name}: {SAMPLE.stat().st_size} bytes")
