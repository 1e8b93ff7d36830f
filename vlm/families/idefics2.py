"""Idefics2: images of any shape, four quarters and the whole, 64 tokens each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor
from transformers import Idefics2Processor

from vlm import llama
from vlm.decoder import Decoder, StockDecoder, text_model
from vlm.errors import QuestionUnanswerable
from vlm.families import gaze, idefics2_strips, loading, vision
from vlm.families.family import (
    ONE_PAGE,
    Abilities,
    Attention,
    Gaze,
    Layout,
    Pictures,
    Prompt,
    Sheet,
    Tile,
)
from vlm.types import WHOLE_PAGE, Box

MARKERS = ("<|top_left|>", "<|top_right|>", "<|bottom_left|>", "<|bottom_right|>", "<|whole|>")
"""Tokens of a checkpoint that is told which view it sees; its views are five images of a turn."""

QUARTERS = (
    ("Top left", Box(0.0, 0.0, 0.5, 0.5)),
    ("Top right", Box(0.5, 0.0, 1.0, 0.5)),
    ("Bottom left", Box(0.0, 0.5, 0.5, 1.0)),
    ("Bottom right", Box(0.5, 0.5, 1.0, 1.0)),
)

MAX_DPI = 300.0
"""Drawing a page finer than this shows a model nothing that it can use."""

NARROWEST_PX = 128
"""Width of the narrowest image that a checkpoint with markers was taught; white fills it up."""

STRIP_PX = 160
"""Height of legible print up to which a checkpoint with markers is never shown quarters: it was
taught strips of a few lines whole, and only pages split."""

ENOUGH = 0.97
"""Share of the legible resolution at which a sheet need not be split: sizes are whole pixels."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What images a checkpoint takes.

    Attributes:
        longest: Pixels of an image's longer side, at most.
        shortest: Pixels of its sides, at least.
        patch: Pixels of a patch's side.
        marked: It was taught print of one size, so that it is drawn no larger than legible.
    """

    longest: int
    shortest: int
    patch: int
    marked: bool

    def tile(self, name: str, box: Box, sheet: Sheet) -> Tile:
        """Fit a part of the sheet into the longest edge; pad instead of stretching or cutting.

        The stock processor stretches to the shortest edge, and the encoder drops pixels that do
        not fill a patch: white pixels to the right and below avoid both.
        """
        width, height = box.width * sheet.width, box.height * sheet.height
        dpi = min(sheet.legible_dpi, MAX_DPI) if self.marked else MAX_DPI
        long_px = max(max(width, height) * dpi, self.shortest, 2 * self.patch)
        scale = min(long_px, self.longest) / max(width, height)
        drawn = max(1, int(width * scale)), max(1, int(height * scale))
        least = max(self.shortest, NARROWEST_PX) if self.marked else self.shortest, self.shortest
        whole = (
            -(-max(side, low) // self.patch) * self.patch
            for side, low in zip(drawn, least, strict=True)
        )
        across, down = (min(side, self.longest) for side in whole)
        return Tile(name, box, *drawn, (across, down))


@dataclass(frozen=True, slots=True)
class Idefics2:
    """See `vlm.families.family.Family`."""

    name: str = "Idefics2"
    fallback_template: str = vision.TEMPLATE
    abilities: Abilities = Abilities(splits=True)

    def processor(self, folder: Path, config: Any) -> Any:
        """Load the processor; it also remembers the encoder's patch size in pixels."""
        tokenizer = loading.tokenizer(folder)
        processor: Any = Idefics2Processor(
            image_processor=loading.image_processor(folder),
            tokenizer=tokenizer,
            image_seq_len=config.perceiver_config.resampler_n_latents,
            chat_template=loading.chat_template(folder, tokenizer, self.fallback_template),
        )
        processor.patch = config.vision_config.patch_size
        return processor

    def plan(self, processor: Any, sheet: Sheet, splitting: bool) -> Layout:
        """Split only what the whole view would show too small: a crop of a line stays whole."""
        fit = _fit(processor)
        whole = fit.tile("Whole", WHOLE_PAGE, sheet)
        tokens, tidy = processor.image_seq_len, fit if fit.marked else None
        strip = fit.marked and sheet.height * sheet.legible_dpi <= STRIP_PX
        legible = whole.width / sheet.width >= ENOUGH * sheet.legible_dpi
        if strip or legible or not splitting:
            return Layout((whole,), 1, rows=0, columns=0, tokens_per_tile=tokens, tidy=tidy)
        quarters = (fit.tile(name, box, sheet) for name, box in QUARTERS)
        images = len(MARKERS) if fit.marked else 1
        return Layout((*quarters, whole), images, rows=2, columns=2, tokens_per_tile=tokens)

    def expand(self, processor: Any, prompt: str, layout: Layout) -> str:
        """Put each image's tokens between fake tokens; neighbours share one."""
        fake, image = processor.fake_image_token, processor.image_token
        one = f"{fake}{image * layout.tokens_per_tile}{fake}"
        text = prompt.replace(image, one * (len(layout.tiles) // layout.images))
        text = text.replace(fake + fake, fake)
        return re.sub(rf"{re.escape(fake)}(?=[^\s<])", f"{fake} ", text)

    def prefix(self, processor: Any, ids: list[int]) -> int:
        """Count up to the token that closes the last image."""
        return vision.after_images(processor, ids)

    def join(self, processor: Any, parts: Sequence[str]) -> str:
        """Let neighbouring pages share a fake token, as neighbouring images do."""
        if _is_marked(processor):
            raise QuestionUnanswerable(ONE_PAGE)
        fake = processor.fake_image_token
        return "".join(parts).replace(fake + fake, fake)

    def pixels(self, processor: Any, image: Any) -> dict[str, Any]:
        """Normalise one tile."""
        return vision.pixels(processor, image)

    def encoder(self, model: Any) -> Any:
        """Return vision encoder and connector."""
        return vision.encoder(model)

    def encode(self, model: Any, pixels: dict[str, Any]) -> Tensor:
        """Encode one tile."""
        return vision.encode(model, pixels)

    def encode_several(self, model: Any, pixels: Sequence[dict[str, Any]]) -> list[Tensor]:
        """Encode tiles together."""
        return idefics2_strips.encode(model, pixels)

    def decoder(self, model: Any) -> Decoder:
        """Return the text model."""
        return llama.fast(text_model(model))

    def begin(
        self, model: Any, processor: Any, decoder: Decoder, prompt: Prompt, pictures: Pictures
    ) -> Any:
        """Put the features where the image tokens stand."""
        return vision.begin(processor, decoder, prompt, pictures)

    def gaze(self, model: Any, processor: Any) -> Gaze:
        """Follow attention through the latents of the perceiver, which look at patches."""
        text, resampler = text_model(model), model.model.connector.perceiver_resampler
        return Gaze(
            StockDecoder(text),
            gaze.layers(text.body.layers),
            partial(gaze.regular, unit=int(processor.patch)),
            queries=Attention(resampler.layers[-1].self_attn),
        )


def _fit(processor: Any) -> Fit:
    size = processor.image_processor.size
    longest, shortest = int(size["longest_edge"]), int(size["shortest_edge"])
    return Fit(longest, shortest, int(processor.patch), _is_marked(processor))


def _is_marked(processor: Any) -> bool:
    vocabulary = processor.tokenizer.get_vocab()
    return all(marker in vocabulary for marker in MARKERS)
