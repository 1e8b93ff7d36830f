"""Idefics, the first: layers in between look at one square view, as in Flamingo."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vlm.decoder import Decoder, TextModel
from vlm.families import gaze, loading, vision
from vlm.families.family import Abilities, Attention, Gaze, Layout, Pictures, Prompt, Sheet
from vlm.families.steps import StepDecoder, Steps

TEMPLATE = "{{ bos_token }}" + vision.TEMPLATE

UNTAUGHT = TEMPLATE.replace("<end_of_utterance>", "")
"""The same for a checkpoint that was not taught to converse."""

FAKE = "<fake_token_around_image>"


@dataclass(frozen=True, slots=True)
class Idefics:
    """See `vlm.families.family.Family`."""

    name: str = "Idefics"
    fallback_template: str = TEMPLATE
    abilities: Abilities = Abilities(splits=False)

    def processor(self, folder: Path, config: Any) -> Any:
        """Load the processor's parts; it also remembers the view's side."""
        tokenizer, images = loading.tokenizer(folder), loading.image_processor(folder)
        taught = "<end_of_utterance>" in tokenizer.get_vocab()
        token = int(tokenizer.convert_tokens_to_ids("<image>"))
        template = self.fallback_template if taught else UNTAUGHT
        processor: Any = loading.Parts(images, tokenizer, template, token, complete=True)
        processor.fake_image_token = FAKE
        seen = config.vision_config
        processor.side = seen.image_size
        patches = (seen.image_size // seen.patch_size) ** 2 + 1
        asked = config.perceiver_config.resampler_n_latents
        processor.image_seq_len = asked if config.use_resampler else patches
        return processor

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Stretch the sheet to the encoder's square, as in its training."""
        return vision.square(processor)

    def expand(self, processor: Any, prompt: str, layout: Layout) -> str:
        """Put the image's one token between fake tokens."""
        image = processor.image_token
        return prompt.replace(image, FAKE + image + FAKE)

    def prefix(self, processor: Any, ids: list[int]) -> int:
        """Count up to the token that closes the image."""
        return vision.after_images(processor, ids)

    def pixels(self, processor: Any, image: Any) -> dict[str, Any]:
        """Normalise the view."""
        found = processor.image_processor([image], do_resize=False, return_tensors="pt")
        return {"pixel_values": found}

    def encoder(self, model: Any) -> Any:
        """Return vision encoder and resampler."""
        parts = [model.model.vision_model]
        if model.config.use_resampler:
            parts.append(model.model.perceiver_resampler)
        return nn.ModuleList(parts)

    def encode(self, model: Any, pixels: dict[str, Any]) -> Tensor:
        """Encode the view: ``(tokens, vision hidden)``."""
        dtype = next(model.model.vision_model.parameters()).dtype
        moved = pixels["pixel_values"].to(model.device, dtype)
        seen: Tensor = model.model.vision_model(pixel_values=moved).last_hidden_state
        if model.config.use_resampler:
            seen = model.model.perceiver_resampler(seen)
        return seen[0]

    def decoder(self, model: Any) -> Decoder:
        """Return the text model with its layers that look."""
        text = TextModel(model.model, model.lm_head, model.model.embed_tokens)
        name = "perceiver" if model.config.use_resampler else "image_encoder"

        def looking(sequence: Steps, embedded: Tensor) -> dict[str, Any]:
            return {
                f"{name}_embeddings": sequence.state["pictures"],
                "image_attention_mask": embedded.new_ones(1, embedded.shape[1], 1),
            }

        return StepDecoder(text, int(model.config.max_position_embeddings), looking)

    def begin(
        self, model: Any, processor: Any, decoder: Decoder, prompt: Prompt, pictures: Pictures
    ) -> Any:
        """Give the layers that look something to look at, from the image's token on."""
        sequence: Steps = decoder.start()
        seen = torch.stack(pictures.features)[None]  # (1, images, tokens, vision hidden)
        sequence.state["pictures"] = seen.to(model.lm_head.weight.dtype)
        ids = torch.tensor(prompt.ids[: prompt.prefix], device=seen.device)
        shown = (ids == processor.image_token_id).cumsum(0) > 0
        sequence.first["image_attention_mask"] = shown[None, :, None].to(seen.dtype)
        decoder.extend(sequence, decoder.embed(ids))
        return sequence

    def gaze(self, model: Any, processor: Any) -> Gaze:
        """Read the layers in between, and follow the latents that they look at to patches."""
        blocks = model.model.gated_cross_attn_layers
        looking, queries = tuple(Attention(block.cross_attn) for block in blocks), None
        if model.config.use_resampler:
            last = model.model.perceiver_resampler.blocks[-1][0]
            queries = Attention(last, partial(_perceived, last))
        return Gaze(self.decoder(model), looking, gaze.square, apart=True, queries=queries)


def _perceived(layer: Any, given: tuple[Any, ...], _made: Any) -> Tensor:
    """Compute the weights of a perceiver's layer, which keeps them to itself.

    Returns:
        ``(1, heads, latents, patches + 1)``; the latents' looking at each other is left out.
    """
    context, latents = layer.context_layer_norm(given[0]), layer.latents_layer_norm(given[1])
    seen = torch.cat([context, latents], dim=1)
    query, key = (
        one.unflatten(-1, (layer.n_heads, layer.head_dim)).transpose(1, 2)
        for one in (layer.q_proj(latents), layer.k_proj(seen))
    )
    if layer.qk_layer_norms:
        query, key = layer.q_layer_norm(query), layer.k_layer_norm(key)
    weights: Tensor = (query * layer.qk_scale @ key.transpose(2, 3)).softmax(-1)
    return weights[..., : context.shape[1]]
