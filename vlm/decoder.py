"""The text model as the engine uses it: extend a sequence, look at the last position, go back.

Greedy decoding needs nothing else; the cache of a page's prefix is rewound, never copied.
"""

from __future__ import annotations

from typing import Any, Protocol

from torch import Tensor
from transformers import DynamicCache


class Sequence(Protocol):
    """What a decoder remembers of the tokens so far."""

    @property
    def length(self) -> int:
        """Tokens so far."""
        ...

    @property
    def size_bytes(self) -> int:
        """Memory it holds."""
        ...

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        ...


class Decoder(Protocol):
    """A text model with its embedding and its head."""

    @property
    def limit(self) -> int:
        """Most tokens that a sequence may hold."""
        ...

    def start(self) -> Any:
        """Return an empty `Sequence`."""
        ...

    def embed(self, ids: Tensor) -> Tensor:
        """Embed ids ``(T,)`` as ``(T, hidden)``."""
        ...

    def extend(self, sequence: Any, embedded: Tensor) -> Tensor:
        """Append ``(T, hidden)`` to a sequence; return the last position's logits ``(vocab,)``."""
        ...


class StockSequence:
    """A `Sequence` in transformers' own cache."""

    def __init__(self) -> None:
        self.cache = DynamicCache()

    @property
    def length(self) -> int:
        """Tokens so far."""
        return int(self.cache.get_seq_length())

    @property
    def size_bytes(self) -> int:
        """Memory of keys and values."""
        layers: list[Any] = self.cache.layers
        return sum(
            int(layer.keys.nbytes + layer.values.nbytes) for layer in layers if layer.is_initialized
        )

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        if self.length > length:
            self.cache.crop(length - self.length)


class StockDecoder:
    """A `Decoder` that calls the model's own modules.

    Args:
        model: Any of the families' models: `model.model.text_model` and `model.lm_head`.
    """

    def __init__(self, model: Any) -> None:
        self._text: Any = model.model.text_model
        self._head: Any = model.lm_head
        self._embedding: Any = model.get_input_embeddings()
        self.limit = int(self._text.config.max_position_embeddings)

    def start(self) -> StockSequence:
        """Return an empty sequence."""
        return StockSequence()

    def embed(self, ids: Tensor) -> Tensor:
        """Embed ids ``(T,)`` as ``(T, hidden)``."""
        embedded: Tensor = self._embedding(ids)
        return embedded

    def extend(self, sequence: StockSequence, embedded: Tensor) -> Tensor:
        """Append ``(T, hidden)``; return the last position's logits ``(vocab,)``."""
        out = self._text(
            inputs_embeds=embedded[None],
            past_key_values=sequence.cache,
            use_cache=True,
        )
        logits: Tensor = self._head(out.last_hidden_state[0, -1])
        return logits


def merge(decoder: Decoder, ids: Tensor, image_token: int, features: Tensor) -> Tensor:
    """Embed a prompt and put the features of its images where the image tokens stand.

    Args:
        decoder: Embeds the text.
        ids: ``(T,)``.
        image_token: The id that stands for one visual token.
        features: ``(visual tokens, hidden)`` in the order of the prompt.

    Raises:
        ValueError: If the prompt has another number of image tokens than there are features.
    """
    embedded = decoder.embed(ids).clone()
    places = (ids == image_token).nonzero()[:, 0]
    if len(places) != len(features):
        raise ValueError(f"{len(places)} image tokens but {len(features)} features")
    return embedded.index_copy_(0, places, features.to(embedded))
