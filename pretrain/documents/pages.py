"""Draws whole pages: invoices, receipts, letters, statements, tables and forms, with questions.

Each kind has several layouts; the last layout of each kind is never used in training.
"""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import ImageDraw

from pretrain.documents.crops import CAPITALS_SHARE, LEADING, width_drawn
from pretrain.documents.fields import BY_KEY, Field
from pretrain.documents.forms import Entry, entry, write_entry
from pretrain.documents.ink import Sheet, choose_font, fit, width_of
from pretrain.documents.more_fields import another
from pretrain.documents.printers import are_printed
from pretrain.documents.texts import Writer
from pretrain.fonts import FontFile

LAYOUTS = 4
"""Layouts of each kind; number ``LAYOUTS - 1`` is held out."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question that the page answers verbatim.

    Attributes:
        question: as it is put.
        answer: what the page says.
        at: where in the page's text the answer starts.
        field: what is asked for, None for a table's cell.
    """

    question: str
    answer: str
    at: int
    field: Field | None


@dataclass(slots=True)
class Page:
    """A page that is being laid out, from top to bottom.

    Attributes:
        sheet: what is written.
        writer: invents the text.
        face: font and pixels per em of the body.
        layout: which of the kind's layouts.
        held_out: use the phrasings kept for measuring.
        y: next baseline, pixels.
        other: share of fields that are replaced by others than the usual ones.
        asks: questions so far.
    """

    sheet: Sheet
    writer: Writer
    face: tuple[FontFile, int]
    layout: int
    held_out: bool
    y: float
    other: float = 0.0
    asks: list[Ask] = field(default_factory=list)

    @property
    def margin(self) -> float:
        """Left and right margin, pixels."""
        return 0.06 * self.sheet.image.width

    @property
    def width(self) -> int:
        """Width of the page, pixels."""
        return self.sheet.image.width

    @property
    def full(self) -> bool:
        """Whether another line would leave the page."""
        return self.y > self.sheet.image.height - 0.3 * self.face[1]

    @property
    def printed(self) -> set[str]:
        """Keys of the fields that the page has."""
        return {one.field.key for one in self.asks if one.field is not None}

    def feed(self, lines: float = 1.0) -> None:
        """Go down by so many lines."""
        self.y += lines * LEADING * self.face[1]

    def line(self, text: str, x: float | None = None, scale: float = 1.0, ends: float = 0) -> None:
        """Write one line of text and feed; ``ends`` right-aligns it there instead of ``x``."""
        font, em_px = self.face[0], round(self.face[1] * scale)
        left = self.margin if x is None else x
        if ends:
            left = max(0.0, ends - width_of(text, font, em_px))
        text = fit(text, font, em_px, self.width - left - 2)
        if text and not self.full:
            if self.sheet.text:
                self.sheet.separate("\n")
            self.sheet.write(text, (left, self.y), font, em_px)
        self.feed(max(scale, 1.0))

    def field_line(self, key: str, x: float, value_x: float, ends: float = 0) -> None:
        """Write label and value of a field and remember its question."""
        one = entry(self._field(key), self.writer)
        size = one.width(self.face)
        label = width_of(one.label, *self.face)
        if x + label + size + 0.4 * self.face[1] > self.width or self.full:
            return
        start = max(x + label, ends - size) if ends else value_x
        start = min(start, self.width - size - 2)
        if self.sheet.text:
            self.sheet.separate("\n")
        at = write_entry(self.sheet, one, (x, self.y), start, self.face)
        self._ask(one, at)
        self.feed()

    def _field(self, key: str) -> Field:
        """Return the field of that key, or another whose name the page does not have yet."""
        if self.other and self.writer.rng.random() < self.other:
            field = another(self.writer, self.held_out)
            written = self.sheet.text.lower()
            if not any(name.lower() in written for name in field.labels[self.writer.language]):
                return field
        return BY_KEY[key]

    def _ask(self, one: Entry, at: int) -> None:
        question = one.field.ask(self.writer.rng, self.held_out)
        answer = self.sheet.text[at : at + len(one.value)]
        self.asks.append(Ask(question, answer, at, one.field))

    def bare(self, key: str, text: str, x: float | None = None, scale: float = 1.0) -> None:
        """Write a value that needs no label, such as a letterhead, and remember its question.

        A value of several lines is answered with its line breaks.
        """
        before = len(self.sheet.text)
        for line in text.split("\n"):
            self.line(line, x, scale)
        text = "\n".join(self.face[0].printed(line) for line in text.split("\n"))
        if self.sheet.text[before:].lstrip("\n") == text:
            question = BY_KEY[key].ask(self.writer.rng, self.held_out)
            self.asks.append(Ask(question, text, len(self.sheet.text) - len(text), BY_KEY[key]))

    def rule(self) -> None:
        """Draw a thin line across the page."""
        y = self.y - 0.9 * self.face[1]
        ImageDraw.Draw(self.sheet.image).line(
            [(self.margin, y), (self.width - self.margin, y)], fill=60, width=1
        )
        self.feed(0.4)

    def row(self, cells: list[str], columns: list[float]) -> list[int]:
        """Write one row of a table; return where each cell's text starts."""
        starts = []
        for index, (cell, x) in enumerate(zip(cells, columns, strict=True)):
            room = (columns[index + 1] if index + 1 < len(columns) else self.width) - x - 4
            text = fit(cell, *self.face, room)
            if self.sheet.text:
                self.sheet.separate(" " if index else "\n")
            starts.append(len(self.sheet.text) if text == cell else -1)
            self.sheet.write(text, (x, self.y), *self.face)
        self.feed()
        return starts


def _items(page: Page, least: int, most: int) -> None:
    """Write a table of things sold."""
    columns = [page.margin, 0.55 * page.width, 0.75 * page.width]
    for _ in range(page.writer.rng.randint(least, most)):
        if page.full:
            return
        words = " ".join(page.writer.pick("words") for _ in range(page.writer.rng.randint(1, 3)))
        page.row([words, str(page.writer.rng.randint(1, 20)), page.writer.amount()], columns)


def _totals(page: Page) -> None:
    left = page.margin if page.layout % 2 else 0.5 * page.width
    for key in ("subtotal", "tax", "total"):
        page.field_line(key, left, left, ends=page.width - page.margin)


def invoice(page: Page) -> None:
    """Letterhead, numbers and dates, the customer, items, totals, bank."""
    page.bare("company", page.writer.company(), scale=1.4)
    page.bare("address", page.writer.address_block())
    page.feed(0.5)
    left = 0.5 * page.width if page.layout in (1, 3) else page.margin
    keys = ["number", "date", "due", "customer", "tax_id"]
    page.writer.rng.shuffle(keys)
    apart = not page.held_out and page.writer.rng.random() < 0.3
    ends = page.width - page.margin if apart else 0.0
    for key in keys[: page.writer.rng.randint(3, 5)]:
        page.field_line(key, left, left + 0.22 * page.width * (page.layout != 2), ends)
    page.rule()
    _items(page, 2, 8)
    page.rule()
    _totals(page)
    page.feed(0.5)
    page.field_line("iban", page.margin, page.margin)


def receipt(page: Page) -> None:
    """A narrow slip: the shop, items, totals."""
    centre = page.writer.company()
    if page.writer.rng.random() < 0.4:
        centre = centre.upper()
    room = page.width - width_of(centre, *page.face)
    page.bare("company", centre, x=max(2.0, room / 2) if page.layout != 1 else None)
    page.bare("address", page.writer.address_block())
    for key in ("date", "number") if page.layout % 2 else ("number", "phone", "date"):
        if key == "date" and page.writer.rng.random() < 0.3:
            page.bare(key, page.writer.date())
        else:
            page.field_line(key, page.margin, page.margin)
    page.rule()
    _items(page, 2, 9)
    page.rule()
    _totals(page)


def letter(page: Page) -> None:
    """Sender, recipient, date, some paragraphs."""
    page.bare("company", page.writer.company(), scale=1.2)
    page.line(page.writer.address())
    page.feed()
    page.bare("customer", page.writer.name())
    page.line(page.writer.address())
    left = page.margin if page.layout in (0, 3) else 0.55 * page.width
    page.field_line("date", left, left)
    page.feed(0.5)
    for _ in range(page.writer.rng.randint(1, 4)):
        for _ in range(page.writer.rng.randint(2, 6)):
            page.line(" ".join(page.writer.pick("words") for _ in range(14)))
        page.feed(0.6)
    page.field_line("phone", page.margin, page.margin)
    page.field_line("mail", page.margin, page.margin)


def statement(page: Page) -> None:
    """An account with dated movements."""
    page.bare("company", page.writer.company(), scale=1.3)
    for key in ("customer", "iban", "date"):
        page.field_line(key, page.margin, page.margin + 0.2 * page.width * (page.layout % 2))
    page.rule()
    columns = [page.margin, 0.3 * page.width, 0.72 * page.width]
    for _ in range(page.writer.rng.randint(3, 12)):
        if page.full:
            return
        page.row([page.writer.date(), page.writer.pick("words"), page.writer.amount()], columns)
    page.rule()
    page.field_line("total", 0.4 * page.width, 0.4 * page.width, ends=page.width - page.margin)


def table(page: Page) -> None:
    """Names down, words across, amounts in between; asked cell by cell."""
    page.line(page.writer.natural(24), scale=1.2)
    across = [page.writer.pick("words") for _ in range(2 + page.layout % 2)]
    step = 0.62 * page.width / len(across)
    columns = [page.margin, *(0.34 * page.width + step * index for index in range(len(across)))]
    page.row(["", *across], columns)
    page.rule()
    for _ in range(page.writer.rng.randint(3, 9)):
        if page.full:
            return
        name = page.writer.pick("last")
        cells = [page.writer.amount() for _ in across]
        starts = page.row([name, *cells], columns)
        which = page.writer.rng.randrange(len(across))
        if starts[which + 1] >= 0:
            asked = f"What is the {across[which]} of {name}?"
            answer = page.face[0].printed(cells[which])
            page.asks.append(Ask(asked, answer, starts[which + 1], None))


def form(page: Page) -> None:
    """Labels and values, under each other or side by side."""
    page.line(page.writer.company().upper(), scale=1.3)
    page.feed(0.5)
    keys = list(BY_KEY)
    page.writer.rng.shuffle(keys)
    for key in keys[: page.writer.rng.randint(4, 12)]:
        gap = (0.0, 0.3, 0.4, 0.35)[page.layout] * page.width
        page.field_line(key, page.margin, page.margin + gap)
        if page.layout == 3:
            page.rule()
        page.feed(page.writer.rng.choice((0.0, 0.3)))


KINDS: dict[str, Callable[[Page], None]] = {
    "invoice": invoice,
    "receipt": receipt,
    "letter": letter,
    "statement": statement,
    "table": table,
    "form": form,
}


TRIES, SMALLER, SMALLEST_EM_PX = 8, 0.8, 6
"""A page on which nothing whole finds room is drawn again so often, then in smaller print: wide
letters of a till in a narrow table."""


def draw_page(
    kind: str,
    size: tuple[int, int],
    em_px: tuple[int, int],
    fonts: tuple[FontFile, ...],
    rng: random.Random,
    held_out: bool = False,
    other: float = 0.0,
    varied: float = 0.0,
) -> Page:
    """Draw one page that answers at least one question.

    Args:
        kind: of :data:`KINDS`.
        size: width and height in pixels.
        em_px: smallest and largest body text.
        fonts: to choose from.
        rng: the only source of chance.
        held_out: texts, phrasings and the layout that training never sees.
        other: share of labelled fields that are others than the usual ones.
        varied: how often letters are wider, narrower or capitals only; see ``CropPlan``.
    """
    width = width_drawn(size[0], 0.0 if are_printed(fonts) else varied, rng)
    for again in itertools.count():
        writer = Writer(rng, held_out)
        smaller = SMALLER ** max(0, again - TRIES)
        font, em = choose_font(rng, fonts, CAPITALS_SHARE * varied), rng.randint(*em_px)
        face = (font, max(SMALLEST_EM_PX, round(em * smaller)))
        layout = LAYOUTS - 1 if held_out else rng.randrange(LAYOUTS - 1)
        top = rng.uniform(1.5 * face[1], 0.3 * size[1])
        page = Page(Sheet.blank(width, size[1]), writer, face, layout, held_out, top, other)
        KINDS[kind](page)
        if page.asks:
            page.sheet = page.sheet.stretched(size[0])
            return page
    raise AssertionError("print of some size fits a page")
