"""How near a GPU comes to its memory's speed while it writes, and how long a question takes there.

A model in the shape of Idefics2-8b is made from its sizes alone, with random weights, so nothing is
fetched. It needs torch, transformers and this folder, and none of the program's other libraries:

    python3 -m benchmarks.engine_gpu                           # on a machine with a CUDA device
    python3 -m benchmarks.engine_gpu --size tiny --device cpu  # the same code here, in seconds

Three ways answer the same question: transformers' `generate` with all pixels, our decoder with the
page's prefix kept, and that decoder repeating a recorded step. The roof is what the memory moves in
a plain copy, measured in the same run, over the bytes that every token must read.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import transformers
from torch import Tensor
from transformers import Idefics2Config, Idefics2ForConditionalGeneration
from transformers.utils import logging

from vlm import decode, graphs, llama
from vlm.decode import Rules
from vlm.decoder import Decoder, StockDecoder, merge, text_model
from vlm.llama import LlamaDecoder
from vlm.static_step import WAYS, StaticStep

TARGET = 0.75
"""Share of the roof that writing shall reach."""

VIEWS, OWN_TOKENS = 5, 24
"""Images of a split page, and tokens of a question after the page."""


@dataclass(frozen=True)
class Shape:
    """The sizes of a model and of what it is asked.

    Attributes:
        vision: Of the vision encoder.
        perceiver: Of the connector.
        text: Of the text model.
        side: Pixels of a view's edge.
        copied: Bytes of the buffer that the roof is measured with.
        rooms: Tokens that the recorded steps look back on.
    """

    vision: dict[str, int]
    perceiver: dict[str, int]
    text: dict[str, Any]
    side: int
    copied: int
    rooms: tuple[int, ...]


SIZES = {
    "8b": Shape(
        vision={"hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27,
                "num_attention_heads": 16, "image_size": 980, "patch_size": 14},
        perceiver={"hidden_size": 4096, "resampler_n_latents": 64, "resampler_depth": 3,
                   "resampler_n_heads": 16, "resampler_head_dim": 96, "num_key_value_heads": 4},
        text={"vocab_size": 32003, "hidden_size": 4096, "intermediate_size": 14336,
              "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8},
        side=980, copied=2**31, rooms=graphs.ROOMS,
    ),
    "tiny": Shape(
        vision={"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
                "num_attention_heads": 4, "image_size": 64, "patch_size": 16},
        perceiver={"hidden_size": 64, "resampler_n_latents": 8, "resampler_depth": 1,
                   "resampler_n_heads": 4, "resampler_head_dim": 16, "num_key_value_heads": 2},
        text={"vocab_size": 512, "hidden_size": 64, "intermediate_size": 128,
              "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2},
        side=64, copied=2**24, rooms=(64, 128),
    ),
}  # fmt: skip


class Bench:
    """One model on one device, and the ways to ask it.

    Args:
        shape: Its sizes.
        device: "cuda" or "cpu".
        rounds: How often each call is timed.
    """

    def __init__(self, shape: Shape, device: str, rounds: int) -> None:
        self.shape = shape
        self.device = torch.device(device)
        self.rounds = rounds
        self.dtype = torch.bfloat16 if device == "cuda" else torch.float32
        self.model: Any = self._made()
        latents = shape.perceiver["resampler_n_latents"]
        image = int(self.model.config.image_token_id)
        chance = torch.Generator().manual_seed(5)
        own = torch.randint(3, image, (OWN_TOKENS,), generator=chance)
        page = torch.tensor([1] + [image] * (VIEWS * latents))
        self.image = image
        self.prefix = len(page)
        self.ids = torch.cat([page, own]).to(self.device)
        pixels = torch.randn(1, VIEWS, 3, shape.side, shape.side, generator=chance).clamp_(-1, 1)
        self.pixels = pixels.to(self.device, self.dtype)
        self.seen = torch.ones(1, VIEWS, shape.side, shape.side, device=self.device).bool()
        self.rules = Rules(frozenset())

    def _made(self) -> Any:
        """Make the model where it runs, in its number format."""
        text = {
            "model_type": "mistral",
            "sliding_window": None,
            "pad_token_id": 0,
            **self.shape.text,
        }
        config = Idefics2Config(
            vision_config=self.shape.vision,
            perceiver_config=self.shape.perceiver,
            text_config=text | self.shape.text,
            image_token_id=self.shape.text["vocab_size"] - 1,
            tie_word_embeddings=False,
        )
        before = torch.get_default_dtype()
        torch.manual_seed(1)
        torch.set_default_dtype(self.dtype)
        try:
            with self.device:
                model: Any = Idefics2ForConditionalGeneration(config)
        finally:
            torch.set_default_dtype(before)
        model.eval().requires_grad_(False)
        model.model.connector.perceiver_resampler.latents.normal_()  # made alike, they collapse
        model.generation_config.eos_token_id = None
        return model

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

    def generate(self, tokens: int) -> list[int]:
        """Ask as transformers' documentation shows it."""
        ids = self.ids[None]
        out = self.model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            pixel_values=self.pixels,
            pixel_attention_mask=self.seen,
            max_new_tokens=tokens,
            do_sample=False,
        )
        return list(map(int, out[0, ids.shape[1] :]))

    @torch.inference_mode()
    def look(self, decoder: Decoder) -> Any:
        """Encode the views one by one and prefill the page."""
        found: list[Tensor] = []
        for view in range(VIEWS):
            here = slice(view, view + 1)
            seen = self.model.get_image_features(
                pixel_values=self.pixels[:, here],
                pixel_attention_mask=self.seen[:, here],
                return_dict=True,
            )
            # One tensor or one for each image, as the library's versions have it.
            rows: Any = getattr(seen, "pooler_output", seen)
            whole = rows if isinstance(rows, Tensor) else torch.cat(list(rows))
            found.append(whole.reshape(-1, whole.shape[-1]))
        sequence = decoder.start()
        page = merge(decoder, self.ids[: self.prefix], self.image, torch.cat(found))
        decoder.extend(sequence, page)
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
        source = torch.zeros(self.shape.copied, dtype=torch.uint8, device=self.device)
        target = torch.empty_like(source)
        return 2 * self.shape.copied / self.timed(lambda: target.copy_(source))

    def token_bytes(self, tokens: int) -> int:
        """Return the bytes that a token reads: weights, and what is remembered half way."""
        text = self.model.model.text_model
        weights = [*text.layers.parameters(), *text.norm.parameters(), self.model.lm_head.weight]
        config = text.config
        one = 2 * config.num_key_value_heads * config.head_dim * config.num_hidden_layers
        kept = one * self.dtype.itemsize * (len(self.ids) + tokens // 2)
        return sum(int(weight.nbytes) for weight in weights) + int(kept)


def alike(first: list[int], second: list[int]) -> int:
    """Count the tokens that two answers begin with alike."""
    pairs = enumerate(zip(first, second, strict=True))
    return next((place for place, (one, other) in pairs if one != other), len(first))


@dataclass(frozen=True)
class Pace:
    """Seconds to the first token and for each further one."""

    first: float
    each: float


def pace(bench: Bench, ask: Callable[[int], object], tokens: int) -> Pace:
    """Measure a way to ask."""
    first = bench.timed(lambda: ask(1))
    whole = bench.timed(lambda: ask(tokens + 1))
    return Pace(first, (whole - first) / tokens)


def measure(bench: Bench, tokens: int) -> None:
    """Measure all ways and print a table."""
    text = text_model(bench.model)
    expected = bench.generate(tokens)
    plain = pace(bench, bench.generate, tokens)
    decoder = llama.fast(text)
    if not isinstance(decoder, LlamaDecoder):
        print("The fast decoder's logits are not the model's own here, so the stock one is used.")
        decoder = StockDecoder(text)
    page = bench.look(decoder)
    found = bench.answer(decoder, page, tokens)
    cold = bench.timed(lambda: bench.answer(decoder, bench.look(decoder), 1))
    ours = pace(bench, lambda count: bench.answer(decoder, page, count), tokens)
    rows = [("transformers generate", plain.first, plain), ("ours", cold, ours)]
    told = _equip(bench, decoder)
    print(told)
    if isinstance(decoder, LlamaDecoder) and decoder.replay is not None:
        repeated = bench.answer(decoder, page, tokens)
        print(f"The recorded step begins with {alike(found, repeated)} of {tokens} tokens alike.")
        step = pace(bench, lambda count: bench.answer(decoder, page, count), tokens)
        rows.append(("ours, recorded step", cold, step))
    print(f"Ours begins with {alike(expected, found)} of {tokens} tokens of generate's.")
    if bench.dtype == torch.float32:
        assert found == expected
    report(bench, rows, tokens)


def _equip(bench: Bench, decoder: Decoder) -> str:
    """Have the step recorded; on a processor it runs unrecorded, so that its code is measured."""
    if bench.device.type == "cuda":
        return graphs.equip(decoder)
    if not isinstance(decoder, LlamaDecoder):
        return "There is no step to record."
    with torch.inference_mode():
        step = StaticStep(decoder, bench.shape.rooms[-1], WAYS[0])
        decoder.replay = graphs.Replay(step, lambda call: call, bench.shape.rooms)
    return "Nothing is recorded on a processor: the step itself runs each time."


def report(bench: Bench, rows: list[tuple[str, float, Pace]], tokens: int) -> None:
    """Print a table of times, and how near the fastest way comes to the roof."""
    moved, each = bench.bandwidth(), bench.token_bytes(tokens)
    roof = moved / each
    print(
        f"\nCopy {moved / 1e9:,.0f} GB/s; {each / 1e6:,.1f} MB a token; roof {roof:,.1f} tokens/s"
    )
    print(f"{'':24}{'first question':>16}{'follow-up':>12}{'tokens/s':>11}{'of roof':>9}")
    for name, cold, way in rows:
        speed = 1 / way.each
        share = f"{speed / roof:.0%}"
        print(f"{name:24}{cold * 1e3:13.1f} ms{way.first * 1e3:9.1f} ms{speed:11.1f}{share:>9}")
    best = max(1 / way.each for _, _, way in rows) / roof
    met = "met" if best >= TARGET else "missed"
    print(f"Share of the roof: {best:.0%}, target {TARGET:.0%} {met}")


def main(argv: list[str] | None = None) -> None:
    """Measure one model."""
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.engine_gpu")
    parser.add_argument("--size", choices=tuple(SIZES), default="8b")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--tokens", type=int, default=64, help="that an answer has")
    parser.add_argument("--rounds", type=int, default=5, help="of each call")
    given = parser.parse_args(argv)
    logging.set_verbosity_error()
    start = time.perf_counter()
    bench = Bench(SIZES[given.size], given.device, given.rounds)
    weights = sum(weight.numel() for weight in bench.model.parameters())
    name = torch.cuda.get_device_name() if given.device == "cuda" else "processor"
    dtype = str(bench.dtype).removeprefix("torch.")
    seconds = time.perf_counter() - start
    print(f"{name}, torch {torch.__version__}, transformers {transformers.__version__}")
    print(f"{weights / 1e6:,.1f} million random weights in {dtype}, made in {seconds:.0f} s")
    measure(bench, given.tokens)


if __name__ == "__main__":
    main()
