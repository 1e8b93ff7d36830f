"""Florence-2: an encoder reads the view and the question together, a decoder writes beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from vlm.decoder import Decoder
from vlm.families import gaze, loading, vision
from vlm.families.family import Abilities, Attention, Gaze, Layout, Pictures, Prompt, Sheet
from vlm.families.seq2seq import Seq2Seq

TEMPLATE = (
    "{% for message in messages %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}{{ '<image>' }}"
    "{% else %}{{ bos_token + part['text'] + eos_token }}{% endif %}{% endfor %}{% endfor %}"
)


@dataclass(frozen=True, slots=True)
class Florence2:
    """See `vlm.families.family.Family`."""

    name: str = "Florence-2"
    fallback_template: str = TEMPLATE
    abilities: Abilities = Abilities(splits=False, keeps_prefix=False)

    def processor(self, folder: Path, config: Any) -> Any:
        """Load the processor's parts; it also remembers the view's side and its tokens."""
        tokenizer, images = loading.tokenizer(folder), loading.image_processor(folder)
        processor: Any = loading.Parts(
            images, tokenizer, self.fallback_template, config.image_token_id, complete=True
        )
        processor.side = int(images.size["height"])
        processor.image_seq_len = int(images.image_seq_length)
        return processor

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Stretch the sheet to the encoder's square, as in its training."""
        return vision.square(processor)

    def expand(self, processor: Any, prompt: str, layout: Layout) -> str:
        """Repeat the image token."""
        return vision.repeat(processor, prompt, layout)

    def prefix(self, processor: Any, ids: list[int]) -> int:
        """Keep nothing: the encoder reads view and question as one."""
        return 0

    def pixels(self, processor: Any, image: Any) -> dict[str, Any]:
        """Normalise the view."""
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
        return vision.encode(model, {"pixel_values": pixels["pixel_values"]})

    def decoder(self, model: Any) -> Decoder:
        """Return encoder and decoder of the text model."""
        text = model.model.language_model
        settings = model.config.text_config
        return Seq2Seq(
            text.encoder,
            text.decoder,
            model.lm_head,
            model.get_input_embeddings(),
            int(settings.decoder_start_token_id),
            int(settings.max_position_embeddings),
        )

    def begin(
        self, model: Any, processor: Any, decoder: Decoder, prompt: Prompt, pictures: Pictures
    ) -> Any:
        """Let the features stand for the first tokens."""
        return vision.lead(decoder, pictures)

    def gaze(self, model: Any, processor: Any) -> Gaze:
        """Read how the decoder looks at what the encoder made of the visual tokens.

        The first of them stands for the whole view, the others for a square of patches.
        """
        blocks = model.model.language_model.decoder.layers
        looking = tuple(Attention(block.encoder_attn) for block in blocks)
        return Gaze(self.decoder(model), looking, gaze.square)
