"""PaliGemma: one square view; every token of the prompt sees every other, the question's too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vlm.decoder import Decoder, TextModel
from vlm.families import gaze, loading, vision
from vlm.families.family import Abilities, Gaze, Layout, Pictures, Prompt, Sheet
from vlm.families.steps import StepDecoder, Steps

TEMPLATE = (
    "{% for message in messages %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}{{ '<image>' }}"
    "{% elif message['role'] == 'user' %}{{ bos_token + 'answer en ' + part['text'] + '\n' }}"
    "{% else %}{{ part['text'] + eos_token }}{% endif %}{% endfor %}{% endfor %}"
)
"""How the checkpoints were taught to answer questions in English."""


@dataclass(frozen=True, slots=True)
class PaliGemma:
    """See `vlm.families.family.Family`."""

    name: str = "PaliGemma"
    fallback_template: str = TEMPLATE
    abilities: Abilities = Abilities(splits=False, keeps_prefix=False)

    def processor(self, folder: Path, config: Any) -> Any:
        """Load the processor's parts; it also remembers the view's side and its tokens."""
        tokenizer, images = loading.tokenizer(folder), loading.image_processor(folder)
        processor: Any = loading.Parts(
            images, tokenizer, self.fallback_template, config.image_token_id, complete=True
        )
        seen = config.vision_config
        processor.side = seen.image_size
        processor.image_seq_len = (seen.image_size // seen.patch_size) ** 2
        return processor

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Stretch the sheet to the encoder's square, as in its training."""
        return vision.square(processor)

    def expand(self, processor: Any, prompt: str, layout: Layout) -> str:
        """Repeat the image token."""
        return vision.repeat(processor, prompt, layout)

    def prefix(self, processor: Any, ids: list[int]) -> int:
        """Keep nothing: what a visual token becomes depends on the question."""
        return 0

    def pixels(self, processor: Any, image: Any) -> dict[str, Any]:
        """Normalise the view."""
        return dict(processor.image_processor(image, do_resize=False, return_tensors="pt"))

    def encoder(self, model: Any) -> Any:
        """Return vision tower and projector."""
        return vision.tower(model)

    def encode(self, model: Any, pixels: dict[str, Any]) -> Tensor:
        """Encode the view."""
        return vision.encode(model, pixels)

    def decoder(self, model: Any) -> Decoder:
        """Return the text model with the mask that PaliGemma makes for it."""
        text = TextModel(model.model, model.lm_head, _known(model))
        settings = model.config.text_config
        cap = float(getattr(settings, "final_logit_softcapping", None) or 0.0)

        def capped(logits: Tensor) -> Tensor:
            return torch.tanh(logits / cap) * cap if cap else logits

        return StepDecoder(text, int(settings.max_position_embeddings), _both_ways, capped)

    def begin(
        self, model: Any, processor: Any, decoder: Decoder, prompt: Prompt, pictures: Pictures
    ) -> Any:
        """Let the features stand for the first tokens."""
        return vision.lead(decoder, pictures)

    def gaze(self, model: Any, processor: Any) -> Gaze:
        """Read the attention on the visual tokens, which have their place in the view."""
        blocks = model.model.language_model.layers
        return Gaze(self.decoder(model), gaze.layers(blocks), gaze.square)


def _both_ways(sequence: Steps, embedded: Tensor) -> dict[str, Any]:
    """Let the prompt see all of itself, and the answer what came before."""
    if sequence.length:
        return {}
    kinds = torch.zeros(embedded.shape[:2], dtype=torch.long, device=embedded.device)
    return {"token_type_ids": kinds}


def _known(model: Any) -> Any:
    """Return an embedding that takes the image token even where it is beyond the vocabulary."""
    embedding = model.get_input_embeddings()
    return lambda ids: embedding(ids.clamp_max(embedding.num_embeddings - 1))
