"""One layer of a Llama-shaped text model: its weights, stacked where they read the same input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from vlm.decoder import TextModel
from vlm.products import Product, columns, exact

SHAPES = ("LlamaModel", "MistralModel")
ROPES = ("default", "linear", "llama3")
"""Rotary embeddings whose angles depend on the position alone."""


@dataclass(slots=True)
class Layer:
    """The weights of a layer; `qkv` and `gate_up` are one matrix each, rows stacked.

    Attributes:
        ready: The four exact weights in this order as `vlm.products.laid_out` returned them.
    """

    before: Tensor
    qkv: Product
    out: Product
    between: Tensor
    gate_up: Product
    down: Product
    eps: float
    ready: list[Tensor]


def weights_of(layer: Any) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Stack a layer's weights; its own become views of them."""
    attention, mlp = layer.self_attn, layer.mlp
    return (
        stacked(attention.q_proj, attention.k_proj, attention.v_proj),
        stacked(attention.o_proj),
        stacked(mlp.gate_proj, mlp.up_proj),
        stacked(mlp.down_proj),
    )


def layer_of(layer: Any, weights: Sequence[Tensor], ready: list[Tensor]) -> Layer:
    """Return a layer that computes exactly.

    Args:
        layer: Of the model.
        weights: What `weights_of` returned for it.
        ready: The same for a few rows; see `vlm.products.laid_out`.
    """
    qkv, out, gate_up, down = map(exact, weights, ready)
    before, between = layer.input_layernorm.weight, layer.post_attention_layernorm.weight
    eps = float(layer.input_layernorm.variance_epsilon)
    return Layer(before, qkv, out, between, gate_up, down, eps, ready)


def stacked(*projections: Any) -> Tensor:
    """Stack weights in one matrix and let the modules look into it, so that none is held twice."""
    whole = columns(torch.cat([projection.weight.data for projection in projections]))
    start = 0
    for projection in projections:
        end = start + len(projection.weight)
        projection.weight.data = whole[start:end]
        start = end
    return whole


def angles_of(rotary: Any, like: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return cosines and signed sines ``(count, head)`` of the first positions.

    Turning is ``x * cos + roll(x) * sin``: the sign that the usual form puts on half of the rolled
    values is in the sines.

    Args:
        rotary: The model's module.
        like: Of the device and in the format that they are to have.
        count: From position 0.
    """
    cos, sin = rotary(like, torch.arange(count, device=like.device)[None])
    half = sin.shape[-1] // 2
    return cos[0], torch.cat([-sin[0, :, :half], sin[0, :, half:]], dim=-1)


def look_back(query: Tensor, kept: Tensor, mask: Tensor | None, scale: float) -> Tensor:
    """Let queries look at keys and return what they see of the values.

    Args:
        query: ``(kv heads, rows, head)``.
        kept: Keys and values, ``(2, kv heads, T, head)``.
        mask: Which keys each row may see, ``(rows, T)``; numbers to be added to the scores are
            taken in plain products, which for few rows are quicker than one call.
        scale: Of the products.

    Returns:
        ``(kv heads, rows, head)``.
    """
    keys, values = kept.unbind(0)
    if mask is not None and mask.dtype == query.dtype:
        scores = torch.baddbmm(mask, query, keys.transpose(1, 2), alpha=scale)
        return torch.bmm(scores.softmax(-1), values)
    return functional.scaled_dot_product_attention(
        query[None], keys[None], values[None], mask, scale=scale
    )[0]


def supports(text: TextModel) -> bool:
    """Tell whether a text model has the shape that `LlamaDecoder` computes."""
    body = text.body
    if len({weight.device for weight in [*body.parameters(), text.head.weight]}) > 1:
        return False  # it lies on several cards
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
