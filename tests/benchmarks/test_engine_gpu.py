"""The benchmark of GPUs, at toy size on the processor, as it is called on a bare machine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.engine_gpu import SIZES, Bench, alike
from vlm.decoder import StockDecoder, text_model

ROOT = Path(__file__).parents[2]
MISSING = ("msgspec", "pymupdf", "fitz", "PySide6", "platformdirs")
"""Libraries of the program that a machine with nothing but torch and transformers lacks."""


def test_it_runs_without_the_programs_libraries_and_prints_a_share_of_the_roof() -> None:
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({MISSING!r}))\n"
        "from benchmarks import engine_gpu\n"
        "engine_gpu.main('--size tiny --device cpu --tokens 8 --rounds 1'.split())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert "Ours begins with 8 of 8 tokens of generate's." in said
    assert "The recorded step begins with 8 of 8 tokens alike." in said
    for way in ("transformers generate", "ours", "ours, recorded step"):
        row = next(line for line in said.splitlines() if line.startswith(f"{way}  "))
        assert re.search(r"\d ms +[\d.]+ ms +[\d.]+ +\d+%$", row)
    assert re.search(r"Share of the roof: \d+%, target 75% (met|missed)", said)


def test_a_token_reads_every_weight_of_the_text_model_once() -> None:
    bench = Bench(SIZES["tiny"], "cpu", 1)
    text = bench.model.model.text_model
    weights = sum(one.nbytes for one in [*text.parameters(), bench.model.lm_head.weight])
    weights -= text.embed_tokens.weight.nbytes
    prompt = len(bench.ids)
    kept = 2 * 2 * 2 * 16 * 4 * (prompt + 5)  # layers, keys and values, heads, head, bytes
    assert bench.token_bytes(10) == weights + kept


def test_a_page_that_was_looked_at_is_answered_about_again_alike() -> None:
    bench = Bench(SIZES["tiny"], "cpu", 1)
    decoder = StockDecoder(text_model(bench.model))
    page = bench.look(decoder)
    first = bench.answer(decoder, page, 6)
    assert bench.answer(decoder, page, 6) == first == bench.generate(6)


@pytest.mark.parametrize(
    ("one", "other", "count"), [([1, 2], [1, 2], 2), ([1, 2, 3], [1, 5, 3], 1), ([1], [2], 0)]
)
def test_alike_counts_the_beginning(one: list[int], other: list[int], count: int) -> None:
    assert alike(one, other) == count
