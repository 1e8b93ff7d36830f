"""LLaVA."""

from __future__ import annotations

from typing import Any

from transformers import LlavaConfig, LlavaForConditionalGeneration, LlavaProcessor
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from tests import tiny
from vlm.families.llava import TEMPLATE

SIDE = 64


def build() -> tuple[Any, Any]:
    """Return a model and its processor."""
    tokenizer = tiny.byte_tokenizer(("<pad>", "<s>", "</s>", "<image>"), eos="</s>")
    config_class: Any = LlavaConfig
    config = config_class(
        vision_config=tiny.vision_settings(SIDE) | {"model_type": "clip_vision_model"},
        text_config=tiny.text_settings(tokenizer, "llama"),
        image_token_id=tiny.token_id(tokenizer, "<image>"),
        vision_feature_layer=-2,
        tie_word_embeddings=False,
    )
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessorPil(
            size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
        ),
        tokenizer=tokenizer,
        patch_size=tiny.PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )
    return LlavaForConditionalGeneration(config), processor


def inputs(processor: Any, text: str, images: list[Any], _layout: Any) -> dict[str, Any]:
    """Prepare them as the stock processor does."""
    return dict(
        processor(
            text=text, images=images, do_resize=False, do_center_crop=False, return_tensors="pt"
        )
    )
