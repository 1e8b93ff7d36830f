"""Names a model by what is in it, so that an adapter is only used with the model it was made for.

Hashing all of a large model would take minutes; headers, sizes and samples tell models apart,
because training a model changes all of its weights.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from vlm.errors import ModelIncomplete

_SAMPLES = 8
_SAMPLE_BYTES = 65_536
_HEAD_BYTES = 262_144


def base_fingerprint(folder: Path) -> str:
    """Return 64 hexadecimal digits that name the model in a folder.

    Raises:
        ModelIncomplete: When there are no weights or they cannot be read.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise ModelIncomplete(f"There are no weights in {folder}.")
    digest = hashlib.sha256()
    try:
        digest.update((folder / "config.json").read_bytes())
        for file in files:
            for piece in _pieces(file):
                digest.update(piece)
    except OSError as error:
        raise ModelIncomplete(f"The model in {folder} cannot be read: {error}") from error
    return digest.hexdigest()


def _pieces(file: Path) -> Iterator[bytes]:
    size = file.stat().st_size
    yield f"{file.name}:{size}".encode()
    with file.open("rb") as stream:
        yield stream.read(_HEAD_BYTES)
        for number in range(_SAMPLES):
            stream.seek(size * number // _SAMPLES)
            yield stream.read(_SAMPLE_BYTES)
