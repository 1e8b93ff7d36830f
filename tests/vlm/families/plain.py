"""The answers of plain transformers, to compare the engine's with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForImageTextToText

from tests import small, tiny
from tests.drawn import DrawnPages
from vlm import views
from vlm.families import FAMILIES
from vlm.families.family import Family
from vlm.types import WHOLE_PAGE, Question


def load(folder: Path, **settings: Any) -> Any:
    """Load a model as anybody would."""
    return AutoModelForImageTextToText.from_pretrained(
        str(folder), local_files_only=True, dtype=torch.float32, **settings
    ).eval()


def answer(kind: str, folder: Path, asked: Question, model: Any = None) -> str:
    """Answer with the stock processor and `generate`, on the pixels that the engine draws."""
    model = load(folder) if model is None else model
    processor, inputs = prepared(kind, folder, asked, model)
    with torch.inference_mode():
        out = model.generate(
            **inputs, max_new_tokens=asked.max_new_tokens, do_sample=False, num_beams=1
        )
    start = small.answer_start(model, inputs["input_ids"].shape[1])
    return str(processor.tokenizer.decode(out[0, start:], skip_special_tokens=True)).strip()


def prepared(kind: str, folder: Path, asked: Question, model: Any) -> tuple[Any, dict[str, Any]]:
    """Return the processor, and what it makes of a question and the pages that are drawn."""
    family = FAMILIES[model.config.model_type]
    processor = family.processor(folder, model.config)
    pages = DrawnPages()
    sheet = views.sheet_of(pages.size, asked.box or WHOLE_PAGE, 0, ())
    layout = family.plan(processor, sheet, asked.splitting)
    shown = (asked.page, *asked.more_pages)
    images = [
        views.draw(pages, page, asked.box, sheet, layout, tile).image
        for page in shown
        for tile in layout.tiles
    ]
    content: list[dict[str, str]] = [{"type": "image"}] * layout.images * len(shown)
    content.append({"type": "text", "text": asked.text})
    text = processor.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True
    )
    if kind in tiny.KINDS:
        return processor, _of_tiles(
            family, processor, family.expand(processor, text, layout), images
        )
    return processor, small.INPUTS[kind](processor, str(text), images, layout)


def _of_tiles(family: Family, processor: Any, text: str, images: list[Any]) -> dict[str, Any]:
    """Prepare images that are the tiles already, which the stock processors cut themselves."""
    tiles = [family.pixels(processor, image) for image in images]
    pixels = {name: torch.cat([one[name] for one in tiles], dim=1) for name in tiles[0]}
    return {**processor.tokenizer(text, return_tensors="pt"), **pixels}
