"""Several small tiles through the encoder of an Idefics2 together.

A strip of a line has some forty patches, for which calling the layers takes longer than computing
them. So the patches of all tiles go through the model's own modules as rows of one matrix; only
where patches look at each other each tile is on its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


def encode(model: Any, pixels: Sequence[dict[str, Any]]) -> list[Tensor]:
    """Encode tiles; see `vlm.families.family.EncodesSeveral`.

    Args:
        model: An Idefics2.
        pixels: Of each tile; no part of it is padding.
    """
    vision, connector = model.model.vision_model, model.model.connector
    rows = [_patches(vision, one["pixel_values"]) for one in pixels]
    counts = [len(one) for one in rows]
    x = torch.cat(rows)  # (patches of all tiles, hidden)
    for layer in vision.encoder.layers:
        attention, normed = layer.self_attn, layer.layer_norm1(x)
        asked, keys, values = (
            _by_tile(projection(normed), counts, attention.head_dim)
            for projection in (attention.q_proj, attention.k_proj, attention.v_proj)
        )
        x = x + attention.out_proj(_looked(asked, keys, values, attention.scale))
        x = x + layer.mlp(layer.layer_norm2(x))
    context = connector.modality_projection(vision.post_layernorm(x))
    return _resampled(connector.perceiver_resampler, context, counts)


def _patches(vision: Any, values: Tensor) -> Tensor:
    """Embed a tile ``(1, 1, 3, H, W)`` as ``(patches, hidden)``."""
    image = values[0].to(vision.dtype)
    side = vision.config.patch_size
    whole = torch.ones(1, image.shape[2] // side, image.shape[3] // side, dtype=torch.bool)
    embedded: Tensor = vision.embeddings(pixel_values=image, patch_attention_mask=whole)[0]
    return embedded


def _resampled(resampler: Any, context: Tensor, counts: list[int]) -> list[Tensor]:
    """Let the latents of each tile look at its patches; returns each tile's latents."""
    count = len(resampler.latents)
    latents = resampler.latents.repeat(len(counts), 1)  # (tiles * latents, hidden)
    both = [own + count for own in counts]
    for layer in resampler.layers:
        attention, asking = layer.self_attn, layer.input_latents_norm(latents)
        seen = layer.input_context_norm(context).split(counts)
        parts = zip(seen, asking.split(count), strict=True)
        keys = torch.cat([part for tile in parts for part in tile])  # its patches, its latents
        mixed = _looked(
            _by_tile(attention.q_proj(asking), [count] * len(counts), attention.head_dim),
            _by_tile(attention.k_proj(keys), both, attention.head_dim),
            _by_tile(attention.v_proj(keys), both, attention.head_dim),
            attention.scaling,
        )
        latents = latents + attention.o_proj(mixed)
        latents = latents + layer.mlp(layer.post_attention_layernorm(latents))
    return list(resampler.norm(latents).split(count))


def _by_tile(rows: Tensor, counts: list[int], size: int) -> list[Tensor]:
    """Return the rows of each tile as ``(1, heads, rows, size)``."""
    heads = rows.view(len(rows), -1, size).transpose(0, 1)
    return list(torch.split(heads[None], counts, 2))


def _looked(
    queries: list[Tensor], keys: list[Tensor], values: list[Tensor], scale: float
) -> Tensor:
    """Let each tile's queries look at its keys; returns ``(rows of all tiles, hidden)``."""
    parts = zip(queries, keys, values, strict=True)
    several = queries[0].shape[1] > keys[0].shape[1]
    seen = [
        functional.scaled_dot_product_attention(query, key, value, scale=scale, enable_gqa=several)
        for query, key, value in parts
    ]
    return torch.cat(seen, 2)[0].transpose(0, 1).flatten(1)
