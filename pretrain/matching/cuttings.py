"""Cuts the texts of a page into words, once for all questions about it and all times it is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vlm.match_texts import Cut, Unit, single_words, units
from vlm.option_numbers import Around


@dataclass
class Bags:
    """Texts as words of one list: the numbers of these, and of which text each is."""

    words: Tensor
    text_of: Tensor
    count: int


class Words:
    """Numbers the words of some texts."""

    def __init__(self) -> None:
        """Begin with none."""
        self._numbers: dict[Unit, int] = {}

    def bags(self, texts: Sequence[Sequence[Unit]]) -> Bags:
        """Return texts, of which the words are known, as words of the list."""
        numbers = [[self._numbers.setdefault(u, len(self._numbers)) for u in one] for one in texts]
        counts = [len(one) for one in numbers]
        words = torch.tensor([number for one in numbers for number in one], dtype=torch.long)
        text_of = torch.arange(len(texts)).repeat_interleave(torch.tensor(counts, dtype=torch.long))
        return Bags(words, text_of, len(texts))

    def rows(self) -> Rows:
        """Return the rows of all words so far."""
        lengths = np.array([len(one) for one in self._numbers], np.int64)
        return Rows(np.fromiter(chain.from_iterable(self._numbers), np.int32), lengths)


@dataclass
class Rows:
    """Words, each of so many rows of a table, one behind the other."""

    rows: npt.NDArray[np.int32]
    lengths: npt.NDArray[np.int64]


@dataclass
class Cuttings:
    """The texts of a page cut into words: the same for all questions about it.

    Attributes:
        words: Their rows in a table.
        labels: Of the texts around options, as whole texts.
        theirs: The same as single words.
        values: Of the options.
    """

    words: Rows
    labels: Bags
    theirs: Bags
    values: Bags


def cut_into_words(stands: Around, cut: Cut) -> Cuttings:
    """Return the texts of a page as words.

    Args:
        stands: Around its options, and these.
        cut: How words are cut.
    """
    words = Words()
    labels = words.bags([units(one, "label", cut) if one else () for one in stands.texts])
    theirs = words.bags([single_words(one, cut) for one in stands.texts])
    values = words.bags([units(one, "value", cut) for one in stands.values])
    return Cuttings(words.rows(), labels, theirs, values)
