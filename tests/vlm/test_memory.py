from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from vlm import memory
from vlm.memory import GUESSED, LAID_OUT, PROGRAM, Fit, Gpu, Machine, largest, look, need

GB = 2**30
BIG = 9_400_000_000


def test_the_sentence_names_both_sizes() -> None:
    machine = Machine(16 * GB, 12 * GB, Gpu("Card", 8 * GB, 7 * GB))
    found = need(BIG, machine)
    assert found.fit is Fit.NO
    assert found.sentence == "Needs about 21 GB of GPU memory; you have 8"


@pytest.mark.parametrize(
    ("weights", "machine", "fit", "words"),
    [
        (BIG, Machine(64 * GB, 60 * GB), Fit.YES, "Needs about 42 GB of memory; you have 64"),
        (BIG, Machine(64 * GB, 9 * GB), Fit.TIGHT, "of which 9 are free now"),
        (BIG, Machine(16 * GB, 9 * GB), Fit.NO, "42 GB of memory; you have 16"),
        (BIG, Machine(64 * GB, 9 * GB, Gpu("C", 8 * GB, GB)), Fit.CPU_ONLY, "slowly"),
        (BIG, Machine(64 * GB, 9 * GB, Gpu("C", 24 * GB, 23 * GB)), Fit.YES, "GPU memory"),
        (BIG, Machine(64 * GB, 9 * GB, Gpu("C", 24 * GB, 2 * GB)), Fit.TIGHT, "2 are free"),
        (BIG, Machine(32 * GB, 30 * GB, None, True, 2), Fit.YES, "Needs about 21 GB"),
        (10_000_000, Machine(16 * GB, 9 * GB), Fit.YES, "Needs about 0.5 GB"),
        (0, Machine(16 * GB, 9 * GB), Fit.UNKNOWN, "not known"),
    ],
)
def test_each_machine_gets_its_words(weights: int, machine: Machine, fit: Fit, words: str) -> None:
    found = need(weights, machine)
    assert found.fit is fit
    assert words in found.sentence


@pytest.mark.parametrize(
    ("weights", "width", "each"),
    [
        (LAID_OUT, 4, 9.8),
        (LAID_OUT + 1, 4, 5.8),
        (GUESSED, 4, 5.8),
        (GUESSED + 1, 4, 4.8),
        (GUESSED, 2, 2.4),
        (LAID_OUT, 2, 2.4),
    ],
)
def test_further_copies_of_a_small_model_and_the_program_count_where_they_are(
    weights: int, width: int, each: float
) -> None:
    cpu = Machine(16 * GB, 9 * GB, cpu_bytes_per_weight=width)
    assert need(weights, cpu).bytes == pytest.approx(PROGRAM + weights * each)
    card = Machine(16 * GB, 9 * GB, Gpu("C", GB // 16, GB // 16), cpu_bytes_per_weight=width)
    assert need(weights, card).fit is Fit.CPU_ONLY
    assert need(weights, card).bytes == pytest.approx(PROGRAM + weights * each)


def test_the_largest_card_counts_and_strange_rows_do_not() -> None:
    table = "NVIDIA A, 8192, 8000\nNVIDIA B, 24564, 20000\nNVIDIA C, [N/A], [N/A]\n\nFailed\n"
    assert largest(table) == Gpu("NVIDIA B", 24564 * 2**20, 20000 * 2**20)
    assert largest("") is None


@pytest.mark.parametrize("end", ["exit 0", "exit 9", "printf '\\377'"])
def test_the_drivers_tool_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\necho 'NVIDIA H, 1024, 512'\n{end}\n")
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(shutil, "which", lambda name: str(tool))
    expected = Gpu("NVIDIA H", 2**30, 2**29) if end == "exit 0" else None
    assert look().gpu == expected


def test_without_the_tool_there_is_no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    machine = look(2)
    assert machine.gpu is None
    assert 0 < machine.free <= machine.total
    assert machine.cpu_bytes_per_weight == 2


def test_the_engine_demands_as_much_room() -> None:
    from vlm import device, llama, llama_write

    assert device.ROOM == memory.ROOM
    assert llama_write.AFFORDABLE == GUESSED
    assert llama.TWICE == LAID_OUT
