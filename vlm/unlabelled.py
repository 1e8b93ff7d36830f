"""Finds values that no label tells of on a page with words of its own. Pure.

An e-mail address or an IBAN looks like nothing else; who sends a page, and to whom, is told by how
it is laid out. What stands at the label of another field is that field's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vlm.field_list import LESS, Named
from vlm.finding import telling
from vlm.labelled import Value
from vlm.page_cells import Cell
from vlm.parties import Party, Said, head_name, recipient_of, sender_of
from vlm.towns import town_in
from vlm.value_shapes import found_by_shape

COMPANY = 0.75
"""What the first company of a page counts as its seller, where no label says who that is."""

LAID_OUT = 0.75
"""What a name or an address counts that only the layout tells."""

SHAPED = 0.8
"""What counts that can be nothing else than a value of the form that is wanted."""

_EDGES = " :;#,-–—=\t"
_COMPANY = re.compile(
    r"\b(?:GmbH|AG|KG|OHG|UG|e\.? ?K\.?|Ltd|Limited|Inc|LLC|LLP|Corp|PLC|B\.?V\.?|N\.?V\.?|SARL|"
    r"S\.A\.R\.L|SAS|S\.?A\.?|S\.?r\.?l|Sdn|Bhd|Pty|& Co|S\.?L\.?)(?![\w])"
)
_OF_RECIPIENT = """
customer client buyer recipient billing billed shipping delivery kunde kunden käufer empfänger
rechnungsempfänger rechnungsadresse lieferadresse destinataire acheteur
"""
_RECIPIENT = frozenset(_OF_RECIPIENT.split())
"""Words of a question that ask for the address of the one to whom a page is sent."""


def unlabelled(question: str, wanted: Named, rows: list[list[Cell]]) -> Iterator[Value]:
    """Yield what may be the value of a field without a label, the likeliest first.

    Args:
        question: As a person asks it.
        wanted: The field that it asks for.
        rows: Of the page, see `page_cells.cells_of`.
    """
    if wanted.form == "address":
        other = _RECIPIENT.intersection(telling(question))
        party = recipient_of(rows) if other else sender_of(rows)
        yield from _laid_out(party.address if party is not None else None)
    elif wanted.shape == "town":
        other = _RECIPIENT.intersection(telling(question))
        party = recipient_of(rows) if other else sender_of(rows)
        yield from _laid_out(_town_of(party.address) if party is not None else None)
    elif wanted.seller:
        companies = list(_companies(rows))
        yield from companies or _laid_out(_sender(sender_of(rows), rows))
    elif wanted.party:
        party = recipient_of(rows)
        yield from _laid_out(party.name if party is not None else None)
    else:
        yield from _shaped(wanted, rows)


def is_company(text: str) -> bool:
    """Tell whether a name has what those of companies end in."""
    return _COMPANY.search(text) is not None


def _sender(party: Party | None, rows: Sequence[Sequence[Cell]]) -> Said | None:
    """Return the name of who sends a page; what stands above all else may be one."""
    head = head_name(rows)
    if party is None or (head is not None and head.box.y0 < party.name.box.y0 and not party.sender):
        return head
    return party.name


def _town_of(address: Said) -> Said | None:
    town = town_in(address.text)
    return Said(town, address.box) if town else None


def _laid_out(said: Said | None) -> Iterator[Value]:
    if said is not None:
        yield Value(said.text, said.box, LAID_OUT)


def _companies(rows: Sequence[Sequence[Cell]]) -> Iterator[Value]:
    """Yield the companies of a page, the first most."""
    count = 0
    for row in rows:
        for cell in row:
            if is_company(cell.text) and len(cell.words) <= 7 and ":" not in cell.text:
                text = cell.text.lstrip(_EDGES).rstrip(_EDGES)
                yield Value(text, cell.box, COMPANY * LESS**count)
                count += 1


def _shaped(wanted: Named, rows: Sequence[Sequence[Cell]]) -> Iterator[Value]:
    """Yield what can be nothing else than a value of the field's shape, from the top."""
    for row in rows:
        for cell in row:
            for text in found_by_shape(wanted.shape, cell.text):
                start = cell.text.index(text)
                yield Value(text, cell.part(start, start + len(text)), SHAPED)
