"""Names a model and an adapter by what is in them, so that what belongs to one is known again.

Hashing all of a large model would take minutes; headers, sizes and samples tell models apart,
because training a model changes all of its weights. What was merged here, where an adapter may
have changed few, names its origin in its settings, which are read whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from vlm import learned_names, paths
from vlm.errors import ModelIncomplete
from vlm.system_refusals import reason
from vlm.types import Precision

_SAMPLES = 8
_SAMPLE_BYTES = 65_536
_HEAD_BYTES = 262_144


def base_fingerprint(folder: Path) -> str:
    """Return 64 hexadecimal digits that name the model in a folder.

    Raises:
        ModelIncomplete: When there are no weights or they cannot be read.
    """
    return _digest(folder, "config.json", "weights")


def reader_fingerprint(
    folder: Path, adapter: str | None, precision: Precision = "automatic"
) -> str:
    """Return 64 hexadecimal digits that name a model with an adapter, and how it computes.

    Args:
        folder: Of the model.
        adapter: Its folder, or its name in the program's own folder; None for none.
        precision: How exactly answers are computed, as a person asked for it.

    Raises:
        ModelIncomplete: When either cannot be read.
    """
    if precision != "automatic":  # other answers than those that were kept before it was asked for
        both = f"{reader_fingerprint(folder, adapter)} {precision}"
        return hashlib.sha256(both.encode()).hexdigest()
    base = base_fingerprint(folder)
    if adapter is None:
        return base
    named = paths.data_dir() / "adapters" / adapter
    tuned = named if named.is_dir() else Path(adapter)
    both = f"{base} {_digest(tuned, 'adapter_config.json', 'adapter')}"
    both = f"{both} {learned_names.fingerprint(tuned)}".rstrip()  # as ever where it has no names
    return hashlib.sha256(both.encode()).hexdigest()


def _digest(folder: Path, config: str, what: str) -> str:
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise ModelIncomplete(f"There are no {what} in {folder}.")
    digest = hashlib.sha256()
    try:
        digest.update((folder / config).read_bytes())
        for file in files:
            for piece in _pieces(file):
                digest.update(piece)
    except OSError as error:
        why = reason(error)
        raise ModelIncomplete(f"The model in {folder} cannot be read: {why}.") from error
    return digest.hexdigest()


def _pieces(file: Path) -> Iterator[bytes]:
    size = file.stat().st_size
    yield f"{file.name}:{size}".encode()
    with file.open("rb") as stream:
        yield stream.read(_HEAD_BYTES)
        for number in range(_SAMPLES):
            stream.seek(size * number // _SAMPLES)
            yield stream.read(_SAMPLE_BYTES)
