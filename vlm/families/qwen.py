"""Qwen2-VL, Qwen2.5-VL and Qwen3-VL: a page at its own size, visual tokens with two places each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vlm.decoder import Decoder, merge
from vlm.families import gaze, loading, vision
from vlm.families.family import Abilities, Gaze, Layout, Pictures, Prompt, Sheet, Tile
from vlm.families.llava import text_model
from vlm.families.steps import StepDecoder, Steps, following
from vlm.types import WHOLE_PAGE

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}"
    "{{ '<|vision_start|><|image_pad|><|vision_end|>' }}{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""The chat form of Qwen3-VL, for checkpoints without a template."""

SYSTEM = (
    "{% if messages[0]['role'] != 'system' %}"
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
)
"""What stands before it in Qwen2-VL and Qwen2.5-VL."""

MOST = 4096
"""Most visual tokens of a page, however small its text."""

COARSE = 4
"""How many times fewer they are when memory is short."""


@dataclass(frozen=True, slots=True)
class Qwen:
    """See `vlm.families.family.Family`."""

    name: str
    fallback_template: str = TEMPLATE
    abilities: Abilities = Abilities(splits=True)

    def processor(self, folder: Path, config: Any) -> Any:
        """Load the processor's parts; the library's own class would need torchvision."""
        return loading.parts(folder, config, self.fallback_template)

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Draw the sheet as one image that is as large as its text needs."""
        images = processor.image_processor
        unit = _unit(processor)
        most = min(int(images.size["longest_edge"]), MOST * unit**2)
        most = most if splitting else most // COARSE
        least = min(int(images.size["shortest_edge"]), most)
        inches = sheet.width * sheet.height
        dpi = math.sqrt(min(max(sheet.legible_dpi**2 * inches, least), most) / inches)
        across, down = (max(1, round(side * dpi / unit)) for side in (sheet.width, sheet.height))
        while across * down * unit**2 > most and max(across, down) > 1:
            across, down = (across - 1, down) if across > down else (across, down - 1)
        size = across * unit, down * unit
        return vision.single(Tile("Whole", WHOLE_PAGE, *size, size), across * down)

    def expand(self, processor: Any, prompt: str, layout: Layout) -> str:
        """Repeat the image token."""
        return vision.repeat(processor, prompt, layout)

    def join(self, processor: Any, parts: Sequence[str]) -> str:
        """Let pages follow each other."""
        return "".join(parts)

    def prefix(self, processor: Any, ids: list[int]) -> int:
        """Count up to the last visual token."""
        return vision.after_images(processor, ids)

    def pixels(self, processor: Any, image: Any) -> dict[str, Any]:
        """Normalise the page and cut it into patches."""
        return dict(processor.image_processor(image, do_resize=False, return_tensors="pt"))

    def encoder(self, model: Any) -> Any:
        """Return the vision encoder, which has its mergers in it."""
        return model.model.visual

    def encode(self, model: Any, pixels: dict[str, Any]) -> Tensor:
        """Encode the page: ``(tokens, (1 + depths) * hidden)``."""
        moved = {name: value.to(model.device) for name, value in pixels.items()}
        seen = model.get_image_features(**moved, return_dict=True)
        deeper = [features[0] for features in getattr(seen, "deepstack_features", ())]
        return torch.cat([seen.pooler_output[0], *deeper], dim=-1)

    def decoder(self, model: Any) -> Decoder:
        """Return the text model, told the position of everything."""
        limit = int(model.config.text_config.max_position_embeddings)
        return StepDecoder(text_model(model), limit, _positions)

    def begin(
        self, model: Any, processor: Any, decoder: Decoder, prompt: Prompt, pictures: Pictures
    ) -> Any:
        """Put the features where the image tokens stand, with rows and columns as positions."""
        width = model.config.text_config.hidden_size
        first, *deeper = torch.split(torch.cat(pictures.features), width, dim=-1)
        ids = torch.tensor(prompt.ids[: prompt.prefix], device=first.device)
        visual = (ids == processor.image_token_id)[None]
        patch = int(processor.image_processor.patch_size)
        grids = [
            [1, tile.canvas[1] // patch, tile.canvas[0] // patch]
            for layout in pictures.layouts
            for tile in layout.tiles
        ]
        positions, shift = model.model.get_rope_index(
            ids[None],
            mm_token_type_ids=visual.int(),
            image_grid_thw=torch.tensor(grids, device=ids.device),
        )
        sequence: Steps = decoder.start()
        sequence.first["position_ids"] = positions
        if deeper:
            sequence.first |= {"visual_pos_masks": visual, "deepstack_visual_embeds": deeper}
        decoder.extend(sequence, merge(decoder, ids, processor.image_token_id, first))
        sequence.shift = int(shift)
        return sequence

    def gaze(self, model: Any, processor: Any) -> Gaze:
        """Read the attention on the visual tokens, each of which stands for a few patches."""
        blocks, unit = text_model(model).body.layers, _unit(processor)
        return Gaze(self.decoder(model), gaze.layers(blocks), partial(gaze.regular, unit=unit))


def _unit(processor: Any) -> int:
    """Return how many pixels the side of a visual token has."""
    images = processor.image_processor
    return int(images.patch_size) * int(images.merge_size)


def _positions(sequence: Steps, embedded: Tensor) -> dict[str, Any]:
    return {"position_ids": following(sequence, embedded)}
