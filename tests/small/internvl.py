"""InternVL."""

from __future__ import annotations

from typing import Any

import torch
from PIL import Image
from transformers import InternVLConfig, InternVLForConditionalGeneration
from transformers.models.got_ocr2.image_processing_pil_got_ocr2 import GotOcr2ImageProcessorPil

from tests import tiny
from vlm.families.internvl import TEMPLATE
from vlm.families.loading import Parts

SIDE, TOKENS = 64, 4
SPECIALS = ("<pad>", "<s>", "<|im_start|>", "<|im_end|>", "<img>", "</img>", "<IMG_CONTEXT>")


def build() -> tuple[Any, Any]:
    """Return a model and its processor."""
    tokenizer = tiny.byte_tokenizer(SPECIALS, eos="<|im_end|>")
    seen = tiny.vision_settings(SIDE)
    config_class: Any = InternVLConfig
    config = config_class(
        vision_config=seen
        | {
            "image_size": [SIDE, SIDE],
            "patch_size": [tiny.PATCH, tiny.PATCH],
            "layer_scale_init_value": 1.0,
        },
        text_config=tiny.text_settings(tokenizer, "qwen2"),
        image_token_id=tiny.token_id(tokenizer, "<IMG_CONTEXT>"),
        image_seq_length=TOKENS,
        tie_word_embeddings=False,
    )
    images = GotOcr2ImageProcessorPil(
        size={"height": SIDE, "width": SIDE}, crop_to_patches=True, max_patches=6
    )
    processor = Parts(images, tokenizer, TEMPLATE, config.image_token_id)
    return InternVLForConditionalGeneration(config), processor


def inputs(processor: Any, text: str, images: list[Any], layout: Any) -> dict[str, Any]:
    """Prepare a page that is put together from its tiles again as the stock processor does.

    The stock processor itself cannot be loaded without torchvision.
    """
    *tiles, whole = images
    stock = processor.image_processor
    own = stock(whole, crop_to_patches=False, return_tensors="pt")["pixel_values"]
    pixels, count = own, 1
    if tiles:
        page = Image.new("RGB", (SIDE * layout.columns, SIDE * layout.rows))
        for place, tile in enumerate(tiles):
            page.paste(tile, (place % layout.columns * SIDE, place // layout.columns * SIDE))
        found = stock(page, crop_to_patches=True, return_tensors="pt")
        count = int(found["num_patches"][0])
        pixels = torch.cat([found["pixel_values"][:-1], own])
    token = processor.image_token
    text = text.replace(token, f"<img>{token * TOKENS * count}</img>")
    return {**processor.tokenizer(text, return_tensors="pt"), "pixel_values": pixels}
