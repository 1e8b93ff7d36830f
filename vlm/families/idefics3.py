"""Idefics3: square tiles in a grid, as many as the text needs, and the whole as one more tile."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor
from transformers import Idefics3Processor

from vlm import llama
from vlm.decoder import Decoder, text_model
from vlm.families import gaze, loading, vision
from vlm.families.family import Abilities, Gaze, Layout, Pictures, Prompt, Sheet

MAX_GRID = 6
"""The tokenizer names rows and columns up to this."""

GLOBAL = "<global-img>"


@dataclass(frozen=True, slots=True)
class Idefics3:
    """See `vlm.families.family.Family`. SmolVLM differs in its name only."""

    name: str = "Idefics3"
    fallback_template: str = "{{ bos_token }}" + vision.TEMPLATE
    abilities: Abilities = Abilities(splits=True)

    def processor(self, folder: Path, config: Any) -> Any:
        """Load the processor; SmolVLM's own class would need torchvision for its videos."""
        tokenizer = loading.tokenizer(folder)
        side = config.vision_config.image_size // config.vision_config.patch_size
        return Idefics3Processor(
            image_processor=loading.image_processor(folder),
            tokenizer=tokenizer,
            image_seq_len=side**2 // config.scale_factor**2,
            chat_template=loading.chat_template(folder, tokenizer, self.fallback_template),
        )

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Choose the smallest grid of tiles at which the text is legible."""
        edge = int(processor.image_processor.max_image_size["longest_edge"])
        most = min(int(processor.image_processor.size["longest_edge"]) // edge, MAX_GRID)
        tokens = processor.image_seq_len
        long_inches, short_inches = max(sheet.width, sheet.height), min(sheet.width, sheet.height)
        along = min(max(1, math.ceil(long_inches * sheet.legible_dpi / edge)), most)
        if not splitting or along == 1:
            return vision.grid(0, 0, edge, tokens)
        across = min(max(1, math.ceil(along * short_inches / long_inches)), most)
        columns, rows = (along, across) if sheet.width >= sheet.height else (across, along)
        return vision.grid(rows, columns, edge, tokens)

    def expand(self, processor: Any, prompt: str, layout: Layout) -> str:
        """Name each tile by its row and column, a line for each row, and the whole at the end."""
        fake, image = processor.fake_image_token, processor.image_token
        tile = image * layout.tokens_per_tile
        end = f"{fake}{GLOBAL}{tile}{fake}"
        named = vision.named(layout, fake, tile)
        return prompt.replace(image, f"{named}\n{end}" if named else end)

    def prefix(self, processor: Any, ids: list[int]) -> int:
        """Count up to the token that closes the last image."""
        return vision.after_images(processor, ids)

    def join(self, processor: Any, parts: Sequence[str]) -> str:
        """Put the pages one after the other; each has its own fake tokens."""
        return "".join(parts)

    def pixels(self, processor: Any, image: Any) -> dict[str, Any]:
        """Normalise one tile."""
        return vision.pixels(processor, image)

    def encoder(self, model: Any) -> Any:
        """Return vision encoder and connector."""
        return vision.encoder(model)

    def encode(self, model: Any, pixels: dict[str, Any]) -> Tensor:
        """Encode one tile."""
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
        """Read the attention on the visual tokens, which have their place in a tile."""
        return gaze.merged(text_model(model))
