"""LLaVA: one square view of the page, a visual token for each patch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor
from transformers import LlavaProcessor

from vlm import llama
from vlm.decoder import Decoder, TextModel
from vlm.errors import ModelUnsupported
from vlm.families import gaze, loading, vision
from vlm.families.family import Abilities, Gaze, Layout, Pictures, Prompt, Sheet

TEMPLATE = (
    "{% for message in messages %}{{ message['role'] | upper }}: "
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}{{ '<image>\\n' }}{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% if message['role'] == 'assistant' %}{{ eos_token }}{% else %} {% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)
"""The chat form of LLaVA 1.5, for checkpoints without a template."""

MISTRAL_TEMPLATE = (
    "{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' }}"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}{{ '<image>\\n' }}{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{{ ' [/INST]' }}"
    "{% else %}{{ ' ' + message['content'][0]['text'] + eos_token }}{% endif %}{% endfor %}"
)
"""The same where the text model is Mistral's."""

ENCODERS = ("clip_vision_model", "siglip_vision_model")
"""Vision models that see one square of a fixed size."""


@dataclass(frozen=True, slots=True)
class Llava:
    """See `vlm.families.family.Family`."""

    name: str = "LLaVA"
    fallback_template: str = TEMPLATE
    abilities: Abilities = Abilities(splits=False)

    def processor(self, folder: Path, config: Any) -> Any:
        """Load the processor; it also remembers the view's side and its number of tokens."""
        seen = config.vision_config
        require_square(folder, self.name, seen)
        tokenizer = loading.tokenizer(folder)
        extra = 1 if seen.model_type == "clip_vision_model" else 0
        processor: Any = LlavaProcessor(
            image_processor=loading.image_processor(folder),
            tokenizer=tokenizer,
            patch_size=seen.patch_size,
            vision_feature_select_strategy=config.vision_feature_select_strategy,
            num_additional_image_tokens=extra,
            chat_template=loading.chat_template(
                folder, tokenizer, template_of(config, self.fallback_template)
            ),
        )
        processor.image_token_id = config.image_token_id
        processor.image_token = tokenizer.convert_ids_to_tokens(config.image_token_id)
        first = 1 if config.vision_feature_select_strategy == "default" else 0
        processor.side = seen.image_size
        processor.image_seq_len = (seen.image_size // seen.patch_size) ** 2 + extra - first
        return processor

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Fit the sheet into the encoder's square; the model knows no parts of a page."""
        return vision.single(vision.fitted(sheet, processor.side), processor.image_seq_len)

    def expand(self, processor: Any, prompt: str, layout: Layout) -> str:
        """Repeat the image token."""
        return vision.repeat(processor, prompt, layout)

    def prefix(self, processor: Any, ids: list[int]) -> int:
        """Count up to the last visual token."""
        return vision.after_images(processor, ids)

    def pixels(self, processor: Any, image: Any) -> dict[str, Any]:
        """Normalise the view, which already has its size."""
        return dict(
            processor.image_processor(
                image, do_resize=False, do_center_crop=False, return_tensors="pt"
            )
        )

    def encoder(self, model: Any) -> Any:
        """Return vision tower and projector."""
        return vision.tower(model)

    def encode(self, model: Any, pixels: dict[str, Any]) -> Tensor:
        """Encode the view."""
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
        """Read the attention on the visual tokens, which have their place in the view."""
        return gaze.merged(text_model(model))


def template_of(config: Any, usual: str) -> str:
    """Return the chat form of a checkpoint without one, by its text model."""
    return MISTRAL_TEMPLATE if config.text_config.model_type == "mistral" else usual


def require_square(folder: Path, family: str, vision_config: Any) -> None:
    """Refuse a model whose encoder does not see squares of a fixed size.

    Raises:
        ModelUnsupported: Then.
    """
    if vision_config.model_type not in ENCODERS:
        raise ModelUnsupported(
            f"{folder.name} is a {family} model that looks with {vision_config.model_type!r}, "
            "which this program does not run. Choose one with CLIP or SigLIP."
        )


def text_model(model: Any) -> TextModel:
    """Return the text model of a model that has it as ``model.language_model``."""
    return TextModel(model.model.language_model, model.lm_head, model.get_input_embeddings())
