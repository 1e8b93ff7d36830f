"""What a page with words of its own says for a question, at a label or without one. Pure.

Also says which values of it are not meant: those at the label of another field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vlm.answer_forms import fits, form_of
from vlm.asked_names import asks_for_field, key_of
from vlm.field_list import LESS, Named
from vlm.field_names import ALL, named_in
from vlm.first_words import begun
from vlm.form_fields import fields
from vlm.known_labels import names_a_field
from vlm.label_values import fitting
from vlm.label_words import at, words_of
from vlm.labelled import Value, at_labels, own_value, values_among
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.page_cells import Cell, cells_of
from vlm.scoring import plain
from vlm.table_lookup import meeting
from vlm.types import Box, Word
from vlm.unlabelled import is_company, unlabelled
from vlm.value_shapes import UNMISTAKABLE, Shape, could_be, held, may_be

TAX = next(field.names for field in ALL if (("vat",), 1.0) in field.names)
"""Of the amount that is never the same as another one of its page."""


MEETING = 0.97
"""What the cell of a table counts where the row and the column meet that a question names."""

LIKELY_FIELD, LIKELY_READ, UNLIKELY = 0.6, 0.4, 0.1
"""How likely what stands at any other label is at least: for a usual field, in words
that a model read, and at all."""

BEFORE_USUAL = 0.2
"""How likely it has to be to go before a usual field of which the question wants more."""

OTHER = 0.6
"""What is left of a value at a usual field's label where the question asks for more than that:
"What is my tax code?" does not ask for the tax."""

_OF_THEIR_OWN = UNMISTAKABLE | {"code"}
"""Shapes that tell a value from what else may stand at a label of its name."""

CLEARLY, LIKELY = 0.9, 0.6
"""What a value at the label of another field counts at least on a scan to be that field's alone: in
words that were read with mistakes, the label of an amount may end or begin anywhere."""


def page_values(
    question: str, words: Sequence[Word], learned: LearnedNames = NO_NAMES
) -> tuple[Value, ...]:
    """Return what may answer a question about a page, the likeliest first.

    Args:
        question: As a person asks it.
        words: The page's text layer, as the page is shown.
        learned: What the person's own documents call what is asked for.
    """
    return page_values_among(question, cells_of(words) if words else [], learned)


def page_values_among(
    question: str,
    rows: list[list[Cell]],
    learned: LearnedNames = NO_NAMES,
    misread: bool = False,
) -> tuple[Value, ...]:
    """Return the same of words that were put into rows, see `cells_of` and `page_values`.

    Args:
        question: As a person asks it.
        rows: Of the page.
        learned: What the person's own documents call what is asked for.
        misread: Whether the words are what a model read: letters may be wrong.
    """
    if (own := own_value(question, rows, misread, learned)) is not None:
        return (own,)
    if learned.of(key_of(question)):
        return values_among(question, rows, misread)
    usual = _of_usual_fields(question, rows, misread)
    field = asks_for_field(question)
    if not rows or (field and misread) or (usual and (field or usual[0].weight == MEETING)):
        return usual
    least = LIKELY_FIELD if field else LIKELY_READ if misread else UNLIKELY
    every, suits = fields(question, rows, misread), _of_shape(question, rows)
    likely = [one for one in every if one.score >= least and suits(one.text)]
    free = [Value(one.text, one.box, one.score) for one in likely]
    return (
        *(one for one in free if one.weight >= BEFORE_USUAL),
        *(Value(one.text, one.box, one.weight * OTHER) for one in usual),
        *(one for one in free if one.weight < BEFORE_USUAL),
    )


def _of_usual_fields(question: str, rows: list[list[Cell]], misread: bool) -> tuple[Value, ...]:
    """Return what stands at the names that documents have for a usual field, or without one."""
    found, wanted = values_among(question, rows, misread), named_in(question)
    if (shape := shape_of(question)) in _OF_THEIR_OWN:  # "VAT" is the label of a rate as well
        found = tuple(one for one in found if could_be(shape, one.text))
    if (met := meeting(question, rows, misread)) is not None:
        form = wanted.form if wanted is not None else None
        place = fitting(form, met.text, True) if form == "amount" else None
        text = met.text[slice(*place)] if place is not None else met.text  # "€ 12.80" is 12.80
        return (Value(text, met.box, MEETING),)
    if wanted is None or not rows:
        return found
    better = _of_longer_labels(wanted, rows)
    if found := tuple(one for one in found if better.get(one.box, 0.0) <= one.weight):
        return found
    others = of_other_fields(wanted, rows)
    free = (one for one in unlabelled(question, wanted, rows) if plain(one.text) not in others)
    return tuple(sorted(free, key=lambda one: -one.weight))


def _of_shape(question: str, rows: list[list[Cell]]) -> Callable[[str], bool]:
    """Return what tells whether a text that a question's words may call is what it asks for."""
    wanted, shape = named_in(question), shape_of(question)
    if wanted is None or shape not in _OF_THEIR_OWN:
        return lambda text: True
    free = _free_of_others(wanted, rows)
    return lambda text: could_be(shape, text) and free(text)


def of_other_fields(wanted: Named, rows: list[list[Cell]], least: float = 0.0) -> frozenset[str]:
    """Return the values that stand at labels of other fields than the one that is asked for.

    Args:
        wanted: What is asked for.
        rows: Of the page, see `page_cells.cells_of`.
        least: What a value at its label has to count.

    Returns:
        As `scoring.plain` writes them; fields that may have the same value count as one.
    """
    if wanted.shape is None:
        return frozenset()
    return frozenset(
        plain(value.text)
        for field in ALL
        if not _may_be_same(wanted, field)
        for value in at_labels(field, rows, misread=False)
        if value.weight >= least
        and not (wanted.seller and field.party and is_company(value.text))  # "Name: Keller GmbH"
    )


def may_answer(question: str, words: Sequence[Word]) -> Callable[[str], bool]:
    """Return what tells whether a model's answer about a page may be right: by its form and place.

    Args:
        question: As a person asks it.
        words: The page's text layer, as the page is shown.
    """
    wanted = named_in(question)
    if wanted is None or (shape := shape_of(question)) is None:
        return lambda text: fits(question, text)
    rows = cells_of(words) if words else []
    free = _free_of_others(wanted, rows)
    return lambda text: fits(question, text) and may_be(shape, text) and free(text)


def could_answer(question: str, rows: list[list[Cell]]) -> Callable[[str], bool]:
    """Return the same of a scan, whose words a model read: some letters may be wrong.

    Args:
        question: As a person asks it.
        rows: Of the page, see `cells_of`.
    """
    wanted, shape = named_in(question), shape_of(question)
    if wanted is None:
        return lambda text: fits(question, text)
    free = _free_of_others(wanted, rows, CLEARLY if wanted.form == "amount" else LIKELY)
    own = {phrase for phrase, _ in wanted.names}

    def may(text: str) -> bool:
        formed = fits(question, text) and could_be(shape, text)
        return formed and words_of(text) not in own and not names_a_field(text) and free(text)

    return may


def _free_of_others(
    wanted: Named, rows: list[list[Cell]], least: float = 0.0
) -> Callable[[str], bool]:
    """Return what tells whether a text is no value of another field than the one asked for."""
    own = {plain(one.text) for one in at_labels(wanted, rows, misread=False)}
    others = of_other_fields(wanted, rows, least) - own
    return lambda text: plain(text) not in others


def lacks(question: str, words: Sequence[Word]) -> bool:
    """Tell whether a page has nothing that looks like what is asked for, other fields' aside.

    Args:
        question: As a person asks it.
        words: The page's text layer, as the page is shown.

    Returns:
        Always False where what is asked for has no shape of its own.
    """
    wanted, shape = named_in(question), shape_of(question)
    if wanted is None or shape is None or shape not in UNMISTAKABLE or not words:
        return False
    rows = cells_of(words)
    free = _free_of_others(wanted, rows)
    return not any(free(text) for row in rows for cell in row for text in held(shape, cell.text))


def has_no_name(question: str, words: Sequence[Word]) -> bool:
    """Tell whether a page has none of the many names of the known field that is asked for.

    Args:
        question: As a person asks it.
        words: The page's text layer, as the page is shown.
    """
    wanted = named_in(question)
    if wanted is None or all(wanted is not field for field in ALL) or not words:
        return False
    names = tuple(name for name in wanted.names if name[1] >= LESS)
    cells = (cell for row in cells_of(words) for cell in row)
    return not any(
        at(phrase, cell.said) is not None for cell in cells for phrase, _ in begun(names, cell.said)
    )


def shape_of(question: str) -> Shape | None:
    """Return what an answer to a question looks like; None where nothing is known of that.

    Args:
        question: As a person asks it; "the account name" is no account, though it has the word.
    """
    wanted, form = named_in(question), form_of(question)
    if wanted is None or None not in (form, wanted.form) and form != wanted.form:
        return None
    return wanted.shape


def _of_longer_labels(wanted: Named, rows: list[list[Cell]]) -> dict[Box, float]:
    """Return the places of values of other fields, each with what its label counts.

    A due date stands at the label "Due date", which has the word for any date as well.
    """
    found: dict[Box, float] = {}
    for field in ALL:
        if field is not wanted and field.shape == wanted.shape:
            for value in at_labels(field, rows, misread=False):
                found[value.box] = max(value.weight, found.get(value.box, 0.0))
    return found


def _may_be_same(wanted: Named, field: Named) -> bool:
    """Tell whether two fields are one, or may have the same value: a net amount may be the sum."""
    amounts = wanted.form == field.form == "amount"
    return wanted is field or (amounts and TAX not in (wanted.names, field.names))
