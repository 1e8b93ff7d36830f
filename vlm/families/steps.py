"""A decoder of a model's own modules, for designs where a step needs more than embeddings.

What more, the family says: positions, masks, features that layers in between read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache

from vlm.decoder import TextModel


class Steps:
    """A `Sequence` in transformers' own cache, with what its family keeps of the pictures.

    Attributes:
        cache: Keys and values.
        state: Tensors that every step reads, by the names of the family's choice.
        first: Arguments of the text model for the next step only; they go before all others.
        lead: Features that stand for as many of the first embeddings of an empty sequence.
        shift: How far the next position is from the number of tokens so far.
        looking: Numbers of the layers whose keys and values are the pictures'.
    """

    def __init__(self) -> None:
        self.cache: Any = DynamicCache()
        self.looking: frozenset[int] = frozenset()
        self.state: dict[str, Tensor] = {}
        self.first: dict[str, Any] = {}
        self.lead: Tensor | None = None
        self.shift = 0

    @property
    def length(self) -> int:
        """Tokens so far."""
        own = next(i for i in range(len(self.looking) + 1) if i not in self.looking)
        return int(self.cache.get_seq_length(own))

    @property
    def size_bytes(self) -> int:
        """Memory of keys, values and state."""
        kept = sum(
            int(layer.keys.nbytes + layer.values.nbytes)
            for layer in self.cache.layers
            if layer.is_initialized
        )
        return kept + sum(tensor.nbytes for tensor in self.state.values())

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        for index, layer in enumerate(self.cache.layers):
            if index in self.looking:
                continue
            surplus = layer.get_seq_length() - length  # a stopped step has not reached all of them
            if surplus > 0:
                layer.crop(-surplus)


Arguments = Callable[[Steps, Tensor], dict[str, Any]]
"""What the text model is called with for ``(1, T, hidden)``, beside the embeddings."""


def nothing_more(_sequence: Steps, _embedded: Tensor) -> dict[str, Any]:
    """Call the text model with the embeddings alone."""
    return {}


class StepDecoder:
    """A `Decoder` of `Steps`.

    Args:
        text: Its modules.
        limit: Most tokens of a sequence.
        arguments: What each step needs.
        finish: What becomes of the head's output.
    """

    def __init__(
        self,
        text: TextModel,
        limit: int,
        arguments: Arguments = nothing_more,
        finish: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        self.limit = limit
        self._text = text
        self._arguments = arguments
        self._finish = finish

    def start(self) -> Steps:
        """Return an empty sequence."""
        return Steps()

    def embed(self, ids: Tensor) -> Tensor:
        """Embed ids ``(T,)`` as ``(T, hidden)``."""
        embedded: Tensor = self._text.embedding(ids)
        return embedded

    def extend(self, sequence: Steps, embedded: Tensor) -> Tensor:
        """Append ``(T, hidden)``; return the last position's logits ``(vocab,)``."""
        return self.read(sequence, embedded, 1)[0]

    def read(self, sequence: Steps, embedded: Tensor, count: int) -> Tensor:
        """Append ``(T, hidden)``; return the logits ``(count, vocab)`` of the last positions."""
        batch = led(sequence.lead, embedded)[None] if sequence.length == 0 else embedded[None]
        given = {**self._arguments(sequence, batch), **sequence.first}
        sequence.first = {}
        out = self._text.body(
            inputs_embeds=batch, past_key_values=sequence.cache, use_cache=True, **given
        )
        logits: Tensor = self._text.head(out.last_hidden_state[0, -count:])
        return logits if self._finish is None else self._finish(logits)


def led(lead: Tensor | None, embedded: Tensor) -> Tensor:
    """Return ``(T, hidden)`` with features in place of the first, where there are any.

    Raises:
        ValueError: If there are more features than embeddings.
    """
    if lead is None:
        return embedded
    if len(lead) > len(embedded):
        raise ValueError(f"{len(lead)} features but {len(embedded)} tokens")
    return torch.cat([lead.to(embedded), embedded[len(lead) :]])


def following(sequence: Steps, embedded: Tensor) -> Tensor:
    """Return the positions ``(1, T)`` of what comes next, shifted as the sequence says."""
    start = sequence.length + sequence.shift
    return torch.arange(start, start + embedded.shape[1], device=embedded.device)[None]
