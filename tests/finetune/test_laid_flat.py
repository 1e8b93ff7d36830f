from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from finetune import gathering, laid_flat, lessons, page_angles, runs
from finetune.disk import RealDisk
from finetune.features import go_on
from finetune.kept import KeptPages
from finetune.pictures import document_hash
from finetune.runs import RunRow
from tests.finetune import tuning
from tests.photographed import SEEN, TOTAL, bill, bill_photograph
from tests.vlm.answering import shipped_engine
from vlm.cancel import returned
from vlm.engine import Engine
from vlm.flat import flat_of
from vlm.models import shipped_folders
from vlm.pages.client import PageClient
from vlm.seeing import Clock
from vlm.types import Box, PageRef, PageSize

FLAT = flat_of(SEEN, PageSize(1500, 2000))


@pytest.fixture
def shipped() -> Iterator[Engine]:
    """Run the model that ships, with real pages."""
    with shipped_engine() as found:
        yield found


def kept(run: Path, file: Path, number: int, box: Box | None = None) -> RunRow:
    """Keep a question about a document, or a box on it, in a run folder."""
    page = PageRef(str(file), 0)
    with PageClient() as pages:
        pages.open(str(file))
        crop = gathering.take(pages, page, box)
    (run / runs.PICTURES).mkdir(exist_ok=True)
    (run / runs.PICTURES / f"{number:06}").write_bytes(crop.picture)
    return msgspec.structs.replace(
        tuning.row(number, box=box),
        sha256=hashlib.sha256(crop.picture).hexdigest(),
        size=crop.size,
        words=crop.words,
        page=page,
        document=document_hash(file),
    )


def lay(run: Path, rows: list[RunRow]) -> list[RunRow]:
    said = list(laid_flat.lay(run, str(shipped_folders()[0]), rows, RealDisk(), go_on))
    assert [one.text for one in said] == ["Looking how pages lie"] * len({row.page for row in rows})
    return laid_flat.applied(run, rows)


def taught(engine: Engine, run: Path, row: RunRow) -> Any:
    """Return the tensors of a row's lesson."""
    assert engine.sight is not None
    list(page_angles.look(run, [row], RealDisk(), go_on, flat=True))
    pages = KeptPages([row], lambda one: runs.read_picture(run, one), angles=page_angles.kept(run))
    lesson = lessons.lesson_of(engine.sight.loaded, row, splitting=False)
    return lessons.pixels_of(engine.sight.loaded, pages, lesson, 0)[0]["pixel_values"]


def read(engine: Engine, page: PageRef, box: Box) -> Any:
    """Return the tensors that the reader makes of a part of the sheet."""
    assert engine.sight is not None
    seen = returned(engine.sight.look(page, box, False, None, Clock()))
    return engine.sight.pixels(seen, 0)["pixel_values"]


@pytest.mark.parametrize("whole", [True, False])
def test_a_photograph_is_taught_as_the_reader_sees_it(
    shipped: Engine, tmp_path: Path, whole: bool
) -> None:
    file = tmp_path / "photograph.png"
    bill_photograph().save(file)
    row = kept(tmp_path, file, 1, None if whole else FLAT.box_on_page(TOTAL))
    (flat,) = lay(tmp_path, [row])
    assert flat.sha256 != row.sha256
    assert flat.id == row.id
    part = flat.box or TOTAL
    if whole:
        assert (flat.size.width, flat.size.height) == pytest.approx(
            (FLAT.size.width * 72 / 170.9, FLAT.size.height * 72 / 170.9), rel=0.03
        )
        flat = msgspec.structs.replace(flat, part=part)
    found, wanted = taught(shipped, tmp_path, flat), read(shipped, PageRef(str(file), 0), part)
    assert found.shape == wanted.shape
    assert (found - wanted).abs().mean() < 0.15 * wanted.std()


def test_a_scan_that_lies_upside_down_is_taught_upright(shipped: Engine, tmp_path: Path) -> None:
    upright, file = tmp_path / "upright.png", tmp_path / "scan.png"
    bill().save(upright)
    bill().rotate(180).save(file)
    rows = [kept(tmp_path, upright, 1), kept(tmp_path, file, 2)]
    same, turned = lay(tmp_path, rows)
    assert same is rows[0]
    assert turned.rotation == 180
    picture = Image.open(tmp_path / runs.PICTURES / turned.picture).convert("L")
    small = picture.resize((90, 120))
    assert like(small, bill()) < 0.5 * like(small.rotate(180), bill())
    back = Box(1 - TOTAL.x1, 1 - TOTAL.y1, 1 - TOTAL.x0, 1 - TOTAL.y0)
    found = taught(shipped, tmp_path, msgspec.structs.replace(turned, part=back))
    wanted = read(shipped, PageRef(str(file), 0, 180), back)
    assert (found - wanted).abs().mean() < 0.1 * wanted.std()


def like(small: Image.Image, other: Image.Image) -> float:
    """Return by how much a picture differs from another one."""
    whole = other.convert("L").resize(small.size)
    pairs = zip(small.tobytes(), whole.tobytes(), strict=True)
    return sum(abs(one - two) for one, two in pairs) / len(whole.tobytes())


def test_what_is_gone_or_has_words_stays_as_it_was_kept(tmp_path: Path) -> None:
    file = tmp_path / "photograph.png"
    bill_photograph().save(file)
    row = kept(tmp_path, file, 1)
    changed = msgspec.structs.replace(row, document="0" * 64)
    older = msgspec.structs.replace(row, id="older", page=None)
    assert lay(tmp_path, [changed]) == [changed]
    assert laid_flat.applied(tmp_path, [older]) == [older]
    assert list(laid_flat.lay(tmp_path, "gone", [row], RealDisk(), go_on)) == [], "once a run"


def test_rows_that_were_laid_are_found_again_and_damage_is_laid_anew(tmp_path: Path) -> None:
    row, other = tuning.row(1), tuning.row(2)
    laid = msgspec.structs.replace(row, rotation=90)
    (tmp_path / laid_flat.FILE).write_bytes(msgspec.json.encode(laid) + b"\n")
    assert laid_flat.applied(tmp_path, [row, other]) == [laid, other]
    (tmp_path / laid_flat.FILE).write_bytes(b"{")
    assert laid_flat.applied(tmp_path, [row, other]) == [row, other]
    assert list(laid_flat.lay(tmp_path, "none needed", [], RealDisk(), go_on)) == []
    assert (tmp_path / laid_flat.FILE).read_bytes() == b""
