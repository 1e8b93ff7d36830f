from __future__ import annotations

from pathlib import Path

import pytest
import safetensors.numpy as official

from finetune.disk import RealDisk, save
from finetune.tensors import Raw, pack, unpack

TENSORS = {
    "b": Raw("F32", (2, 3), bytes(range(24))),
    "a": Raw("I64", (), bytes(8)),
    "empty": Raw("U8", (0,), b""),
}


def test_the_official_library_reads_what_we_write(tmp_path: Path) -> None:
    save(RealDisk(), tmp_path / "t.safetensors", pack(TENSORS, {"step": "3"}))
    read = official.load_file(tmp_path / "t.safetensors")
    assert {name: (array.shape, array.tobytes()) for name, array in read.items()} == {
        name: (raw.shape, bytes(raw.data)) for name, raw in TENSORS.items()
    }


def test_what_was_packed_is_unpacked() -> None:
    tensors, notes = unpack(b"".join(pack(TENSORS, {"step": "3"})))
    assert notes == {"step": "3"}
    assert {n: (r.dtype, r.shape, bytes(r.data)) for n, r in tensors.items()} == {
        n: (r.dtype, r.shape, bytes(r.data)) for n, r in TENSORS.items()
    }


def test_every_cut_and_every_flipped_bit_of_the_data_is_noticed() -> None:
    whole = b"".join(pack(TENSORS, {}))
    for length in range(len(whole)):
        with pytest.raises(ValueError, match="no tensors"):
            unpack(whole[:length])
    for place in range(len(whole) - 32, len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 4
        with pytest.raises(ValueError, match="checksum"):
            unpack(bytes(changed))


def test_a_flipped_bit_of_a_name_or_a_note_is_noticed() -> None:
    whole = b"".join(pack({"b": TENSORS["b"]}, {"step": "3"}))
    header = whole.index(b"}}") + 2
    for place in range(8, header):
        changed = bytearray(whole)
        changed[place] ^= 1
        with pytest.raises(ValueError, match="no tensors"):
            unpack(bytes(changed))


def test_size_and_shape_agree() -> None:
    with pytest.raises(ValueError, match="24 bytes"):
        Raw("F32", (2, 3), bytes(23))
