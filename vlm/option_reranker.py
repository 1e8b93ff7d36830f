"""Reads the likeliest options of a page once more, each in one sequence with the question.

A small transformer that comes with the program, trained by `pretrain.matching.rerank`. It sees the
words of the question, of what stands around an option and of the option, as re-rankers do (Nogueira
and Cho, "Passage Re-ranking with BERT", section 3), then all options beside each other and "not on
this page", and says how much likelier each is than `vlm.option_ranker` thought, whose numbers it
sees. Words are vectors of `vlm.text_vectors` that stay as they are; the most frequent ones have
vectors of their own beside these, which are learned. Knows no torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vlm.field_matcher import FOLDER
from vlm.match_texts import Cut, Unit, single_words
from vlm.option_numbers import Around, standard
from vlm.text_vectors import Array, TextVectors

WEIGHTS = FOLDER / "option-reranker.safetensors"

OPTIONS, READ = 12, 20
"""That are learned from and that are read, at most: so many more cost little and were better."""

LENGTHS = (16, 8, 6, 6, 12, 10, 12)
"""Words at most of the question, the label, the headings of the column and of the section, of what
is before, of the option itself, and of what is behind."""

QUESTION, BEFORE, VALUE = 0, 4, 5
"""Places in `LENGTHS`."""

HEADS, LAYERS = 4, 2
"""Of attention, and layers that see one option."""

LOUDER, FOUND = 8.0, 3
"""What vectors are multiplied by, and what is known of each word besides: whether a word like it is
on the other side, how much it counts, and whether it is the question's."""

LEAST, GATES, LOGITS = -15.0, 4.0, 4.0
"""The least logarithm of a probability, and what gates and logarithms are divided by."""

OWN_ROWS = "own_rows"
"""Weights that say which words have vectors of their own."""

TINY, NOTHING = 1e-5, 1e-6
"""What variances and counts are larger by."""

_STARTS = np.cumsum((0, *LENGTHS))


def words_of(question: str, stands: Around, options: Sequence[int], cut: Cut) -> list[list[Unit]]:
    """Return the words of a question and of some options with what stands around them.

    Args:
        question: As a person asks it.
        stands: Around all options of the page.
        options: Their numbers.
        cut: How words are cut.

    Returns:
        The question, then six texts of each option, as in `LENGTHS`.
    """
    asked = single_words(question, cut)[: LENGTHS[QUESTION]]
    result = [list(asked)]
    for number in options:
        label, over, section, before, after = (
            stands.texts[place] for place in stands.places[number][:5]
        )
        texts = (label, over, section, before, stands.values[number], after)
        for place, text in enumerate(texts, 1):
            some = single_words(text, cut)
            most = LENGTHS[place]
            result.append(list(some[-most:] if place == BEFORE else some[:most]))
    return result


@dataclass(frozen=True, slots=True)
class Sequences:
    """Options as words, padded: of each its number in a list, its part and its place.

    Attributes:
        words: Int64 of shape (options, words).
        parts: Which of `LENGTHS`, int64 of the same shape.
        places: Int64 of the same shape.
        are: Which of them there are, bool of the same shape.
    """

    words: npt.NDArray[np.int64]
    parts: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]
    are: npt.NDArray[np.bool_]


def sequences(asked: Sequence[int], options: Sequence[Sequence[Sequence[int]]]) -> Sequences:
    """Return options as words, each with the question.

    Args:
        asked: The question's words as numbers.
        options: For each option its six texts as numbers of words.
    """
    lengths = [max(1, len(asked) + sum(map(len, one))) for one in options]
    shape = len(options), max(lengths)
    words, parts, places = (np.zeros(shape, np.int64) for _ in range(3))
    are = np.arange(shape[1]) < np.array(lengths)[:, None]
    for row, texts in enumerate(options):
        for column, told in enumerate(_told(asked, texts)):
            words[row, column], parts[row, column], places[row, column] = told
    return Sequences(words, parts, places, are)


def _told(asked: Sequence[int], texts: Sequence[Sequence[int]]) -> Iterator[tuple[int, int, int]]:
    for part, some in enumerate((asked, *texts)):
        # The word right before an option has always the same place, as the first one behind it.
        start = int(_STARTS[part]) + (LENGTHS[part] - len(some) if part == BEFORE else 0)
        yield from ((word, part, start + number) for number, word in enumerate(some))


def own_numbers(units: Sequence[Unit], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return which vector of its own each word has: `len(rows)`, the last one, where it has none.

    Args:
        units: The words.
        rows: First rows of the words that have one, in their order.
    """
    first = np.array([one[0] for one in units], np.int64)
    places = np.searchsorted(rows, first)
    known = places < len(rows)
    known[known] = rows[places[known]] == first[known]
    return np.where(known, places, len(rows))


class OptionReranker:
    """The network."""

    def __init__(
        self, weights: Mapping[str, npt.NDArray[np.generic]], vectors: TextVectors
    ) -> None:
        """Keep its weights.

        Args:
            weights: As `pretrain.matching.rerank` saves them.
            vectors: Of words, that it was learned with.
        """
        self._w = {
            name: one.astype(np.float32) for name, one in weights.items() if name != OWN_ROWS
        }
        self._own_rows = weights[OWN_ROWS].astype(np.int64)
        self._vectors = vectors

    def logits(
        self, question: str, stands: Around, options: Sequence[int], told: Array, known: Array
    ) -> Array:
        """Return how likely options are now, and "not on this page" last, as logarithms.

        Args:
            question: As a person asks it.
            stands: Around all options of the page.
            options: Numbers of those to read, one or more.
            told: Of each of these, see `option_numbers.numbers`.
            known: Logarithms of how likely these were and, last, that there is no answer, float32
                of shape (options + 1,).

        Returns:
            Float32 of shape (options + 1,).
        """
        asked, *texts = words_of(question, stands, options, self._vectors.cut)
        numbers: dict[Unit, int] = {}
        asked_numbers, *around_each = (
            [numbers.setdefault(unit, len(numbers)) for unit in some] for some in (asked, *texts)
        )
        count = len(LENGTHS) - 1
        starts = range(0, len(around_each), count)
        seen = sequences(asked_numbers, [around_each[start : start + count] for start in starts])
        x = self._embedded(list(numbers) or [(0,)], seen)
        for number in range(LAYERS):
            x = _block(self._w, f"blocks.{number}.", x, seen.are)
        x = _normal(self._w, "norm", x)
        asks = (seen.parts == QUESTION) & seen.are
        parts = ((seen.parts == VALUE) & seen.are, asks, ~asks & seen.are)
        means = [_mean(x, part) for part in parts]
        logs = np.maximum(known, LEAST)[:, None]
        about = np.concatenate([logs / LOGITS, np.exp(logs)], axis=1).astype(np.float32)
        own = standard(told, self._w["mean"], self._w["spread"])
        told_of = np.concatenate([*means, about[:-1], own], axis=1).astype(np.float32)
        rows = _linear(self._w, "option", told_of)
        none = self._w["none"] + _linear(self._w, "none_known", about[-1:])
        every = np.concatenate([rows, none])[None]
        every = _block(self._w, "beside.", every, np.ones(every.shape[:2], np.bool_))
        return np.asarray(logs[:, 0] + _linear(self._w, "out", every)[0, :, 0], np.float32)

    def _embedded(self, units: Sequence[Unit], seen: Sequences) -> Array:
        own = self._vectors.of_units(units)
        asked, told = (self._vectors.turned_words(role, own) for role in ("question", "label"))
        asks = (seen.parts == QUESTION) & seen.are
        tells = ~asks & seen.are
        like = (asked[:, :-1] @ told[:, :-1].T)[seen.words[:, :, None], seen.words[:, None, :]]
        like = np.maximum(like, 0) * asks[:, :, None] * tells[:, None, :]
        best = np.where(asks, like.max(axis=2), like.max(axis=1))
        gates = asked[:, -1][seen.words] / GATES * asks
        found = np.stack([best, gates, asks], axis=2).astype(np.float32)
        known = _linear(self._w, "found", found)
        named = self._w["parts"][seen.parts] + self._w["places"][seen.places]
        spread = _linear(self._w, "words", np.asarray(own * LOUDER, np.float32))
        spread = spread + self._w["own"][own_numbers(units, self._own_rows)]
        return np.asarray(spread[seen.words] + named + known, np.float32)


def _linear(weights: Mapping[str, Array], name: str, x: Array) -> Array:
    return np.asarray(x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"], np.float32)


def _normal(weights: Mapping[str, Array], name: str, x: Array) -> Array:
    less = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((less * less).mean(axis=-1, keepdims=True) + TINY)
    normal = less / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]
    return np.asarray(normal, np.float32)


def _mean(x: Array, some: npt.NDArray[np.bool_]) -> Array:
    total = (x * some[..., None]).sum(axis=1)
    return np.asarray(total / (some.sum(axis=1)[:, None] + NOTHING), np.float32)


def _block(weights: Mapping[str, Array], name: str, x: Array, are: npt.NDArray[np.bool_]) -> Array:
    """Return what a layer of a transformer makes of words, normalised before each of its halves."""
    rows, length, width = x.shape
    wide = _normal(weights, f"{name}norm1", x) @ weights[f"{name}self_attn.in_proj_weight"].T
    wide = (wide + weights[f"{name}self_attn.in_proj_bias"]).reshape(rows, length, 3, HEADS, -1)
    asks, keys, values = np.moveaxis(wide, 2, 0).swapaxes(2, 3)
    scores = asks @ keys.swapaxes(2, 3) / np.sqrt(width // HEADS)
    scores = np.where(are[:, None, None, :], scores, -np.inf)
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    told = (shares @ values).swapaxes(1, 2).reshape(rows, length, width)
    x = x + _linear(weights, f"{name}self_attn.out_proj", told)
    hidden = np.maximum(_linear(weights, f"{name}linear1", _normal(weights, f"{name}norm2", x)), 0)
    return np.asarray(x + _linear(weights, f"{name}linear2", hidden), np.float32)
