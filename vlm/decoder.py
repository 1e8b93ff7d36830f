"""The text model as the engine uses it: extend a sequence, look at the last position, go back.

Greedy decoding needs nothing else; the cache of a page's prefix is rewound, never copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from torch import Tensor
from transformers import DynamicCache


@dataclass(frozen=True, slots=True, eq=False)
class TextModel:
    """The parts of a model that write.

    Attributes:
        body: Takes ``inputs_embeds (1, T, hidden)``, returns hidden states; has a ``config``.
        head: Hidden states to logits.
        embedding: Ids to ``(T, hidden)``.
    """

    body: Any
    head: Any
    embedding: Any


def text_model(model: Any) -> TextModel:
    """Return the text model of a model that has it as ``model.text_model``, its head beside it."""
    return TextModel(model.model.text_model, model.lm_head, model.get_input_embeddings())


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


@runtime_checkable
class Checking(Protocol):
    """A decoder that can check several guessed tokens at once."""

    @property
    def exact(self) -> bool:
        """Whether a position's logits do not depend on how many are computed together."""
        ...

    def extend_all(self, sequence: Any, embedded: Tensor) -> Tensor:
        """Append ``(T, hidden)``; return every new position's logits ``(T, vocab)``."""
        ...


@runtime_checkable
class Beside(Protocol):
    """A `Decoder` whose answers stand beside their prompt and do not follow it."""

    @property
    def begins(self) -> int:
        """The id that stands before every answer."""
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
        layers: list[Any] = self.cache.layers
        for layer in layers:  # a step that was stopped has reached some of them only
            surplus = layer.get_seq_length() - length
            if surplus > 0:
                layer.crop(-surplus)


class StockDecoder:
    """A `Decoder` that calls the model's own modules.

    Args:
        text: Its modules.
    """

    def __init__(self, text: TextModel) -> None:
        self._text: Any = text.body
        self._head: Any = text.head
        self._embedding: Any = text.embedding
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
