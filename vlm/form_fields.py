"""Finds what a question asks for at any label of a page, whatever it is called. Pure.

`vlm.field_names` knows what usual fields are called. Payslips, bills, certificates have hundreds of
others, and people ask in words of their own. Here every text of a page that something stands behind
or below is a label, and `vlm.field_matcher` weighs what stands at each against all the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vlm.field_candidates import Candidate, candidates, language_in
from vlm.field_matcher import shipped
from vlm.page_cells import Cell
from vlm.prose_questions import asked
from vlm.prose_values import found
from vlm.text_vectors import Array
from vlm.types import Box

ALONE = 0.8
"""What an e-mail address counts that is the only one of its page."""

FEWEST = 0.02
"""Probability below which nothing is told of what stands at a label."""

WORDS, SPREAD = 0.5, 0.05
"""What the words of a label count beside the network at most, and how much better one has to say
what is asked to count so much more than another."""

NEGLIGIBLE = 1e-4
"""Probability of a candidate that is not looked at any more."""


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at a label.

    Attributes:
        text: As the page has it.
        box: Of its words.
        score: How likely it is what was asked for, in (0, 1].
        label: Where it stands, "" for nowhere.
    """

    text: str
    box: Box
    score: float
    label: str


@dataclass(frozen=True, slots=True)
class Offered:
    """What a page offers for a question.

    Attributes:
        found: What may answer, the likeliest first.
        none: How likely it is that the page has no answer, in [0, 1].
    """

    found: tuple[Found, ...]
    none: float


def offered(question: str, rows: Sequence[Sequence[Cell]], misread: bool = False) -> Offered:
    """Return what a page offers for a question.

    Args:
        question: As a person asks it.
        rows: Of the page, see `page_cells.cells_of`.
        misread: Whether letters of the words may be wrong.
    """
    some = candidates(question, rows, misread) if question.strip() else []
    weighed = shipped().weigh(question, some)
    shares = weighed.shares + _said(some, weighed.shares)
    best: dict[tuple[str, Box], tuple[float, float, str]] = {}
    for one, share in zip(some, shares.tolist(), strict=True):
        if share < NEGLIGIBLE:
            continue
        whole, most, label = best.get((one.text, one.box), (0.0, 0.0, ""))
        told = one.pair.label if share > most else label
        best[one.text, one.box] = (whole + share, max(most, share), told)
    likely = [
        Found(text, box, min(whole, 1.0), label)
        for (text, box), (whole, _, label) in best.items()
        if whole >= FEWEST
    ]
    every = (*likely, *_alone(question, rows))
    found = sorted(every, key=lambda one: (-one.score, one.box.y0, one.box.x0))
    return Offered(tuple(found), weighed.none)


def fields(
    question: str, rows: Sequence[Sequence[Cell]], misread: bool = False
) -> tuple[Found, ...]:
    """Return what may answer a question at labels of a page, the likeliest first; see `offered`."""
    return offered(question, rows, misread).found


def _said(some: Sequence[Candidate], shares: Array) -> Array:
    """Return what to add to the shares of candidates for what the words of their labels say.

    A label that says all that is asked is meant, though the network may not know the word.
    """
    if not some:
        return shares
    said = np.array([one.said for one in some], np.float32)
    best = float(said.max())
    likely = np.exp((said - best) / SPREAD)
    counts = WORDS * best
    return np.asarray(counts * (likely / likely.sum() - shares), np.float32)


def _alone(question: str, rows: Sequence[Sequence[Cell]]) -> tuple[Found, ...]:
    """Return the only e-mail address of a page, where one is wanted: it needs no label."""
    if "mail" not in asked(question, language_in(rows)).wants:
        return ()
    places = [(cell, place) for row in rows for cell in row for place in found("mail", cell.text)]
    if len({cell.text[start:end] for cell, (start, end) in places}) != 1:
        return ()
    cell, (start, end) = places[0]
    return (Found(cell.text[start:end], cell.part(start, end), ALONE, ""),)
