"""Mllama (Llama 3.2 Vision): layers in between look at up to four tiles of the page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import MllamaProcessor
from transformers.models.mllama.image_processing_pil_mllama import (
    get_image_size_fit_to_canvas,
    get_optimal_tiled_canvas,
)

from vlm.decoder import Decoder, TextModel
from vlm.families import loading, vision
from vlm.families.family import (
    Abilities,
    Attention,
    Gaze,
    Layout,
    Patches,
    Pictures,
    Prompt,
    Sheet,
    Tile,
)
from vlm.families.steps import StepDecoder, Steps
from vlm.types import WHOLE_PAGE

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' }}"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}{{ '<|image|>' }}"
    "{% else %}{{ part['text'] }}{% endif %}{% endfor %}{{ '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
"""The chat form of Llama 3.2, for checkpoints without a template."""


@dataclass(frozen=True, slots=True)
class Mllama:
    """See `vlm.families.family.Family`."""

    name: str = "Llama 3.2 Vision"
    fallback_template: str = TEMPLATE
    abilities: Abilities = Abilities(splits=True)

    def processor(self, folder: Path, config: Any) -> Any:
        """Load the processor; it also remembers how many tokens a tile has."""
        tokenizer = loading.tokenizer(folder)
        processor: Any = MllamaProcessor(
            image_processor=loading.image_processor(folder),
            tokenizer=tokenizer,
            chat_template=loading.chat_template(folder, tokenizer, self.fallback_template),
        )
        processor.image_token_id = config.image_token_id
        seen = config.vision_config
        processor.image_seq_len = (seen.image_size // seen.patch_size) ** 2 + 1
        return processor

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Draw the sheet as one image that the processor cuts into tiles."""
        images = processor.image_processor
        most = int(images.max_image_tiles) if splitting else 1
        side = int(images.size["height"])
        height = max(1, round(sheet.height * sheet.legible_dpi))
        width = max(1, round(sheet.width * sheet.legible_dpi))
        canvas = get_optimal_tiled_canvas(height, width, most, side)
        down, across = get_image_size_fit_to_canvas(height, width, *canvas, side)
        size = int(across), int(down)
        tiles = _tiles(processor, *size)
        return vision.single(
            Tile("Whole", WHOLE_PAGE, *size, size), tiles * processor.image_seq_len
        )

    def expand(self, processor: Any, prompt: str, layout: Layout) -> str:
        """Leave the prompt alone: one token stands for the image."""
        return prompt

    def prefix(self, processor: Any, ids: list[int]) -> int:
        """Count up to the image's token."""
        return vision.after_images(processor, ids)

    def pixels(self, processor: Any, image: Any) -> dict[str, Any]:
        """Cut the page into tiles and normalise them."""
        found = processor.image_processor([[image]], return_tensors="pt")
        names = ("pixel_values", "aspect_ratio_ids", "aspect_ratio_mask")
        return {name: found[name] for name in names}

    def encoder(self, model: Any) -> Any:
        """Return vision encoder and projector."""
        return nn.ModuleList([model.model.vision_model, model.model.multi_modal_projector])

    def encode(self, model: Any, pixels: dict[str, Any]) -> Tensor:
        """Encode all tiles together, which see each other: ``(tiles, patches, hidden)``."""
        moved = {name: value.to(model.device) for name, value in pixels.items()}
        dtype = next(model.model.vision_model.parameters()).dtype
        moved["pixel_values"] = moved["pixel_values"].to(dtype)
        seen: Tensor = model.model.vision_model(**moved).last_hidden_state
        features: Tensor = model.model.multi_modal_projector(seen)[0, 0]
        return features

    def decoder(self, model: Any) -> Decoder:
        """Return the text model with its layers that look."""
        body = model.model.language_model
        text = TextModel(body, model.lm_head, body.get_input_embeddings())
        return StepDecoder(text, int(body.config.max_position_embeddings), _looking)

    def begin(
        self, model: Any, processor: Any, decoder: Decoder, prompt: Prompt, pictures: Pictures
    ) -> Any:
        """Give the layers that look something to look at, from the image's token on."""
        (features,) = pictures.features
        count = _tiles(processor, *pictures.layouts[0].tiles[0].canvas)
        sequence: Steps = decoder.start()
        sequence.looking = frozenset(model.config.text_config.cross_attention_layers)
        tiles = torch.arange(len(features), device=features.device) < count
        sequence.state["seen"] = tiles.repeat_interleave(features.shape[1])
        ids = torch.tensor(prompt.ids[: prompt.prefix], device=features.device)
        shown = (ids == processor.image_token_id).cumsum(0) > 0
        embedded = decoder.embed(ids)
        sequence.first = _masks(shown[:, None] & sequence.state["seen"], embedded.dtype)
        sequence.first["cross_attention_states"] = features.to(embedded.dtype)
        decoder.extend(sequence, embedded)
        return sequence

    def gaze(self, model: Any, processor: Any) -> Gaze:
        """Read the layers in between, which look at the patches of all tiles."""
        blocks = model.model.language_model.layers
        numbers = model.config.text_config.cross_attention_layers
        looking = tuple(Attention(blocks[number].cross_attn) for number in numbers)
        return Gaze(self.decoder(model), looking, partial(_patches, processor), apart=True)


def _patches(processor: Any, tile: Tile, attention: Tensor) -> tuple[Patches, ...]:
    """Put the tiles together again; the first token of each stands for all of it."""
    side = int(processor.image_processor.size["height"])
    rows, columns = _canvas(processor, *tile.canvas)
    each = math.isqrt(processor.image_seq_len)
    seen = attention.view(-1, processor.image_seq_len)[: rows * columns, 1:]
    grid = seen.view(rows, columns, each, each).transpose(1, 2)
    grid = grid.reshape(rows * each, columns * each)
    return (Patches(grid, (columns * side, rows * side)),)


def _looking(sequence: Steps, embedded: Tensor) -> dict[str, Any]:
    """Let every token look at all patches that show the page."""
    return _masks(sequence.state["seen"].expand(embedded.shape[1], -1), embedded.dtype)


def _masks(allowed: Tensor, dtype: torch.dtype) -> dict[str, Any]:
    """Return what the layers that look are told, for ``(T, patches)`` of who may see what.

    A token that may see nothing is told to see all, and its result is then left out.
    """
    sees = allowed.any(dim=-1, keepdim=True)
    mask = torch.zeros(allowed.shape, dtype=dtype, device=allowed.device)
    mask = mask.masked_fill(~allowed & sees, torch.finfo(dtype).min)
    return {
        "cross_attention_mask": mask[None, None],
        "full_text_row_masked_out_mask": sees.to(dtype)[None, None],
    }


def _tiles(processor: Any, width: int, height: int) -> int:
    """Return how many tiles the processor cuts an image of this size into."""
    rows, columns = _canvas(processor, width, height)
    return rows * columns


def _canvas(processor: Any, width: int, height: int) -> tuple[int, int]:
    """Return rows and columns of the tiles that the processor cuts an image of this size into."""
    images = processor.image_processor
    side = int(images.size["height"])
    down, across = get_optimal_tiled_canvas(height, width, int(images.max_image_tiles), side)
    return int(down // side), int(across // side)
