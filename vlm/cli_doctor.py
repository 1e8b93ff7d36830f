"""`vlm-desk doctor`: what this machine has, and which of its models will run on it."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import sys
from collections.abc import Iterator

import psutil
import torch

from vlm import amounts, device, models, paths, safety
from vlm.errors import DeskError
from vlm.pages import jail

LIBRARIES = ("torch", "transformers", "tokenizers", "peft", "safetensors", "PyMuPDF", "Pillow")


def run(_arguments: argparse.Namespace) -> int:
    """Print the report; returns 0 when a model can be asked on this machine, else 5."""
    placement = device.choose()
    print("\n".join(f"{name:<12} {text}" for name, text in _machine(placement)))
    usable = False
    for folder in models.shipped_folders():
        try:
            found = safety.examine(folder)
            fitting = device.fit(found.weights, placement, folder.name)
        except DeskError as error:
            print(f"{'model':<12} {folder.name}: {error}")
            continue
        usable = True
        size = amounts.size(found.weights * fitting.dtype.itemsize)
        print(f"{'model':<12} {folder.name}: {found.model_type}, {size} in memory, will run")
    if not usable:
        print(f"{'model':<12} none came with the program; name one with --model DIR")
    return 0 if usable else 5


def _machine(placement: device.Placement) -> Iterator[tuple[str, str]]:
    memory = psutil.virtual_memory()
    yield "system", f"{platform.system()} {platform.release()}, {platform.machine()}"
    yield "Python", f"{platform.python_version()} at {sys.executable}"
    yield "libraries", ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    yield "processor", f"{os.cpu_count()} cores, {torch.get_num_threads()} used for a model"
    total, free = amounts.size(memory.total), amounts.size(memory.available)
    yield "memory", f"{total}, {free} free"
    yield "runs on", f"{placement.device} in {placement.dtype_name}. {placement.reason}"
    if placement.device == "cuda":
        yield "GPU memory", f"{amounts.size(device.free_bytes('cuda'))} free"
    if importlib.util.find_spec("torchvision") is not None:
        yield "torchvision", "is installed but not needed; where it does not fit torch, models fail"
    yield "documents", jail.describe()
    yield "files", str(paths.data_dir())
    yield "network", "not used"
