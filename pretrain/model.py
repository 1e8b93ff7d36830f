"""Builds the model: a stock Idefics2 in four sizes, with an initialisation that can learn to read.

Architecture after arXiv 2405.02246: a vision transformer over 16-pixel patches of images of any
shape, a gated projection, a perceiver resampler of 64 latents, a Mistral decoder.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    Idefics2Config,
    Idefics2ForConditionalGeneration,
    Idefics2Processor,
)
from transformers.models.idefics2.image_processing_pil_idefics2 import Idefics2ImageProcessorPil

from pretrain import tokenizer as vocabulary

PATCH_PX = 16
LATENTS = 64
SHORTEST_EDGE_PX = 32
"""Small, so that the crop of one line is never stretched towards a square."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A size of the model.

    Attributes:
        vision_width, vision_layers, vision_heads: the vision transformer.
        text_width, text_layers, text_heads, text_mlp: the decoder.
        perceiver_layers: depth of the resampler, which is as wide as the decoder.
        longest_edge_px: longest side of an image; a multiple of 16.
    """

    vision_width: int
    vision_layers: int
    vision_heads: int
    text_width: int
    text_layers: int
    text_heads: int
    text_mlp: int
    perceiver_layers: int
    longest_edge_px: int = 768


PRESETS: dict[str, Preset] = {
    "tiny": Preset(32, 2, 2, 32, 2, 2, 64, 1, longest_edge_px=256),
    "cpu": Preset(192, 6, 6, 192, 4, 6, 512, 2),
    "deep": Preset(192, 8, 6, 192, 4, 6, 512, 3),
    "desk": Preset(256, 10, 8, 256, 6, 8, 704, 3),
}


def config_of(preset: Preset) -> Idefics2Config:
    """Return the stock configuration of a preset."""
    text: dict[str, Any] = {
        "model_type": "mistral",
        "vocab_size": vocabulary.VOCABULARY,
        "hidden_size": preset.text_width,
        "intermediate_size": preset.text_mlp,
        "num_hidden_layers": preset.text_layers,
        "num_attention_heads": preset.text_heads,
        "num_key_value_heads": preset.text_heads,
        "head_dim": preset.text_width // preset.text_heads,
        "max_position_embeddings": 4096,
        "sliding_window": None,
        "tie_word_embeddings": True,
        "pad_token_id": vocabulary.special(vocabulary.PAD),
        "bos_token_id": None,
        "eos_token_id": vocabulary.special(vocabulary.END),
    }
    vision = {
        "hidden_size": preset.vision_width,
        "intermediate_size": 4 * preset.vision_width,
        "num_hidden_layers": preset.vision_layers,
        "num_attention_heads": preset.vision_heads,
        "image_size": preset.longest_edge_px,
        "patch_size": PATCH_PX,
    }
    perceiver = {
        "hidden_size": preset.text_width,
        "resampler_n_latents": LATENTS,
        "resampler_depth": preset.perceiver_layers,
        "resampler_n_heads": preset.text_heads,
        "resampler_head_dim": preset.text_width // preset.text_heads,
        "num_key_value_heads": preset.text_heads,
    }
    return Idefics2Config(
        vision_config=vision,
        perceiver_config=perceiver,
        text_config=text,
        image_token_id=vocabulary.special(vocabulary.IMAGE),
        tie_word_embeddings=True,
    )


def sinusoids(side: int, width: int) -> Tensor:
    """Return a smooth start for the position table, ``(side * side, width)`` float32.

    The table of the stock model starts as noise, and a patch would have to learn who its
    neighbours are for each of ``side ** 2`` places on its own. Half of the width tells the row,
    half the column, with wavelengths from 2 to ``4 * side`` buckets.
    """
    waves = width // 4
    step = torch.arange(waves, dtype=torch.float32) / max(waves - 1, 1)
    frequency = 2 * math.pi / (2.0 * (2.0 * side) ** step)
    angle = torch.arange(side, dtype=torch.float32)[:, None] * frequency
    axis = torch.cat([angle.sin(), angle.cos()], dim=1)  # (side, width // 2)
    rows = axis[:, None].expand(side, side, -1)
    columns = axis[None].expand(side, side, -1)
    return torch.cat([rows, columns], dim=2).reshape(side * side, -1)


@torch.no_grad()
def initialise(model: nn.Module, seed: int) -> None:
    """Set every weight afresh: variance by fan-in, smooth positions, distinct latents.

    The library starts all perceiver latents as ones, so that all visual tokens are the same for
    ever; here they start as different unit-variance vectors.
    """
    generator = torch.Generator().manual_seed(seed)
    depth = sum(name.endswith(("out_proj", "o_proj")) for name, _ in model.named_modules())
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear | nn.Conv2d | nn.Embedding):
            fan_in = module.weight[0].numel() if not isinstance(module, nn.Embedding) else 2500
            ends_residual = name.endswith(("out_proj", "o_proj", "down_proj", "fc2"))
            damp = 1 / math.sqrt(2 * max(depth, 1) / 3) if ends_residual else 1.0
            module.weight.normal_(0.0, damp / math.sqrt(fan_in), generator=generator)
        if isinstance(module, nn.Linear | nn.Conv2d) and module.bias is not None:
            module.bias.zero_()
        if name.endswith("modality_projection.down_proj") and isinstance(module, nn.Linear):
            module.weight.normal_(0.0, 2 / math.sqrt(module.in_features), generator=generator)
    for name, weight in model.named_parameters():
        if name.endswith("patch_embedding.weight"):
            weight.sub_(
                weight.mean(dim=(1, 2, 3), keepdim=True)
            )  # blind to brightness at the start
        elif name.endswith("position_embedding.weight"):
            weight.copy_(0.5 * sinusoids(math.isqrt(weight.shape[0]), weight.shape[1]))
        elif name.endswith("resampler.latents"):
            weight.normal_(0.0, 1.0, generator=generator)


def build(preset: Preset, seed: int = 0) -> Idefics2ForConditionalGeneration:
    """Return a freshly initialised model in float32."""
    model = Idefics2ForConditionalGeneration(config_of(preset))
    initialise(model, seed)
    model.tie_weights()
    model.generation_config.eos_token_id = vocabulary.special(vocabulary.END)
    model.generation_config.pad_token_id = vocabulary.special(vocabulary.PAD)
    return model


def build_processor(longest_edge_px: int) -> Idefics2Processor:
    """Return the processor: small crops keep their size and shape, nothing is split by itself."""
    images = Idefics2ImageProcessorPil(
        size={"shortest_edge": SHORTEST_EDGE_PX, "longest_edge": longest_edge_px},
        image_mean=[0.5, 0.5, 0.5],
        image_std=[0.5, 0.5, 0.5],
        do_image_splitting=False,
    )
    return Idefics2Processor(
        image_processor=images,
        tokenizer=vocabulary.build(),
        image_seq_len=LATENTS,
        chat_template=vocabulary.CHAT_TEMPLATE,
    )


def parameters_of(model: nn.Module) -> int:
    """Return the number of distinct parameters."""
    return sum(parameter.numel() for parameter in model.parameters())
