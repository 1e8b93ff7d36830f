"""Loads the model that is tuned, in numbers fit for learning."""

from __future__ import annotations

from pathlib import Path

import torch

from finetune.block_attention import use_blocks
from finetune.disk import Disk, save
from finetune.plan import Precision
from vlm import device
from vlm.cancel import returned
from vlm.device import Placement
from vlm.family_names import PARTS
from vlm.loader import LoadedModel, load

_FORMAT = "encoding"
"""In a run folder: the format pictures are encoded in."""

_FORMATS = {b"bfloat16": torch.bfloat16, b"float32": torch.float32}


def place(precision: Precision, device: str, encode: torch.dtype = torch.float32) -> Placement:
    """Choose number formats: what learns is always kept in 32 bits, this is the rest.

    Args:
        precision: As the plan says.
        device: "cuda", "mps" or "cpu".
        encode: What a processor encodes pictures in when the plan leaves it to the machine.
    """
    half = precision == "bfloat16"
    reason = "As the plan says."
    if precision == "auto":
        half = device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        reason = "The GPU computes in bfloat16." if half else "Exact, and resumes bit by bit."
    dtype = torch.bfloat16 if half else torch.float32
    sees = encode if precision == "auto" and device == "cpu" else dtype
    return Placement(device=device, dtype=dtype, encode=sees, reason=reason)


def mixed(precision: Precision) -> str:
    """Return what Accelerate calls the numbers that steps are computed in."""
    if precision == "auto":
        fast = torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)
        return "bf16" if fast else "no"
    return "bf16" if precision == "bfloat16" else "no"


def fast_encoding(run: Path, disk: Disk) -> torch.dtype:
    """Return what this processor encodes pictures fastest in, as it does when it answers.

    Measured once a run and then remembered in its folder: another format after a restart would
    not end in the same bits.
    """
    file = run / _FORMAT
    known = file.read_bytes() if file.exists() else b""
    if known not in _FORMATS:
        known = str(device.choose("cpu").encode).removeprefix("torch.").encode()
        save(disk, file, [known])
    return _FORMATS[known]


def load_base(folder: Path, placement: Placement) -> LoadedModel:
    """Load a model without an adapter.

    Where it only sees in bfloat16, on a processor, it sees in blocks; see `block_attention`.

    Raises:
        DeskError: What loading can raise.
    """
    loaded = returned(load(folder, None, placement))
    if placement.encode != placement.dtype:
        for part in PARTS[loaded.model.config.model_type].vision:
            use_blocks(loaded.model.get_submodule(part))
    return loaded
