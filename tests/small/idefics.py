"""Idefics with its resampler."""

from __future__ import annotations

from typing import Any

from transformers import IdeficsConfig, IdeficsForVisionText2Text
from transformers.models.idefics.image_processing_pil_idefics import IdeficsImageProcessorPil
from transformers.models.idefics.processing_idefics import (
    image_attention_mask_for_packed_input_ids_pt,
    incremental_to_binary_attention_mask,
)

from tests import tiny
from vlm.families.idefics import FAKE, TEMPLATE
from vlm.families.loading import Parts

SIDE = 64


def build() -> tuple[Any, Any]:
    """Return a model and its processor."""
    specials = ("<pad>", "<s>", "</s>", "<end_of_utterance>", FAKE, "<image>")
    tokenizer = tiny.byte_tokenizer(specials, eos="</s>")
    settings = tiny.text_settings(tokenizer, "")
    for name in ("model_type", "num_key_value_heads"):
        del settings[name]
    config_class: Any = IdeficsConfig
    config = config_class(
        **settings | {"vocab_size": len(tokenizer) - 2, "additional_vocab_size": 2},
        vision_config={
            "embed_dim": 32,
            "image_size": SIDE,
            "patch_size": tiny.PATCH,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
        },
        perceiver_config={
            "use_resampler": True,
            "resampler_n_latents": 4,
            "resampler_depth": 1,
            "resampler_n_heads": 4,
            "resampler_head_dim": 16,
        },
        use_resampler=True,
        cross_layer_interval=1,
        alpha_initializer="ones",
        freeze_text_layers=False,
        freeze_vision_layers=False,
        tie_word_embeddings=False,
    )
    images = IdeficsImageProcessorPil(image_size=SIDE)
    processor = Parts(
        images, tokenizer, TEMPLATE, tiny.token_id(tokenizer, "<image>"), complete=True
    )
    return IdeficsForVisionText2Text(config), processor


def inputs(processor: Any, text: str, images: list[Any], _layout: Any) -> dict[str, Any]:
    """Prepare them as the stock processor does."""
    token, tokenizer = processor.image_token, processor.tokenizer
    whole = text.replace(token, f"{FAKE}{token}{FAKE}")
    ids = tokenizer(whole, add_special_tokens=False, return_tensors="pt")
    seen, _ = image_attention_mask_for_packed_input_ids_pt(ids["input_ids"], tokenizer)
    mask = incremental_to_binary_attention_mask(seen, "pt", num_classes=1)
    pixels = processor.image_processor(images, return_tensors="pt")
    return {**ids, "pixel_values": pixels[None], "image_attention_mask": mask}
