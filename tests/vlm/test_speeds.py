from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vlm import speeds
from vlm.speeds import Speeds
from vlm.types import ModelInfo, Timings


def info(folder: Path, device: str = "cpu", dtype: str = "float32") -> ModelInfo:
    return ModelInfo("m", str(folder), "Idefics2", 1, device, dtype, "because", True)


def test_the_median_of_the_latest_answers_is_shown(tmp_path: Path) -> None:
    kept = Speeds()
    for first in (9.0, 1.0, 1.2):
        kept.note(info(tmp_path), Timings(first_token=first, tokens_per_second=20 * first))
    speed = Speeds().read()[tmp_path.resolve()]
    assert speed.first_token_s == 1.2
    assert speed.answers == 3
    assert speed.sentence == "Starts to answer after 1.2 s, then 24 word pieces a second"
    at_once = replace(speed, first_token_s=0.04)
    assert at_once.sentence == "Starts to answer at once, then 24 word pieces a second"


def test_only_the_latest_are_kept(tmp_path: Path) -> None:
    kept = Speeds()
    for number in range(speeds.KEPT + 5):
        kept.note(info(tmp_path), Timings(first_token=1.0 + (number >= 5)))
    speed = kept.read()[tmp_path.resolve()]
    assert speed.answers == speeds.KEPT
    assert speed.first_token_s == 2.0
    assert speed.sentence == "Starts to answer after 2.0 s"


def test_another_device_starts_anew(tmp_path: Path) -> None:
    kept = Speeds()
    kept.note(info(tmp_path, "cpu"), Timings(first_token=9.0))
    kept.note(info(tmp_path, "cuda"), Timings(first_token=1.0))
    assert kept.read()[tmp_path.resolve()].first_token_s == 1.0


def test_an_answer_that_never_began_says_nothing(tmp_path: Path) -> None:
    Speeds().note(info(tmp_path), Timings())
    assert not Speeds().read()


def test_the_processors_number_format_is_remembered(tmp_path: Path) -> None:
    kept = Speeds()
    assert kept.cpu_bytes_per_weight() == 4
    kept.note(info(tmp_path, dtype="bfloat16"), Timings(first_token=1.0))
    assert kept.cpu_bytes_per_weight() == 2


def test_a_removed_model_is_forgotten(tmp_path: Path) -> None:
    kept = Speeds()
    kept.note(info(tmp_path), Timings(first_token=1.0))
    kept.forget(tmp_path)
    assert not kept.read()


def test_a_broken_file_is_measured_again(tmp_path: Path) -> None:
    file = tmp_path / "speeds.json"
    file.write_bytes(b"{broken")
    kept = Speeds(file)
    assert not kept.read()
    kept.note(info(tmp_path), Timings(first_token=1.0))
    assert len(kept.read()) == 1
