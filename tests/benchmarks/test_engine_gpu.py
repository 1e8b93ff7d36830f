"""The benchmark of GPUs, at toy size on the processor, as it is called on a bare machine."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from benchmarks.engine_gpu import Run, alike, each, say
from benchmarks.gpu_ways import SIZES, Bench
from vlm import graphs
from vlm.decoder import StockDecoder, text_model
from vlm.llama import LlamaDecoder
from vlm.static_step import WAYS, StaticStep

ROOT = Path(__file__).parents[2]
MISSING = ("msgspec", "pymupdf", "fitz", "PySide6", "platformdirs")
"""Libraries of the program that a machine with nothing but torch and transformers lacks."""


def test_it_runs_without_the_programs_libraries_and_prints_a_share_of_the_roof() -> None:
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({MISSING!r}))\n"
        "from vlm import models; models.default_folder = lambda: None\n"
        "from benchmarks import engine_gpu\n"
        "engine_gpu.main('--size tiny --device cpu --tokens 8 --rounds 1'.split())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert "failed" not in said, said
    assert "ours begins with 8 of 8 tokens of generate's" in said
    for way in ("plain generate", "ours", "a token, reuse by hand", "step alone, in_one"):
        row = next(line for line in said.splitlines() if line.startswith(way))
        assert re.search(r": [\d,.]+ tokens/s \([\d.]+ ms, \d+% of the roof\)", row), row
    for name in ("page not seen, ours", "follow-up, reuse by hand", "tenth page, viewed, ours"):
        assert re.search(rf"first token, {name}: [\d.]+ ms", said)
    assert re.search(r"Share of the roof: \d+%, target 75% (met|missed)", said)


def test_a_failed_measurement_is_told_and_the_next_one_made(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def breaks() -> None:
        raise RuntimeError("no such kernel\nand much more")

    def works() -> None:
        say("made")

    soon = time.perf_counter() + 60
    each([("one", breaks), ("other", works)], soon)
    said = capsys.readouterr().out
    assert "- one: failed, RuntimeError: no such kernel\n" in said
    assert said.index("made") > said.index("failed")
    each([("late", works)], time.perf_counter())
    assert capsys.readouterr().out == "- late: left out, the time is up\n"


def test_the_best_of_the_steps_writes_the_same_tokens(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(Bench.made(SIZES["tiny"], "cpu", 1), 8)
    run.writing("ours")
    assert isinstance(run.decoder, LlamaDecoder)
    with torch.inference_mode():
        step = StaticStep(run.decoder, 512, WAYS[0])
        run.decoder.replay = graphs.Replay(step, lambda call: call, (512,))
    run.writing("repeated")
    assert "8 of 8 tokens alike" in capsys.readouterr().out.splitlines()[-1]


def test_a_page_kept_by_hand_is_answered_about_as_generate_does() -> None:
    bench = Bench.made(SIZES["tiny"], "cpu", 1)
    cache = bench.remember()
    assert bench.reuse(cache, 6) == bench.reuse(cache, 6) == bench.generate(6)


def test_a_token_reads_every_weight_of_the_text_model_once() -> None:
    bench = Bench.made(SIZES["tiny"], "cpu", 1)
    text = bench.model.model.text_model
    weights = sum(one.nbytes for one in [*text.parameters(), bench.model.lm_head.weight])
    weights -= text.embed_tokens.weight.nbytes
    prompt = len(bench.ids)
    kept = 2 * 2 * 2 * 16 * 4 * (prompt + 5)  # layers, keys and values, heads, head, bytes
    assert bench.token_bytes(10) == weights + kept


def test_a_page_that_was_looked_at_is_answered_about_again_alike() -> None:
    bench = Bench.made(SIZES["tiny"], "cpu", 1)
    decoder = StockDecoder(text_model(bench.model))
    page = bench.look(decoder)
    first = bench.answer(decoder, page, 6)
    assert bench.answer(decoder, page, 6) == first == bench.generate(6)


@pytest.mark.parametrize(
    ("one", "other", "count"), [([1, 2], [1, 2], 2), ([1, 2, 3], [1, 5, 3], 1), ([1], [2], 0)]
)
def test_alike_counts_the_beginning(one: list[int], other: list[int], count: int) -> None:
    assert alike(one, other) == count
