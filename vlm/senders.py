"""Weighs the names on a scan by their place: the sender's stands above an address. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from vlm.letterhead import Found, has_form
from vlm.page_cells import Cell
from vlm.parties import Said, recipient_of, sender_of
from vlm.scoring import plain

LAID_OUT = 0.9
"""What a name counts at least that stands above the sender's address."""

ELSEWHERE = 0.85
"""What is left of another one, unless it has a company's form: a slogan or a brand may stand over
it, and a company's own name below."""

OF_RECIPIENT = 0.6
"""What is left of the name to whom a page is sent."""


class Senders:
    """Who sends a page, and to whom, by its layout.

    Args:
        rows: Of the page, see `page_cells.cells_of`.
    """

    def __init__(self, rows: Sequence[Sequence[Cell]]) -> None:
        sender, recipient = sender_of(rows), recipient_of(rows)
        # An address of one line may be the last one of another, of which the rest is misread.
        told = sender is not None and (sender.sender or "\n" in sender.address.text)
        self._sender = _plain(sender.name) if sender is not None and told else ""
        self._recipient = _plain(recipient.name) if recipient is not None else ""

    def weight(self, name: Found) -> float:
        """Return what a name counts as the sender's, in (0, 1].

        Args:
            name: Found by its place on the page, see `letterhead.names_in`.
        """
        text = plain(name.text).strip(" .,")
        if self._sender and text == self._sender:
            return max(name.weight, LAID_OUT)
        if self._recipient and text == self._recipient:
            return name.weight * OF_RECIPIENT
        return name.weight * (ELSEWHERE if self._sender and not has_form(name.text) else 1.0)


def _plain(said: Said) -> str:
    return plain(said.text).strip(" .,")
