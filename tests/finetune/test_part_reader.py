"""What an answer would cost in a part is what a lesson about that part costs."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import torch

from finetune import teaching
from finetune.features import go_on
from finetune.kept import KeptPages, page_of
from finetune.lessons import lesson_of, pixels_of
from finetune.part_reader import TOGETHER, PartReader
from tests.finetune import tuning
from tests.finetune.made import png_of
from vlm.types import Box


def test_losses_are_those_of_lessons_and_it_breathes_between_parts(tmp_path: Path) -> None:
    loaded = tuning.loaded(tuning.base(tmp_path))
    row = tuning.row(1)
    pages = KeptPages([row], lambda one: png_of(int(one.picture)))
    breaths: list[int] = []
    reader = PartReader(loaded, pages, lambda: breaths.append(1))
    boxes = [Box(0.0, n / 40, 1.0, n / 40 + 0.3) for n in range(TOGETHER + 2)]
    found = list(reader.losses(row, page_of(row), boxes, "it is 7"))
    assert len(breaths) == 2, "once for all that is computed together"
    assert len(found) == len(boxes)
    for place in (0, TOGETHER):
        taught = msgspec.structs.replace(row, part=boxes[place], answers=("it is 7",))
        lesson = lesson_of(loaded, taught, splitting=False)
        with torch.no_grad():
            (tile,) = pixels_of(loaded, pages, lesson, 0)
            features = [loaded.family.encode(loaded.model, tile)]
        image = int(loaded.processor.image_token_id)
        (alone,) = teaching.losses(loaded.model, image, [lesson], features)
        assert found[place] == pytest.approx(alone, abs=1e-4)
        assert len(alone) == lesson.answer_tokens


def test_what_is_read_is_one_line_of_text(tmp_path: Path) -> None:
    loaded = tuning.loaded(tuning.base(tmp_path))
    row = tuning.row(1)
    pages = KeptPages([row], lambda one: png_of(int(one.picture)))
    text = PartReader(loaded, pages, go_on).read(page_of(row), Box(0.0, 0.0, 1.0, 0.5))
    assert text == " ".join(text.split())
