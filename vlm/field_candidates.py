"""What a page offers as answers to one question, each with what is known of it. Pure.

`vlm.field_matcher` weighs them against one another; the recipe that trains it (`pretrain.matching`)
looks at the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlm.field_spans import spans
from vlm.label_pairs import MOST_WORDS, Pair, pairs
from vlm.label_wording import Wording
from vlm.page_cells import Cell
from vlm.prose_questions import Asked, asked
from vlm.stems import Language, language_of
from vlm.types import Box

MOST = 6000
"""Candidates of a page that are looked at; a page of 400 cells has some 2000."""

MOST_LOOSE = 12
"""Words of a cell that may be an answer without a label."""

LESS_WANTED = 0.93
"""What is left of a value for each kind that is wanted more."""

SCALARS = 16
"""Numbers that are known of each candidate beside its texts."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something on a page that may be the answer.

    Attributes:
        pair: The label and what stands at it; the label is "" for words without one.
        start: Where in the pair's value the answer begins.
        end: Where it ends.
        said: How much of the question its label says, in [0, 1]; 0 where the kind does not fit.
        scalars: What is known of it in numbers about [0, 1], `SCALARS` of them.
    """

    pair: Pair
    start: int
    end: int
    said: float
    scalars: tuple[float, ...]

    @property
    def text(self) -> str:
        """The answer as the page has it."""
        return self.pair.value[self.start : self.end]

    @property
    def box(self) -> Box:
        """Of its words."""
        inside = self.pair.cell.text[self.pair.start :]
        skipped = self.pair.start + len(inside) - len(inside.lstrip())
        return self.pair.cell.part(skipped + self.start, skipped + self.end)


def candidates(
    question: str, rows: Sequence[Sequence[Cell]], misread: bool = False
) -> list[Candidate]:
    """Return what may answer a question about a page, in no order that counts.

    Args:
        question: As a person asks it.
        rows: Of the page, see `page_cells.cells_of`.
        misread: Whether letters of the words may be wrong.
    """
    theirs = language_in(rows)
    wanted = asked(question, theirs)
    labelled = list(pairs(rows))
    wording = Wording(wanted, labelled, theirs, misread)
    labels = frozenset(pair.label for pair in labelled)
    found: list[Candidate] = []
    for pair in (*labelled, *_loose(rows)):
        found.extend(_candidates(pair, wanted, wording, labels, misread, len(rows)))
        if len(found) >= MOST:
            break
    return found


def language_in(rows: Sequence[Sequence[Cell]]) -> Language:
    """Return the language that the words of a page are of."""
    return language_of(" ".join(cell.text for row in rows for cell in row))


def _loose(rows: Sequence[Sequence[Cell]]) -> Iterator[Pair]:
    """Yield the cells of a page as answers that need no label."""
    for row in rows:
        for cell in row:
            if len(cell.words) <= MOST_LOOSE and not cell.text.endswith(":"):
                yield Pair("", "", "", cell, 0, 1.0)


def _candidates(
    pair: Pair,
    wanted: Asked,
    wording: Wording,
    labels: frozenset[str],
    misread: bool,
    rows: int,
) -> Iterator[Candidate]:
    value = pair.value
    if not value or value.endswith(":"):
        return
    own, around = (wording.of(pair), wording.around(pair)) if pair.label else (0.0, 0.0)
    for number, (start, end, kinds) in enumerate(spans(value)):
        ranks = [rank for rank, want in enumerate(wanted.wants) if want in kinds]
        text = value[start:end]
        digits = sum(map(str.isdigit, text))
        suits = LESS_WANTED ** min(ranks) if ranks else 0.0
        fits = suits if wanted.wants else float(number == 0)
        scalars = (
            own,
            around,
            suits,
            float(not wanted.wants),
            pair.counts,
            float(number == 0),
            float(pair.start > 0),
            float(bool(pair.over)),
            float(bool(pair.section)),
            float(not pair.label),
            float(misread),
            min(len(text.split()), 10) / 10,
            digits / max(1, len(text)),
            min(len(pair.label.split()), MOST_WORDS) / MOST_WORDS,
            pair.cell.row / max(1, rows),
            float(text in labels),
        )
        yield Candidate(pair, start, end, own * fits * pair.counts, scalars)
