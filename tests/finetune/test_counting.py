from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from finetune import counting, runs, worker
from finetune.costs import COSTS, Cost
from finetune.launch import COUNT, WHOLE
from finetune.lessons import lesson_of
from finetune.protocol import Failed
from tests.finetune import tuning
from tests.finetune.made import crop_of, example
from vlm.types import Box

ROWS = [
    runs.row_of(example(0), "train", crop_of(0)),
    runs.row_of(example(1, box=Box(0.1, 0.1, 0.3, 0.15), answer="long"), "watch", crop_of(1)),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tuning.base(tmp_path_factory.mktemp("base"))


@pytest.mark.parametrize("splitting", [True, False])
def test_what_is_counted_is_what_is_taught(folder: Path, splitting: bool) -> None:
    model = tuning.loaded(folder)
    for row, cost in zip(ROWS, counting.count(folder, ROWS, splitting), strict=True):
        lesson = lesson_of(model, row, splitting)
        assert cost.id == row.id
        assert cost.total == len(lesson.ids)
        assert cost.answer_tokens == lesson.answer_tokens
        assert cost.images == len(lesson.layout.tiles)
        assert cost.visual_tokens == lesson.ids.count(model.processor.image_token_id)


def test_whole_pages_of_a_model_that_reads_parts_are_counted_by_the_part(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vlm.models.is_shipped", lambda folder: True)
    page, crop = counting.count(folder, ROWS, True)
    assert (page.parts, page.lessons, page.images) == (4, 4, 1)
    assert (crop.parts, crop.lessons) == (0, 1)
    assert crop == list(counting.count(folder, ROWS[1:], True))[0]


def test_the_process_says_a_cost_for_each_row_or_why_not(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in ROWS))

    def said(*arguments: str) -> list[Cost | Failed]:
        output = os.dup(1)
        worker.main([COUNT, *arguments])  # it takes the output for itself, as a process does
        os.dup2(output, 1)
        os.close(output)
        return [COSTS.read(line.encode()) for line in capfd.readouterr().out.splitlines()]

    split = said(str(folder), str(file))
    whole = said(str(folder), str(file), WHOLE)
    assert [cost.id for cost in split if isinstance(cost, Cost)] == ["e0", "e1"]
    assert isinstance(split[0], Cost)
    assert isinstance(whole[0], Cost)
    assert whole[0].images == 1 < split[0].images
    assert isinstance(said(str(tmp_path), str(file))[-1], Failed)
