"""A page's text layer, kept small: finds a phrase's boxes and the line under a point."""

from __future__ import annotations

import unicodedata
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from vlm.types import Box, Word

BOX_BYTES = 20
"""What a word's box and offset take, roughly."""


def plain(text: str) -> str:
    """Return text as it is compared: case, ligatures and runs of spaces make no difference."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class PageText:
    """The words of one page.

    Args:
        words: In reading order.
    """

    def __init__(self, words: Sequence[Word]) -> None:
        texts = [plain(word.text) for word in words]
        self._boxes = array("f")
        self._starts = array("L")
        at = 0
        for word, text in zip(words, texts, strict=True):
            self._boxes.extend((word.box.x0, word.box.y0, word.box.x1, word.box.y1))
            self._starts.append(at)
            at += len(text) + 1
        self._text = " ".join(texts)

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def size_bytes(self) -> int:
        """Roughly what the page takes in memory."""
        return len(self._text) + BOX_BYTES * len(self) + 200

    def find(self, phrase: str) -> list[tuple[Box, ...]]:
        """Return the places of a phrase, each as one box a line; `phrase` is `plain` text."""
        found: list[tuple[Box, ...]] = []
        at = self._text.find(phrase) if phrase else -1
        while at >= 0:
            found.append(tuple(_lines(self._parts(at, at + len(phrase)))))
            at = self._text.find(phrase, at + len(phrase))
        return found

    def line_at(self, x: float, y: float, shape: float) -> Box | None:
        """Return the line of words under a point.

        Args:
            x: Fraction of the page's width.
            y: Fraction of the page's height.
            shape: The page's height divided by its width.
        """
        words = [self._word(index) for index in range(len(self))]
        here = [word for word in words if word[0] <= x <= word[2] and word[1] <= y <= word[3]]
        if not here:
            return None
        x0, y0, x1, y1 = here[0]
        same = [word for word in words if _overlap(word, here[0]) > 0.5]
        reach = 1.5 * (y1 - y0) * shape
        for left, top, _, bottom in sorted(same, reverse=True):
            if left < x0 and x0 - max(w[2] for w in same if w[0] == left) <= reach:
                x0, y0, y1 = left, min(y0, top), max(y1, bottom)
        for left, top, right, bottom in sorted(same):
            if right > x1 and left - x1 <= reach:
                x1, y0, y1 = right, min(y0, top), max(y1, bottom)
        pad = 0.15 * (y1 - y0)
        return _box(x0 - pad * shape, y0 - pad, x1 + pad * shape, y1 + pad)

    def _word(self, index: int) -> tuple[float, float, float, float]:
        x0, y0, x1, y1 = self._boxes[4 * index : 4 * index + 4]
        return x0, y0, x1, y1

    def _parts(self, start: int, end: int) -> Iterable[tuple[float, float, float, float]]:
        """Yield the boxes of the characters from `start` to `end`, cut within words."""
        index = bisect_right(self._starts, start) - 1
        while index < len(self) and self._starts[index] < end:
            begin = self._starts[index]
            stop = self._starts[index + 1] - 1 if index + 1 < len(self) else len(self._text)
            x0, y0, x1, y1 = self._word(index)
            width = (x1 - x0) / max(1, stop - begin)
            first, last = max(start, begin) - begin, min(end, stop) - begin
            if last > first:
                yield x0 + first * width, y0, x0 + last * width, y1
            index += 1


def _overlap(one: tuple[float, ...], two: tuple[float, ...]) -> float:
    """Return the share of the lower box's height that both have in common."""
    common = min(one[3], two[3]) - max(one[1], two[1])
    return common / max(1e-9, min(one[3] - one[1], two[3] - two[1]))


def _lines(parts: Iterable[tuple[float, float, float, float]]) -> Iterable[Box]:
    """Join neighbours on one line."""
    joined: list[tuple[float, float, float, float]] = []
    for part in parts:
        if joined and _overlap(joined[-1], part) > 0.5 and part[0] >= joined[-1][0]:
            last = joined[-1]
            joined[-1] = (last[0], min(last[1], part[1]), part[2], max(last[3], part[3]))
        else:
            joined.append(part)
    return [box for part in joined if (box := _box(*part)) is not None]


def _box(x0: float, y0: float, x1: float, y1: float) -> Box | None:
    x0, y0, x1, y1 = max(0.0, x0), max(0.0, y0), min(1.0, x1), min(1.0, y1)
    return Box(x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


class TextShelf:
    """Pages' texts within a budget of bytes; the one not used for longest goes first."""

    def __init__(self, budget_bytes: int = 64 * 1024 * 1024) -> None:
        self._budget = budget_bytes
        self._texts: OrderedDict[int, PageText] = OrderedDict()
        self._used = 0

    def put(self, page: int, text: PageText) -> None:
        """Keep a page's text."""
        old = self._texts.pop(page, None)
        self._used += text.size_bytes - (old.size_bytes if old is not None else 0)
        self._texts[page] = text
        while self._used > self._budget and len(self._texts) > 1:
            _, gone = self._texts.popitem(last=False)
            self._used -= gone.size_bytes

    def get(self, page: int) -> PageText | None:
        """Return a page's text if it is kept."""
        text = self._texts.get(page)
        if text is not None:
            self._texts.move_to_end(page)
        return text

    def clear(self) -> None:
        """Forget everything."""
        self._texts.clear()
        self._used = 0
