from __future__ import annotations

from pathlib import Path

import pytest

from tests.flipped import flip
from vlm import file_hashes
from vlm.errors import AdapterMismatch
from vlm.file_hashes import HASHES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "invoices"
    folder.mkdir()
    for name, content in (("weights", b"\x00\x01\x02"), ("settings.json", b"{}")):
        (folder / name).write_bytes(content)
    hashes = {name: file_hashes.hash_of(folder / name) for name in ("weights", "settings.json")}
    (folder / HASHES).write_bytes(file_hashes.written(hashes))
    return folder


@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_flipped_bit_is_noticed_and_said_with_what_to_do(folder: Path, at: int) -> None:
    file_hashes.require(folder)
    flip(folder / "weights", at)
    file_hashes.require(folder, ("settings.json",))
    with pytest.raises(AdapterMismatch, match=r"“invoices” is damaged: weights is not .* again"):
        file_hashes.require(folder)
    flip(folder / "weights", at)
    file_hashes.require(folder)


def test_a_file_that_is_gone_is_noticed_and_one_that_has_no_hash_is_not_looked_at(
    folder: Path,
) -> None:
    (folder / "new").write_bytes(b"new")
    file_hashes.require(folder)
    file_hashes.require(folder, ("new", "never"))
    (folder / "settings.json").unlink()
    with pytest.raises(AdapterMismatch, match=r"settings\.json"):
        file_hashes.require(folder, ("settings.json",))


def test_without_hashes_nothing_is_said(folder: Path) -> None:
    (folder / HASHES).unlink()
    flip(folder / "weights", 0)
    file_hashes.require(folder)
    assert file_hashes.read(folder) == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"files":{"weights":"00"},"version":1}',
        b'{"files":{"../weights":"%s"},"version":1}' % (b"0" * 64),
        b'{"files":{"/dev/zero":"%s"},"version":1}' % (b"0" * 64),
        b'{"files":{},"version":2}',
        b'{"files":{},"version":1}' + b" " * 20_000,
    ],
)
def test_hashes_that_make_no_sense_are_those_of_a_damaged_folder(
    folder: Path, content: bytes
) -> None:
    (folder / HASHES).write_bytes(content)
    with pytest.raises(AdapterMismatch, match=HASHES):
        file_hashes.require(folder, ("weights",))
