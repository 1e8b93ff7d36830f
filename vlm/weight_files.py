"""What a safetensors file says of itself: names and shapes of its tensors, from its header alone.

Knows the format, not models. The header of a file from elsewhere is not trusted.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from vlm.errors import ModelIncomplete

HEADER_BYTES = 100 * 1024 * 1024
"""A longer header is not read; neither does the library read it."""

_ABOUT = "__metadata__"
_Side = Annotated[int, Meta(ge=0, le=2**40)]


class _Tensor(msgspec.Struct):
    shape: Annotated[tuple[_Side, ...], Meta(max_length=16)]
    data_offsets: tuple[_Side, _Side]


@dataclass(frozen=True, slots=True)
class Weights:
    """The tensors of a file.

    Attributes:
        shapes: By name.
        size: Bytes of all of them.
        maker: Which library it was written for, "" when it does not say.
    """

    shapes: Mapping[str, tuple[int, ...]]
    size: int
    maker: str

    @property
    def numbers(self) -> int:
        """How many numbers they hold."""
        return sum(map(math.prod, self.shapes.values()))


def read(path: Path) -> Weights:
    """Read the header of a safetensors file.

    Raises:
        ModelIncomplete: If the file is cut short or damaged.
        OSError: If it cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else size
        if length > min(HEADER_BYTES, size - 8):
            raise ModelIncomplete(f"{path} is cut short or damaged. Fetch it again.")
        try:
            header = msgspec.json.decode(file.read(length), type=dict[str, msgspec.Raw])
            about = msgspec.json.decode(header.pop(_ABOUT, b"{}"), type=dict[str, object])
            tensors = {name: msgspec.json.decode(row, type=_Tensor) for name, row in header.items()}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ModelIncomplete(f"{path} is damaged. Fetch it again.") from error
    end = max((tensor.data_offsets[1] for tensor in tensors.values()), default=0)
    if 8 + length + end != size:
        raise ModelIncomplete(
            f"{path} is cut short or damaged: it has {size:,} of {8 + length + end:,} bytes. "
            "Fetch it again."
        )
    shapes = {name: tensor.shape for name, tensor in tensors.items()}
    return Weights(shapes, end, str(about.get("format", "")))
