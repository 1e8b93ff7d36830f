"""InternVL: square tiles in a grid of the page's shape, and the whole behind them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor
from transformers.models.got_ocr2.image_processing_pil_got_ocr2 import get_optimal_tiled_canvas

from vlm import llama
from vlm.decoder import Decoder
from vlm.families import gaze, loading, vision
from vlm.families.family import Abilities, Gaze, Layout, Pictures, Prompt, Sheet
from vlm.families.llava import text_model

TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}{{ '<IMG_CONTEXT>\n' }}{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{{ '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""The chat form of InternVL3, for checkpoints without a template."""


@dataclass(frozen=True, slots=True)
class InternVl:
    """See `vlm.families.family.Family`."""

    name: str = "InternVL"
    fallback_template: str = TEMPLATE
    abilities: Abilities = Abilities(splits=True)

    def processor(self, folder: Path, config: Any) -> Any:
        """Load the processor's parts; the library's own class would need torchvision."""
        processor: Any = loading.parts(folder, config, self.fallback_template)
        tokenizer, images = processor.tokenizer, processor.image_processor
        # The first checkpoints of this form wrote an image as LLaVA does.
        template = processor.chat_template.replace("<image>", processor.image_token)
        processor.chat_template = template
        processor.begins = getattr(tokenizer, "start_image_token", "<img>")
        processor.fake_image_token = getattr(tokenizer, "end_image_token", "</img>")
        processor.side = int(images.size["height"])
        processor.image_seq_len = int(config.image_seq_length)
        return processor

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Choose the grid whose shape is nearest to the page's, as in its training."""
        images, side = processor.image_processor, processor.side
        height, width = (
            max(1, round(inches * sheet.legible_dpi)) for inches in (sheet.height, sheet.width)
        )
        columns, rows = get_optimal_tiled_canvas(
            (height, width), (side, side), int(images.min_patches), int(images.max_patches)
        )
        if not splitting or rows * columns == 1:
            rows, columns = 0, 0
        return vision.grid(rows, columns, side, processor.image_seq_len)

    def expand(self, processor: Any, prompt: str, layout: Layout) -> str:
        """Put the tokens of all tiles between those that begin and close an image."""
        tokens = processor.image_token * (layout.tokens_per_tile * len(layout.tiles))
        whole = f"{processor.begins}{tokens}{processor.fake_image_token}"
        return prompt.replace(processor.image_token, whole)

    def prefix(self, processor: Any, ids: list[int]) -> int:
        """Count up to the token that closes the image."""
        return vision.after_images(processor, ids)

    def pixels(self, processor: Any, image: Any) -> dict[str, Any]:
        """Normalise one tile."""
        found = processor.image_processor(
            image, crop_to_patches=False, do_resize=False, return_tensors="pt"
        )
        return {"pixel_values": found["pixel_values"]}

    def encoder(self, model: Any) -> Any:
        """Return vision tower and projector."""
        return vision.tower(model)

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
        """Read the attention on the visual tokens, each of which stands for a few patches."""
        return gaze.merged(text_model(model))
