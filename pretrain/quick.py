"""What makes a step quick on the device it runs on: formats, attention kernels, fused norms."""

from functools import cache, partial
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the name everyone reads
from torch import Tensor, nn

from vlm.bfloat16 import WORTHWHILE, bfloat16_gain


def choose_attention(net: Any, guided: bool, device: torch.device) -> None:
    """Choose the attention kernels for training.

    Perceiver and decoder must show their weights while they are guided. On a CPU the fused
    kernel's backward pass is slower in bfloat16 than the plain one for crops of this size.
    """
    read = "eager" if guided else "sdpa"
    see = "eager" if device.type == "cpu" else "sdpa"
    net.set_attn_implementation(
        {"text_config": read, "perceiver_config": read, "vision_config": see}
    )


@cache
def quickest(device_type: str) -> torch.dtype:
    """Return bfloat16, or float32 for a processor that gains nothing by it."""
    narrow = device_type != "cpu" or bfloat16_gain() >= WORTHWHILE
    return torch.bfloat16 if narrow else torch.float32


def autocast(device: torch.device) -> torch.autocast:
    """Compute in bfloat16 while open, where casts cost less than what they save.

    On a GPU they do not: a step of models so small waits for its launches, and nine hundred of
    them would be casts. There matrices are multiplied in TF32, see :func:`make_quick`.
    """
    narrow = device.type == "cpu" and quickest(device.type) is torch.bfloat16
    return torch.autocast(device.type, torch.bfloat16, enabled=narrow)


def _normed(norm: Any, hidden: Tensor) -> Tensor:
    """Compute a root-mean-square norm of the library at once instead of in seven steps."""
    return F.rms_norm(hidden, norm.weight.shape, norm.weight, norm.variance_epsilon)


def fuse_norms(net: nn.Module) -> None:
    """Let the root-mean-square norms of a model launch one kernel each."""
    for module in net.modules():
        if type(module).__name__.endswith("RMSNorm"):
            module.forward = partial(_normed, module)


def make_quick(net: nn.Module, device: torch.device) -> None:
    """Prepare a model for a device whose launches cost more than its arithmetic."""
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")
        fuse_norms(net)
