"""The way of one drawn tile through image processor and vision encoder, alike for all families."""

from __future__ import annotations

from typing import Any

from torch import nn

TEMPLATE = (
    "{% for message in messages %}{{ message['role'] | capitalize }}:"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}{{ '<image>' }}{% else %} {{ part['text'] }}{% endif %}"
    "{% endfor %}<end_of_utterance>\n{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)
"""The chat form that the Idefics models were taught, for checkpoints without a template."""


def pixels(processor: Any, image: Any) -> dict[str, Any]:
    """Normalise one tile that already has its final size; see `Family.pixels`."""
    inputs = processor.image_processor(
        [[image]], do_resize=False, do_image_splitting=False, return_tensors="pt"
    )
    return {name: inputs[name] for name in ("pixel_values", "pixel_attention_mask")}


def encode(model: Any, inputs: dict[str, Any]) -> Any:
    """Encode one tile; see `Family.encode`."""
    moved = {name: value.to(model.device) for name, value in inputs.items()}
    return model.get_image_features(**moved, return_dict=True).pooler_output[0]


def encoder(model: Any) -> Any:
    """Return vision encoder and connector together; see `Family.encoder`."""
    return nn.ModuleList([model.model.vision_model, model.model.connector])
