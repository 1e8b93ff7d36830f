"""Text models of Llama's shape (Llama, Mistral) in few operations, for answers at low latency.

transformers' own modules spend much of a small model's time outside of arithmetic. Here each layer
is two dozen calls, projections that read the same input are one product, weights lie in memory the
way that a single token's product reads them fastest, and keys and values are written into room
that is already there. `fast` proves the result equal before it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from vlm.decoder import Decoder, StockDecoder, TextModel

SHAPES = ("LlamaModel", "MistralModel")
ROPES = ("default", "linear", "llama3")
"""Rotary embeddings whose angles depend on the position alone."""

ROOM = 384
"""Tokens of room behind a prompt before the buffers have to grow."""

SMALL = 2**24
"""Multiplications in a layer's largest product below which threads cost more than they bring."""

HEAD_COPY = 2**24
"""Numbers of the largest embedding of which the head may have a copy of its own."""

TOLERANCE = {torch.float32: 1e-3, torch.float16: 5e-2, torch.bfloat16: 2e-1}
"""Largest difference of logits, in their standard deviations, that counts as equal."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """The weights of a layer; `qkv` and `gate_up` are one matrix each, rows stacked."""

    before: Tensor
    qkv: Tensor
    out: Tensor
    between: Tensor
    gate_up: Tensor
    down: Tensor


class LlamaSequence:
    """A `Sequence`: keys and values ``(layers, 2, kv heads, capacity, head)`` and a length."""

    def __init__(self) -> None:
        self.buffer: Tensor | None = None
        self.length = 0

    @property
    def size_bytes(self) -> int:
        """Memory of the buffer."""
        return 0 if self.buffer is None else self.buffer.nbytes

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens; they are overwritten, not moved."""
        self.length = min(self.length, length)


class LlamaDecoder:
    """A `Decoder` for text models that `supports` accepts.

    The stacked projections take over the memory of the model's own, which stay usable as views.

    Args:
        text: Its modules.
    """

    def __init__(self, text: TextModel) -> None:
        body = text.body
        config = body.config
        first = body.layers[0].self_attn
        self._heads: int = config.num_attention_heads
        self._kv_heads: int = config.num_key_value_heads
        self._size: int = first.head_dim
        self._scale: float = first.scaling
        self._eps: float = config.rms_norm_eps
        self._width: tuple[int] = (config.hidden_size,)
        self._embedding: Tensor = text.embedding.weight
        self._norm: Tensor = body.norm.weight
        self._head: Tensor = text.head.weight
        if self._head is not self._embedding or self._head.numel() <= HEAD_COPY:
            self._head = _columns(self._head)
        self._layers = [_layer(layer) for layer in body.layers]
        self._work = max(self._layers[0].gate_up.numel(), self._layers[0].qkv.numel())
        self._rotary: Any = body.rotary_emb
        self._cos, self._sin = self._angles(512)
        self.limit: int = config.max_position_embeddings
        window = getattr(config, "sliding_window", None)
        if window is not None:
            self.limit = min(self.limit, int(window))

    def start(self) -> LlamaSequence:
        """Return an empty sequence."""
        return LlamaSequence()

    def embed(self, ids: Tensor) -> Tensor:
        """Embed ids ``(T,)`` as ``(T, hidden)``."""
        return functional.embedding(ids, self._embedding)

    def extend(self, sequence: LlamaSequence, embedded: Tensor) -> Tensor:
        """Append ``(T, hidden)``; return the last position's logits ``(vocab,)``.

        Raises:
            ValueError: If the sequence becomes longer than `limit`.
        """
        threads = torch.get_num_threads()
        alone = threads > 1 and len(embedded) * self._work < SMALL
        if alone and embedded.device.type == "cpu":
            torch.set_num_threads(1)
        try:
            return self._extend(sequence, embedded)
        finally:
            if alone:
                torch.set_num_threads(threads)

    def _extend(self, sequence: LlamaSequence, embedded: Tensor) -> Tensor:
        count, start = len(embedded), sequence.length
        end = start + count
        if end > self.limit:
            raise ValueError(f"{end} tokens, and the model holds {self.limit}")
        buffer = self._room(sequence, end, embedded)
        cos, sin = self._cos[start:end, None], self._sin[start:end, None]
        mask = _causal(count, start, self._heads // self._kv_heads, embedded.device)
        x = embedded
        for layer, kept in zip(self._layers, buffer, strict=True):
            x = x + self._attend(layer, kept, x, cos, sin, start, mask)
            hidden = functional.rms_norm(x, self._width, layer.between, self._eps)
            gate, up = functional.linear(hidden, layer.gate_up).chunk(2, dim=-1)
            x = x + functional.linear(functional.silu(gate) * up, layer.down)
        sequence.length = end
        last = functional.rms_norm(x[-1], self._width, self._norm, self._eps)
        return functional.linear(last, self._head)

    def _attend(
        self,
        layer: _Layer,
        kept: Tensor,
        x: Tensor,
        cos: Tensor,
        sin: Tensor,
        start: int,
        mask: Tensor | None,
    ) -> Tensor:
        """Run a layer's attention; `kept` is its ``(2, kv heads, capacity, head)``."""
        count, end = len(x), start + len(x)
        heads, kv_heads, size = self._heads, self._kv_heads, self._size
        hidden = functional.rms_norm(x, self._width, layer.before, self._eps)
        qkv = functional.linear(hidden, layer.qkv).view(count, heads + 2 * kv_heads, size)
        turned = qkv[:, : heads + kv_heads]
        turned = torch.addcmul(turned * cos, turned.roll(size // 2, -1), sin)
        kept[0, :, start:end] = turned[:, heads:].transpose(0, 1)
        kept[1, :, start:end] = qkv[:, heads + kv_heads :].transpose(0, 1)
        # The query heads that share a key head are queries of one head: (kv heads, group * T, size)
        query = turned[:, :heads].transpose(0, 1).reshape(kv_heads, -1, size)
        mixed = functional.scaled_dot_product_attention(
            query[None], kept[None, 0, :, :end], kept[None, 1, :, :end], mask, scale=self._scale
        )
        mixed = mixed.view(heads, count, size).transpose(0, 1).reshape(count, heads * size)
        return functional.linear(mixed, layer.out)

    def _room(self, sequence: LlamaSequence, end: int, like: Tensor) -> Tensor:
        """Return a buffer that holds at least `end` tokens, with what there was copied."""
        old = sequence.buffer
        if old is not None and old.shape[3] >= end:
            return old
        capacity = min(self.limit, max(end + ROOM, 2 * (0 if old is None else old.shape[3])))
        shape = (len(self._layers), 2, self._kv_heads, capacity, self._size)
        sequence.buffer = like.new_empty(shape)
        if old is not None:
            sequence.buffer[:, :, :, : sequence.length] = old[:, :, :, : sequence.length]
        if capacity > len(self._cos):
            self._cos, self._sin = self._angles(capacity)
        return sequence.buffer

    def _angles(self, count: int) -> tuple[Tensor, Tensor]:
        """Return cosines and signed sines ``(count, head)`` of the first positions.

        Turning is ``x * cos + roll(x) * sin``: the sign that the usual form puts on half of the
        rolled values is in the sines.
        """
        positions = torch.arange(count, device=self._embedding.device)[None]
        cos, sin = self._rotary(self._embedding, positions)
        half = self._size // 2
        return cos[0], torch.cat([-sin[0, :, :half], sin[0, :, half:]], dim=-1)


def _layer(layer: Any) -> _Layer:
    attention, mlp = layer.self_attn, layer.mlp
    return _Layer(
        layer.input_layernorm.weight,
        _stacked(attention.q_proj, attention.k_proj, attention.v_proj),
        _stacked(attention.o_proj),
        layer.post_attention_layernorm.weight,
        _stacked(mlp.gate_proj, mlp.up_proj),
        _stacked(mlp.down_proj),
    )


def _stacked(*projections: Any) -> Tensor:
    """Stack weights in one matrix and let the modules look into it, so that none is held twice."""
    whole = _columns(torch.cat([projection.weight.data for projection in projections]))
    start = 0
    for projection in projections:
        end = start + len(projection.weight)
        projection.weight.data = whole[start:end]
        start = end
    return whole


def _columns(weight: Tensor) -> Tensor:
    """Lay a matrix out in memory by columns: on a CPU, a product with one token reads it faster."""
    return weight.t().contiguous().t() if weight.device.type == "cpu" else weight


def _causal(count: int, start: int, groups: int, device: torch.device) -> Tensor | None:
    """Return which of ``start + count`` keys each of ``groups * count`` queries may see."""
    if count == 1:
        return None
    seen = torch.ones(count, start + count, dtype=torch.bool, device=device).tril(start)
    return seen.repeat(groups, 1) if groups > 1 else seen


def supports(text: TextModel) -> bool:
    """Tell whether a text model has the shape that `LlamaDecoder` computes."""
    body = text.body
    if type(body).__name__ not in SHAPES or getattr(text.head, "bias", None) is not None:
        return False
    if body.config.hidden_act != "silu" or getattr(body.rotary_emb, "rope_type", "") not in ROPES:
        return False
    plain: Any = torch.nn.Linear
    for layer in body.layers:
        attention, mlp = layer.self_attn, layer.mlp
        for part in (attention.q_proj, attention.k_proj, attention.v_proj, attention.o_proj,
                     mlp.gate_proj, mlp.up_proj, mlp.down_proj):  # fmt: skip
            if type(part) is not plain or part.bias is not None:
                return False
    return True


@torch.inference_mode()
def fast(text: TextModel) -> Decoder:
    """Return the fastest decoder whose logits are the model's own, as a short text shows."""
    stock = StockDecoder(text)
    head: Tensor = text.head.weight
    if head.device.type == "meta" or not supports(text):
        return stock
    expected = _probe(stock, head)
    decoder = LlamaDecoder(text)
    found = _probe(decoder, head)
    spread = expected.float().std().clamp_min(1e-6)
    difference = (expected.float() - found.float()).abs().max() / spread
    return decoder if difference <= TOLERANCE.get(head.dtype, 0.0) else stock


def _probe(decoder: Decoder, head: Tensor) -> Tensor:
    """Return logits after a short text that is extended, rewound and extended again."""
    ids = torch.arange(1, 9, device=head.device) * 7 % head.shape[0]
    sequence = decoder.start()
    decoder.extend(sequence, decoder.embed(ids[:5]))
    decoder.extend(sequence, decoder.embed(ids[5:]))
    sequence.rewind(4)
    decoder.extend(sequence, decoder.embed(ids[1:3]))
    return decoder.extend(sequence, decoder.embed(ids[3:4]))
