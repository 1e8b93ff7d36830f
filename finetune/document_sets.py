"""Sets of the documents that a question was asked about, each a whole number. Pure.

Each bit is one document: there are many sets, and most are met with others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from finetune.shown_pages import ShownPage


class DocumentSets:
    """The documents of some pages.

    Args:
        pages: Of one question.

    Attributes:
        bits: The set of each document alone, by its name.
        all: Of them.
    """

    def __init__(self, pages: Sequence[ShownPage]) -> None:
        names = dict.fromkeys(page.shown.document for page in pages)
        self.bits = {document: 1 << number for number, document in enumerate(names)}
        self.all = (1 << len(self.bits)) - 1

    def of(self, page: ShownPage) -> int:
        """Return the document of a page."""
        return self.bits[page.shown.document]

    def right_and_wrong(self, told: Iterable[tuple[ShownPage, bool]]) -> tuple[int, int]:
        """Return the documents about which all is right, and those about which anything is wrong.

        Args:
            told: Pages about which something was told, and whether that is right.
        """
        right = wrong = 0
        for page, is_right in told:
            if is_right:
                right |= self.of(page)
            else:
                wrong |= self.of(page)
        return right & ~wrong, wrong


def different(answers: Iterable[int], documents: int) -> int:
    """Count the answers that some documents have: the one that is the same everywhere is no proof.

    Args:
        answers: The documents that have each.
        documents: These.
    """
    return sum(1 for one in answers if one & documents)
