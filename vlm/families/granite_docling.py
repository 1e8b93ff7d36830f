"""Granite for Docling: tiles as in Idefics3, whose features also enter deeper layers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import GraniteDoclingProcessor

from vlm.decoder import Decoder, merge, text_model
from vlm.families import gaze, loading, vision
from vlm.families.family import Abilities, Gaze, Layout, Pictures, Prompt, Sheet
from vlm.families.steps import StepDecoder, Steps


@dataclass(frozen=True, slots=True)
class GraniteDocling:
    """See `vlm.families.family.Family`."""

    name: str = "Granite Docling"
    fallback_template: str = vision.TEMPLATE
    abilities: Abilities = Abilities(splits=True)

    def processor(self, folder: Path, config: Any) -> Any:
        """Load the processor."""
        tokenizer = loading.tokenizer(folder)
        seen = config.vision_config
        side = seen.image_size // seen.patch_size
        return GraniteDoclingProcessor(
            image_processor=loading.image_processor(folder),
            tokenizer=tokenizer,
            image_seq_len=side**2 // seen.scale_factor**2,
            chat_template=loading.chat_template(folder, tokenizer, self.fallback_template),
        )

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Choose the grid that the model was taught for a page drawn legibly."""
        images = processor.image_processor
        rows, columns = images.get_tile_grid(
            max(1, round(sheet.height * sheet.legible_dpi)),
            max(1, round(sheet.width * sheet.legible_dpi)),
        )
        if not splitting or rows * columns == 1:
            rows, columns = 0, 0
        return vision.grid(rows, columns, int(images.size["height"]), processor.image_seq_len)

    def expand(self, processor: Any, prompt: str, layout: Layout) -> str:
        """Name each tile by its row and column; a page that is not split is a grid of one."""
        fake, image = processor.fake_image_token, processor.image_token
        tile = image * layout.tokens_per_tile
        if not layout.rows:
            return prompt.replace(image, f"{fake}<row_1_col_1>{tile}\n")
        end = f"{fake}{processor.global_image_tag}{tile}{fake}"
        return prompt.replace(image, f"{vision.named(layout, fake, tile)}\n{end}")

    def prefix(self, processor: Any, ids: list[int]) -> int:
        """Count up to the token that closes the last image."""
        return vision.after_images(processor, ids)

    def pixels(self, processor: Any, image: Any) -> dict[str, Any]:
        """Normalise one tile."""
        inputs = processor.image_processor([[image]], crop_to_patches=False, return_tensors="pt")
        return {name: inputs[name] for name in ("pixel_values", "pixel_attention_mask")}

    def encoder(self, model: Any) -> Any:
        """Return the vision encoder, which has the connector in it."""
        return model.model.vision_model

    def encode(self, model: Any, pixels: dict[str, Any]) -> Tensor:
        """Encode one tile: ``(tokens_per_tile, (1 + depths) * hidden)``."""
        moved = {name: value.to(model.device) for name, value in pixels.items()}
        seen = model.get_image_features(**moved, return_dict=True)
        deeper = [features[0] for features in seen.deepstack_features]
        return torch.cat([seen.pooler_output[0], *deeper], dim=-1)

    def decoder(self, model: Any) -> Decoder:
        """Return the text model."""
        text, scaling = text_model(model), model.config.text_config.logits_scaling
        limit = int(model.config.text_config.max_position_embeddings)
        return StepDecoder(text, limit, finish=lambda logits: logits / scaling)

    def begin(
        self, model: Any, processor: Any, decoder: Decoder, prompt: Prompt, pictures: Pictures
    ) -> Any:
        """Put the features where the image tokens stand, and the deeper ones behind layers."""
        width = model.config.text_config.hidden_size
        first, *deeper = torch.split(torch.cat(pictures.features), width, dim=-1)
        ids = torch.tensor(prompt.ids[: prompt.prefix], device=first.device)
        embedded = merge(decoder, ids, processor.image_token_id, first)
        sequence: Steps = decoder.start()
        sequence.first = {
            "visual_pos_masks": (ids == processor.image_token_id)[None],
            "deepstack_visual_embeds": deeper,
        }
        decoder.extend(sequence, embedded)
        return sequence

    def gaze(self, model: Any, processor: Any) -> Gaze:
        """Read the attention on the visual tokens, which have their place in a tile."""
        blocks = text_model(model).body.layers
        return Gaze(self.decoder(model), gaze.layers(blocks), gaze.square)
