"""Divides examples into those to learn from and those to be measured on, by document.

Questions on one document, or on copies of one, never stand on both sides. Copies are documents with
pages that look the same and that were answered the same: twelve invoices of one supplier look the
same too, but they are twelve documents. Where nobody asked them the same, their text layers tell.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from finetune import lookalike
from finetune.types import NOT_ON_PAGE, Example, Side
from vlm.types import Value

LEAST = 5
"""Documents needed on each side before tuning makes sense."""
SLIP_OF = 5
"""Of so many common questions one may be answered differently on copies: a person's slip."""


LEAST_NUMBERS = 5
"""Numbers of a text layer from which on these tell whether two pages are the same."""
SAME_NUMBERS = 0.85
"""Share of the numbers of two pages that stand on both, from which on they may be copies: one may
have been printed on another day. Of 67 electronic invoices copies had 0.89 to 1, others of one
layout 0.75 and 0.79, and one 0.94."""

PRINTED = 6
"""Bits of 256 in which the looks of two pages differ at most for their numbers to tell: rescans,
whose text layers were read and may be misread, differ in 8 at the median."""

Texts = Mapping[tuple[str, int], Sequence[str]]
"""Words of text layers by document and page, from 0; see `examples.ExampleStore.printed_pages`."""

NO_TEXTS: Texts = MappingProxyType({})


class Split(Value, frozen=True):
    """Ids of examples on each side, each in the order they were given.

    `watch` are taken from the documents to learn from and decide when to stop; with few documents
    it is empty and `held_out` is watched instead, which makes the final measure slightly kind.
    """

    train: tuple[str, ...]
    watch: tuple[str, ...]
    held_out: tuple[str, ...]
    train_documents: int
    held_out_documents: int

    @property
    def sides(self) -> dict[str, Side]:
        """The side of each example, by its id."""
        found: dict[str, Side] = dict.fromkeys(self.train, "train")
        found.update(dict.fromkeys(self.watch, "watch"))
        found.update(dict.fromkeys(self.held_out, "held_out"))
        return found


def groups(examples: Iterable[Example], texts: Texts = NO_TEXTS) -> dict[str, str]:
    """Return for each document the smallest document name of its group.

    Documents share a group, directly or through others, when a page of each looks the same and
    their answers do not tell them apart: no question that both have was answered differently, or
    one of five and more. Without a common question, the numbers in their text layers may still.

    Args:
        examples: All.
        texts: The words of their pages, where these have any.
    """
    leader: dict[str, str] = {}

    def find(document: str) -> str:
        while leader[document] != document:
            leader[document] = document = leader[leader[document]]
        return document

    looks: set[tuple[int, str, int]] = set()
    said: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for example in examples:
        leader.setdefault(example.document, example.document)
        if example.page_hash:
            looks.add((int(example.page_hash, 16), example.document, example.page.page))
        if example.kind != "negative" and example.answer != NOT_ON_PAGE:
            answers = said[example.document][_plain(example.question)]
            answers.update(map(_plain, example.answers))
    numbers = {key: _numbers(words) for key, words in texts.items()}
    pages = sorted(looks)
    for index, (look, document, page) in enumerate(pages):
        for other_look, other, other_page in pages[:index]:
            apart = (look ^ other_look).bit_count()
            if (
                apart > lookalike.CLOSE
                or find(document) == find(other)
                or not _answered_alike(said[document], said[other])
            ):
                continue
            unasked = said[document].keys().isdisjoint(said[other])
            both = numbers.get((document, page)), numbers.get((other, other_page))
            if not (unasked and apart <= PRINTED) or _printed_alike(*both):
                _join(leader, find(document), find(other))
    return {document: find(document) for document in leader}


def _plain(text: str) -> str:
    """Leave what does not depend on who typed it: letters and digits."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _answered_alike(one: dict[str, set[str]], other: dict[str, set[str]]) -> bool:
    """Tell whether two documents may be copies, by the answers to each of their questions."""
    common = one.keys() & other.keys()
    different = sum(one[question].isdisjoint(other[question]) for question in common)
    return different == 0 or (different == 1 and len(common) >= SLIP_OF)


def _numbers(words: Sequence[str]) -> frozenset[str]:
    return frozenset(plain for plain in map(_plain, words) if any(map(str.isdigit, plain)))


def _printed_alike(one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    """Tell whether two pages may be copies, by the numbers in their text layers."""
    if one is None or other is None or min(len(one), len(other)) < LEAST_NUMBERS:
        return True
    return len(one & other) >= SAME_NUMBERS * len(one | other)


def _join(leader: dict[str, str], one: str, other: str) -> None:
    low, high = sorted((one, other))
    leader[high] = low


def split(
    examples: Sequence[Example], seed: int, held_out_share: float = 0.2, texts: Texts = NO_TEXTS
) -> Split:
    """Divide by document; the same examples and seed always give the same sides.

    At least `LEAST` groups of documents are held out as long as as many are left to learn from.
    When there are too few for both, `hygiene.refusals` says so.

    Args:
        examples: All examples.
        seed: Decides which documents are held out.
        held_out_share: Share of the groups to hold out, in [0, 1).
        texts: See `groups`.
    """
    group_of = groups(examples, texts)
    order = sorted(set(group_of.values()), key=lambda group: _rank(seed, group))
    wanted = max(LEAST, round(held_out_share * len(order)))
    held = set(order[: max(0, min(wanted, len(order) - LEAST))])
    learn = [group for group in order if group not in held]
    watched = set(learn[: len(learn) // 6]) if len(learn) >= 2 * LEAST else set[str]()
    return _sides(examples, group_of, held, watched)


def given(train: Sequence[Example], held_out: Sequence[Example], texts: Texts = NO_TEXTS) -> Split:
    """Take the two sides as a person divided them, but never learn from what is measured.

    Examples to learn from whose document is, or looks like, one that is held out are left out.
    """
    group_of = groups([*train, *held_out], texts)
    held = {group_of[example.document] for example in held_out}
    clean = [example for example in train if group_of[example.document] not in held]
    learn = sorted({group_of[example.document] for example in clean}, key=lambda g: _rank(0, g))
    watched = set(learn[: len(learn) // 6]) if len(learn) >= 2 * LEAST else set[str]()
    return _sides([*clean, *held_out], group_of, held, watched)


def _sides(
    examples: Sequence[Example], group_of: dict[str, str], held: set[str], watched: set[str]
) -> Split:
    ids: dict[str, list[str]] = defaultdict(list)
    found: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        group = group_of[example.document]
        side = "held_out" if group in held else "watch" if group in watched else "train"
        ids[side].append(example.id)
        found["held_out" if side == "held_out" else "train"].add(group)
    return Split(
        tuple(ids["train"]),
        tuple(ids["watch"]),
        tuple(ids["held_out"]),
        len(found["train"]),
        len(found["held_out"]),
    )


def _rank(seed: int, group: str) -> str:
    """Return a place in the order that does not move when other documents come or go."""
    return hashlib.sha256(f"{seed}:{group}".encode()).hexdigest()
