"""Florence-2."""

from __future__ import annotations

from typing import Any

from transformers import Florence2Config, Florence2ForConditionalGeneration
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from tests import tiny
from vlm.families.florence2 import TEMPLATE
from vlm.families.loading import Parts

SIDE = 64


def build() -> tuple[Any, Any]:
    """Return a model and its processor."""
    tokenizer = tiny.byte_tokenizer(("<s>", "<pad>", "</s>", "<image>"), eos="</s>")
    config_class: Any = Florence2Config
    config = config_class(
        vision_config={
            "depths": [1, 1, 1, 1],
            "patch_size": [7, 3, 3, 3],
            "patch_stride": [4, 2, 2, 2],
            "patch_padding": [3, 1, 1, 1],
            "embed_dim": [16, 16, 16, 32],
            "num_heads": [2, 2, 2, 2],
            "num_groups": [2, 2, 2, 2],
            "window_size": 4,
            "projection_dim": tiny.WIDTH,
            "drop_path_rate": 0.0,
            "max_position_embeddings": 16,
        },
        text_config={
            "model_type": "bart",
            "vocab_size": len(tokenizer),
            "d_model": tiny.WIDTH,
            "dropout": 0.0,
            "encoder_layers": 2,
            "decoder_layers": 2,
            "encoder_attention_heads": 4,
            "decoder_attention_heads": 4,
            "encoder_ffn_dim": 128,
            "decoder_ffn_dim": 128,
            "max_position_embeddings": 512,
            "bos_token_id": 0,
            "pad_token_id": 1,
            "eos_token_id": 2,
            "decoder_start_token_id": 2,
            "tie_word_embeddings": True,  # encoder and decoder have one table, as everywhere
            "forced_eos_token_id": None,  # the engine says that an answer was cut off instead
        },
        image_token_id=tiny.token_id(tokenizer, "<image>"),
        tie_word_embeddings=False,
    )
    images = CLIPImageProcessorPil(
        size={"height": SIDE, "width": SIDE}, do_center_crop=False, image_seq_length=5
    )
    model: Any = Florence2ForConditionalGeneration(config)
    model.generation_config.update(
        bos_token_id=0,
        eos_token_id=2,
        decoder_start_token_id=2,
        forced_bos_token_id=0,
        no_repeat_ngram_size=3,
    )
    return model, Parts(images, tokenizer, TEMPLATE, config.image_token_id, complete=True)


def inputs(processor: Any, text: str, images: list[Any], _layout: Any) -> dict[str, Any]:
    """Prepare them as the stock processor does: images, start, question and end."""
    token = processor.image_token
    question = text.removeprefix(token).removeprefix("<s>").removesuffix("</s>")
    whole = token * processor.image_processor.image_seq_length + "<s>" + question + "</s>"
    ids = processor.tokenizer(whole, add_special_tokens=False, return_tensors="pt")
    pixels = processor.image_processor(images, return_tensors="pt")
    return {**ids, "pixel_values": pixels["pixel_values"]}
