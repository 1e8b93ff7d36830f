"""A decoder of models that read the whole prompt with an encoder and write beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache, EncoderDecoderCache

from vlm.families.steps import led


class Read:
    """A `Sequence`: a prompt that was read once, and the answer so far.

    Attributes:
        lead: Features that stand for as many of the prompt's first embeddings.
        heard: What the encoder made of the prompt, ``(1, T, hidden)``; None before it was read.
        cache: Keys and values of the answer, and of the prompt for the answer to look at.
    """

    def __init__(self) -> None:
        self.lead: Tensor | None = None
        self.heard: Tensor | None = None
        self.cache = EncoderDecoderCache(DynamicCache(), DynamicCache())

    @property
    def length(self) -> int:
        """Tokens of the prompt and the answer so far."""
        if self.heard is None:
            return 0
        return self.heard.shape[1] + int(self.cache.get_seq_length()) - 1

    @property
    def size_bytes(self) -> int:
        """Memory it holds."""
        return sum(tensor.nbytes for tensor in (self.lead, self.heard) if tensor is not None)

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens; a prompt is forgotten as a whole."""
        if self.heard is not None and length < self.heard.shape[1]:
            self.heard = None
            self.cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
        elif self.length > length:
            self.cache.self_attention_cache.crop(length - self.length)


class Seq2Seq:
    """A `Decoder` of `Read`: the first piece of a sequence is the whole prompt.

    Args:
        encoder: Embeddings in, hidden states out.
        decoder: Embeddings and the encoder's hidden states in, hidden states out.
        head: Hidden states ``(T, hidden)`` to logits.
        embedding: Ids to embeddings.
        begins: The id that stands before every answer.
        limit: Most tokens of prompt and answer together.
    """

    def __init__(
        self,
        encoder: Any,
        decoder: Any,
        head: Callable[[Tensor], Tensor],
        embedding: Any,
        begins: int,
        limit: int,
    ) -> None:
        self.limit = limit
        self.begins = begins
        self._encoder = encoder
        self._decoder = decoder
        self._head = head
        self._embedding = embedding

    def start(self) -> Read:
        """Return an empty sequence."""
        return Read()

    def embed(self, ids: Tensor) -> Tensor:
        """Embed ids ``(T,)`` as ``(T, hidden)``."""
        embedded: Tensor = self._embedding(ids)
        return embedded

    def extend(self, sequence: Read, embedded: Tensor) -> Tensor:
        """Read the prompt or append to the answer; return the last logits ``(vocab,)``."""
        return self.read(sequence, embedded, 1)[0]

    def read(self, sequence: Read, embedded: Tensor, count: int) -> Tensor:
        """Append ``(T, hidden)``; return the logits ``(count, vocab)`` of the last positions."""
        if sequence.heard is None:
            whole = led(sequence.lead, embedded)[None]
            sequence.heard = self._encoder(inputs_embeds=whole).last_hidden_state
            embedded = self.embed(torch.tensor([self.begins], device=embedded.device))
        out = self._decoder(
            inputs_embeds=embedded[None],
            encoder_hidden_states=sequence.heard,
            past_key_values=sequence.cache,
            use_cache=True,
        )
        return self._head(out.last_hidden_state[0, -count:])
