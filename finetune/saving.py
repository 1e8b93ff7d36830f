"""Writes what was learned as a peft folder, complete or not at all."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from finetune.adapter_check import CONFIG, WEIGHTS
from finetune.disk import RealDisk
from finetune.hashing import note


def save_adapter(wrapped: Any, folder: Path) -> None:
    """Write the adapter of a peft model to `folder`, replacing what is there.

    Args:
        wrapped: The peft model.
        folder: Where to.

    Raises:
        OSError: When it cannot be written.
    """
    part, old = folder.with_name(folder.name + ".part"), folder.with_name(folder.name + ".old")
    for rest in (part, old):
        shutil.rmtree(rest, ignore_errors=True)
    wrapped.save_pretrained(str(part), save_embedding_layers=False)
    for file in part.iterdir():
        if file.name not in (CONFIG, WEIGHTS):
            file.unlink()
    config = json.loads((part / CONFIG).read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = None  # a path of this machine, or looked up in the net
    (part / CONFIG).write_text(json.dumps(config, indent=2, sort_keys=True), encoding="utf-8")
    disk = RealDisk()
    for name in (CONFIG, WEIGHTS):
        descriptor = os.open(part / name, os.O_RDWR)
        try:
            disk.fsync(descriptor)
        finally:
            disk.close(descriptor)
    note(disk, part, (CONFIG, WEIGHTS))
    if folder.exists():
        folder.rename(old)
    part.rename(folder)
    disk.fsync_folder(folder.parent)
    shutil.rmtree(old, ignore_errors=True)
