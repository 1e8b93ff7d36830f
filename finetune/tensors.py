"""Named tensors as plain bytes in the safetensors form, so that saving them needs no torch.

The form: eight bytes with the length of a JSON header, the header, the data one after another.
https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

Buffer = bytes | memoryview
_SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "U8": 1, "BOOL": 1}
_CHECK = "crc32"


@dataclass(frozen=True, slots=True)
class Raw:
    """A tensor's bytes, little-endian and contiguous.

    Attributes:
        dtype: Its safetensors name, e.g. "F32".
        shape: Its sizes; empty for a number.
        data: ``product(shape) * size of dtype`` bytes.
    """

    dtype: str
    shape: tuple[int, ...]
    data: Buffer

    def __post_init__(self) -> None:
        expected = _SIZES[self.dtype]
        for side in self.shape:
            expected *= side
        if memoryview(self.data).nbytes != expected:
            raise ValueError(f"a {self.dtype} tensor of shape {self.shape} has {expected} bytes")


Tensors = Mapping[str, Raw]


def pack(tensors: Tensors, notes: Mapping[str, str]) -> Iterator[Buffer]:
    """Yield the pieces of a safetensors file; a checksum of all of it is added to the notes."""
    header: dict[str, object] = {}
    start = 0
    for name in sorted(tensors):
        raw = tensors[name]
        end = start + memoryview(raw.data).nbytes
        header[name] = {"dtype": raw.dtype, "shape": raw.shape, "data_offsets": [start, end]}
        start = end
    header["__metadata__"] = dict(notes)
    check = zlib.crc32(json.dumps(header).encode())
    for name in sorted(tensors):
        check = zlib.crc32(tensors[name].data, check)
    header["__metadata__"] = {**notes, _CHECK: f"{check:08x}"}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    yield struct.pack("<Q", len(text)) + text
    for name in sorted(tensors):
        yield memoryview(tensors[name].data).cast("B")


def unpack(data: bytes) -> tuple[dict[str, Raw], dict[str, str]]:
    """Return the tensors and notes of a file that `pack` wrote.

    Raises:
        ValueError: When the file is cut off, changed, or no such file.
    """
    try:
        (length,) = struct.unpack_from("<Q", data)
        header = cast(dict[str, dict[str, object]], json.loads(data[8 : 8 + length]))
        notes = cast(dict[str, str], header["__metadata__"])
        said = notes.pop(_CHECK)
        check = zlib.crc32(json.dumps(header).encode())
        header.pop("__metadata__")
        body = memoryview(data)[8 + length :]
        tensors: dict[str, Raw] = {}
        for name, entry in header.items():
            start, end = cast(list[int], entry["data_offsets"])
            shape = tuple(cast(list[int], entry["shape"]))
            tensors[name] = Raw(str(entry["dtype"]), shape, body[start:end])
        if f"{zlib.crc32(body, check):08x}" != said:
            raise ValueError("the checksum does not fit")
    except (struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no tensors: {error}") from error
    return tensors, notes
