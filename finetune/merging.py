"""Merges an adapter into its model and writes the whole as a model of its own.

Loaded by the training process only.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from finetune.adapters import require_free
from finetune.base_model import place
from finetune.disk import RealDisk
from finetune.hashing import note
from finetune.protocol import Preparing
from vlm import parted
from vlm.cancel import returned
from vlm.fingerprint import reader_fingerprint
from vlm.learned_names import NAMES, written
from vlm.loader import LoadedModel, load
from vlm.safety import INDEX, SHARD, SINGLE, allowed_below

ORIGIN = "merged_from"
"""Key in a merged model's settings of the fingerprint of what was merged."""


def merge(base: Path, adapter: Path, target: Path) -> Iterator[Preparing]:
    """Write `base` with `adapter` in its weights to `target`, in 32 bits; yields how far it is.

    What the adapter learned of names cannot be in weights: its file lies beside the model then. Of
    a model that is asked part by part, this program asks what was merged so too and uses the names,
    see `vlm.parted`; others read the weights alone.

    Raises:
        DeskError: When either cannot be loaded or they do not fit, or names are damaged.
        AdapterInvalid: When there is something at the target.
        OSError: When it cannot be written.
    """
    require_free(target)
    yield Preparing("Reading the model", 0.0)
    loaded = returned(load(base, str(adapter), place("float32", "cpu")))
    known = loaded.names.questions
    beside = f"; what it learned of names lies beside it in {NAMES}" if known else ""
    yield Preparing(f"Writing the model{beside}", 0.5)
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        _write(loaded, base, part, reader_fingerprint(base, str(adapter)))
        if target.exists():
            target.rmdir()
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _write(loaded: LoadedModel, base: Path, folder: Path, origin: str) -> None:
    """Write a model with the other files of its base, and what it knows of names.

    Its settings name its `origin`, so that it is told from others of the same base: fingerprints
    take samples of the weights, and an adapter may have changed few of them.
    """
    setattr(loaded.model.config, ORIGIN, origin)
    loaded.model.save_pretrained(str(folder))
    for name in allowed_below(base):
        weights = name in (SINGLE, INDEX) or SHARD.fullmatch(name)
        if not weights and not (folder / name).exists():
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(base / name, folder / name)
    if loaded.names.questions:
        (folder / NAMES).write_bytes(written(loaded.names))
        note(RealDisk(), folder, (NAMES,))
    if parted.reads_parts(base):
        parted.mark(folder)
