"""Gemma 3, with layers whose window is shorter than a prompt."""

from __future__ import annotations

from typing import Any

import torch
from transformers import Gemma3Config, Gemma3ForConditionalGeneration
from transformers.models.gemma3.image_processing_pil_gemma3 import Gemma3ImageProcessorPil

from tests import tiny
from vlm.families.gemma3 import TEMPLATE
from vlm.families.loading import Parts

SIDE, TOKENS = 128, 16
SPECIALS = (
    "<pad>",
    "<eos>",
    "<bos>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<start_of_image>",
    "<end_of_image>",
    "<image_soft_token>",
)


def build() -> tuple[Any, Any]:
    """Return a model and its processor."""
    tokenizer = tiny.byte_tokenizer(SPECIALS, eos="<end_of_turn>")
    tokenizer.bos_token = "<bos>"
    text = tiny.text_settings(tokenizer, "gemma3_text") | {
        "head_dim": tiny.WIDTH // tiny.HEADS,
        "query_pre_attn_scalar": 16,
        "sliding_window": 12,
        "layer_types": ["sliding_attention", "full_attention"],
    }
    config_class: Any = Gemma3Config
    config = config_class(
        vision_config=tiny.vision_settings(SIDE)
        | {"model_type": "siglip_vision_model", "vision_use_head": False},
        text_config=text,
        mm_tokens_per_image=TOKENS,
        boi_token_index=tiny.token_id(tokenizer, "<start_of_image>"),
        eoi_token_index=tiny.token_id(tokenizer, "<end_of_image>"),
        image_token_index=tiny.token_id(tokenizer, "<image_soft_token>"),
        tie_word_embeddings=False,
    )
    images = Gemma3ImageProcessorPil(size={"height": SIDE, "width": SIDE})
    processor: Any = Parts(images, tokenizer, TEMPLATE, config.image_token_id)
    model: Any = Gemma3ForConditionalGeneration(config)
    with torch.no_grad():  # as loud as the words, which are multiplied by the root of the width
        model.model.multi_modal_projector.mm_soft_emb_norm.weight.fill_(tiny.WIDTH**0.5)
    return model, processor


def inputs(processor: Any, text: str, images: list[Any], _layout: Any) -> dict[str, Any]:
    """Prepare them as the stock processor does."""
    soft = processor.image_token * TOKENS
    text = text.replace("<start_of_image>", f"\n\n<start_of_image>{soft}<end_of_image>\n\n")
    ids = processor.tokenizer(text, add_special_tokens=False, return_tensors="pt")
    pixels = processor.image_processor(images, return_tensors="pt")["pixel_values"]
    kinds = (ids["input_ids"] == processor.image_token_id).to(torch.int64)
    return {**ids, "pixel_values": pixels, "token_type_ids": kinds}
