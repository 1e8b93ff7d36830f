"""BLIP-2: a few visual tokens that a Q-Former asked of one square view."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from vlm import llama
from vlm.decoder import Decoder, StockDecoder, TextModel
from vlm.errors import ModelUnsupported
from vlm.families import gaze, loading, vision
from vlm.families.family import Abilities, Attention, Gaze, Layout, Pictures, Prompt, Sheet
from vlm.families.seq2seq import Seq2Seq
from vlm.families.steps import StepDecoder

TEMPLATE = (
    "{% for message in messages %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}{{ image_token }}{% elif message['role'] == 'user' %}"
    "{{ begin + 'Question: ' + part['text'] + ' Answer:' + end }}"
    "{% else %}{{ ' ' + part['text'] + eos_token }}{% endif %}{% endfor %}{% endfor %}"
)
"""How BLIP-2 is asked questions in its authors' examples."""

T5_TOKENS = 2048
"""Most tokens for a text model without a limit of its own."""


@dataclass(frozen=True, slots=True)
class Blip2:
    """See `vlm.families.family.Family`. Its text model writes after the prompt, or beside it."""

    name: str = "BLIP-2"
    fallback_template: str = TEMPLATE
    abilities: Abilities = Abilities(splits=False)

    def processor(self, folder: Path, config: Any) -> Any:
        """Load the processor's parts; it also remembers the view's side and its tokens."""
        return processor_of(folder, config, self.name, self.fallback_template)

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Stretch the sheet to the encoder's square, as in its training."""
        return vision.square(processor)

    def expand(self, processor: Any, prompt: str, layout: Layout) -> str:
        """Repeat the image token."""
        return vision.repeat(processor, prompt, layout)

    def prefix(self, processor: Any, ids: list[int]) -> int:
        """Count up to the last visual token; an encoder reads a prompt as a whole."""
        return 0 if processor.encoded else vision.after_images(processor, ids)

    def pixels(self, processor: Any, image: Any) -> dict[str, Any]:
        """Normalise the view."""
        return dict(processor.image_processor(image, do_resize=False, return_tensors="pt"))

    def encoder(self, model: Any) -> Any:
        """Return vision encoder, Q-Former and projection."""
        return encoder_of(model)

    def encode(self, model: Any, pixels: dict[str, Any]) -> Tensor:
        """Encode the view."""
        return vision.encode(model, pixels)

    def decoder(self, model: Any) -> Decoder:
        """Return the text model."""
        return decoder_of(model)

    def begin(
        self, model: Any, processor: Any, decoder: Decoder, prompt: Prompt, pictures: Pictures
    ) -> Any:
        """Put the features where the image tokens stand, or before an encoder's text."""
        if not processor.encoded:
            return vision.begin(processor, decoder, prompt, pictures)
        return vision.lead(decoder, pictures)

    def gaze(self, model: Any, processor: Any) -> Gaze:
        """Follow attention through the queries of the Q-Former, which look at patches."""
        return gaze_of(model)


def processor_of(folder: Path, config: Any, family: str, template: str) -> Any:
    """Load the parts of a processor; see `Family.processor`.

    Raises:
        ModelUnsupported: If the checkpoint has no token that stands for a visual one.
    """
    tokenizer, images = loading.tokenizer(folder), loading.image_processor(folder)
    if config.image_token_index is None:
        raise ModelUnsupported(
            f"{folder.name} is a {family} model in an old form. Get a newer version of it."
        )
    encoded = not config.use_decoder_only_language_model
    token = str(tokenizer.convert_ids_to_tokens(config.image_token_index))
    begin = "" if encoded or tokenizer.bos_token is None else tokenizer.bos_token
    values = {"image_token": token, "begin": begin, "end": tokenizer.eos_token if encoded else ""}
    head = "".join(f"{{% set {name} = {value!r} %}}" for name, value in values.items())
    processor: Any = loading.Parts(
        images, tokenizer, head + template, config.image_token_index, complete=True
    )
    processor.encoded = encoded
    processor.side = config.vision_config.image_size
    processor.image_seq_len = config.num_query_tokens
    return processor


def encoder_of(model: Any) -> Any:
    """Return vision encoder, Q-Former, its queries and projection; see `Family.encoder`."""
    parts = [model.vision_model, model.qformer, model.language_projection]
    return nn.ModuleList([*parts, nn.ParameterList([model.query_tokens])])


def decoder_of(model: Any) -> Decoder:
    """Return the text model, whichever it is; see `Family.decoder`."""
    writer = model.language_model
    model.generation_config = writer.generation_config  # what the library's `generate` follows
    if model.config.use_decoder_only_language_model:
        text = _text_of(writer)
        found = llama.fast(text)
        if not isinstance(found, StockDecoder):
            return found
        return StepDecoder(text, found.limit)
    scale = writer.config.d_model**-0.5 if writer.config.scale_decoder_outputs else 1.0

    def head(hidden: Tensor) -> Tensor:
        logits: Tensor = writer.lm_head(hidden * scale)
        return logits

    start = int(writer.config.decoder_start_token_id)
    return Seq2Seq(writer.encoder, writer.decoder, head, writer.shared, start, T5_TOKENS)


def gaze_of(model: Any) -> Gaze:
    """Say where it looked, whichever its text model is; see `Family.gaze`."""
    asking = [layer for layer in model.qformer.encoder.layer if layer.has_cross_attention]
    queries = Attention(asking[-1].crossattention.attention)
    writer = model.language_model
    if model.config.use_decoder_only_language_model:
        return gaze.merged(_text_of(writer), queries)
    blocks = writer.decoder.block
    looking = tuple(Attention(block.layer[1].EncDecAttention) for block in blocks)
    return Gaze(decoder_of(model), looking, gaze.square, queries=queries)


def _text_of(writer: Any) -> TextModel:
    """Return the parts of a text model that writes after its prompt."""
    body = getattr(writer.model, "decoder", writer.model)
    return TextModel(body, writer.get_output_embeddings(), writer.get_input_embeddings())
