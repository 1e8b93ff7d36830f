"""How well the doubt that an answer's dotted words show tells wrong characters from right ones.

Run with `python -m benchmarks.unsure FONTS [--lines N]`; FONTS is a folder that
`python -m pretrain fonts` has filled. The shipped model reads held-out drawn lines; every character
of its answers is aligned with what was written.
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from PIL import Image

from pretrain import fonts, testset
from pretrain.documents.crops import Sample, TextKind
from vlm import asking, models
from vlm.cancel import returned
from vlm.confidence import unsure_words
from vlm.device import Placement
from vlm.loader import load
from vlm.protocol import Ask, Done
from vlm.seeing import Sight
from vlm.types import Answer, Box, Document, PageRef, PageSize, Question, Word

POINTS_PER_PX = 72 / 150
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
NEVER = threading.Event()


@dataclass(frozen=True)
class _Pixels:
    width: int
    height: int
    data: bytes


@dataclass
class Slips:
    """Drawn crops as documents of one page: what the engine asks of the page client."""

    samples: dict[str, Sample] = field(default_factory=dict[str, Sample])

    def _shape(self, path: str) -> tuple[int, int]:
        pixels = self.samples[path].views[0].pixels
        return pixels.shape[1], pixels.shape[0]

    def open(self, path: str, password: str | None = None) -> Document:
        """Open."""
        return Document(path, "image", 1, self.sizes(path, 0, 1)[0])

    def sizes(self, path: str, first: int, count: int) -> tuple[PageSize, ...]:
        """Measure."""
        width, height = self._shape(path)
        return (PageSize(width * POINTS_PER_PX, height * POINTS_PER_PX),)

    def render(self, page: PageRef, box: Box, width: int, height: int) -> _Pixels:
        """Draw."""
        image = Image.fromarray(np.asarray(self.samples[page.path].views[0].pixels))
        if image.size != (width, height):
            image = image.resize((width, height), Image.Resampling.LANCZOS)
        return _Pixels(width, height, image.tobytes())

    def words(self, page: PageRef) -> tuple[Word, ...]:
        """Read nothing."""
        return ()

    def stop(self) -> None:
        """Stop nothing."""


def wrong(found: str, wanted: str) -> list[bool]:
    """Tell of each found character whether it is wrong; what is missing counts on its neighbour."""
    rows, columns = len(found) + 1, len(wanted) + 1
    cost = np.zeros((rows, columns), dtype=int)
    cost[:, 0], cost[0] = np.arange(rows), np.arange(columns)
    for i in range(1, rows):
        for j in range(1, columns):
            changed = cost[i - 1, j - 1] + (found[i - 1] != wanted[j - 1])
            cost[i, j] = min(changed, cost[i - 1, j] + 1, cost[i, j - 1] + 1)
    marks, i, j = [False] * len(found), rows - 1, columns - 1
    while i > 0:
        if j > 0 and cost[i, j] == cost[i - 1, j - 1] + (found[i - 1] != wanted[j - 1]):
            marks[i - 1] |= found[i - 1] != wanted[j - 1]
            i, j = i - 1, j - 1
        elif cost[i, j] == cost[i - 1, j] + 1:
            marks[i - 1] = True
            i -= 1
        else:
            marks[i - 1] = True
            j -= 1
    return marks


@dataclass(frozen=True)
class Read:
    """One word of an answer: the probability it was given, its characters, how many are wrong."""

    given: float
    characters: int
    errors: int


def read(samples: Sequence[Sample]) -> Iterator[tuple[str, Answer]]:
    """Have the shipped model read, with every word's probability in `Answer.unsure`."""
    folder = models.default_folder()
    assert folder is not None
    placement = Placement("cpu", torch.float32, torch.float32, "To compare.")
    loaded = returned(load(folder, None, placement))
    slips = Slips({f"slip {number}": sample for number, sample in enumerate(samples)})
    sight = Sight(loaded, slips, 2**24)
    every_word = partial(unsure_words, below=2.0)
    with mock.patch.object(asking, "unsure_words", every_word):
        for path, sample in slips.samples.items():
            asked = Question(sample.question, PageRef(path, 0), max_new_tokens=96)
            done = list(asking.answer(sight, Ask(1, asked), None, NEVER))[-1]
            assert isinstance(done, Done)
            yield sample.answer, done.answer


def words_of(samples: Sequence[Sample]) -> list[Read]:
    """Read samples; return every word of the answers."""
    found: list[Read] = []
    for wanted, given in read(samples):
        marks = wrong(given.text, wanted)
        for word in given.unsure:
            part = marks[word.start : word.end]
            found.append(Read(word.probability, len(part), sum(part)))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fonts", type=Path)
    parser.add_argument("--lines", type=int, default=30)
    given = parser.parse_args()
    torch.set_num_threads(1)
    samples: list[Sample] = []
    for condition in testset.conditions(fonts.load(given.fonts))[:2]:
        for kind in TextKind:
            samples += testset.lines(condition, kind, given.lines)
    every = words_of(samples)
    characters, errors = sum(one.characters for one in every), sum(one.errors for one in every)
    print(f"{len(samples)} lines, {len(every)} words, {characters} characters, {errors} wrong")
    print("doubted   words        wrong characters          words with a mistake")
    print("below     underlined   in them  rest  of all      in them  rest")
    for below in THRESHOLDS:
        doubted = [one for one in every if one.given < below]
        sure = [one for one in every if one.given >= below]
        print(
            f"{below:5.1f} {len(doubted) / len(every):12.0%} {_share(doubted):12.0%} "
            f"{_share(sure):5.0%} {sum(one.errors for one in doubted) / max(1, errors):6.0%} "
            f"{_mistaken(doubted):13.0%} {_mistaken(sure):6.0%}"
        )


def _share(words: Sequence[Read]) -> float:
    """Return the share of wrong characters."""
    return sum(one.errors for one in words) / max(1, sum(one.characters for one in words))


def _mistaken(words: Sequence[Read]) -> float:
    """Return the share of words in which any character is wrong."""
    return sum(one.errors > 0 for one in words) / max(1, len(words))


if __name__ == "__main__":
    main()
