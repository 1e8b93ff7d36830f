"""Ranks the parts of a page by what their words have to do with a question. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from vlm import focus
from vlm.part_finder import PageParts
from vlm.types import Box

UNRELATED = 0.5
"""Relevance of a part that has none of the question's words while another one has some."""

ABOVE = 0.8
"""What words in the line above a part count beside those in its own row."""

GROUP = 0.9
"""What is left of a group of lines beside one of them that has as many of the words."""


def ranked(page: PageParts, texts: Sequence[str], question: str) -> list[tuple[Box, str, float]]:
    """Return all parts of a page, their texts and relevance in (0, 1], the best first.

    Parts that have as many of the question's words stay from top to bottom.

    Args:
        page: Its parts.
        texts: What stands in each; what stands beside a part and above it counts as well, as a
            label does.
        question: As a person asks it.
    """
    lines = texts[: page.lines]
    own = focus.shared([joined(lines, numbers) for numbers in page.rows], question)
    over = focus.shared(
        [f"{joined(lines, higher)} {text}" for higher, text in zip(page.above, texts, strict=True)],
        question,
    )
    shares = [max(one, ABOVE * other) for one, other in zip(own, over, strict=True)]
    most = max(shares)
    relevance = [UNRELATED + (1 - UNRELATED) * share / most if most else 1.0 for share in shares]
    weighed = [
        one if number < page.lines or not most else one * GROUP
        for number, one in enumerate(relevance)
    ]
    return sorted(zip(page.asked, texts, weighed, strict=True), key=lambda one: -one[2])


def is_labelled(places: Sequence[tuple[Box, str, float]]) -> bool:
    """Tell whether some places have words of the question and others have none."""
    return any(relevance < 1 for _, _, relevance in places)


def joined(lines: Sequence[str], numbers: Sequence[int]) -> str:
    """Return what some lines say, one behind the other."""
    return " ".join(lines[number] for number in numbers)
