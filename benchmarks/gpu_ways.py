"""The models that a GPU's benchmark asks, and the ways to ask them.

One in the shape of Idefics2-8b is made from its sizes alone, with random weights; others are read
from a folder. Nothing but torch, transformers and this folder is needed.
"""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor
from transformers import (
    AutoModelForImageTextToText,
    DynamicCache,
    Idefics2Config,
    Idefics2ForConditionalGeneration,
)

from vlm import decode
from vlm.decode import Rules
from vlm.decoder import Decoder, merge

VIEWS, OWN_TOKENS = 5, 24
"""Images of a split page, and tokens of a question after the page."""


@dataclass(frozen=True)
class Shape:
    """The sizes of a model and of what it is asked.

    Attributes:
        vision: Of the vision encoder.
        perceiver: Of the connector.
        text: Of the text model.
    """

    vision: dict[str, int]
    perceiver: dict[str, int]
    text: dict[str, Any]


SIZES = {
    "8b": Shape(
        vision={"hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27,
                "num_attention_heads": 16, "image_size": 980, "patch_size": 14},
        perceiver={"hidden_size": 4096, "resampler_n_latents": 64, "resampler_depth": 3,
                   "resampler_n_heads": 16, "resampler_head_dim": 96, "num_key_value_heads": 4},
        text={"vocab_size": 32003, "hidden_size": 4096, "intermediate_size": 14336,
              "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8},
    ),
    "tiny": Shape(
        vision={"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
                "num_attention_heads": 4, "image_size": 64, "patch_size": 16},
        perceiver={"hidden_size": 64, "resampler_n_latents": 8, "resampler_depth": 1,
                   "resampler_n_heads": 4, "resampler_head_dim": 16, "num_key_value_heads": 2},
        text={"vocab_size": 512, "hidden_size": 64, "intermediate_size": 128,
              "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2},
    ),
}  # fmt: skip


def format_on(device: str) -> torch.dtype:
    """Return the number format that a model is asked in on a device."""
    return torch.bfloat16 if device == "cuda" else torch.float32


class Bench:
    """One model on one device, and the ways to ask it about pages of noise.

    Args:
        model: In the number format that it computes in, on its device.
        rounds: How often each call is timed.
    """

    def __init__(self, model: Any, rounds: int) -> None:
        model.eval().requires_grad_(False)
        model.generation_config.eos_token_id = None
        self.model, self.rounds = model, rounds
        weight: Tensor = model.lm_head.weight
        self.device, self.dtype = weight.device, weight.dtype
        config = model.config
        self.image = int(config.image_token_id)
        side = int(config.vision_config.image_size)
        chance = torch.Generator().manual_seed(5)
        # The words stand before the token of images, or behind it.
        words = (3, self.image) if self.image > 16 else (self.image + 1, len(weight))
        own = torch.randint(*words, (OWN_TOKENS,), generator=chance)
        tokens = VIEWS * config.perceiver_config.resampler_n_latents
        page = torch.tensor([1] + [self.image] * tokens)
        self.prefix = len(page)
        self.ids = torch.cat([page, own]).to(self.device)
        pixels = torch.randn(1, VIEWS, 3, side, side, generator=chance).clamp_(-1, 1)
        self.pixels = pixels.to(self.device, self.dtype)
        self.seen = torch.ones(1, VIEWS, side, side, device=self.device).bool()
        self.rules = Rules(frozenset())

    @classmethod
    def made(cls, shape: Shape, device: str, rounds: int) -> Self:
        """Make a model of random weights where it runs, in its number format."""
        text = {
            "model_type": "mistral",
            "sliding_window": None,
            "pad_token_id": 0,
            **shape.text,
        }
        config = Idefics2Config(
            vision_config=shape.vision,
            perceiver_config=shape.perceiver,
            text_config=text,
            image_token_id=shape.text["vocab_size"] - 1,
            tie_word_embeddings=False,
        )
        before = torch.get_default_dtype()
        torch.manual_seed(1)
        torch.set_default_dtype(format_on(device))
        try:
            with torch.device(device):
                model: Any = Idefics2ForConditionalGeneration(config)
        finally:
            torch.set_default_dtype(before)
        with torch.no_grad():
            model.model.connector.perceiver_resampler.latents.normal_()  # made alike, they collapse
        return cls(model, rounds)

    @classmethod
    def read(cls, folder: Path, device: str, rounds: int) -> Self:
        """Read a model of a folder."""
        model: Any = AutoModelForImageTextToText.from_pretrained(
            str(folder), local_files_only=True, dtype=format_on(device)
        )
        return cls(model.to(device), rounds)

    def clock(self) -> float:
        """Return the seconds once all work is done."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter()

    def timed(self, call: Callable[[], object]) -> float:
        """Return the median seconds of a call, after one that does not count."""
        call()
        found: list[float] = []
        for _ in range(self.rounds):
            start = self.clock()
            call()
            found.append(self.clock() - start)
        return statistics.median(found)

    def generate(self, tokens: int, page: int = 0) -> list[int]:
        """Ask as transformers' documentation shows it."""
        ids = self.ids[None]
        out = self.model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            pixel_values=self.drawn(page),
            pixel_attention_mask=self.seen,
            max_new_tokens=tokens,
            do_sample=False,
        )
        return list(map(int, out[0, ids.shape[1] :]))

    def drawn(self, page: int) -> Tensor:
        """Return a page's pixels, ``(1, views, 3, side, side)``."""
        return self.pixels.roll(page, -1) if page else self.pixels

    @torch.no_grad()
    def remember(self) -> Any:
        """Encode and prefill the page once, for `reuse`."""
        cache: Any = DynamicCache(config=self.model.config)
        prefix = self.ids[None, : self.prefix]
        self.model(
            input_ids=prefix,
            attention_mask=torch.ones_like(prefix),
            pixel_values=self.pixels,
            pixel_attention_mask=self.seen,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        return cache

    def reuse(self, cache: Any, tokens: int) -> list[int]:
        """Ask with a copy of the page's cache: the best that transformers offers by hand."""
        ids = self.ids[None]
        out = self.model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            past_key_values=copy.deepcopy(cache),
            max_new_tokens=tokens,
            do_sample=False,
        )
        return list(map(int, out[0, ids.shape[1] :]))

    @torch.inference_mode()
    def look(self, decoder: Decoder, page: int = 0) -> Any:
        """Encode the views one by one and prefill the page."""
        pixels = self.drawn(page)
        found: list[Tensor] = []
        for view in range(VIEWS):
            here = slice(view, view + 1)
            seen = self.model.get_image_features(
                pixel_values=pixels[:, here],
                pixel_attention_mask=self.seen[:, here],
                return_dict=True,
            )
            # One tensor or one for each image, as the library's versions have it.
            rows: Any = getattr(seen, "pooler_output", seen)
            whole = rows if isinstance(rows, Tensor) else torch.cat(list(rows))
            found.append(whole.reshape(-1, whole.shape[-1]))
        sequence = decoder.start()
        prefix = merge(decoder, self.ids[: self.prefix], self.image, torch.cat(found))
        decoder.extend(sequence, prefix)
        return sequence

    def answer(self, decoder: Decoder, sequence: Any, tokens: int) -> list[int]:
        """Ask about a page that was looked at."""
        sequence.rewind(self.prefix)
        with torch.inference_mode():
            own = self.ids[self.prefix :]
            logits = decoder.extend(sequence, decoder.embed(own))
        ids = self.ids.tolist()
        steps = decode.generate(decoder, sequence, logits, self.rules, ids, tokens)
        return [token.id for token in steps]

    def bandwidth(self) -> float:
        """Return the bytes a second that the memory reads and writes in a copy."""
        size = 2**31 if self.device.type == "cuda" else 2**24
        source = torch.zeros(size, dtype=torch.uint8, device=self.device)
        target = torch.empty_like(source)
        return 2 * size / self.timed(lambda: target.copy_(source))

    def token_bytes(self, tokens: int) -> int:
        """Return the bytes that a token reads: weights, and what is remembered half way."""
        text = self.model.model.text_model
        weights = [*text.layers.parameters(), *text.norm.parameters(), self.model.lm_head.weight]
        config = text.config
        one = 2 * config.num_key_value_heads * config.head_dim * config.num_hidden_layers
        kept = one * self.dtype.itemsize * (len(self.ids) + tokens // 2)
        return sum(int(weight.nbytes) for weight in weights) + int(kept)
