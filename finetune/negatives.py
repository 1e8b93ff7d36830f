"""Proposes examples whose right answer is "not on this page", from crops without the answer.

A model that only ever sees answerable questions answers everything. Knows no pixels: the caller
takes over the picture of another example.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from finetune.split import Split
from finetune.types import NOT_ON_PAGE, Example
from vlm.question_sets import plain
from vlm.types import Box, PageRef

_ABSENT = NOT_ON_PAGE.rstrip(".").casefold()
_MARGIN = 0.01
"""Fraction of the page between a crop and an answer that counts as near."""

Place = tuple[str, int, str]
"""A document, a page of it from 0, and a question in lower case."""


def borrowed(
    examples: Sequence[Example], seed: int, share: float = 0.15
) -> list[tuple[Example, str]]:
    """Ask questions about crops of the same document that were labelled as something else.

    Needs no text layer: the crop's own right answer is known and is another one.

    Args:
        examples: The examples; only those with a box and an answer in it take part.
        seed: Decides which questions are asked about which crops.
        share: Negatives for each example with a box, in [0, 1].

    Returns:
        Negative examples, each with the id of the example whose picture it borrows.
    """
    by_document: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if example.box is not None and not says_absent(example):
            by_document[example.document].append(example)
    taken = labelled_boxes(examples)
    pairs = [
        (asked, shown)
        for same in by_document.values()
        for asked in same
        for shown in same
        if _apart(asked, shown, taken)
    ]
    random.Random(f"borrowed:{seed}").shuffle(pairs)
    boxed = sum(len(same) for same in by_document.values())
    chosen: dict[str, tuple[Example, str]] = {}
    for asked, shown in pairs:
        if len(chosen) < round(share * boxed) and shown.id not in chosen:
            chosen[shown.id] = (_negative(asked, shown.page, shown.box), shown.id)
    return list(chosen.values())


def with_borrowed(
    examples: Sequence[Example], sides: Split, seed: int
) -> tuple[list[tuple[Example, str]], Split]:
    """Borrow negatives among the examples that are learned from, and learn from them too.

    Nothing is concluded from what is watched or held out, not even that a crop lacks an answer.

    Args:
        examples: All examples, of every side.
        sides: On which side each stands.
        seed: As for `borrowed`.

    Returns:
        The negatives as `borrowed` gives them, and the sides with them among what is learned from.
    """
    learned = set(sides.train)
    pairs = borrowed([example for example in examples if example.id in learned], seed)
    more = tuple(negative.id for negative, _ in pairs)
    return pairs, msgspec.structs.replace(sides, train=sides.train + more)


def labelled_boxes(examples: Sequence[Example]) -> Mapping[Place, tuple[Box, ...]]:
    """Return the boxes that answer each question."""
    found: dict[Place, list[Box]] = defaultdict(list)
    for example in examples:
        if example.box is not None and not says_absent(example):
            found[example.document, example.page.page, plain(example.question)].append(example.box)
    return {place: tuple(boxes) for place, boxes in found.items()}


def says_absent(example: Example) -> bool:
    """Tell whether an example says that the answer is not there, however it was made.

    Nothing else may be concluded from it: not that another crop lacks the answer too.
    """
    said = plain(example.answer).rstrip(".")
    return example.kind == "negative" or said == _ABSENT


def _negative(asked: Example, page: PageRef, box: Box | None) -> Example:
    return msgspec.structs.replace(
        asked,
        id=f"{asked.id}-not-{_number_of(page, box):08x}",
        page=page,
        box=box,
        answers=(NOT_ON_PAGE,),
        said="",
        verdict="unknown",
        kind="negative",
    )


def _number_of(page: PageRef, box: Box | None) -> int:
    """Return a number for a place that is the same in every process."""
    place = random.Random(f"{page.page}:{page.rotation}:{box}")
    return place.getrandbits(32)


def _apart(asked: Example, shown: Example, taken: Mapping[Place, tuple[Box, ...]]) -> bool:
    """Tell whether the crop surely does not answer the question."""
    if asked.id == shown.id or plain(asked.question) == plain(shown.question):
        return False
    answering = taken.get((shown.document, shown.page.page, plain(asked.question)), ())
    if shown.box is None or any(_near(box, shown.box) for box in answering):
        return False
    there = [plain(answer) for answer in shown.answers]
    return not any(plain(a) in t or t in plain(a) for a in asked.answers for t in there)


def _near(one: Box, other: Box) -> bool:
    return (
        one.x0 < other.x1 + _MARGIN
        and other.x0 < one.x1 + _MARGIN
        and one.y0 < other.y1 + _MARGIN
        and other.y0 < one.y1 + _MARGIN
    )
