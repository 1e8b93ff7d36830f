"""Attention over a page's patches in blocks of queries, for a frozen encoder in bfloat16.

torch's own kernel for processors gains next to nothing from bfloat16 there: its products are small
and its exponentials stay as they are. Plain products over one head and a block of queries, whose
scores fit into the processor's cache, took 0.6 to 0.8 of its time at 1,000 to 4,900 patches.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

NAME = "vlm_desk_blocks"
BLOCK = 256
"""Queries at once."""
LEAST = 512
"""Patches below which torch's own kernel is as fast."""


def attend(query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
    """Return softmax(query·keyᵀ·scale)·value, without a mask.

    Args:
        query: ``(B, heads, T, size)``.
        key: ``(B, heads, T, size)``.
        value: ``(B, heads, T, size)``.
        scale: Of the scores.

    Returns:
        ``(B, T, heads, size)``.
    """
    images, heads, length, size = query.shape
    mixed = query.new_empty(images, length, heads, size)
    scaled, turned = query * scale, key.transpose(2, 3)
    for image in range(images):
        for head in range(heads):
            for start in range(0, length, BLOCK):
                scores = scaled[image, head, start : start + BLOCK] @ turned[image, head]
                mixed[image, start : start + BLOCK, head] = scores.softmax(-1) @ value[image, head]
    return mixed


def use_blocks(vision: nn.Module) -> bool:
    """Have a vision encoder attend in blocks where that helps; False when it cannot be told to.

    Args:
        vision: The vision part of a model from transformers, with a config of its own.
    """
    config: Any = getattr(vision, "config", None)
    if getattr(config, "_attn_implementation", None) != "sdpa":
        return False
    AttentionInterface.register(NAME, _forward)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    config._attn_implementation = NAME
    return True


def _forward(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    **named: Any,
) -> tuple[Tensor, Tensor | None]:
    """Attend as transformers asks it; leave what blocks do not help to torch's kernel."""
    plain = attention_mask is None and not torch.is_grad_enabled() and not named.get("is_causal")
    suits = query.dtype == torch.bfloat16 and query.device.type == "cpu"
    same = query.shape == key.shape and query.shape[2] >= LEAST
    if plain and suits and same and not named.get("dropout"):
        scale = named.get("scaling") or query.shape[-1] ** -0.5
        return attend(query, key, value, scale), None
    found: tuple[Tensor, Tensor | None] = sdpa_attention_forward(
        module, query, key, value, attention_mask, **named
    )
    return found
