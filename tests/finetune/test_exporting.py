from __future__ import annotations

import json
from pathlib import Path

import msgspec

from finetune import exporting, importing
from finetune.examples import ExampleStore
from finetune.gathering import Gathered, gather
from finetune.pictures import document_hash, png
from finetune.types import Row, RowProblem
from tests.finetune.made import NoisePages, crop_of, example, noise, png_of
from vlm.types import Box, PageRef, PageSize


def test_exported_rows_import_as_the_same_examples(tmp_path: Path) -> None:
    with ExampleStore(tmp_path / "e.db") as store:
        rows = [example(n, box=Box(0, 0, 0.5, 0.5), page_hash="a" * 64) for n in range(3)]
        rows.append(example(4, question="Straße “ß”?", answer="a\nb", kind="negative"))
        for row in rows:
            store.add(row, crop_of(int(row.made_at)))
        target = tmp_path / "out" / "mine.jsonl"
        assert exporting.export_jsonl(store, store.all(), target) == 4
    read = list(importing.read(target))
    for back, original in zip(read, rows, strict=True):
        assert isinstance(back, Row)
        assert (back.id, back.question, back.answers) == (
            original.id,
            original.question,
            original.answers,
        )
        assert (back.document, back.kind, back.box) == (original.document, original.kind, None)
        assert back.page_hash == original.page_hash
        assert Path(back.page.path).read_bytes() == png_of(int(original.made_at))


def test_a_long_id_is_shortened_in_the_name_of_its_picture(tmp_path: Path) -> None:
    long = msgspec.structs.replace(example(1), id="ü" * 300)
    with ExampleStore(tmp_path / "e.db") as store:
        store.add(long, crop_of(1))
        exporting.export_jsonl(store, store.all(), tmp_path / "mine.jsonl")
    (row,) = importing.read(tmp_path / "mine.jsonl")
    assert isinstance(row, Row)
    assert row.id == long.id
    assert Path(row.page.path).read_bytes() == png_of(1)


def test_the_folder_has_metadata_and_images(tmp_path: Path) -> None:
    with ExampleStore(tmp_path / "e.db") as store:
        for id in ("../../evil", "same/id", "same_id"):
            store.add(msgspec.structs.replace(example(1), id=id), crop_of())
        folder = tmp_path / "set"
        assert exporting.export_folder(store, store.all(), folder) == 3
    lines = (folder / "metadata.jsonl").read_text().splitlines()
    names = [json.loads(line)["file_name"] for line in lines]
    assert len(set(names)) == 3
    for name in names:
        assert (folder / name).resolve().parent == folder / "images"
        assert (folder / name).read_bytes() == png_of()
    back = list(importing.read(folder))
    assert [row.page.path for row in back if isinstance(row, Row)] == [
        str((folder / name).resolve()) for name in names
    ]
    assert not list(tmp_path.glob("evil*"))


def test_gather_draws_every_row_and_reports_the_bad_ones(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "c").write_bytes(b"broken")
    box = Box(0, 0, 0.5, 0.5)

    def row(line: int, name: str, box: Box | None = None, id: str = "") -> Row:
        return Row(line, PageRef(str(tmp_path / name), 0), "Q?", ("A",), box, id)

    pages = NoisePages()
    boxed, whole = row(1, "a", box, "x"), row(2, "a", None, "x")
    bad = RowProblem(3, "bad")
    beyond = Row(7, PageRef(str(tmp_path / "a"), 3), "Q?", ("A",))
    rows: list[Row | RowProblem] = [
        boxed,
        whole,
        bad,
        row(4, "c"),
        row(5, "b"),
        row(6, "gone"),
        beyond,
    ]
    found = list(gather(rows, pages))
    made = [f for f in found if isinstance(f, Gathered)]
    problems = {f.line: f.sentence for f in found if isinstance(f, RowProblem)}
    assert [m.example.document for m in made] == [document_hash(tmp_path / n) for n in "aab"]
    assert made[0].example.id == "x" != made[1].example.id
    assert made[0].example.page_hash == made[1].example.page_hash != made[2].example.page_hash
    known = msgspec.structs.replace(boxed, document="d" * 64, page_hash="e" * 64)
    (given,) = (one for one in gather([known], NoisePages()) if isinstance(one, Gathered))
    assert (given.example.document, given.example.page_hash) == ("d" * 64, "e" * 64)
    assert made[0].crop.picture.startswith(b"\x89PNG")
    assert pages.drawn[1] == (boxed.page, box, 625, 1250)
    assert problems[3] == "bad"
    assert problems[4] == "This file is no document."
    assert "cannot be read" in problems[6]
    assert problems[7] == "There is no page 4 in this document."
    assert [word.text for word in made[0].crop.words] == ["inside"]
    assert [word.text for word in made[1].crop.words] == ["inside", "outside"]
    assert made[0].crop.size == PageSize(300.0, 600.0)


def test_png_holds_the_pixels() -> None:
    import io

    from PIL import Image

    picture = noise(3, 7, 5)
    with Image.open(io.BytesIO(png(7, 5, picture.data))) as image:
        assert (image.size, image.mode) == ((7, 5), "RGB")
        assert image.tobytes() == picture.data
