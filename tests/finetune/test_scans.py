from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont

from finetune import gathering, lessons, page_angles
from finetune.disk import RealDisk
from finetune.features import go_on
from finetune.kept import KeptPages, page_of
from finetune.pictures import document_hash
from tests import tiny
from tests.finetune import tuning
from vlm.cancel import returned
from vlm.loader import LoadedModel
from vlm.pages.client import PageClient
from vlm.seeing import Clock, Sight
from vlm.turns import on_page
from vlm.types import WHOLE_PAGE, Box, PageRef, PageSize, Quarter
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


def paper(degrees: float) -> Image.Image:
    """Draw a page of lines that fall towards the right, on paper that is not white."""
    image = Image.new("RGB", (900, 1200), (225,) * 3)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(24)
    for line in range(18):
        pen.text(
            (70, 60 + 62 * line), f"Harbour Tea Ltd, line {line} of {17 * line}", "black", font
        )
    return image.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=(225,) * 3)


def shown_to_the_reader(model: LoadedModel, file: Path, turn: Quarter, box: Box) -> Any:
    """Return the tensors that the engine makes of a part, drawn from its file."""
    with PageClient() as pages:
        sight = Sight(model, pages, 2**20)
        seen = returned(sight.look(PageRef(str(file), 0, turn), box, False, None, Clock()))
        return seen.sheet.askew, sight.pixels(seen, 0)["pixel_values"]


def taught(
    model: LoadedModel,
    file: Path,
    turn: Quarter,
    box: Box | None,
    part: Box | None,
    view: int = 0,
    angles: page_angles.Angles | None = None,
) -> Any:
    """Return the same for a view of a row that was kept."""
    with PageClient() as pages:
        crop = gathering.take(pages, PageRef(str(file), 0, turn), box)
    row = msgspec.structs.replace(
        tuning.row(1, box=box, rotation=turn),
        sha256=hashlib.sha256(crop.picture).hexdigest(),
        size=crop.size,
        words=crop.words,
        part=part,
    )
    kept = KeptPages([row], lambda _: crop.picture, angles=angles or {})
    lesson = lessons.lesson_of(model, row, splitting=False)
    (found,) = lessons.pixels_of(model, kept, lesson, view)
    return kept.askew(row), found["pixel_values"]


LINE = Box(0.05, 0.44, 0.62, 0.5)


@pytest.mark.parametrize("degrees", [0.0, 1.5, -2.5])
@pytest.mark.parametrize("turn", [0, 90])
def test_a_part_of_an_askew_scan_is_taught_as_the_reader_sees_it(
    tmp_path: Path, degrees: float, turn: Quarter
) -> None:
    model = tuning.loaded(tuning.base(tmp_path, "marked"))
    file = tmp_path / "paper.png"
    image = paper(degrees)
    image = image.rotate({0: 0, 90: 90}[turn], expand=True)
    image.save(file, dpi=(300, 300))  # kept as many pixels as it has
    box = on_page(LINE, WHOLE_PAGE, turn)
    askew, wanted = shown_to_the_reader(model, file, turn, box)
    assert askew == pytest.approx(degrees, abs=0.15)
    known, found = taught(model, file, turn, None, box)
    assert known == askew
    if turn:  # what is kept was turned before it is made smaller, and numbers round otherwise
        assert (found - wanted).abs().mean() < 0.01 * wanted.std()
    else:
        assert torch.equal(found, wanted)
    _, other = taught(model, file, turn, None, box, view=1)
    assert other.shape == wanted.shape
    assert 0 < (other - wanted).abs().mean() < 0.35 * wanted.std()


@pytest.mark.parametrize("degrees", [0.0, 1.5])
def test_a_box_on_an_askew_scan_is_taught_nearly_as_the_reader_sees_it(
    tmp_path: Path, degrees: float
) -> None:
    """What lies beyond a box is not kept: the corners that turn into view are as paper."""
    model = tuning.loaded(tuning.base(tmp_path, "marked"))
    file = tmp_path / "paper.png"
    paper(degrees).save(file, dpi=(300, 300))
    box = Box(0.05, 0.3, 0.62, 0.6)
    askew, wanted = shown_to_the_reader(model, file, 0, box)
    known, found = taught(model, file, 0, box, None)
    assert known == pytest.approx(askew, abs=0.11)
    assert found.shape == wanted.shape
    assert (found - wanted).abs().mean() < 0.1 * wanted.std()


@pytest.mark.parametrize("degrees", [1.5, -2.5])
def test_a_line_in_a_box_lies_as_its_page_does(tmp_path: Path, degrees: float) -> None:
    """A line has too few letters to tell how it lies: its page is looked at."""
    model = tuning.loaded(tuning.base(tmp_path, "marked"))
    file = tmp_path / "paper.png"
    paper(degrees).save(file, dpi=(300, 300))
    plain = tuning.row(1, box=LINE)
    row = msgspec.structs.replace(
        plain, page=PageRef(str(file), 0), document=document_hash(file), words=()
    )
    gone = msgspec.structs.replace(row, id="gone", document="0" * 64)
    list(page_angles.look(tmp_path, [row, gone, tuning.row(2)], RealDisk(), go_on))
    (known,) = page_angles.kept(tmp_path).values()
    askew, wanted = shown_to_the_reader(model, file, 0, LINE)
    assert known == askew
    file.unlink()
    assert list(page_angles.look(tmp_path, [row], RealDisk(), go_on)) == [], "once a run"
    paper(degrees).save(file, dpi=(300, 300))
    said, found = taught(model, file, 0, LINE, None, angles={page_angles.name_of(plain): known})
    untold, other = taught(model, file, 0, LINE, None)
    assert (said, untold) == (askew, 0.0)
    assert (found - wanted).abs().mean() < 0.25 * (other - wanted).abs().mean()


def test_angles_that_are_damaged_are_measured_again(tmp_path: Path) -> None:
    assert page_angles.kept(tmp_path) == {}
    (tmp_path / page_angles.FILE).write_bytes(bytes(20))
    assert page_angles.kept(tmp_path) == {}
    row = msgspec.structs.replace(tuning.row(1, box=LINE), words=())
    assert len(list(page_angles.look(tmp_path, [row], RealDisk(), go_on))) == 1
    assert (tmp_path / page_angles.FILE).read_bytes() == b"{}"


def test_a_measure_shows_boxes_as_lessons_do(tmp_path: Path) -> None:
    """The engine asks the kept pages how they lie; a part of one cannot tell it."""
    model = tuning.loaded(tuning.base(tmp_path, "marked"))
    row = msgspec.structs.replace(tuning.row(1, box=LINE), size=PageSize(216, 288), words=())
    image = io.BytesIO()
    paper(1.5).crop((45, 528, 558, 600)).save(image, "PNG")
    kept = KeptPages([row], lambda _: image.getvalue(), angles={page_angles.name_of(row): 1.5})
    seen = returned(Sight(model, kept, 0).look(page_of(row), LINE, False, None, Clock()))
    assert seen.sheet.askew == 1.5
    lesson = lessons.lesson_of(model, row, splitting=False)
    (found,) = lessons.pixels_of(model, kept, lesson, 0)
    assert torch.equal(found["pixel_values"], Sight(model, kept, 0).pixels(seen, 0)["pixel_values"])
