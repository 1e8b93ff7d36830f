"""LLaVA-NeXT and LLaVA-OneVision. The page is shown whole and in tiles, joined to one grid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from vlm import llama
from vlm.decoder import Decoder, StockDecoder
from vlm.families import gaze, loading, vision
from vlm.families.family import Abilities, Gaze, Layout, Patches, Pictures, Prompt, Sheet, Tile
from vlm.families.llava import TEMPLATE, require_square, template_of, text_model
from vlm.joined_tiles import Joining, most_of
from vlm.types import WHOLE_PAGE

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
        """Load the processor's parts; it also remembers how a page's tiles are joined."""
        seen = config.vision_config
        require_square(folder, self.name, seen)
        processor: Any = loading.parts(folder, config, template_of(config, self.fallback_template))
        side = int(seen.image_size)
        canvases = processor.image_processor.image_grid_pinpoints
        processor.joining = Joining(
            side,
            side // int(seen.patch_size),
            tuple((int(down), int(across)) for down, across in canvases),
            most_of(getattr(config, "vision_aspect_ratio", "")),
        )
        return processor

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Draw the sheet as one image, at the size to which the processor would stretch it."""
        joining: Joining = processor.joining
        size = joining.drawn(sheet.width, sheet.height, sheet.legible_dpi, splitting)
        return vision.single(Tile("Whole", WHOLE_PAGE, *size, size), joining.tokens(*size))

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
    joining: Joining = processor.joining
    whole = joining.along**2
    rows, columns = joining.grid(*tile.canvas)
    tiles = attention[whole:].view(rows, columns + 1)[:, :columns]
    return *gaze.square(tile, attention[:whole]), Patches(tiles, tile.canvas)
