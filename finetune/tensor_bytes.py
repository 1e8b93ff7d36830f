"""Torch tensors as bytes and back. Loaded by the training process only."""

from __future__ import annotations

import torch
from torch import Tensor

from finetune.tensors import Raw

_NAMES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.uint8: "U8",
}
_TYPES = {name: dtype for dtype, name in _NAMES.items()}


def raw_of(tensor: Tensor) -> Raw:
    """Return a copy of a tensor's bytes, whatever its device."""
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    data = flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""
    return Raw(_NAMES[tensor.dtype], tuple(tensor.shape), data)


def tensor_of(raw: Raw) -> Tensor:
    """Return a tensor on the CPU with a copy of the bytes."""
    dtype = _TYPES[raw.dtype]
    if memoryview(raw.data).nbytes == 0:
        return torch.empty(raw.shape, dtype=dtype)
    return torch.frombuffer(bytearray(raw.data), dtype=dtype).reshape(raw.shape)
