"""How near a GPU comes to its memory's speed while it writes, and how long a question takes there.

A model in the shape of Idefics2-8b is made from its sizes alone, with random weights, so nothing is
fetched; then the one that ships with the program. It needs torch, transformers and this folder, and
none of the program's other libraries:

    python3 -m benchmarks.engine_gpu                           # on a machine with a CUDA device
    python3 -m benchmarks.engine_gpu --size tiny --device cpu  # the same code here, in seconds

What matters most comes first, each result is printed as soon as it is there, and a measurement
that fails is told and left out. The roof is what the memory moves in a plain copy, measured in the
same run, over the bytes that every token must read.
"""

from __future__ import annotations

import argparse
import gc
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import torch
import transformers
from transformers.utils import logging

from benchmarks.gpu_ways import SIZES, Bench
from vlm import graphs, llama, models
from vlm.decoder import Decoder, text_model
from vlm.llama import LlamaDecoder
from vlm.static_step import WAYS, StaticStep, Way, compiled

TARGET = 0.75
"""Share of the roof that writing shall reach."""

PAGES = 10
REPEATS = 32
"""Times that a step alone is run in a row."""

Part = tuple[str, Callable[[], None]]
"""A measurement's name, and what measures and prints it."""


def alike(first: list[int], second: list[int]) -> int:
    """Count the tokens that two answers begin with alike."""
    pairs = enumerate(zip(first, second, strict=True))
    return next((place for place, (one, other) in pairs if one != other), len(first))


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def each(parts: Iterable[Part], ends: float) -> None:
    """Run measurements until time is up; one that fails is told and left out.

    Args:
        parts: In order.
        ends: When no further one begins, as `time.perf_counter` tells it.
    """
    for name, part in parts:
        start = time.perf_counter()
        if start >= ends:
            say(f"- {name}: left out, the time is up")
            continue
        try:
            part()
        except Exception as error:  # noqa: BLE001 - the others are worth having
            place = traceback.extract_tb(error.__traceback__)[-1]
            told = str(error).strip().partition("\n")[0]
            say(f"- {name}: failed, {type(error).__name__}: {told}")
            say(f"  at {place.filename}:{place.lineno}, {place.name}")
        else:
            say(f"  ({name}: {time.perf_counter() - start:.1f} s)")


class Run:
    """Measures one model.

    Args:
        bench: The model.
        tokens: That an answer has.
    """

    def __init__(self, bench: Bench, tokens: int) -> None:
        self.bench, self.tokens = bench, tokens
        self.decoder: Decoder = llama.fast(text_model(bench.model))
        if not isinstance(self.decoder, LlamaDecoder):
            say("The fast decoder's logits are not the model's own here; the stock one is used.")
        self.page: Any = bench.look(self.decoder)
        self.roof = 0.0
        self.best = 0.0
        self.first: list[int] = []

    def parts(self) -> list[Part]:
        """Return the measurements, those that matter most first."""
        return [
            ("roof", self.measure_roof),
            ("writing", partial(self.writing, "ours")),
            ("recorded step", partial(self.equipped, WAYS)),
            ("first tokens", self.first_tokens),
            ("plain generate", self.plain),
            ("built glue", self.built),
            ("steps alone", self.alone),
        ]

    def measure_roof(self) -> None:
        """Measure what the memory moves, and count what a token reads."""
        moved, size = self.bench.bandwidth(), self.bench.token_bytes(self.tokens)
        self.roof = moved / size
        roof = self.pace(1 / self.roof)
        say(f"copy {moved / 1e9:,.0f} GB/s; {size / 1e6:,.1f} MB a token: {roof}")

    def pace(self, seconds: float) -> str:
        """Tell a token's time as a speed, and as a share of the roof where that is known."""
        share = f", {1 / seconds / self.roof:.0%} of the roof" if self.roof else ""
        return f"{1 / seconds:,.1f} tokens/s ({seconds * 1e3:.3f} ms{share})"

    def answer(self, tokens: int) -> list[int]:
        """Ask about the page that was looked at."""
        return self.bench.answer(self.decoder, self.page, tokens)

    def a_token(self, ask: Callable[[int], object]) -> float:
        """Return the seconds of a further token."""
        one = self.bench.timed(partial(ask, 1))
        return (self.bench.timed(partial(ask, self.tokens + 1)) - one) / self.tokens

    def writing(self, name: str) -> None:
        """Measure a token of our decoder as it is."""
        seconds = self.a_token(self.answer)
        found = self.answer(self.tokens)
        self.first = self.first or found
        if self.roof:
            self.best = max(self.best, 1 / seconds / self.roof)
        same = f"{alike(self.first, found)} of {self.tokens} tokens alike"
        say(f"{name}: {self.pace(seconds)}; {same}")

    def equipped(self, ways: Iterable[Way]) -> None:
        """Let the program choose among recorded steps; measure a token of what it chose."""
        decoder, cuda = self.decoder, self.bench.device.type == "cuda"
        if not isinstance(decoder, LlamaDecoder):
            say("there is no step to record")
            return
        before = decoder.replay
        capture = graphs.recorded if cuda else _unrecorded
        rooms = graphs.ROOMS if cuda else graphs.ROOMS[:1]
        start = self.bench.clock()
        told = graphs.fit(decoder, capture, rooms, tuple(ways), self.bench.clock)
        say(f"{told} ({self.bench.clock() - start:.1f} s to find out)")
        if decoder.replay is None:
            decoder.replay = before
            return
        self.writing("ours, recorded step" if cuda else "ours, with steps of fixed room")

    def built(self) -> None:
        """The same with what lies between products built as one call each."""
        glue = compiled() if self.bench.device.type == "cuda" else None
        if glue is None:
            say("nothing builds calls here")
            return
        self.equipped((*WAYS, *(replace(way, glue=glue) for way in WAYS)))

    @torch.inference_mode()
    def alone(self) -> None:
        """Measure each way to compute a step, without what surrounds it."""
        if not isinstance(self.decoder, LlamaDecoder):
            return
        cuda = self.bench.device.type == "cuda"
        room = graphs.ROOMS[0]
        glue = compiled() if cuda else None
        ways = [*WAYS, *(replace(way, glue=glue) for way in WAYS if glue is not None)]
        for way in ways:
            step = StaticStep(self.decoder, room, way)
            step.place.fill_(min(len(self.bench.ids), room - 1))
            call = (graphs.recorded if cuda else _unrecorded)(partial(step.compute, room))
            whole = self.bench.timed(partial(_repeat, call))
            kind = "built" if way.glue is glue and glue is not None else "plain"
            say(f"step alone, {way.attend.__name__}, {kind} glue: {self.pace(whole / REPEATS)}")

    def first_tokens(self) -> None:
        """Measure the time to a first token in every way to ask."""
        bench, decoder = self.bench, self.decoder
        rows: list[tuple[str, Callable[[], object]]] = [
            ("page not seen, ours", lambda: bench.answer(decoder, bench.look(decoder), 1)),
            ("page not seen, plain generate", partial(bench.generate, 1)),
            ("follow-up, ours", partial(self.answer, 1)),
        ]
        for name, call in rows:
            self.told_first(name, bench.timed(call))
        viewed = [self.after(lambda: bench.look(decoder)) for _ in range(bench.rounds)]
        self.told_first("page viewed, ours", sorted(viewed)[len(viewed) // 2])
        pages = [bench.look(decoder, page) for page in range(PAGES)]
        last = bench.timed(lambda: bench.answer(decoder, pages[-1], 1))
        self.told_first("tenth page, viewed, ours", last)
        self.told_first(
            "tenth page, plain generate", bench.timed(lambda: bench.generate(1, PAGES - 1))
        )
        again = bench.timed(lambda: bench.answer(decoder, pages[0], 1))
        self.told_first("first of the ten again, ours", again)
        cache = bench.remember()
        self.told_first("follow-up, reuse by hand", bench.timed(lambda: bench.reuse(cache, 1)))
        say(f"a token, reuse by hand: {self.pace(self.a_token(partial(bench.reuse, cache)))}")

    def after(self, look: Callable[[], Any]) -> float:
        """Return the seconds of the first question about a page that was just looked at."""
        page = look()
        start = self.bench.clock()
        self.bench.answer(self.decoder, page, 1)
        return self.bench.clock() - start

    def told_first(self, name: str, seconds: float) -> None:
        """Print a time to the first token."""
        say(f"first token, {name}: {seconds * 1e3:.2f} ms")

    def plain(self) -> None:
        """Measure a token of transformers' generate, and compare the answers."""
        expected = self.bench.generate(self.tokens)
        same = alike(expected, self.answer(self.tokens))
        say(f"ours begins with {same} of {self.tokens} tokens of generate's")
        if self.bench.dtype == torch.float32:
            assert same == self.tokens
        say(f"plain generate: {self.pace(self.a_token(self.bench.generate))}")

    def verdict(self) -> None:
        """Print the best share of the roof."""
        met = "met" if self.best >= TARGET else "missed"
        say(f"Share of the roof: {self.best:.0%}, target {TARGET:.0%} {met}")


def _unrecorded(step: graphs.Step) -> graphs.Step:
    """Take a step as it is: on a processor its code is measured, unrecorded."""
    return step


def _repeat(step: graphs.Step) -> None:
    for _ in range(REPEATS):
        step()


def measure(make: Callable[[], Bench], tokens: int, ends: float) -> None:
    """Measure one model, which is given up before the next."""
    start = time.perf_counter()
    bench = make()
    bench.clock()
    weights = sum(weight.numel() for weight in bench.model.parameters())
    dtype = str(bench.dtype).removeprefix("torch.")
    say(f"\n{weights / 1e6:,.1f} million weights in {dtype}, {time.perf_counter() - start:.0f} s")
    run = Run(bench, tokens)
    each(run.parts(), ends)
    run.verdict()
    del run, bench
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def main(argv: list[str] | None = None) -> None:
    """Measure a made model and the shipped one."""
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.engine_gpu")
    parser.add_argument("--size", choices=tuple(SIZES), default="8b")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--tokens", type=int, default=64, help="that an answer has")
    parser.add_argument("--rounds", type=int, default=3, help="of each call")
    parser.add_argument("--budget-s", type=float, default=100.0, help="then nothing new begins")
    given = parser.parse_args(argv)
    ends = time.perf_counter() + given.budget_s
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    name = torch.cuda.get_device_name() if given.device == "cuda" else "processor"
    say(f"{name}, torch {torch.__version__}, transformers {transformers.__version__}")
    made = partial(Bench.made, SIZES[given.size], given.device, given.rounds)
    todo: list[Part] = [("made model", partial(measure, made, given.tokens, ends))]
    if (folder := models.default_folder()) is not None:
        read = partial(Bench.read, folder, given.device, given.rounds)
        todo.append((folder.name, partial(measure, read, given.tokens, ends)))
    each(todo, ends)


if __name__ == "__main__":
    main()
