"""Tells how likely a value is of the kind that a question asks for: a date, a sum, a person.

Two linear models over the units of `vlm.match_texts` (Joulin et al., "Bag of Tricks for Efficient
Text Classification", section 2), one of questions and one of values, each say how likely each kind
is; `pretrain.matching.kinds` trains them. Knows no torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file

import assets
from vlm.match_texts import Cut, units

Array = npt.NDArray[np.float32]
Side = Literal["question", "value"]

FILE = Path(assets.__file__).parent / "matcher" / "value-kinds.safetensors"

CUT = Cut(1 << 16, (3, 4))

REMEMBERED = 20_000
"""Texts whose kinds are kept: the next question about a page has most of them."""


class ValueKinds:
    """Both models, with what they made of texts so far."""

    def __init__(self, weights: dict[str, npt.NDArray[np.generic]]) -> None:
        """Keep their weights.

        Args:
            weights: As `pretrain.matching.kinds` saves them; the tables of vectors in 8 bits.
        """
        self._weights = weights
        self._known: dict[tuple[Side, str], Array] = {}

    def suit(self, question: str, values: Sequence[str]) -> Array:
        """Return how likely values are of the kind that is asked for, float32 (values,) in [0, 1].

        Args:
            question: As a person asks it.
            values: As they are written.
        """
        if not values:
            return np.zeros(0, np.float32)
        kinds = np.stack([self.kinds_of("value", one) for one in values])
        return np.asarray(kinds @ self.kinds_of("question", question), np.float32)

    def kinds_of(self, side: Side, text: str) -> Array:
        """Return how likely each kind is, float32 (kinds,) of sum 1."""
        if len(self._known) > REMEMBERED:
            self._known.clear()
        if (side, text) not in self._known:
            self._known[side, text] = self._kinds_of(side, text)
        return self._known[side, text]

    def _kinds_of(self, side: Side, text: str) -> Array:
        table, scales, out, bias = (
            self._weights[f"{side}_{name}"] for name in ("table", "scales", "out", "bias")
        )
        logits = bias.astype(np.float32)
        if rows := [row for unit in units(text, side, CUT) for row in unit]:
            vectors = table[rows].astype(np.float32) * scales[rows].astype(np.float32)[:, None]
            logits = vectors.mean(axis=0) @ out.astype(np.float32) + logits
        shares = np.exp(logits - logits.max())
        return np.asarray(shares / shares.sum(), np.float32)


@lru_cache(maxsize=1)
def shipped() -> ValueKinds:
    """Return the models that come with the program."""
    return ValueKinds(load_file(FILE))
