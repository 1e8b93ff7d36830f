"""Which labels of many may stand in a row of words, by their first word: few do. Pure."""

from __future__ import annotations

from functools import lru_cache

from vlm.label_words import LEAST_MISREAD, at, looks

Name = tuple[tuple[str, ...], float]
"""A label in words, and what it counts."""


def begun(names: tuple[Name, ...], said: tuple[str, ...], misread: bool = False) -> list[Name]:
    """Return the labels whose first word a row has, in their order; the others are not in it.

    Args:
        names: All that are looked for.
        said: The words of the row, in small letters as those of the labels are.
        misread: Whether some letters of the row may be wrong.
    """
    exact, other = _first_words(names, misread)
    seen = map(looks, said) if misread else said
    found = {number for word in seen for number in exact.get(word, ())}
    for word, numbers in other.items():
        if at((word,), said, misread) is not None:
            found.update(numbers)
    return [names[number] for number in sorted(found)]


def may_differ(word: str, misread: bool) -> bool:
    """Tell whether a word of a label may be meant by one that does not even look so, see `at`."""
    ends_others = at((word,), (f"-{word}",)) is not None
    return ends_others or (misread and len(word) >= LEAST_MISREAD)


_Numbers = dict[str, list[int]]


@lru_cache(maxsize=64)  # a page has some hundred rows, and one question is asked about many pages
def _first_words(names: tuple[Name, ...], misread: bool) -> tuple[_Numbers, _Numbers]:
    """Return the numbers of labels by their first words, and of those that may look otherwise."""
    exact: _Numbers = {}
    other: _Numbers = {}
    for number, (phrase, _) in enumerate(names):
        exact.setdefault(looks(phrase[0]) if misread else phrase[0], []).append(number)
        if may_differ(phrase[0], misread):
            other.setdefault(phrase[0], []).append(number)
    return exact, other
