"""Tiny checkpoints of the real model classes, built in code and saved as a real folder is.

Random weights, so answers mean nothing, but every path of the engine runs as with a large model.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    Idefics2Config,
    Idefics2ForConditionalGeneration,
    Idefics2Processor,
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3Processor,
    PreTrainedTokenizerFast,
    SmolVLMConfig,
    SmolVLMForConditionalGeneration,
)
from transformers.models.idefics2.image_processing_pil_idefics2 import Idefics2ImageProcessorPil
from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil
from transformers.models.smolvlm.image_processing_pil_smolvlm import SmolVLMImageProcessorPil

from pretrain import tokenizer as shipped

Kind = Literal["idefics2", "marked", "idefics3", "smolvlm"]
KINDS: tuple[Kind, ...] = ("idefics2", "marked", "idefics3", "smolvlm")

WIDTH, HEADS, LAYERS = 64, 4, 2
LATENTS = 8
TILE, PATCH, SCALE = 64, 16, 2
TILE_TOKENS = (TILE // PATCH // SCALE) ** 2
LONGEST_EDGE = 256

_SPECIALS = ("<pad>", "<s>", "<end_of_utterance>", "<fake_token_around_image>", "<image>")
_TILES = ("<global-img>", *(f"<row_{r}_col_{c}>" for r in range(1, 7) for c in range(1, 7)))
_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] | capitalize }}:"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}{{ '<image>' }}{% else %} {{ part['text'] }}{% endif %}"
    "{% endfor %}<end_of_utterance>\n{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)


def byte_tokenizer(
    specials: tuple[str, ...], eos: str = "<end_of_utterance>"
) -> PreTrainedTokenizerFast:
    """Return a tokenizer of single bytes and a few special tokens."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Tokenizer(
        models.BPE(vocab={c: i for i, c in enumerate([*specials, *alphabet])}, merges=[])
    )
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.add_special_tokens(list(specials))
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token=eos,
        additional_special_tokens=list(specials),
        clean_up_tokenization_spaces=False,
        model_max_length=4096,
    )


def token_id(tokenizer: PreTrainedTokenizerFast, token: str) -> int:
    """Return a token's id."""
    found = tokenizer.convert_tokens_to_ids(token)
    assert isinstance(found, int)
    return found


def text_settings(tokenizer: PreTrainedTokenizerFast, kind: str) -> dict[str, Any]:
    """Return the config of a tiny text model of Llama's shape."""
    return {
        "model_type": kind,
        "vocab_size": len(tokenizer),
        "hidden_size": WIDTH,
        "intermediate_size": 2 * WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS // 2,
        "max_position_embeddings": 4096,
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }


def vision_settings(image_size: int) -> dict[str, Any]:
    """Return the config of a tiny vision transformer."""
    return {
        "hidden_size": WIDTH,
        "intermediate_size": 2 * WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "image_size": image_size,
        "patch_size": PATCH,
    }


def _idefics2(marked: bool) -> tuple[Any, Any]:
    tokenizer = shipped.build() if marked else byte_tokenizer(_SPECIALS)
    config = Idefics2Config(
        vision_config=vision_settings(LONGEST_EDGE),
        perceiver_config={
            "hidden_size": WIDTH,
            "resampler_n_latents": LATENTS,
            "resampler_depth": 1,
            "resampler_n_heads": HEADS,
            "resampler_head_dim": WIDTH // HEADS,
            "num_key_value_heads": HEADS // 2,
        },
        text_config=text_settings(tokenizer, "mistral") | {"sliding_window": None},
        image_token_id=token_id(tokenizer, "<image>"),
        tie_word_embeddings=marked,
    )
    model = Idefics2ForConditionalGeneration(config)
    processor = Idefics2Processor(
        image_processor=Idefics2ImageProcessorPil(
            size={"shortest_edge": 32 if marked else 96, "longest_edge": LONGEST_EDGE},
            do_image_splitting=False,
        ),
        tokenizer=tokenizer,
        image_seq_len=LATENTS,
        chat_template=shipped.CHAT_TEMPLATE if marked else _TEMPLATE,
    )
    return model, processor


def _idefics3(smol: bool) -> tuple[Any, Any]:
    tokenizer = byte_tokenizer((*_SPECIALS, *_TILES))
    classes: tuple[Any, Any, Any] = (
        (SmolVLMConfig, SmolVLMForConditionalGeneration, SmolVLMImageProcessorPil)
        if smol
        else (Idefics3Config, Idefics3ForConditionalGeneration, Idefics3ImageProcessorPil)
    )
    config_class, model_class, images_class = classes
    config = config_class(
        vision_config=vision_settings(TILE),
        text_config=text_settings(tokenizer, "llama"),
        image_token_id=token_id(tokenizer, "<image>"),
        scale_factor=SCALE,
        tie_word_embeddings=False,
    )
    processor = Idefics3Processor(
        image_processor=images_class(
            size={"longest_edge": LONGEST_EDGE}, max_image_size={"longest_edge": TILE}
        ),
        tokenizer=tokenizer,
        image_seq_len=TILE_TOKENS,
        chat_template=_TEMPLATE,
    )
    return model_class(config), processor


@torch.no_grad()
def spread(model: torch.nn.Module, seed: int) -> None:
    """Make the weights large enough that the picture and the question change the answer."""
    generator = torch.Generator().manual_seed(seed)
    for name, weight in model.named_parameters():
        if weight.ndim >= 2:
            weight.normal_(0.0, 2.0 / weight[0].numel() ** 0.5, generator=generator)
        if name.endswith("latents") or "embed" in name:
            weight.normal_(0.0, 1.0, generator=generator)


def build(kind: Kind, seed: int = 0) -> tuple[Any, Any]:
    """Return a tiny model of a family and its processor, both as transformers makes them."""
    marked = kind == "marked"
    model, processor = (
        _idefics2(marked) if kind in ("idefics2", "marked") else _idefics3(kind == "smolvlm")
    )
    spread(model, seed)
    model.tie_weights()
    model.generation_config.eos_token_id = processor.tokenizer.eos_token_id
    model.generation_config.pad_token_id = processor.tokenizer.pad_token_id
    return model.eval(), processor


def save(kind: Kind, folder: Path, seed: int = 0) -> Path:
    """Build a tiny model and save it to `folder` as a checkpoint."""
    model, processor = build(kind, seed)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
