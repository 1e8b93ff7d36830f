"""How long a first and a second question take, against plain and hand-made transformers.

Run with `python -m benchmarks.engine`, or with `random` or `shipped` behind it for one of the two
models: one of 30 M random parameters that is made here, and the one that ships with the program.
They look at pages that are drawn here; nothing is fetched. Ways take turns in one
process, equal tokens are asserted, and times are medians: of the processor, which other programs
disturb least, and of the wall clock. Floors are what the same thread could do at best.

`--quick` leaves out all that looks at a page again: a minute instead of ten.
"""

from __future__ import annotations

import argparse
import os
import shutil
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

RATIOS = (
    ("first question, plain generate", "follow-up, ours", ">= 100"),
    ("follow-up, reuse by hand", "follow-up, ours", ">= 3"),
    ("follow-up, reuse by hand", "follow-up, ours, typed ahead", ">= 3"),
    ("follow-up, reuse by hand", "follow-up, ours, after a pause", ">= 3"),
    ("follow-up, reuse by hand", "follow-up, ours, 8 bits", ""),
    ("first question, ours, page viewed", "follow-up, ours", "<= 1.3"),
    ("a token, reuse by hand", "a token, ours", ">= 3"),
    ("a token, reuse by hand", "a token, ours, 8 bits", ">= 6"),
)
"""What is compared by processor time, and what it should be."""

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
    parser.add_argument("--quick", action="store_true", help="only follow-ups and their tokens")
    arguments = parser.parse_args()
    which = arguments.models or MODELS
    call = quickly if arguments.quick else fully
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
            call(checkpoint(Path(name) / "random-30M"), machine, arguments.rounds)
        if "shipped" in which and (shipped := models.default_folder()) is not None:
            other = Path(name) / shipped.name  # elsewhere its pages are not asked part by part
            shutil.copytree(shipped, other)
            call(other, machine, arguments.rounds)


def fully(folder: Path, machine: Machine, rounds: int) -> None:
    """Compare all ways with one model."""
    plain, exact, fast = Plain(folder), Ours(folder, "exact"), Ours(folder, "fast")
    plain.remember()
    compare(plain, exact, plain.generate)
    rows: Rows = {}
    for turn in range(rounds):
        first_questions(plain, exact, f"What is line {turn}?", rows)
        follow_ups(plain, exact, fast, turn, rows)
        ten_questions(exact, rows)
    tenth_page(plain, exact, rows)
    seen_before(folder, rows)
    report(folder.name, plain, exact, rows)
    floors(plain, exact, machine)


def quickly(folder: Path, machine: Machine, rounds: int) -> None:
    """Compare the ways to go on about a page that was looked at, with one model."""
    plain, exact = Plain(folder), Ours(folder, "exact", keep=True)
    fast = Ours(folder, "fast", keep=True)  # it finds what the exact one has seen
    plain.remember()
    exact.look()
    compare(plain, exact, plain.reuse)
    rows: Rows = {}
    for turn in range(rounds):
        follow_ups(plain, exact, fast, turn, rows)
    report(folder.name, plain, exact, rows)


def compare(plain: Plain, ours: Ours, generate: Callable[[str, int], list[int]]) -> None:
    """Assert that all ways give the same tokens."""
    words = plain.processor.tokenizer
    texts = ["What is the total?", "And the date?"]
    for text in texts:
        expected = generate(text, TOKENS)
        assert plain.reuse(text, TOKENS) == expected
        told = words.decode(expected, skip_special_tokens=True).strip()
        assert ours.ask(text, TOKENS).text == told
        for paused in (False, True):
            ours.typed(text, paused)
            assert ours.ask(text, TOKENS).text == told
    together = ours.ask_all(texts, TOKENS)
    assert together == [ours.ask(text, TOKENS).text for text in texts]


def note(rows: Rows, row: str, call: Callable[[], object]) -> None:
    """Time a call."""
    rows.setdefault(row, []).append(timed(call))


def first_questions(plain: Plain, exact: Ours, text: str, rows: Rows) -> None:
    """Ask about a page that was not seen, and about one that a person has looked at."""
    note(rows, "first question, plain generate", partial(plain.generate, text, 1))
    exact.forget()
    note(rows, "first question, ours, page not seen", partial(exact.ask, text, 1))
    exact.forget()
    exact.look()
    note(rows, "first question, ours, page viewed", partial(exact.ask, text, 1))


def follow_ups(plain: Plain, exact: Ours, fast: Ours, turn: int, rows: Rows) -> None:
    """Let every way answer the same questions about a page that was seen, each a new one."""
    text = f"What is number {turn}?"
    fast.ask(text, 1)
    for place in range(turn * FOLLOW_UPS, (turn + 1) * FOLLOW_UPS):
        text = f"What is number {place}?"
        note(rows, "follow-up, reuse by hand", partial(plain.reuse, text, 1))
        note(rows, "follow-up, ours", partial(exact.ask, text, 1))
        note(rows, "follow-up, ours, 8 bits", partial(fast.ask, text, 1))
        for row, how in (("typed ahead", "What was"), ("after a pause", "Where is")):
            other = text.replace("What is", how)
            exact.typed(other, paused=row == "after a pause")
            note(rows, f"follow-up, ours, {row}", partial(exact.ask, other, 1))
    for _ in range(3):
        note(rows, "with tokens, reuse by hand", partial(plain.reuse, text, TOKENS + 1))
        note(rows, "with tokens, ours", partial(exact.ask, text, TOKENS + 1))
        note(rows, "with tokens, ours, 8 bits", partial(fast.ask, text, TOKENS + 1))


def ten_questions(exact: Ours, rows: Rows) -> None:
    """Ask ten questions about one page, together and one by one."""
    note(rows, "ten questions, ours", lambda: exact.ask_all(MANY, TOKENS))
    note(rows, "the same one by one, ours", lambda: [exact.ask(one, TOKENS) for one in MANY])


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


def report(name: str, plain: Plain, ours: Ours, rows: Rows) -> None:
    """Print medians, speeds, and the ratios by processor time with what they should be."""
    numbers = [weight.numel() for weight in plain.model.parameters()]
    print(f"\n{name}, {sum(numbers) / 1e6:.1f} M parameters")
    cpu = {row: statistics.median(one[0] for one in times) for row, times in rows.items()}
    wall = {row: statistics.median(one[1] for one in times) for row, times in rows.items()}
    print(f"{'':<40}{'CPU ms':>10}{'wall ms':>10}")
    for row in rows:
        if not row.startswith("with tokens"):
            print(f"{row:<40}{cpu[row] * 1e3:>10.1f}{wall[row] * 1e3:>10.1f}")
    for way in ("reuse by hand", "ours", "ours, 8 bits"):
        seconds = (cpu[f"with tokens, {way}"] - cpu[f"follow-up, {way}"]) / TOKENS
        cpu[f"a token, {way}"] = seconds
        print(f"{f'tokens a second, {way}':<40}{1 / seconds:>10.0f}   {seconds * 1e3:.2f} ms")
    if "ten questions, ours" in cpu:
        together = len(MANY) * TOKENS / cpu["ten questions, ours"]
        print(f"{'tokens a second, ten questions':<40}{together:>10.0f}")
    size = sum(weight.nbytes for weight in plain.model.parameters())
    print(f"memory: weights {size / 1e6:.1f} MB, one page kept {ours.kept_bytes() / 1e6:.1f} MB")
    for over, under, target in RATIOS:
        if over in cpu and under in cpu:
            told = f"target {target}" if target else ""
            print(f"  {f'{over} / {under}':<68}{cpu[over] / cpu[under]:>8.2f}   {told}")


def floors(plain: Plain, ours: Ours, machine: Machine) -> None:
    """Print what this thread could do at best."""
    ours.forget()
    ours.look()
    text, own = ours.text(), plain.own_tokens("What is number 0?")
    for name, seconds in (
        ("a token", text.token(4)),
        ("a token in 8 bits", text.token(1)),
        (f"a follow-up of {own} tokens", text.follow_up(machine, own)),
        ("encoding the page", operations(plain.look) / machine.flop),
    ):
        print(f"{f'floor of {name}':<40}{seconds * 1e3:>10.2f} ms")


if __name__ == "__main__":
    main()
