from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from finetune.adapter_check import tensor_shapes
from finetune.errors import AdapterInvalid
from vlm import weight_files
from vlm.errors import ModelIncomplete


def written(path: Path, header: bytes, body: bytes = b"") -> Path:
    path.write_bytes(struct.pack("<Q", len(header)) + header + body)
    return path


def row(**changes: Any) -> bytes:
    tensor = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24], **changes}
    return json.dumps({"__metadata__": {"format": "pt"}, "w": tensor}).encode()


def test_names_shapes_and_sizes_are_read(tmp_path: Path) -> None:
    found = weight_files.read(written(tmp_path / "w.safetensors", row(), bytes(24)))
    assert dict(found.shapes) == {"w": (2, 3)}
    assert (found.size, found.numbers, found.maker) == (24, 6, "pt")


@pytest.mark.parametrize(
    "header",
    [
        row(data_offsets=[0, "24"]),
        row(data_offsets=[0, [24]]),
        row(data_offsets=[0, None]),
        row(data_offsets=[0, 24.5]),
        row(data_offsets=[24]),
        row(shape=["2"]),
        row(shape=[-1]),
        row(shape=[2**50]),
        row(shape=[1] * 17),
        row(shape=6),
        b'{"w": 5}',
        b'{"__metadata__": 5}',
        b'{"w": {"shape": ' + b"[" * 100_000,
        b"[" * 100_000,
        b"[]",
        b"\xff",
    ],
)
def test_a_header_that_nobody_writes_is_damage(tmp_path: Path, header: bytes) -> None:
    file = written(tmp_path / "w.safetensors", header, bytes(24))
    with pytest.raises(ModelIncomplete, match=r"\.$"):
        weight_files.read(file)
    with pytest.raises(AdapterInvalid, match="damaged or cut short"):
        tensor_shapes(file)


@pytest.mark.parametrize("content", [b"", b"\x40\x00", struct.pack("<Q", 2**62) + b"{}"])
def test_a_file_that_is_too_short_for_its_header_is_damage(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "w.safetensors"
    file.write_bytes(content)
    with pytest.raises(ModelIncomplete, match="cut short"):
        weight_files.read(file)
