"""Granite for Docling."""

from __future__ import annotations

from typing import Any

from transformers import (
    GraniteDoclingConfig,
    GraniteDoclingForConditionalGeneration,
    GraniteDoclingProcessor,
)
from transformers.models.granite_docling.image_processing_pil_granite_docling import (
    GraniteDoclingImageProcessorPil,
)

from tests import tiny
from vlm.families import vision

SIDE, TOKENS = 64, 4


def build() -> tuple[Any, Any]:
    """Return a model and its processor."""
    names = tuple(f"<row_{r}_col_{c}>" for r in range(1, 5) for c in range(1, 5))
    specials = ("<pad>", "<s>", "<end_of_utterance>", "<fake_token_around_image>", "<image>")
    tokenizer = tiny.byte_tokenizer((*specials, "<global-img>", *names))
    seen = tiny.vision_settings(SIDE) | {
        "out_hidden_size": tiny.WIDTH,
        "scale_factor": 2,
        "deepstack_visual_indexes": [0, 1],
        "use_fine_route": False,
    }
    text = tiny.text_settings(tokenizer, "granite_docling_text") | {
        "embedding_multiplier": 1.5,
        "residual_multiplier": 0.8,
        "attention_multiplier": 0.25,
    }
    config_class: Any = GraniteDoclingConfig
    config = config_class(
        vision_config=seen,
        text_config=text,
        image_token_id=tiny.token_id(tokenizer, "<image>"),
        tie_word_embeddings=False,
    )
    processor = GraniteDoclingProcessor(
        image_processor=GraniteDoclingImageProcessorPil(
            size={"height": SIDE, "width": SIDE}, max_patches=12
        ),
        tokenizer=tokenizer,
        image_seq_len=TOKENS,
        chat_template=vision.TEMPLATE,
    )
    return GraniteDoclingForConditionalGeneration(config), processor


def inputs(processor: Any, text: str, images: list[Any], layout: Any) -> dict[str, Any]:
    """Prepare a page that is put together from its tiles again as the stock processor does."""
    from PIL import Image

    *tiles, whole = images
    if not tiles:
        found = processor(text=text, images=[whole], crop_to_patches=False, return_tensors="pt")
        return dict(found)
    page = Image.new("RGB", (SIDE * layout.columns, SIDE * layout.rows))
    for place, tile in enumerate(tiles):
        page.paste(tile, (place % layout.columns * SIDE, place // layout.columns * SIDE))
    found = dict(processor(text=text, images=[page], return_tensors="pt"))
    own = processor.image_processor([[whole]], crop_to_patches=False, return_tensors="pt")
    found["pixel_values"][:, -1] = own["pixel_values"][:, 0]
    return found
