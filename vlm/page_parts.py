"""Divides a page into parts that a small model reads well: a few lines of legible print each.

A part is at most `WIDEST` letters' heights wide, so that it fits the model's longest edge with
print of 20 pixels, and a few lines high. Columns side by side are parts of their own; what stands
in one line with wide white between, as a label and its amount, is also offered together. Pure.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from vlm.blocks import Line, pieces_of
from vlm.line_spans import WIDEST as WIDEST
from vlm.line_spans import divided, narrowed
from vlm.types import Box

T = TypeVar("T")

HIGHEST = 5.4
"""Height of a part, in em: with air 130 pixels for print of 20."""

LEGIBLE = 11.0
"""Em of a line that are read at once: lines of 34 em had 0.31 errors a character read at once, 0.09
in two pieces and 0.07 in three."""

WIDER = 52.0
"""Em; what lies far apart in one line is offered together up to here, in print of 15 pixels."""

NARROWEST = 12.0
"""Em; a narrower part shows what stands beside it as well: a word alone is hard to read."""

MOST_LINES = 4
"""Lines of a part, at most."""

GAP = 1.1
"""White between two parts, in heights of the line above."""

COLUMN_GAP = 1.6
"""Em of white between two columns."""

MARGIN = 0.4
"""Em left free around a part."""

UNLIKE = 1.8
"""Times by which print is larger than that of the line above when it is a heading."""

SHARED, NEAR = 0.3, 12
"""Of the height of a line, what it shares with the one above where both are one row; and among how
many above it such a one is looked for."""

INK_EM, WORD_EM = 0.8, 1.25
"""Height of a line's ink, and of a text layer's word, in em."""


def lines_of_words(boxes: Sequence[Box], width: int, height: int) -> tuple[Line, ...]:
    """Put a text layer's words into lines.

    Args:
        boxes: The words', on the page as it is shown.
        width: Of the drawing, in pixels.
        height: Of it.

    Returns:
        Lines from top to bottom in pixels, as high as the ink of their words is.
    """
    rows = rows_of(boxes, lambda box: box)
    return tuple(_line(row, width, height) for row in rows)


def rows_of(items: Iterable[T], box_of: Callable[[T], Box]) -> list[list[T]]:
    """Put what stands on a page into rows from top to bottom, by the middle of its height.

    Args:
        items: In any order.
        box_of: Tells where each of them is.
    """
    rows: list[list[T]] = []
    for item in sorted(items, key=lambda one: box_of(one).y0 + box_of(one).y1):
        middle = (box_of(item).y0 + box_of(item).y1) / 2
        if rows and box_of(rows[-1][0]).y0 <= middle <= box_of(rows[-1][0]).y1:
            rows[-1].append(item)
        else:
            rows.append([item])
    return rows


def divide(
    lines: Sequence[Line],
    width: int,
    height: int,
    most: int,
    rows: int = MOST_LINES,
    apart: bool = False,
) -> tuple[Box, ...]:
    """Return a page's parts: from top to bottom, then those that show far things together.

    Args:
        lines: In pixels of the drawing.
        width: Of the drawing.
        height: Of it.
        most: More parts than this are joined with their neighbours while they stay small.
        rows: Lines of a part that is not joined, at most `MOST_LINES`.
        apart: Whether pieces of a line with wide white between are parts of their own, and never
            offered together.
    """
    if not lines:
        return ()
    em = statistics.median(line.height for line in lines) / INK_EM
    ordered = sorted(lines, key=lambda line: (line.top, line.left))
    groups = _touching(ordered) if apart else _grouped(ordered, em, rows)
    groups = _joined(groups, em, most)
    close: dict[Box, None] = {}
    far: dict[Box, None] = {}
    for group in groups:
        own = min(_em(group), 2 * em)
        columns = list(_columns(group, own, apart))
        least = 0.0 if apart else NARROWEST
        close |= dict.fromkeys(_box(group, span, own, width, height, least) for span in columns)
        left, right = _span(group)
        several = len(columns) > 1 and len(_pieces(group, own)) > 1
        if several and right - left <= WIDER * own and not apart:
            far[_box(group, (left, right), own, width, height)] = None
        if _rows(group) == 1 and not apart:
            halves = _halves(_pieces(group, own))
            far |= dict.fromkeys(_box(group, span, own, width, height) for span in halves)
    return tuple(close | far)


def cuts(box: Box, lines: Sequence[Line], width: int, height: int) -> tuple[Box, ...]:
    """Divide a part that shows one long line between its words: short pieces are read best.

    Args:
        box: The part.
        lines: Those of the page, in pixels of the drawing.
        width: Of the drawing.
        height: Of it.

    Returns:
        From left to right; the part itself where it need not or cannot be divided.
    """
    left, right, top, end = box.x0 * width, box.x1 * width, box.y0 * height, box.y1 * height
    among = [one for one in lines if one.left < right and one.right > left]
    inside = [line for line in among if top <= line.top and line.end <= end]
    if len(inside) != 1:
        return (box,)
    own = [word for word in inside[0].words if left <= word[0] and word[1] <= right]
    words = pieces_of(own or [(left, right)], 0.0)
    count = math.ceil((words[-1][1] - words[0][0]) / (LEGIBLE * _em(inside)))
    if count < 2 or len(words) < 2:
        return (box,)
    spans = list(divided((words[0][0], words[-1][1]), words, count))
    whites = [(one[1] + other[0]) / 2 / width for one, other in itertools.pairwise(spans)]
    edges = itertools.pairwise((box.x0, *whites, box.x1))
    return tuple(Box(start, box.y0, stop, box.y1) for start, stop in edges)


def _halves(pieces: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Yield the sides of a row's widest white that hold more than one piece each.

    Where a label and its value share a row with another column, they are easier to read alone.
    """
    if len(pieces) < 3:
        return
    gaps = [right[0] - left[1] for left, right in itertools.pairwise(pieces)]
    at = gaps.index(max(gaps)) + 1
    for side in (pieces[:at], pieces[at:]):
        if len(side) > 1:
            yield side[0][0], side[-1][1]


def _line(row: Sequence[Box], width: int, height: int) -> Line:
    tall = statistics.median(box.height for box in row) * height
    ink = tall * INK_EM / WORD_EM
    spare = (tall - ink) / 2
    top, end = min(box.y0 for box in row) * height, max(box.y1 for box in row) * height
    spans = [(box.x0 * width, box.x1 * width) for box in row]
    return Line(top + spare, end - spare, pieces_of(spans, COLUMN_GAP * ink / INK_EM))


def _touching(lines: Sequence[Line]) -> list[list[Line]]:
    """Put only those lines together that are one row and in each other's way."""
    groups: list[list[Line]] = []
    for line in lines:
        for group in groups[-NEAR:]:
            if any(_touch(one, line) for one in group) and _rows([*group, line]) == 1:
                group.append(line)
                break
        else:
            groups.append([line])
    return groups


def _touch(one: Line, other: Line) -> bool:
    """Tell whether print of one size, or a speck in print, was found as two lines."""
    small, large = sorted((one, other), key=lambda line: line.height)
    over = min(one.right, other.right) - max(one.left, other.left)
    beside = min(one.end, other.end) - max(one.top, other.top)
    inside = large.left <= small.left and small.right <= large.right
    alike = large.height <= UNLIKE * small.height
    return over > 0 and beside >= (1 - SHARED) * small.height and (alike or inside)


def _grouped(lines: Sequence[Line], em: float, rows: int) -> list[list[Line]]:
    """Put lines close to each other together; the last line of a full group begins the next."""
    groups = [[lines[0]]]
    for line in lines[1:]:
        group = groups[-1]
        above = group[-1]
        usual = max(_em(group), em)
        unlike = max(line.height, above.height) > UNLIKE * min(line.height, above.height)
        if unlike or line.top - above.end > GAP * max(above.height, em * INK_EM):
            groups.append([line])
        elif _rows([*group, line]) > rows or _height([*group, line]) > HIGHEST * usual:
            last = [one for one in group if one.top >= above.top]
            again = [*last, line]
            fits = _height(again) <= HIGHEST * usual and _rows(again) <= rows
            groups.append(again if fits and len(last) < len(group) else [line])
        else:
            group.append(line)
    return groups


def _joined(groups: list[list[Line]], em: float, most: int) -> list[list[Line]]:
    """Join neighbours that are small enough together, the least white first, until there are few.

    What is still too many then is joined to parts of twice the height.
    """
    for limit in (1, 2):
        while len(groups) > most:
            gaps = [
                (below[0].top - above[-1].end, at)
                for at, (above, below) in enumerate(itertools.pairwise(groups))
                if _height([*above, *below]) <= limit * HIGHEST * em
                and _rows([*above, *below]) <= limit * MOST_LINES
            ]
            if not gaps:
                break
            at = min(gaps)[1]
            both = dict.fromkeys([*groups[at], *groups[at + 1]])
            groups[at : at + 2] = [list(both)]
    return groups


def _columns(group: Sequence[Line], em: float, apart: bool) -> Iterator[tuple[float, float]]:
    """Yield left and right ends of the parts of a group, each as wide as is legible."""
    left, right = _span(group)
    if right - left <= WIDEST * em and not apart:
        yield left, right
        return
    waiting: tuple[float, float] | None = None
    for piece in _pieces(group, em):
        if waiting is not None and piece[1] - waiting[0] <= WIDEST * em and not apart:
            waiting = (waiting[0], piece[1])
            continue
        if waiting is not None:
            yield from narrowed(waiting, _words_in(group, waiting, apart), em)
        waiting = piece
    if waiting is not None:
        yield from narrowed(waiting, _words_in(group, waiting, apart), em)


def _words_in(
    group: Sequence[Line], span: tuple[float, float], apart: bool
) -> list[tuple[float, float]]:
    """Return the words between which a span may be divided."""
    return [word for word in _words(group) if apart and span[0] <= word[0] < span[1]]


def _pieces(group: Sequence[Line], em: float) -> tuple[tuple[float, float], ...]:
    """Return where there is text in any line of a group, with wide white between."""
    return pieces_of([piece for line in group for piece in line.pieces], COLUMN_GAP * em)


def _box(
    group: Sequence[Line],
    span: tuple[float, float],
    em: float,
    width: int,
    height: int,
    least: float = NARROWEST,
) -> Box:
    """Return a part's box with some air, at least so many em wide."""
    inside = [line for line in group if line.left < span[1] and line.right > span[0]]
    margin = MARGIN * em
    missing = max(0.0, least * em - (span[1] - span[0]) - 2 * margin)
    white = [2 * margin, *(span[0] - word[1] for word in _words(inside) if word[1] <= span[0])]
    left = span[0] - min(white) / 2
    white = [2 * margin, *(word[0] - span[1] for word in _words(inside) if word[0] >= span[1])]
    right = span[1] + min(white) / 2 + missing
    left -= max(0.0, min(missing, right - width))
    top = min(line.top for line in inside) - margin
    end = max(line.end for line in inside) + margin
    return Box(
        max(0.0, left / width),
        max(0.0, top / height),
        min(1.0, right / width),
        min(1.0, end / height),
    )


def _words(group: Sequence[Line]) -> Iterator[tuple[float, float]]:
    for line in group:
        yield from line.words


def _em(group: Sequence[Line]) -> float:
    return statistics.median(line.height for line in group) / INK_EM


def _span(group: Sequence[Line]) -> tuple[float, float]:
    return min(line.left for line in group), max(line.right for line in group)


def _height(group: Sequence[Line]) -> float:
    return max(line.end for line in group) - min(line.top for line in group)


def _rows(group: Sequence[Line]) -> int:
    """Count lines below each other; those of columns side by side count once."""
    count, end = 0, -1.0
    for line in sorted(group, key=lambda line: line.top):
        if line.top >= end - SHARED * line.height:
            count += 1
            end = line.end
    return count
