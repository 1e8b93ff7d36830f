"""Mllama."""

from __future__ import annotations

from typing import Any

import torch
from transformers import MllamaConfig, MllamaForConditionalGeneration, MllamaProcessor
from transformers.models.mllama.image_processing_pil_mllama import MllamaImageProcessorPil

from tests import tiny
from vlm.families.mllama import TEMPLATE

SIDE = 32
SPECIALS = (
    "<pad>",
    "<s>",
    "<|eot_id|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|image|>",
    "<|python_tag|>",
)


def build() -> tuple[Any, Any]:
    """Return a model and its processor."""
    tokenizer = tiny.byte_tokenizer(SPECIALS, eos="<|eot_id|>")
    text = tiny.text_settings(tokenizer, "mllama_text_model") | {
        "num_hidden_layers": 3,
        "cross_attention_layers": [1],
    }
    config_class: Any = MllamaConfig
    config = config_class(
        vision_config={
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_global_layers": 1,
            "attention_heads": 4,
            "intermediate_size": 64,
            "intermediate_layers_indices": [0],
            "vision_output_dim": 64,
            "image_size": SIDE,
            "patch_size": 8,
        },
        text_config=text,
        image_token_index=tiny.token_id(tokenizer, "<|image|>"),
        tie_word_embeddings=False,
    )
    processor = MllamaProcessor(
        image_processor=MllamaImageProcessorPil(
            size={"height": SIDE, "width": SIDE}, max_image_tiles=4
        ),
        tokenizer=tokenizer,
        chat_template=TEMPLATE,
    )
    model: Any = MllamaForConditionalGeneration(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "gate" in name and weight.numel() == 1:
                weight.fill_(1.0)  # as made, the layers that look are closed
    return model, processor


def inputs(processor: Any, text: str, images: list[Any], _layout: Any) -> dict[str, Any]:
    """Prepare them as the stock processor does."""
    return dict(processor(text=text, images=images, return_tensors="pt"))
