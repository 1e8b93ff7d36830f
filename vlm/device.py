"""Where the model runs and in which number format, with the reason; and how much memory is left.

Chosen by measuring this machine, not by its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import torch

from vlm import amounts
from vlm.bfloat16 import WORTHWHILE, bfloat16_gain
from vlm.errors import ModelUnsupported, OutOfMemory
from vlm.shortage import free_bytes as memory_left
from vlm.shortage import is_said

ROOM = 1.2
"""What a loaded model needs besides its weights, as a factor: activations and caches."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A device and a number format, and why.

    Attributes:
        device: "cuda", "mps" or "cpu".
        dtype: What the text model computes in.
        encode: What the vision encoder computes in.
        reason: A sentence for people.
    """

    device: str
    dtype: torch.dtype
    encode: torch.dtype
    reason: str

    @property
    def dtype_name(self) -> str:
        """The formats' names, e.g. "float32, looks in bfloat16"."""
        name = str(self.dtype).removeprefix("torch.")
        if self.encode == self.dtype:
            return name
        return f"{name}, looks in {str(self.encode).removeprefix('torch.')}"


def choose(device: str = "auto") -> Placement:
    """Choose device and number format.

    Args:
        device: "auto", or the one a person insists on.

    Raises:
        ModelUnsupported: If that device is not there.
    """
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "mps" if _has_mps() else "cpu"
    if device == "cuda":
        return _cuda()
    if device == "mps":
        return _mps()
    if device != "cpu":
        raise ModelUnsupported(f"There is no device called {device!r}; use auto, cpu, cuda or mps.")
    return _cpu()


def _has_mps() -> bool:
    return torch.backends.mps.is_available()


def _cuda() -> Placement:
    if not torch.cuda.is_available():
        raise ModelUnsupported("This machine has no CUDA device that this program can use.")
    name = torch.cuda.get_device_name()
    if torch.cuda.is_bf16_supported(including_emulation=False):
        return Placement("cuda", torch.bfloat16, torch.bfloat16, f"{name} computes in bfloat16.")
    return Placement(
        "cuda", torch.float16, torch.float16, f"{name} has no bfloat16; float16 is its fast format."
    )


def _mps() -> Placement:
    if not _has_mps():
        raise ModelUnsupported("This machine has no Apple GPU that this program can use.")
    try:
        one = torch.ones(2, 2, device="mps", dtype=torch.bfloat16)
        torch.mm(one, one)
    except (RuntimeError, TypeError):
        return Placement(
            "mps", torch.float32, torch.float32, "The Apple GPU, whose system has no bfloat16 yet."
        )
    return Placement("mps", torch.bfloat16, torch.bfloat16, "The Apple GPU computes in bfloat16.")


def _cpu() -> Placement:
    gain = bfloat16_gain()
    if gain < WORTHWHILE:
        reason = "No GPU; bfloat16 is hardly faster on this processor, so all is float32."
        if gain < 1:
            reason = "No GPU; bfloat16 is slower on this processor, so all is float32."
        return Placement("cpu", torch.float32, torch.float32, reason)
    reason = (
        f"No GPU; this processor looks at pages {gain:.1f} times as fast in bfloat16, and writes "
        "answers in float32."
    )
    return Placement("cpu", torch.float32, torch.bfloat16, reason)


def free_bytes(device: str) -> int:
    """Return how much memory the device has left."""
    if device == "cuda":
        return int(torch.cuda.mem_get_info()[0])
    return memory_left()


def fit(weights: int, placement: Placement, name: str) -> Placement:
    """Refuse a model that cannot fit, before it is read; halve its numbers where that helps.

    Args:
        weights: Number of numbers the model has.
        placement: Where they would go.
        name: What people call the model.

    Returns:
        The placement, in bfloat16 altogether where float32 would not fit.

    Raises:
        OutOfMemory: With both sizes.
    """
    needed = int(weights * placement.dtype.itemsize * ROOM)
    free = free_bytes(placement.device)
    if needed <= free:
        return placement
    if placement.dtype == torch.float32 and needed <= 2 * free:
        reason = f"{placement.reason} Memory is short, so all is bfloat16."
        return Placement(placement.device, torch.bfloat16, torch.bfloat16, reason)
    least = needed // 2 if placement.dtype == torch.float32 else needed
    kind = "GPU memory" if placement.device == "cuda" else "memory"
    raise OutOfMemory(
        f"{name} needs about {amounts.size(least)} of {kind}; {amounts.size(free)} are free. "
        "Close other programs or choose a smaller model.",
        least,
        free,
    )


_BYTES = re.compile(r"tried to allocate ([\d.]+)\s*(bytes|KiB|MiB|GiB|TiB)", re.IGNORECASE)
_UNITS = {"bytes": 1, "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}


def shortage(error: BaseException, device: str) -> OutOfMemory | None:
    """Recognise a memory shortage in what a library raised; None when it is something else."""
    if isinstance(error, OutOfMemory):
        return error
    known = isinstance(error, MemoryError | torch.OutOfMemoryError)
    if not known and not (isinstance(error, RuntimeError) and is_said(str(error))):
        return None
    found = _BYTES.search(str(error))
    needed = int(float(found[1]) * _UNITS[found[2].lower()]) if found else 0
    free = free_bytes(device)
    asked = f" {amounts.size(needed)} more were needed;" if needed else ""
    kind = "GPU memory" if device == "cuda" else "memory"
    return OutOfMemory(
        f"The {kind} is not enough:{asked} {amounts.size(free)} are free. "
        "Draw a smaller box, close other programs or choose a smaller model.",
        needed,
        free,
    )


def release(device: str) -> None:
    """Give memory that nothing uses any more back to the system."""
    if device == "cuda":
        torch.cuda.empty_cache()
