"""How long a first and a second question take, against plain and hand-made transformers.

Run with `python -m benchmarks.engine`, or with `random` or `shipped` behind it for one of the two
models: one of 30 M random parameters that is made here, and the one that ships with the program.
They look at pages that are drawn here; nothing is fetched. Ways take turns in one
process, equal tokens are asserted, and times are medians: of the processor, which other programs
disturb least, and of the wall clock. Floors are what the same thread could do at best.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from transformers.utils import logging

from benchmarks.floor import Machine, operations
from benchmarks.page import FOLLOW_UPS, PAGES, ROUNDS, TOKENS
from benchmarks.ways import Ours, Plain
from pretrain.model import Preset, build, build_processor
from vlm import models

SIZE = Preset(384, 8, 6, 384, 5, 6, 1024, 2, longest_edge_px=768)
MODELS = ("random", "shipped")
MANY = [f"What is in line {number}?" for number in range(10)]

Rows = dict[str, list[tuple[float, float]]]
"""Processor and wall seconds of every call, by what was called."""


def checkpoint(folder: Path) -> Path:
    """Save a model with random weights and its processor."""
    build(SIZE).save_pretrained(folder)
    build_processor(SIZE.longest_edge_px).save_pretrained(folder)
    return folder


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Return processor and wall seconds of a call."""
    cpu, wall = time.process_time(), time.perf_counter()
    call()
    return time.process_time() - cpu, time.perf_counter() - wall


def main() -> None:
    """Measure and print a table for each model."""
    parser = argparse.ArgumentParser(description="Measure the engine.")
    parser.add_argument("models", nargs="*", help=f"of {', '.join(MODELS)}; both by default")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="fewer on a busy machine")
    arguments = parser.parse_args()
    which, rounds = arguments.models or MODELS, arguments.rounds
    if not set(which) <= set(MODELS):
        parser.error(f"there are only {' and '.join(MODELS)}")
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    machine = Machine.measure()
    print(f"1 thread, {machine.flop / 1e9:.0f} billion float32 operations a second")
    with tempfile.TemporaryDirectory() as name:
        os.environ["VLM_DESK_HOME"] = name  # what is kept on disk goes with it
        if "random" in which:
            one(checkpoint(Path(name) / "random-30M"), machine, rounds)
        if "shipped" in which and (shipped := models.default_folder()) is not None:
            one(shipped, machine, rounds)


def one(folder: Path, machine: Machine, rounds: int) -> None:
    """Compare all ways with one model."""
    plain, exact, fast = Plain(folder), Ours(folder, "exact"), Ours(folder, "fast")
    plain.remember()
    compare(plain, exact)
    weights = sum(weight.numel() for weight in plain.model.parameters())
    print(f"\n{folder.name}, {weights / 1e6:.1f} M parameters")
    rows: Rows = {}
    for turn in range(rounds):
        take_turns(plain, exact, fast, f"What is number {turn}?", rows)
    tenth_page(plain, exact, rows)
    seen_before(folder, rows)
    report(plain, exact, rows, machine)


def compare(plain: Plain, ours: Ours) -> None:
    """Assert that all ways give the same tokens."""
    words = plain.processor.tokenizer
    texts = ["What is the total?", "And the date?"]
    for text in texts:
        expected = plain.generate(text, TOKENS)
        assert plain.reuse(text, TOKENS) == expected
        told = words.decode(expected, skip_special_tokens=True).strip()
        assert ours.ask(text, TOKENS).text == told
        for paused in (False, True):
            ours.typed(text, paused)
            assert ours.ask(text, TOKENS).text == told
    together = ours.ask_all(texts, TOKENS)
    assert together == [ours.ask(text, TOKENS).text for text in texts]


def take_turns(plain: Plain, exact: Ours, fast: Ours, text: str, rows: Rows) -> None:
    """Let every way answer the same question."""

    def measure(row: str, call: Callable[[str, int], object], tokens: int = 1) -> None:
        rows.setdefault(row, []).append(timed(lambda: call(text, tokens)))

    measure("first question, plain generate", plain.generate)
    exact.forget()
    measure("first question, ours, page not seen", exact.ask)
    exact.forget()
    exact.look()
    measure("first question, ours, page viewed", exact.ask)
    fast.ask(text, 1)
    for _ in range(FOLLOW_UPS):
        measure("follow-up, reuse by hand", plain.reuse)
        measure("follow-up, ours", exact.ask)
        measure("follow-up, ours, 8 bits", fast.ask)
        exact.typed(text)
        measure("follow-up, ours, typed ahead", exact.ask)
        exact.typed(text, paused=True)
        measure("follow-up, ours, after a pause", exact.ask)
    for _ in range(3):
        measure("with tokens, reuse by hand", plain.reuse, TOKENS + 1)
        measure("with tokens, ours", exact.ask, TOKENS + 1)
        measure("with tokens, ours, 8 bits", fast.ask, TOKENS + 1)
    rows.setdefault("ten questions, ours", []).append(timed(lambda: exact.ask_all(MANY, TOKENS)))
    rows.setdefault("the same one by one, ours", []).append(
        timed(lambda: [exact.ask(one, TOKENS) for one in MANY])
    )


def tenth_page(plain: Plain, ours: Ours, rows: Rows) -> None:
    """Look at ten pages, not split, and ask about the last of them."""
    last = PAGES - 1
    rows["tenth page, plain generate"] = [timed(lambda: plain.generate_whole("What?", last))]
    for page in range(PAGES):
        ours.look(page, splitting=False)
    rows["tenth page, ours, viewed"] = [
        timed(partial(ours.ask, f"What is {turn}?", 1, last, splitting=False))
        for turn in range(FOLLOW_UPS)
    ]
    rows["first of the ten again, ours"] = [
        timed(partial(ours.ask, f"What is {turn}?", 1, 0, splitting=False))
        for turn in range(FOLLOW_UPS)
    ]


def seen_before(folder: Path, rows: Rows) -> None:
    """Ask about a page that an earlier process has seen."""
    Ours(folder, "exact", keep=True).look()
    for _ in range(ROUNDS):
        again = Ours(folder, "exact", keep=True)
        spent = timed(partial(again.ask, "What?", 1))
        rows.setdefault("first question, ours, after a restart", []).append(spent)


def report(plain: Plain, ours: Ours, rows: Rows, machine: Machine) -> None:
    """Print medians, speeds, floors and the ratios with what they should be."""
    cpu = {row: statistics.median(one[0] for one in times) for row, times in rows.items()}
    wall = {row: statistics.median(one[1] for one in times) for row, times in rows.items()}
    print(f"{'':<40}{'CPU ms':>10}{'wall ms':>10}")
    for row in rows:
        if not row.startswith("with tokens"):
            print(f"{row:<40}{cpu[row] * 1e3:>10.1f}{wall[row] * 1e3:>10.1f}")
    token = {
        way: (cpu[f"with tokens, {way}"] - cpu[f"follow-up, {way}"]) / TOKENS
        for way in ("reuse by hand", "ours", "ours, 8 bits")
    }
    ours.forget()
    ours.look()
    text = ours.text()
    floor = {"ours": text.token(4), "ours, 8 bits": text.token(1)}
    for way, seconds in token.items():
        least = f", floor {floor[way] * 1e3:.2f} ms" if way in floor else ""
        print(
            f"{f'tokens a second, {way}':<40}{1 / seconds:>10.0f}   {seconds * 1e3:.2f} ms{least}"
        )
    together = len(MANY) * TOKENS / cpu["ten questions, ours"]
    print(f"{'tokens a second, ten questions':<40}{together:>10.0f}")
    own = plain.own_tokens("What is number 0?")
    follow_floor = text.follow_up(machine, own)
    look_floor = operations(plain.look) / machine.flop
    print(f"{'floor of a follow-up of ' + str(own) + ' tokens':<40}{follow_floor * 1e3:>10.1f}")
    print(f"{'floor of encoding the page':<40}{look_floor * 1e3:>10.1f}")
    size = sum(weight.nbytes for weight in plain.model.parameters())
    print(f"memory: weights {size / 1e6:.1f} MB, one page kept {ours.kept_bytes() / 1e6:.1f} MB")
    ratios(cpu, token, floor)


def ratios(cpu: dict[str, float], token: dict[str, float], floor: dict[str, float]) -> None:
    """Print the ratios by processor time."""
    first, follow = cpu["first question, plain generate"], cpu["follow-up, ours"]
    hand, fast = cpu["follow-up, reuse by hand"], cpu["follow-up, ours, 8 bits"]
    typed, paused = (cpu[f"follow-up, ours, {how}"] for how in ("typed ahead", "after a pause"))
    viewed = cpu["first question, ours, page viewed"]
    lines = (
        ("plain generate / follow-up", first / follow, ">= 100"),
        ("reuse by hand / follow-up", hand / follow, ">= 3"),
        ("reuse by hand / typed ahead", hand / typed, ">= 3"),
        ("reuse by hand / after a pause", hand / paused, ">= 3"),
        ("reuse by hand / follow-up in 8 bits", hand / fast, ""),
        ("page viewed / follow-up", viewed / follow, "<= 1.3"),
        ("decoding, plain generate / ours", token["reuse by hand"] / token["ours"], ">= 3"),
        (
            "decoding, plain / ours in 8 bits",
            token["reuse by hand"] / token["ours, 8 bits"],
            ">= 6",
        ),
        ("decoding, plain generate / floor", token["reuse by hand"] / floor["ours"], ""),
        ("decoding, plain / floor in 8 bits", token["reuse by hand"] / floor["ours, 8 bits"], ""),
    )
    for name, ratio, target in lines:
        print(f"  {name:<38}{ratio:>8.2f}   {'target ' + target if target else ''}")


if __name__ == "__main__":
    main()
