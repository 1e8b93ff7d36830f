from __future__ import annotations

import io
from pathlib import Path

import msgspec
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont

from finetune import lessons
from finetune.kept import KeptPages, page_of
from tests import tiny
from tests.finetune import tuning
from vlm.cancel import returned
from vlm.seeing import Clock, Sight
from vlm.types import Box, PageSize
from vlm.views import LEGIBLE_PX

LARGE_PX = 60
"""Print of the scan; small models are taught print of about a third of it."""


def scan(paper: int) -> bytes:
    """Draw a line of large print, and slices of those above and below, on gray paper."""
    image = Image.new("RGB", (400, 120), (paper,) * 3)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(LARGE_PX)
    for y in (-56, 26, 104):
        pen.text((20, y), "Keller AG", font=font, fill=(30, 30, 30))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("kind", ["idefics2", "marked"])
def test_a_box_on_a_scan_is_taught_as_it_is_asked(tmp_path: Path, kind: tiny.Kind) -> None:
    """A model that was taught print of one size sees it so: smaller, alone, on white paper."""
    model = tuning.loaded(tuning.base(tmp_path, kind))
    box = Box(0.1, 0.2, 0.5, 0.26)
    row = msgspec.structs.replace(tuning.row(1, box=box), size=PageSize(600, 1200), words=())
    pages = KeptPages([row], lambda _: scan(190))
    sight = Sight(model, pages, 0)
    seen = returned(sight.look(page_of(row), box, False, None, Clock()))
    lesson = lessons.lesson_of(model, row, splitting=False)
    drawn = lessons.pixels_of(model, pages, lesson, 0)
    features = torch.cat([model.family.encode(model.model, one) for one in drawn])
    assert torch.equal(features, torch.cat(returned(sight.features(seen, Clock()))))
    (view,) = seen.views
    shown = sight.draw_again(seen, 0).image.convert("L")
    light = shown.crop((0, 0, shown.width, 4)).getextrema()
    if kind == "marked":
        assert view.letters_px == pytest.approx(LEGIBLE_PX, rel=0.05)
        assert light[0] > 240, "white paper, and no slice of the line above"
    else:
        assert view.letters_px == 0
        assert light[0] < 190
