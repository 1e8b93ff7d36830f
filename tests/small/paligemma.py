"""PaliGemma, with the second Gemma, which caps its logits and has layers with a window."""

from __future__ import annotations

from typing import Any

import torch
from transformers import PaliGemmaConfig, PaliGemmaForConditionalGeneration
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

from tests import tiny
from vlm.families.loading import Parts
from vlm.families.paligemma import TEMPLATE

SIDE = 64


def build() -> tuple[Any, Any]:
    """Return a model and its processor."""
    tokenizer = tiny.byte_tokenizer(("<pad>", "<eos>", "<s>", "<image>"), eos="<eos>")
    config_class: Any = PaliGemmaConfig
    text = tiny.text_settings(tokenizer, "gemma2") | {
        "head_dim": tiny.WIDTH // tiny.HEADS,
        "query_pre_attn_scalar": 16,
        "final_logit_softcapping": 5.0,
        "hidden_activation": "gelu_pytorch_tanh",
    }
    config = config_class(
        vision_config=tiny.vision_settings(SIDE)
        | {"model_type": "siglip_vision_model", "vision_use_head": False},
        text_config=text,
        projection_dim=tiny.WIDTH,
        image_token_index=tiny.token_id(tokenizer, "<image>"),
        tie_word_embeddings=False,
    )
    images = SiglipImageProcessorPil(size={"height": SIDE, "width": SIDE})
    processor = Parts(images, tokenizer, TEMPLATE, config.image_token_id, complete=True)
    return PaliGemmaForConditionalGeneration(config), processor


def inputs(processor: Any, text: str, images: list[Any], _layout: Any) -> dict[str, Any]:
    """Prepare them as the stock processor does: images, start, question and a line's end."""
    token, count = processor.image_token, (SIDE // tiny.PATCH) ** 2
    question = text.removeprefix(token).removeprefix("<s>").removesuffix("\n")
    whole = token * count + "<s>" + question + "\n"
    ids = processor.tokenizer(whole, add_special_tokens=False, return_tensors="pt")
    pixels = processor.image_processor(images, return_tensors="pt")
    kinds = torch.zeros_like(ids["input_ids"])
    return {**ids, **pixels, "token_type_ids": kinds}
