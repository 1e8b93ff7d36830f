"""Gemma 3: one square view, whose visual tokens see each other in both directions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vlm.decoder import Decoder, TextModel, merge
from vlm.families import gaze, loading, vision
from vlm.families.family import Abilities, Gaze, Layout, Pictures, Prompt, Sheet
from vlm.families.steps import StepDecoder, Steps

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<start_of_turn>' }}"
    "{{ ('model' if message['role'] == 'assistant' else message['role']) + '\n' }}"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}{{ '<start_of_image>' }}"
    "{% else %}{{ part['text'] | trim }}{% endif %}{% endfor %}{{ '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)
"""The chat form of Gemma 3, for checkpoints without a template."""


@dataclass(frozen=True, slots=True)
class Gemma3:
    """See `vlm.families.family.Family`."""

    name: str = "Gemma 3"
    fallback_template: str = TEMPLATE
    abilities: Abilities = Abilities(splits=False)

    def processor(self, folder: Path, config: Any) -> Any:
        """Load the processor's parts; it also remembers the view's side and its tokens."""
        processor: Any = loading.parts(folder, config, self.fallback_template)
        processor.begins, processor.fake_image_token = processor.tokenizer.convert_ids_to_tokens(
            [config.boi_token_index, config.eoi_token_index]
        )
        processor.side = config.vision_config.image_size
        processor.image_seq_len = math.isqrt(config.mm_tokens_per_image) ** 2
        return processor

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Stretch the sheet to the encoder's square, as in its training."""
        return vision.square(processor)

    def expand(self, processor: Any, prompt: str, layout: Layout) -> str:
        """Put the image's tokens between those that begin and close an image."""
        tokens = processor.image_token * layout.tokens_per_tile
        whole = f"\n\n{processor.begins}{tokens}{processor.fake_image_token}\n\n"
        return prompt.replace(processor.begins, whole)

    def prefix(self, processor: Any, ids: list[int]) -> int:
        """Count up to the token that closes the image."""
        return vision.after_images(processor, ids)

    def pixels(self, processor: Any, image: Any) -> dict[str, Any]:
        """Normalise the view."""
        found = processor.image_processor(image, do_resize=False, return_tensors="pt")
        return {"pixel_values": found["pixel_values"]}

    def encoder(self, model: Any) -> Any:
        """Return vision tower and projector."""
        return vision.tower(model)

    def encode(self, model: Any, pixels: dict[str, Any]) -> Tensor:
        """Encode the view."""
        return vision.encode(model, pixels)

    def decoder(self, model: Any) -> Decoder:
        """Return the text model with the masks that Gemma 3 makes for it."""
        text = TextModel(model.model, model.lm_head, model.get_input_embeddings())
        return StepDecoder(text, int(model.config.text_config.max_position_embeddings))

    def begin(
        self, model: Any, processor: Any, decoder: Decoder, prompt: Prompt, pictures: Pictures
    ) -> Any:
        """Put the features where the image tokens stand, and let them see each other."""
        features = torch.cat(pictures.features)
        ids = torch.tensor(prompt.ids[: prompt.prefix], device=features.device)
        sequence: Steps = decoder.start()
        sequence.first["token_type_ids"] = (ids == processor.image_token_id).int()[None]
        decoder.extend(sequence, merge(decoder, ids, processor.image_token_id, features))
        return sequence

    def gaze(self, model: Any, processor: Any) -> Gaze:
        """Read the attention on the visual tokens, each of which stands for a few patches."""
        blocks = model.model.language_model.layers
        return Gaze(self.decoder(model), gaze.layers(blocks), gaze.square)
