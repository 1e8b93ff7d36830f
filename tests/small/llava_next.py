"""LLaVA-NeXT and LLaVA-OneVision."""

from __future__ import annotations

from typing import Any

from transformers import (
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextProcessor,
    LlavaOnevisionConfig,
    LlavaOnevisionForConditionalGeneration,
    LlavaOnevisionProcessor,
)
from transformers.models.llava_next.image_processing_pil_llava_next import (
    LlavaNextImageProcessorPil,
)
from transformers.models.llava_onevision.image_processing_pil_llava_onevision import (
    LlavaOnevisionImageProcessorPil,
)

from tests import tiny
from vlm.families.llava import TEMPLATE
from vlm.families.llava_next import QWEN_TEMPLATE
from vlm.families.loading import Parts

SIDE = 64
PINPOINTS = [[SIDE * rows, SIDE * columns] for rows in range(1, 4) for columns in range(1, 4)]


def build() -> tuple[Any, Any]:
    """Return a LLaVA-NeXT with CLIP and Llama, and its processor."""
    tokenizer = tiny.byte_tokenizer(("<pad>", "<s>", "</s>", "<image>"), eos="</s>")
    config_class: Any = LlavaNextConfig
    config = config_class(
        vision_config=tiny.vision_settings(SIDE) | {"model_type": "clip_vision_model"},
        text_config=tiny.text_settings(tokenizer, "llama"),
        image_token_id=tiny.token_id(tokenizer, "<image>"),
        image_grid_pinpoints=PINPOINTS[1:],
        tie_word_embeddings=False,
    )
    images = LlavaNextImageProcessorPil(
        size={"shortest_edge": SIDE},
        crop_size={"height": SIDE, "width": SIDE},
        image_grid_pinpoints=PINPOINTS[1:],
    )
    return LlavaNextForConditionalGeneration(config), Parts(
        images, tokenizer, TEMPLATE, config.image_token_id
    )


def build_onevision() -> tuple[Any, Any]:
    """Return a LLaVA-OneVision with SigLIP and Qwen2, which keeps two tiles' worth of tokens."""
    specials = ("<pad>", "<s>", "<image>", "<video>", "<|im_start|>", "<|im_end|>")
    tokenizer = tiny.byte_tokenizer(specials, eos="<|im_end|>")
    config_class: Any = LlavaOnevisionConfig
    config = config_class(
        vision_config=tiny.vision_settings(SIDE)
        | {"model_type": "siglip_vision_model", "vision_use_head": False},
        text_config=tiny.text_settings(tokenizer, "qwen2"),
        image_token_id=tiny.token_id(tokenizer, "<image>"),
        video_token_id=tiny.token_id(tokenizer, "<video>"),
        image_grid_pinpoints=PINPOINTS,
        vision_aspect_ratio="anyres_max_2",
        tie_word_embeddings=False,
    )
    images = LlavaOnevisionImageProcessorPil(
        size={"height": SIDE, "width": SIDE}, image_grid_pinpoints=PINPOINTS
    )
    return LlavaOnevisionForConditionalGeneration(config), Parts(
        images, tokenizer, QWEN_TEMPLATE, config.image_token_id
    )


def inputs(processor: Any, text: str, images: list[Any], _layout: Any) -> dict[str, Any]:
    """Prepare them as the stock processor does."""
    processor_class: Any = LlavaNextProcessor
    stock = processor_class(
        image_processor=processor.image_processor,
        tokenizer=processor.tokenizer,
        patch_size=tiny.PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
    )
    return dict(stock(text=text, images=images, return_tensors="pt"))


def inputs_onevision(processor: Any, text: str, images: list[Any], _layout: Any) -> dict[str, Any]:
    """Prepare them as the stock processor does, which cannot be loaded without torchvision."""
    found = dict(processor.image_processor(images, return_tensors="pt"))
    stock: Any = object.__new__(LlavaOnevisionProcessor)
    stock.image_processor = processor.image_processor
    stock.num_image_tokens = (SIDE // tiny.PATCH) ** 2
    stock.vision_feature_select_strategy = "full"
    stock.vision_aspect_ratio = "anyres_max_2"
    stock.image_token = processor.image_token
    text = text.replace(processor.image_token, stock.replace_image_token(found, 0))
    return dict(processor.tokenizer(text, return_tensors="pt")) | found
