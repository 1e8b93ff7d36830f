"""Finds the parties of a letter or an invoice by how they are laid out, without any label. Pure.

A name stands close above its address: the sender's at the head of the page, the recipient's below
or beside it. Letters for envelopes with a window have the sender in one small line, with dots or
bars between name, street and town. For pages with words of their own.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlm.head_words import US_CANADA
from vlm.known_labels import is_label
from vlm.label_words import words_of
from vlm.letterhead import end_of_address, is_heading, may_be_address, may_be_seller
from vlm.page_cells import Cell
from vlm.types import Box, union

CLOSE = 0.6
"""White between two lines of a block, in heights of the higher one."""

BESIDE = 2.0
"""How far apart two lines of a block begin, or have their middles, in widths of a letter."""

MOST_NAMES = 2
"""Lines above an address that may be a name and what belongs to it."""

MOST_WORDS = 7
"""Of a name; a line of a text has more."""

MOST_LINES = 6
"""Of an address."""

MOST_HEAD = 6
"""Rows of a page among which the name of its sender stands, where it has no address."""

_APART = re.compile(r"\s+[·•|*∙–—-]\s+|\s*[·•|∙]\s*")
_POSTCODE = re.compile(
    rf"(?<!\d)\d{{4,5}}(?!\d)\s+[^\W\d_]{{2,}}|\b[A-Z]{{1,2}}\d[A-Z\d]? ?\d[A-Z]{{2}}\b|{US_CANADA}"
)
_STREET = re.compile(r"[^\W\d_]\.?\s+\d{1,4} ?[a-zA-Z]?$")
_TO = re.compile(
    r"^(?:bill(?:ed)?(?: to)?(?: address)?|ship(?: to)?|deliver(?:ed)? to|invoice to|"
    r"sold to|to|customer|client|buyer|"
    r"rechnung an|an|kunde|käufer|empfänger|rechnungsempfänger|rechnungsadresse|"
    r"lieferadresse|lieferanschrift|client|facturé à|destinataire|adresse de livraison)\s*:?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """Some words of a page, the lines of an address with line breaks between, and their box."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with a name and an address on a page.

    Attributes:
        name: The name.
        address: Its lines.
        sender: Whether the layout says that it is the one who sends; None where it does not.
    """

    name: Said
    address: Said
    sender: bool | None = None


def sender_of(rows: Sequence[Sequence[Cell]]) -> Party | None:
    """Return who sends a page: named as the sender, or the first who is not named as another.

    Args:
        rows: Of the page, see `page_cells.cells_of`.
    """
    parties = parties_of(rows)
    named = [one for one in parties if one.sender]
    return next(iter([*named, *(one for one in parties if one.sender is None)]), None)


def recipient_of(rows: Sequence[Sequence[Cell]]) -> Party | None:
    """Return to whom a page is sent; None where only one party has an address, see `sender_of`."""
    parties = parties_of(rows)
    named = [one for one in parties if one.sender is False]
    sender = sender_of(rows)
    others = (one for one in parties if one.sender is None and one != sender)
    return next(iter([*named, *others]), None)


def parties_of(rows: Sequence[Sequence[Cell]]) -> list[Party]:
    """Return the parties of a page from top to bottom."""
    found = [_of_line(cell) for row in rows for cell in row]
    return sorted(
        [one for one in (*found, *_of_blocks(rows)) if one is not None],
        key=lambda one: (one.name.box.y0, one.name.box.x0),
    )


def head_name(rows: Sequence[Sequence[Cell]]) -> Said | None:
    """Return the first line of a page that may be a name, above all labels and tables.

    None where the page does not begin with one.
    """
    for row in rows[:MOST_HEAD]:
        if len(row) > 2 or any(_is_labelled(cell) for cell in row):
            return None
        for cell in row:
            if cell.text[:1].isupper() and _is_name(cell):
                return Said(cell.text, cell.box)
    return None


def _of_line(cell: Cell) -> Party | None:
    """Return the sender in one line, as over an envelope's window or at the foot of a page."""
    parts = [part for part in _APART.split(cell.text) if part]
    if len(parts) < 3 or not may_be_seller(parts[0]) or ":" in parts[0]:
        return None
    towns = [number for number, part in enumerate(parts[:5]) if number and _POSTCODE.search(part)]
    if not towns:
        return None
    start = cell.text.index(parts[1], len(parts[0]))
    end = cell.text.index(parts[towns[0]], start) + len(parts[towns[0]])
    name = Said(parts[0], cell.part(0, len(parts[0])))
    return Party(name, Said("\n".join(parts[1 : towns[0] + 1]), cell.part(start, end)), True)


def _of_blocks(rows: Sequence[Sequence[Cell]]) -> Iterator[Party]:
    """Yield who stands above an address in a block of lines."""
    for block in _blocks(rows):
        texts = [cell.text for cell in itertools.takewhile(_may_belong, block)]
        at = 1
        while at < len(texts):
            end = _end(texts, at)
            name = _name_above(block, at) if end > at else None
            if name is not None:
                lines = block[at:end]
                box = union([cell.box for cell in lines])
                address = Said("\n".join(cell.text for cell in lines), box)
                yield Party(name[0], address, name[1])
                break
            at = max(at + 1, end)


def _end(texts: Sequence[str], at: int) -> int:
    """Return the line behind an address that begins at a line; that line itself where none does."""
    below = at + 1 < len(texts) and may_be_address(texts[at + 1])
    start = at + (below and _STREET.search(texts[at]) is not None)
    end = end_of_address(texts, start) if may_be_address(texts[start]) else at
    while at < end < len(texts) and end - at < MOST_LINES and may_be_address(texts[end]):
        end += 1
    return end


def _name_above(block: Sequence[Cell], at: int) -> tuple[Said, bool | None] | None:
    """Return the name above an address, and whether a line over it says whose it is."""
    first = at
    while first > max(0, at - MOST_NAMES) and _is_name(block[first - 1]):
        first -= 1
    if first == at:
        return None
    over = block[first - 1].text if first else ""
    return Said(block[first].text, block[first].box), False if _TO.match(over) else None


def _may_belong(cell: Cell) -> bool:
    """Tell whether a line may be one of a party: the label of another field ends it."""
    return _TO.match(cell.text) is not None or not _is_labelled(cell)


def _is_name(cell: Cell) -> bool:
    return (
        may_be_seller(cell.text)
        and not cell.text.startswith("(")
        and not may_be_address(cell.text)
        and not _is_labelled(cell)
        and not _TO.match(cell.text)
        and not is_heading(cell.text)
        and len(cell.words) <= MOST_WORDS
    )


def _is_labelled(cell: Cell) -> bool:
    return ":" in cell.text or is_label(cell.text) or is_label(" ".join(words_of(cell.text)[:-1]))


def _blocks(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """Put lines that stand close below each other, and begin or have their middles there, together.

    Rows of a table, which have numbers in other cells, are none.
    """
    blocks: list[list[Cell]] = []
    for row in rows:
        numbers = sum(any(map(str.isdigit, cell.text)) for cell in row)
        for cell in row:
            if len(row) > 2 and numbers > 1:
                continue
            alone = len(row) == 1 and cell.row < MOST_HEAD
            over = next((one for one in reversed(blocks) if _goes_on(one[-1], cell, alone)), None)
            if over is None:
                blocks.append([cell])
            else:
                over.append(cell)
    return blocks


def _goes_on(above: Cell, below: Cell, alone: bool) -> bool:
    """Tell whether a line belongs to the one above; at the head of a page it need not begin there.

    Args:
        above: The last line of a block.
        below: The line.
        alone: Whether nothing stands beside it, at the head of the page.
    """
    if alone and len({above.row, below.row}) > 1 and above.row == below.row - 1 < MOST_NAMES:
        beside = below.box.x0 < above.box.x1 and below.box.x1 > above.box.x0
        return beside and below.box.y0 - above.box.y1 <= CLOSE * above.box.height
    high = max(above.box.height, below.box.height)
    if not -0.5 * high <= below.box.y0 - above.box.y1 <= CLOSE * high:
        return False
    letter = below.box.width / max(1, len(below.text))
    middles = abs(above.box.x0 + above.box.x1 - below.box.x0 - below.box.x1) / 2
    return min(abs(above.box.x0 - below.box.x0), middles) < BESIDE * letter
