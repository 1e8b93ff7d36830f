"""Says in numbers how each option of a page suits a question, for `vlm.option_ranker` to weigh.

How like the question is to what stands around an option, by the vectors of `vlm.field_matcher`; how
much of the question that says, word by word (the largest likeness of each word, as in Khattab and
Zaharia, "ColBERT", section 3.2, weighed by its gate); of which kind it and what is asked for are;
and what the rules for usual fields, labels and running text say. Knows no torch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vlm.field_candidates import SCALARS
from vlm.field_matcher import FieldMatcher
from vlm.labelled import values_among
from vlm.page_options import SENTENCE_NUMBERS, Offer, Option, PageOptions
from vlm.scoring import plain
from vlm.table_lookup import meeting
from vlm.text_vectors import TINY, Array, TextVectors
from vlm.value_kinds import ValueKinds

NEAR, AROUND = 6, 12
"""Words before and behind an option that are near it, and that are looked at."""

MOST_ALIKE = 4
"""Options of the same text that are counted."""

UNLABELLED = -8.0
"""What stands for the weight of a label, a logarithm, where an option is a part of a sentence."""

FAR = 5.0
"""How far a number may be from its mean, in standard deviations."""

_NO_CELL, _NO_SENTENCE = (0.0,) * SCALARS, (0.0,) * SENTENCE_NUMBERS

_WITHOUT_LABEL = tuple(float(number == 9) for number in range(SCALARS))
"""Scalars of a candidate without label, of which nothing else is known."""


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the options of a page: all texts, and which of them where.

    Attributes:
        texts: Each once.
        places: For each option the numbers of its label, the headings of its column and of its
            section, of what is before and behind it, and near before and behind it, int64 of shape
            (options, 7).
        values: The options' own texts.
    """

    texts: list[str]
    places: npt.NDArray[np.int64]
    values: list[str]


def around(options: Sequence[Option]) -> Around:
    """Return what stands around options, one or more."""
    numbered: dict[str, int] = {}
    places = [
        [numbered.setdefault(text, len(numbered)) for text in _around(one)] for one in options
    ]
    return Around(list(numbered), np.array(places), [one.text for one in options])


def _around(one: Option) -> Iterator[str]:
    before, after = one.before.split(), one.after.split()
    yield from (one.label, one.over, one.section)
    for wide in (AROUND, NEAR):
        yield " ".join(before[-wide:])
        yield " ".join(after[:wide])


class Seen:
    """What of a page's numbers is the same for all questions."""

    def __init__(self, stands: Around, networks: Sequence[FieldMatcher], kinds: ValueKinds) -> None:
        """Look at the texts of a page.

        Args:
            stands: Around its options, one or more.
            networks: That know words.
            kinds: Knows kinds of values.
        """
        self.stands = stands
        self.kinds = kinds
        self.own_kinds = np.stack([kinds.kinds_of("value", one) for one in stands.values])
        self.networks = [_SeenBy(one, stands) for one in networks]
        self.plain = [plain(one) for one in stands.values]
        self.alike = {
            one: min(count, MOST_ALIKE) / MOST_ALIKE for one, count in Counter(self.plain).items()
        }


class _SeenBy:
    """What one network makes of a page's texts."""

    def __init__(self, network: FieldMatcher, stands: Around) -> None:
        self.network, vectors = network, network.vectors
        sums = vectors.sums("label", stands.texts)[stands.places]
        label, over, section, before, after, near_before, near_after = np.moveaxis(sums, 1, 0)
        self.told = network.told(label, over, section, vectors.sums("value", stands.values))
        joined = (
            label + over + section + before + after,
            before + after,
            near_before + near_after,
            near_before,
            near_after,
            label + over + before,
            label + over + section,
        )
        self.joined = [vectors.turned("label", one) for one in joined]


def numbers(question: str, offer: Offer, seen: Seen, page: PageOptions) -> Array:
    """Return what is known of each option.

    Args:
        question: As a person asks it.
        offer: The page's, with one option or more.
        seen: What stands around these.
        page: It.

    Returns:
        Float32 of shape (options, numbers): first each as it is, then some of them less the most
        that an option of the page has, and at last how likely what is asked for and it are of each
        kind of value.
    """
    some = [_by_network(question, one, seen.stands, offer.options) for one in seen.networks]
    wanted = seen.kinds.kinds_of("question", question)
    own = seen.own_kinds
    suits = (own @ wanted)[:, None]
    sure = np.full_like(suits, wanted.max())
    rules = _of_rules(question, offer, page, seen)
    compared = np.concatenate([*some, suits, rules[:, COMPARED]], axis=1)
    less = compared - compared.max(axis=0)
    every = [*some, suits, sure, rules, less, np.broadcast_to(wanted, own.shape), own]
    return np.concatenate(every, axis=1).astype(np.float32)


def standard(known: Array, mean: Array, spread: Array) -> Array:
    """Return numbers less their mean, in standard deviations.

    Args:
        known: Float32 of shape (options, numbers).
        mean: Of each number.
        spread: The standard deviation of each.
    """
    return np.asarray(np.clip((known - mean) / spread, -FAR, FAR), np.float32)


def _by_network(question: str, seen: _SeenBy, stands: Around, options: Sequence[Option]) -> Array:
    """Return what one network says: likenesses, the weight of a label, and what is said of words.

    Returns:
        Float32 of shape (options, 20).
    """
    network = seen.network
    asked = network.asked(question)
    like = [one @ asked for one in seen.joined]
    scalars = np.array(
        [_WITHOUT_LABEL if one.in_sentence else one.known for one in options], np.float32
    )
    inside = np.array([one.in_sentence for one in options])
    weight = np.where(inside, UNLABELLED, network.logits(asked, seen.told, scalars))
    likeness = np.einsum("knw,w->nk", seen.told, asked)
    said = _said(network.vectors.words("question", question), network.vectors, stands)
    return np.concatenate([likeness, np.stack([*like, weight], axis=1), said], axis=1)


def _said(asked: Array, vectors: TextVectors, stands: Around) -> Array:
    """Return how much of a question is said around each option, float32 (options, 6).

    By the label; by it and the heading of the column; by these and that of the section; by the
    words near it; by label, heading and these; by everything.
    """
    most = vectors.alike(asked, stands.texts)[0][:, stands.places]
    label, over, section, before, after, near_before, near_after = np.moveaxis(most, 2, 0)
    columns = np.maximum(label, over)
    headed = np.maximum(columns, section)
    near = np.maximum(near_before, near_after)
    every = (
        label,
        columns,
        headed,
        near,
        np.maximum(columns, near),
        np.maximum(headed, np.maximum(before, after)),
    )
    gates = asked[:, -1] / (asked[:, -1].sum() + TINY)
    return np.stack([gates @ one for one in every], axis=1)


COMPARED = [0, 1, SCALARS, SCALARS + 1, SCALARS + SENTENCE_NUMBERS - 1]
"""Numbers of the rules that are compared with the most of the page."""


def _of_rules(question: str, offer: Offer, page: PageOptions, seen: Seen) -> Array:
    """Return what is known without a network, float32 (options, numbers)."""
    usual = dict[str, float]()
    for one in values_among(question, page.rows, page.misread):
        usual[plain(one.text)] = max(usual.get(plain(one.text), 0.0), one.weight)
    met = meeting(question, page.rows, page.misread)
    crossing = plain(met.text) if met is not None else None
    quoted = offer.quoted
    score, typed, text = (
        (quoted.score, float(quoted.typed), plain(quoted.text)) if quoted else (0.0, 0.0, None)
    )
    same_language = float(
        bool(page.sentences) and offer.asked.language == page.sentences[0].language
    )
    of_page = (page.prose.share, same_language, score, max(usual.values(), default=0.0))
    rows = [
        (
            *(_NO_CELL if one.in_sentence else one.known),
            *(one.known if one.in_sentence else _NO_SENTENCE),
            float(one.in_sentence),
            float(bool(one.label)),
            min(len(one.before.split()), AROUND) / AROUND,
            min(len(one.after.split()), AROUND) / AROUND,
            *of_page,
            score if plainly == text else 0.0,
            typed if plainly == text else 0.0,
            usual.get(plainly, 0.0),
            float(plainly == crossing),
            seen.alike[plainly],
        )
        for one, plainly in zip(offer.options, seen.plain, strict=True)
    ]
    return np.array(rows, np.float32)
