"""Qwen2-VL, Qwen2.5-VL and Qwen3-VL."""

from __future__ import annotations

from typing import Any

import torch
from transformers import (
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2VLConfig,
    Qwen2VLForConditionalGeneration,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
)
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from tests import tiny
from vlm.families.loading import Parts
from vlm.families.qwen import TEMPLATE

PATCH = 8
"""Small, so that a tiny model sees a page in few patches; two by two are merged."""

SPECIALS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
)


def build_2() -> tuple[Any, Any]:
    """Return a Qwen2-VL and its processor."""
    seen = {"depth": 2, "embed_dim": 32, "hidden_size": tiny.WIDTH, "num_heads": 4, "mlp_ratio": 2}
    return _build(Qwen2VLConfig, Qwen2VLForConditionalGeneration, seen, {})


def build_2_5() -> tuple[Any, Any]:
    """Return a Qwen2.5-VL and its processor."""
    seen = {
        "depth": 2,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_heads": 4,
        "out_hidden_size": tiny.WIDTH,
        "window_size": 4 * PATCH,
        "fullatt_block_indexes": [1],
    }
    return _build(Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration, seen, {})


def build_3() -> tuple[Any, Any]:
    """Return a Qwen3-VL and its processor."""
    seen = {
        "depth": 3,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_heads": 4,
        "out_hidden_size": tiny.WIDTH,
        "num_position_embeddings": 64,
        "deepstack_visual_indexes": [0, 1],
    }
    text = {"head_dim": tiny.WIDTH // tiny.HEADS}
    rope = {"mrope_interleaved": True}
    return _build(Qwen3VLConfig, Qwen3VLForConditionalGeneration, seen, text, rope)


def _build(
    config_class: Any,
    model_class: Any,
    seen: dict[str, Any],
    text: dict[str, Any],
    rope: dict[str, Any] | None = None,
) -> tuple[Any, Any]:
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=tiny.byte_tokenizer(SPECIALS, eos="<|im_end|>").backend_tokenizer,
        pad_token="<|endoftext|>",
        eos_token="<|im_end|>",
        additional_special_tokens=list(SPECIALS),
        clean_up_tokenization_spaces=False,
    )
    settings = tiny.text_settings(tokenizer, "") | text
    del settings["model_type"], settings["bos_token_id"]
    sections = {"rope_type": "default", "rope_theta": 10_000.0, "mrope_section": [2, 3, 3]}
    config = config_class(
        vision_config={"patch_size": PATCH, "temporal_patch_size": 2} | seen,
        text_config=settings | {"rope_parameters": sections | (rope or {})},
        image_token_id=tiny.token_id(tokenizer, "<|image_pad|>"),
        video_token_id=tiny.token_id(tokenizer, "<|video_pad|>"),
        vision_start_token_id=tiny.token_id(tokenizer, "<|vision_start|>"),
        vision_end_token_id=tiny.token_id(tokenizer, "<|vision_end|>"),
        tie_word_embeddings=False,
    )
    images = Qwen2VLImageProcessorPil(
        patch_size=PATCH, size={"shortest_edge": 32**2, "longest_edge": 128**2}
    )
    processor = Parts(images, tokenizer, TEMPLATE, config.image_token_id)
    return model_class(config), processor


def inputs(processor: Any, text: str, images: list[Any], _layout: Any) -> dict[str, Any]:
    """Prepare them as the stock processor does, which cannot be loaded without torchvision."""
    found = dict(processor.image_processor(images, return_tensors="pt"))
    token, merged = processor.image_token, processor.image_processor.merge_size**2
    first, *rest = text.split(token)
    counts = [int(grid.prod()) // merged for grid in found["image_grid_thw"]]
    text = first + "".join(token * n + part for n, part in zip(counts, rest, strict=True))
    ids = processor.tokenizer(text, return_tensors="pt")
    kinds = (ids["input_ids"] == processor.image_token_id).to(torch.int32)
    return dict(ids) | found | {"mm_token_type_ids": kinds}
