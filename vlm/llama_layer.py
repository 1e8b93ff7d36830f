"""One layer of a Llama-shaped text model: its weights, stacked where they read the same input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from vlm.products import Product, columns, exact


@dataclass(slots=True)
class Layer:
    """The weights of a layer; `qkv` and `gate_up` are one matrix each, rows stacked."""

    before: Tensor
    qkv: Product
    out: Product
    between: Tensor
    gate_up: Product
    down: Product


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
    return Layer(before, qkv, out, between, gate_up, down)


def stacked(*projections: Any) -> Tensor:
    """Stack weights in one matrix and let the modules look into it, so that none is held twice."""
    whole = columns(torch.cat([projection.weight.data for projection in projections]))
    start = 0
    for projection in projections:
        end = start + len(projection.weight)
        projection.weight.data = whole[start:end]
        start = end
    return whole
