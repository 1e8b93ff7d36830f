"""The same step on many tensors at once: one launch on a GPU instead of one for each tensor.

torch's own optimizers are made of these functions, which it keeps under private names.
"""

# pyright: reportPrivateUsage=false, reportPrivateImportUsage=false

import torch
from torch import Tensor


def approach(tensors: list[Tensor], ends: list[Tensor], share: float) -> None:
    """Move tensors by a share of the way to others, in place."""
    torch._foreach_lerp_(tensors, ends, share)


def between(tensors: list[Tensor], ends: list[Tensor], share: float) -> list[Tensor]:
    """Return what lies at a share of the way from tensors to others."""
    return list(torch._foreach_lerp(tensors, ends, share))


def shrink(tensors: list[Tensor], share: float) -> None:
    """Multiply tensors by one number, in place."""
    torch._foreach_mul_(tensors, share)


def go(tensors: list[Tensor], ways: list[Tensor], rate: float) -> None:
    """Take ``rate`` times other tensors from tensors, in place."""
    torch._foreach_add_(tensors, ways, alpha=-rate)
