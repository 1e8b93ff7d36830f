"""A prompt has the very ids that the library's own processor of the family makes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from transformers import AutoConfig, ProcessorMixin
from transformers.models.gemma3.processing_gemma3 import Gemma3Processor
from transformers.models.granite_docling.processing_granite_docling import GraniteDoclingProcessor
from transformers.models.internvl.processing_internvl import InternVLProcessor
from transformers.models.llava.processing_llava import LlavaProcessor
from transformers.models.llava_next.processing_llava_next import LlavaNextProcessor
from transformers.models.llava_onevision.processing_llava_onevision import LlavaOnevisionProcessor
from transformers.models.mllama.processing_mllama import MllamaProcessor
from transformers.models.paligemma.processing_paligemma import PaliGemmaProcessor
from transformers.models.qwen2_5_vl.processing_qwen2_5_vl import Qwen2_5_VLProcessor
from transformers.models.qwen2_vl.processing_qwen2_vl import Qwen2VLProcessor
from transformers.models.qwen3_vl.processing_qwen3_vl import Qwen3VLProcessor
from transformers.models.smolvlm import processing_smolvlm

from tests import small, tiny
from tests.vlm.answering import Checkpoint
from tests.vlm.families.conftest import Saved
from vlm import prompt
from vlm.families import FAMILIES
from vlm.families.family import Layout, Sheet

QUESTION = "What is the total? 12,50 €"
SHEET = Sheet(8.27, 11.69, 150.0)
VIDEO = SimpleNamespace(num_frames=1, fps=1, merge_size=2)
"""Stands where a processor wants one for videos, which needs a package that this program lacks."""

ELSEWHERE = {
    "blip-2": "its processor knows no chat form, and puts the text model's own tokens before it",
    "blip-2-t5": "as blip-2",
    "florence2": "its processor knows no chat form; tests/small writes its prompt by hand",
    "idefics": "its processor takes texts and pictures in turns instead of a chat form",
    "idefics2": "tests/vlm/test_prompt.py",
    "idefics3": "tests/vlm/test_prompt.py",
    "instructblip": "as blip-2",
    "instructblip-t5": "as blip-2",
    "marked": "tests/vlm/test_prompt.py",
}
"""Kinds that are not compared here, and why or where they are."""


def _gemma3(images: Any, tokenizer: Any, config: Any, form: str) -> Any:
    for name, token in (("boi", "<start_of_image>"), ("eoi", "<end_of_image>")):
        setattr(tokenizer, f"{name}_token", token)
        setattr(tokenizer, f"{name}_token_id", tokenizer.convert_tokens_to_ids(token))
    tokenizer.image_token = "<image_soft_token>"
    tokenizer.image_token_id = config.image_token_id
    return Gemma3Processor(images, tokenizer, form, image_seq_length=config.mm_tokens_per_image)


def _granite(images: Any, tokenizer: Any, _config: Any, form: str) -> Any:
    return GraniteDoclingProcessor(images, tokenizer, 4, chat_template=form)


def _internvl(images: Any, tokenizer: Any, config: Any, form: str) -> Any:
    named = {"start_image": "<img>", "end_image": "</img>", "context_image": "<IMG_CONTEXT>"}
    for name, token in (named | {"video": "<video>"}).items():
        setattr(tokenizer, f"{name}_token", token)
        setattr(tokenizer, f"{name}_token_id", tokenizer.convert_tokens_to_ids(token))
    made: Any = InternVLProcessor
    return made(images, tokenizer, VIDEO, config.image_seq_length, form)


def _llava(images: Any, tokenizer: Any, config: Any, form: str) -> Any:
    made: Any = LlavaProcessor
    strategy = config.vision_feature_select_strategy
    return made(images, tokenizer, tiny.PATCH, strategy, form, num_additional_image_tokens=1)


def _llava_next(images: Any, tokenizer: Any, config: Any, form: str) -> Any:
    made: Any = LlavaNextProcessor
    strategy = config.vision_feature_select_strategy
    return made(images, tokenizer, tiny.PATCH, strategy, form, num_additional_image_tokens=1)


def _llava_onevision(images: Any, tokenizer: Any, config: Any, form: str) -> Any:
    made: Any = LlavaOnevisionProcessor
    tokens = (config.vision_config.image_size // config.vision_config.patch_size) ** 2
    shape = {"vision_aspect_ratio": config.vision_aspect_ratio}
    return made(images, tokenizer, VIDEO, tokens, "full", form, **shape)


def _mllama(images: Any, tokenizer: Any, _config: Any, form: str) -> Any:
    return MllamaProcessor(images, tokenizer, form)


def _paligemma(images: Any, tokenizer: Any, config: Any, form: str) -> Any:
    seen = config.vision_config
    images.image_seq_length = (seen.image_size // seen.patch_size) ** 2
    tokenizer.image_token, tokenizer.image_token_id = "<image>", config.image_token_id
    return PaliGemmaProcessor(images, tokenizer, form)


def _qwen(made: Any) -> Callable[[Any, Any, Any, str], Any]:
    return lambda images, tokenizer, _config, form: made(images, tokenizer, VIDEO, form)


def _smolvlm(images: Any, tokenizer: Any, _config: Any, form: str) -> Any:
    made: Any = processing_smolvlm.SmolVLMProcessor
    return made(images, tokenizer, VIDEO, tiny.TILE_TOKENS, form)


STOCK: dict[str, Callable[[Any, Any, Any, str], Any]] = {
    "gemma3": _gemma3,
    "granite_docling": _granite,
    "internvl": _internvl,
    "llava": _llava,
    "llava_next": _llava_next,
    "llava_onevision": _llava_onevision,
    "mllama": _mllama,
    "paligemma": _paligemma,
    "qwen2_vl": _qwen(Qwen2VLProcessor),
    "qwen2_5_vl": _qwen(Qwen2_5_VLProcessor),
    "qwen3_vl": _qwen(Qwen3VLProcessor),
    "smolvlm": _smolvlm,
}
"""By kind: what makes the library's processor of image processor, tokenizer and chat form."""


def page(layout: Layout) -> Any:
    """Return a blank page of the size that the library cuts into the same tiles."""
    width, height = layout.tiles[-1].canvas
    return Image.new("RGB", (width * max(1, layout.columns), height * max(1, layout.rows)), "white")


@pytest.fixture
def folder(saved: Saved, checkpoint: Checkpoint, kind: str) -> Path:
    return checkpoint("smolvlm") if kind == "smolvlm" else saved(kind)


@pytest.mark.parametrize("splitting", [True, False])
@pytest.mark.parametrize("kind", sorted(STOCK))
def test_the_ids_are_those_of_the_library(
    folder: Path, kind: str, splitting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ProcessorMixin, "check_argument_for_proper_class", lambda *_: None)
    monkeypatch.setattr(processing_smolvlm, "num2words", str)
    config = AutoConfig.from_pretrained(str(folder), local_files_only=True)
    family = FAMILIES[config.model_type]
    processor = family.processor(folder, config)
    layout = family.plan(processor, SHEET, splitting)
    built = prompt.build(family, processor, layout, QUESTION)

    images, tokenizer = processor.image_processor, processor.tokenizer
    stock = STOCK[kind](images, tokenizer, config, processor.chat_template)
    asked = [{"type": "image"}, {"type": "text", "text": QUESTION}]
    text = stock.apply_chat_template(
        [{"role": "user", "content": asked}], add_generation_prompt=True, tokenize=False
    )
    if kind == "paligemma":  # whose processor writes the start and the line's end itself
        text = f"<image>answer en {QUESTION}"
    options: dict[str, Any] = {}
    if kind in ("granite_docling", "internvl"):
        options["crop_to_patches"] = bool(layout.rows)
    if kind == "smolvlm":
        options["do_image_splitting"] = bool(layout.rows)
    elif kind != "paligemma":
        options["add_special_tokens"] = False  # as the library does after a chat form
    found = stock(text=text, images=[page(layout)], **options)
    assert list(built.ids) == [int(one) for one in found["input_ids"][0]]


def test_every_kind_is_compared_here_or_elsewhere() -> None:
    assert {*STOCK, *ELSEWHERE} == {*small.BUILDERS, *tiny.KINDS}
    assert not {*STOCK} & {*ELSEWHERE}
