"""InstructBLIP: as BLIP-2, but the Q-Former hears the question before it looks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from vlm.decoder import Decoder
from vlm.families import loading, vision
from vlm.families.blip2 import decoder_of, encoder_of, gaze_of, processor_of
from vlm.families.family import Abilities, Gaze, Layout, Pictures, Prompt, Sheet

ASKED = "Question: {} Short answer:"
"""How the authors ask about text in pictures; the Q-Former hears the same."""

TEMPLATE = (
    "{% for message in messages %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}{{ image_token }}{% elif message['role'] == 'user' %}"
    "{{ begin + 'Question: ' + part['text'] + ' Short answer:' + end }}"
    "{% else %}{{ ' ' + part['text'] + eos_token }}{% endif %}{% endfor %}{% endfor %}"
)


@dataclass(frozen=True, slots=True)
class InstructBlip:
    """See `vlm.families.family.Family`."""

    name: str = "InstructBLIP"
    fallback_template: str = TEMPLATE
    abilities: Abilities = Abilities(splits=False, keeps_prefix=False)

    def processor(self, folder: Path, config: Any) -> Any:
        """Load the processor's parts and the tokenizer of the Q-Former."""
        processor = processor_of(folder, config, self.name, self.fallback_template)
        processor.qformer_tokenizer = loading.tokenizer(folder / "qformer_tokenizer")
        return processor

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Stretch the sheet to the encoder's square, as in its training."""
        return vision.square(processor)

    def expand(self, processor: Any, prompt: str, layout: Layout) -> str:
        """Repeat the image token."""
        return vision.repeat(processor, prompt, layout)

    def prefix(self, processor: Any, ids: list[int]) -> int:
        """Count the visual tokens, whose features depend on the question nevertheless."""
        return 0 if processor.encoded else vision.after_images(processor, ids)

    def pixels(self, processor: Any, image: Any) -> dict[str, Any]:
        """Normalise the view."""
        return dict(processor.image_processor(image, do_resize=False, return_tensors="pt"))

    def encoder(self, model: Any) -> Any:
        """Return vision encoder, Q-Former and projection."""
        return encoder_of(model)

    def encode(self, model: Any, pixels: dict[str, Any]) -> Tensor:
        """Encode the view as far as no question is needed: ``(patches + 1, vision hidden)``."""
        seen: Tensor = model.vision_model(pixels["pixel_values"].to(model.device)).last_hidden_state
        return seen[0]

    def decoder(self, model: Any) -> Decoder:
        """Return the text model."""
        return decoder_of(model)

    def begin(
        self, model: Any, processor: Any, decoder: Decoder, prompt: Prompt, pictures: Pictures
    ) -> Any:
        """Let the Q-Former look for what the question needs, and put that before the text."""
        found = tuple(_asked(model, processor, prompt, seen) for seen in pictures.features)
        if not processor.encoded:
            return vision.begin(processor, decoder, prompt, Pictures(pictures.layouts, found))
        return vision.lead(decoder, Pictures(pictures.layouts, found))

    def gaze(self, model: Any, processor: Any) -> Gaze:
        """Follow attention through the queries of the Q-Former, which look at patches."""
        return gaze_of(model)


def _asked(model: Any, processor: Any, prompt: Prompt, seen: Tensor) -> Tensor:
    """Return the visual tokens ``(queries, hidden)`` of a view for one question."""
    heard = processor.qformer_tokenizer(
        ASKED.format(prompt.question.strip()), return_tensors="pt", split_special_tokens=True
    )["input_ids"].to(seen.device)
    queries, images = model.query_tokens, seen[None]
    count = queries.shape[1]
    out = model.qformer(
        input_ids=heard,
        attention_mask=heard.new_ones(1, count + heard.shape[1]),
        query_embeds=queries,
        encoder_hidden_states=images,
        encoder_attention_mask=heard.new_ones(images.shape[:2]),
    )
    tokens: Tensor = model.language_projection(out.last_hidden_state[:, :count])[0]
    return tokens
