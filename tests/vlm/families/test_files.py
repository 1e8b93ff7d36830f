"""Files of a model that lie in a folder below its own: fetched, found and deleted with it."""

from __future__ import annotations

from pathlib import Path

from tests.vlm.families.conftest import Saved
from vlm import safety
from vlm.hub import HubFile, Plan
from vlm.parts import Part
from vlm.removal import _delete_files  # pyright: ignore[reportPrivateUsage]

BELOW = "qformer_tokenizer/tokenizer.json"


def test_a_file_below_has_a_folder_to_grow_in(tmp_path: Path) -> None:
    file = HubFile(BELOW, 3, None, "0" * 40)
    part = Part(tmp_path / "part")
    part.keep(Plan("a/b", "0" * 40, "https://hub.invalid", (file,), 0))
    part.growing(file).write_bytes(b"abc")
    part.growing(file).replace(part.whole(file))
    assert part.is_whole(file)


def test_files_below_are_found_and_deleted_and_others_stay(saved: Saved, tmp_path: Path) -> None:
    folder = saved("instructblip")
    assert BELOW in safety.allowed_below(folder)
    copy = tmp_path / "model"
    (copy / "qformer_tokenizer").mkdir(parents=True)
    for name in (*safety.allowed_below(folder), "notes.txt"):
        (copy / name).touch()
    _delete_files(copy)
    assert [path.name for path in copy.iterdir()] == ["notes.txt"]
