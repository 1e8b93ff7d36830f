"""LLaVA-NeXT and LLaVA-OneVision. The page is shown whole and in tiles, joined to one grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from transformers.image_processing_utils import select_best_resolution

from vlm import llama
from vlm.decoder import Decoder, StockDecoder
from vlm.families import gaze, loading, vision
from vlm.families.family import Abilities, Gaze, Layout, Patches, Pictures, Prompt, Sheet, Tile
from vlm.families.llava import TEMPLATE, require_square, text_model
from vlm.types import WHOLE_PAGE

MOST = 9
"""Tiles' worth of pixels of a page: LLaVA-OneVision keeps no more visual tokens than theirs."""

QWEN_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + ' ' }}"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}{{ '<image>' }}{% else %}{{ '\n' + part['text'] }}{% endif %}"
    "{% endfor %}{{ '<|im_end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""The chat form of LLaVA-OneVision, for checkpoints without a template."""


@dataclass(frozen=True, slots=True)
class LlavaNext:
    """See `vlm.families.family.Family`. LLaVA-OneVision joins many tiles to fewer tokens."""

    name: str = "LLaVA-NeXT"
    fallback_template: str = TEMPLATE
    abilities: Abilities = Abilities(splits=True)

    def processor(self, folder: Path, config: Any) -> Any:
        """Load the processor's parts; it also remembers a tile's side and tokens along a side."""
        seen = config.vision_config
        require_square(folder, self.name, seen)
        processor: Any = loading.parts(folder, config, self.fallback_template)
        processor.side = int(seen.image_size)
        processor.along = processor.side // int(seen.patch_size)
        most = str(getattr(config, "vision_aspect_ratio", "")).removeprefix("anyres_max_")
        processor.most = int(most) if most.isdecimal() else None
        return processor

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Draw the sheet as one image, at the size to which the processor would stretch it."""
        side = processor.side
        dpi = min(sheet.legible_dpi, math.sqrt(MOST * side**2 / (sheet.width * sheet.height)))
        if not splitting:
            dpi = min(dpi, side / max(sheet.width, sheet.height))
        drawn = (max(1, round(inches * dpi)) for inches in (sheet.width, sheet.height))
        size = _stretched(processor, *drawn)
        rows, columns = _joined(processor, *size)
        tokens = processor.along**2 + rows * (columns + 1)
        return vision.single(Tile("Whole", WHOLE_PAGE, *size, size), tokens)

    def expand(self, processor: Any, prompt: str, layout: Layout) -> str:
        """Repeat the image token."""
        return vision.repeat(processor, prompt, layout)

    def prefix(self, processor: Any, ids: list[int]) -> int:
        """Count up to the last visual token."""
        return vision.after_images(processor, ids)

    def pixels(self, processor: Any, image: Any) -> dict[str, Any]:
        """Cut the page into tiles and normalise them and the whole."""
        found = processor.image_processor(image, return_tensors="pt")
        return {name: found[name] for name in ("pixel_values", "image_sizes")}

    def encoder(self, model: Any) -> Any:
        """Return vision tower, projector and what stands at the end of each row."""
        inner = model.model
        ends = nn.ParameterList([inner.image_newline])
        return nn.ModuleList([inner.vision_tower, inner.multi_modal_projector, ends])

    def encode(self, model: Any, pixels: dict[str, Any]) -> Tensor:
        """Encode all tiles and join them: ``(tokens_per_tile, hidden)``."""
        return vision.encode(model, pixels)

    def decoder(self, model: Any) -> Decoder:
        """Return the text model."""
        return llama.fast(text_model(model))

    def begin(
        self, model: Any, processor: Any, decoder: Decoder, prompt: Prompt, pictures: Pictures
    ) -> Any:
        """Put the features where the image tokens stand."""
        return vision.begin(processor, decoder, prompt, pictures)

    def gaze(self, model: Any, processor: Any) -> Gaze:
        """Read the attention on the visual tokens of the whole and of the joined tiles."""
        text = text_model(model)
        layers = gaze.layers(text.body.layers)
        return Gaze(StockDecoder(text), layers, partial(_patches, processor))


def llava_onevision() -> LlavaNext:
    """Return the family: LLaVA-NeXT's path, asked in another form; its video side is not used."""
    return LlavaNext("LLaVA-OneVision", QWEN_TEMPLATE)


def _patches(processor: Any, tile: Tile, attention: Tensor) -> tuple[Patches, ...]:
    """Lay attention on the whole view and on the tiles, without the ends of their rows."""
    each = processor.along
    rows, columns = _joined(processor, *tile.canvas)
    tiles = attention[each**2 :].view(rows, columns + 1)[:, :columns]
    return *gaze.square(tile, attention[: each**2]), Patches(tiles, tile.canvas)


def _best(processor: Any, width: int, height: int) -> tuple[int, int]:
    """Return width and height of the canvas that the processor chooses for an image."""
    pinpoints = processor.image_processor.image_grid_pinpoints
    down, across = select_best_resolution((height, width), pinpoints)
    return int(across), int(down)


def _stretched(processor: Any, width: int, height: int) -> tuple[int, int]:
    """Return the largest size of an image in the canvas that is chosen for it."""
    across, down = _best(processor, width, height)
    scale = min(across / width, down / height)
    return min(across, math.ceil(width * scale)), min(down, math.ceil(height * scale))


def _joined(processor: Any, width: int, height: int) -> tuple[int, int]:
    """Return rows and columns of an image's joined tiles, as the model cuts and shrinks them.

    Args:
        processor: Of the family.
        width: Of the image that is cut into tiles, pixels.
        height: Likewise.
    """
    each = processor.along
    across, down = _best(processor, width, height)
    rows, columns = down // processor.side * each, across // processor.side * each
    if width / height > columns / rows:
        rows -= (rows - int(round(height * (columns / width), 7))) // 2 * 2
    else:
        columns -= (columns - int(round(width * (rows / height), 7))) // 2 * 2
    if processor.most is not None:
        ratio = math.sqrt(rows * columns / (processor.most * each**2))
        if ratio > 1.1:
            rows, columns = int(rows // ratio), int(columns // ratio)
    return rows, columns
