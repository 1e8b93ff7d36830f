"""Tiny models of the real class of every other family, built in code and saved as real folders.

Random weights: answers mean nothing, but every path of the engine runs as with a large model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from tests import tiny
from tests.small import (
    blip,
    florence2,
    gemma3,
    granite_docling,
    idefics,
    internvl,
    llava,
    llava_next,
    mllama,
    paligemma,
    qwen,
)
from vlm.families.loading import Parts

BUILDERS: Mapping[str, Callable[[], tuple[Any, Any]]] = {
    "blip-2": blip.build_2,
    "blip-2-t5": blip.build_2_t5,
    "florence2": florence2.build,
    "gemma3": gemma3.build,
    "granite_docling": granite_docling.build,
    "idefics": idefics.build,
    "instructblip": blip.build_instruct,
    "instructblip-t5": blip.build_instruct_t5,
    "internvl": internvl.build,
    "llava": llava.build,
    "llava_next": llava_next.build,
    "llava_onevision": llava_next.build_onevision,
    "mllama": mllama.build,
    "paligemma": paligemma.build,
    "qwen2_vl": qwen.build_2,
    "qwen2_5_vl": qwen.build_2_5,
    "qwen3_vl": qwen.build_3,
}
"""By kind: what makes a model and its processor, or the parts of one to save."""

SPLITTING = (
    "granite_docling",
    "internvl",
    "llava_next",
    "llava_onevision",
    "mllama",
    "qwen2_vl",
    "qwen2_5_vl",
    "qwen3_vl",
)
"""Kinds that show a page in parts, or larger."""

BESIDE = ("blip-2-t5", "instructblip-t5")
"""Kinds of a family with another text model, one that reads a prompt as a whole."""

INPUTS: Mapping[str, Callable[[Any, str, list[Any], Any], dict[str, Any]]] = {
    "blip-2": blip.inputs,
    "blip-2-t5": blip.inputs,
    "florence2": florence2.inputs,
    "gemma3": gemma3.inputs,
    "granite_docling": granite_docling.inputs,
    "idefics": idefics.inputs,
    "instructblip": blip.inputs,
    "instructblip-t5": blip.inputs,
    "internvl": internvl.inputs,
    "llava": llava.inputs,
    "llava_next": llava_next.inputs,
    "llava_onevision": llava_next.inputs_onevision,
    "mllama": mllama.inputs,
    "paligemma": paligemma.inputs,
    "qwen2_vl": qwen.inputs,
    "qwen2_5_vl": qwen.inputs,
    "qwen3_vl": qwen.inputs,
}
"""By kind: what plain transformers makes of a prompt and images that have their final size."""


def save(kind: str, folder: Path) -> Path:
    """Build a tiny model and save it to `folder` as a checkpoint."""
    model, processor = BUILDERS[kind]()
    tokenizer = processor.tokenizer
    tiny.spread(model, 0)
    _speak_plainly(model, tokenizer)
    model.tie_weights()
    if model.generation_config.eos_token_id is None:
        model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.eval().save_pretrained(folder)
    if isinstance(processor, Parts):
        for part in (processor.image_processor, tokenizer):
            part.save_pretrained(folder)
        if (heard := getattr(processor, "qformer_tokenizer", None)) is not None:
            heard.save_pretrained(folder / "qformer_tokenizer")
        (folder / "chat_template.jinja").write_text(processor.chat_template, encoding="utf-8")
    else:
        processor.save_pretrained(folder)
    return folder


@torch.no_grad()
def _speak_plainly(model: Any, tokenizer: Any) -> None:
    """Let a model prefer tokens that are a letter each, so that its answers can be streamed."""
    head = model.get_output_embeddings().weight
    for token, index in tokenizer.get_vocab().items():
        if index < len(head) and (len(token) > 1 or not "!" <= token <= "~"):
            head[index] = 0.0


def answer_start(model: Any, prompt: int) -> int:
    """Return where the answer begins in what `generate` returns."""
    writer = getattr(model, "language_model", model)
    return 0 if writer.config.is_encoder_decoder else prompt
