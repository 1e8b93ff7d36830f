"""One layer of a Llama-shaped text model: its weights, stacked where they read the same input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from vlm.decoder import TextModel
from vlm.products import Product, columns, exact

SHAPES = ("LlamaModel", "MistralModel")
ROPES = ("default", "linear", "llama3")
"""Rotary embeddings whose angles depend on the position alone."""


@dataclass(slots=True)
class Layer:
    """The weights of a layer; `qkv` and `gate_up` are one matrix each, rows stacked."""

    before: Tensor
    qkv: Product
    out: Product
    between: Tensor
    gate_up: Product
    down: Product
    eps: float


def weights_of(layer: Any) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Stack a layer's weights; its own become views of them."""
    attention, mlp = layer.self_attn, layer.mlp
    return (
        stacked(attention.q_proj, attention.k_proj, attention.v_proj),
        stacked(attention.o_proj),
        stacked(mlp.gate_proj, mlp.up_proj),
        stacked(mlp.down_proj),
    )


def layer_of(layer: Any, weights: tuple[Tensor, Tensor, Tensor, Tensor], twice: bool) -> Layer:
    """Return a layer that computes exactly.

    Args:
        layer: Of the model.
        weights: What `weights_of` returned for it.
        twice: Hold the weights in a second layout as well.
    """
    qkv, out, gate_up, down = (exact(weight, packed=twice) for weight in weights)
    before, between = layer.input_layernorm.weight, layer.post_attention_layernorm.weight
    eps = float(layer.input_layernorm.variance_epsilon)
    return Layer(before, qkv, out, between, gate_up, down, eps)


def stacked(*projections: Any) -> Tensor:
    """Stack weights in one matrix and let the modules look into it, so that none is held twice."""
    whole = columns(torch.cat([projection.weight.data for projection in projections]))
    start = 0
    for projection in projections:
        end = start + len(projection.weight)
        projection.weight.data = whole[start:end]
        start = end
    return whole


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
