"""BLIP-2 and InstructBLIP, each with a text model that writes on and one that writes beside."""

from __future__ import annotations

from typing import Any

from transformers import (
    Blip2Config,
    Blip2ForConditionalGeneration,
    InstructBlipConfig,
    InstructBlipForConditionalGeneration,
)
from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

from tests import tiny
from vlm.families import blip2, instructblip
from vlm.families.loading import Parts

SIDE, QUERIES = 64, 4


def build_2() -> tuple[Any, Any]:
    """Return a BLIP-2 with OPT."""
    return _build(Blip2Config, Blip2ForConditionalGeneration, blip2.TEMPLATE, "opt")


def build_2_t5() -> tuple[Any, Any]:
    """Return a BLIP-2 with T5."""
    return _build(Blip2Config, Blip2ForConditionalGeneration, blip2.TEMPLATE, "t5")


def build_instruct() -> tuple[Any, Any]:
    """Return an InstructBLIP with Llama."""
    made = InstructBlipConfig, InstructBlipForConditionalGeneration
    return _build(*made, instructblip.TEMPLATE, "llama")


def build_instruct_t5() -> tuple[Any, Any]:
    """Return an InstructBLIP with T5."""
    made = InstructBlipConfig, InstructBlipForConditionalGeneration
    return _build(*made, instructblip.TEMPLATE, "t5")


def _text(tokenizer: Any, kind: str) -> dict[str, Any]:
    if kind == "llama":
        return tiny.text_settings(tokenizer, "llama")
    common = {"model_type": kind, "vocab_size": len(tokenizer), "pad_token_id": 0}
    if kind == "opt":
        return common | {
            "hidden_size": tiny.WIDTH,
            "word_embed_proj_dim": tiny.WIDTH,
            "dropout": 0.0,
            "ffn_dim": 2 * tiny.WIDTH,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "tie_word_embeddings": False,
        }
    return common | {
        "d_model": tiny.WIDTH,
        "d_kv": 16,
        "d_ff": 2 * tiny.WIDTH,
        "num_layers": 2,
        "num_heads": 4,
        "feed_forward_proj": "gated-gelu",
        "dropout_rate": 0.0,
        "eos_token_id": 2,
        "decoder_start_token_id": 0,
        "tie_word_embeddings": False,
    }


def _build(config_class: Any, model_class: Any, template: str, text: str) -> tuple[Any, Any]:
    tokenizer = tiny.byte_tokenizer(("<pad>", "<s>", "</s>", "<image>"), eos="</s>")
    seen = tiny.vision_settings(SIDE)
    config = config_class(
        vision_config=seen,
        qformer_config={
            "vocab_size": 300,
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "intermediate_size": 64,
            "encoder_hidden_size": tiny.WIDTH,
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
        },
        text_config=_text(tokenizer, text),
        num_query_tokens=QUERIES,
        image_token_index=tiny.token_id(tokenizer, "<image>"),
    )
    images = BlipImageProcessorPil(size={"height": SIDE, "width": SIDE})
    processor: Any = Parts(images, tokenizer, template, config.image_token_index, complete=True)
    if "instruct" in config.model_type:
        heard = ("<pad>", "<s>", "[SEP]", "[CLS]")
        processor.qformer_tokenizer = tiny.byte_tokenizer(heard, eos="[SEP]")
    return model_class(config), processor


def inputs(processor: Any, text: str, images: list[Any], _layout: Any) -> dict[str, Any]:
    """Prepare them as the stock processor does: images first, then the text on its own."""
    token, tokenizer = processor.image_token, processor.tokenizer
    question = text.removeprefix(token).removeprefix("<s>").removesuffix("</s>")
    framed = question + "</s>" if processor.encoded else "<s>" + question
    whole = token * QUERIES + framed
    ids = tokenizer(whole, add_special_tokens=False, return_tensors="pt")
    found = {**ids, **processor.image_processor(images, return_tensors="pt")}
    if (heard := getattr(processor, "qformer_tokenizer", None)) is not None:
        found["qformer_input_ids"] = heard(question, return_tensors="pt")["input_ids"]
    return found
