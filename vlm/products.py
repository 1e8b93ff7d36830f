"""Products of a few rows with one weight matrix, in the ways this processor does them fastest."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

Product = Callable[[Tensor], Tensor]
"""Takes rows ``(T, in)``, returns ``(T, out)`` in the same format."""

OneRow = tuple[Tensor, Tensor]
"""A weight for products with one row: ``(in, out)`` float32 and nothing, or ``(out, in)`` int8 and
one bfloat16 scale for each of its rows."""

FEW = 64
"""Rows up to which a packed weight is the faster one; for more, the plain product is as fast."""

_PACKED_ROWS = 16
"""Rows that a packed weight is laid out for; 2 to `FEW` rows all gain from it."""

SMALL = 2**24
"""Multiplications in a layer's largest product below which threads cost more than they bring."""

LEAST = 1e-30
"""Taken for the largest number of a weight's row that has only zeros."""


@contextmanager
def threads_for(work: int, device: torch.device) -> Generator[None, None, None]:
    """Compute on one thread where more would not pay.

    Args:
        work: Multiplications in the largest product.
        device: Where they are computed; only the processor has threads to spare.
    """
    threads = torch.get_num_threads()
    alone = threads > 1 and work < SMALL and device.type == "cpu"
    if alone:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        if alone:
            torch.set_num_threads(threads)


def columns(weight: Tensor) -> Tensor:
    """Lay a matrix out in memory by columns: on a CPU, a product with one row reads it faster."""
    return weight.t().contiguous().t() if weight.device.type == "cpu" else weight


def exact(weight: Tensor, packed: bool) -> Product:
    """Return the product with a weight in its own format.

    Args:
        weight: ``(out, in)``, laid out by `columns`.
        packed: Hold it a second time in the processor's own layout, which halves the time of a
            few rows.
    """
    turned, ready = weight.t(), _pack(weight) if packed else None
    if ready is None:

        def plain(rows: Tensor) -> Tensor:
            return torch.mm(rows, turned) if len(rows) == 1 else functional.linear(rows, weight)

        return plain
    few: Any = torch.ops.mkldnn._linear_pointwise.default

    def product(rows: Tensor) -> Tensor:
        count = len(rows)
        if count == 1:
            return torch.mm(rows, turned)
        if count <= FEW:
            found: Tensor = few(rows, ready, None, "none", [], "")
            return found
        return functional.linear(rows, weight)

    return product


def one_row(weight: Tensor) -> OneRow:
    """Return a weight ``(out, in)``, laid out by `columns`, for exact products with one row."""
    return weight.t(), weight.new_empty(0)


def one_row_int8(weight: Tensor) -> OneRow:
    """Return a float32 weight ``(out, in)`` in 8 bits, for products with one row of bfloat16."""
    scales = scales_of(weight).to(torch.bfloat16)
    whole = (weight / scales.float()[:, None]).round_().clamp_(-127, 127)
    return whole.to(torch.int8).contiguous(), scales


def scales_of(weight: Tensor) -> Tensor:
    """Return the numbers ``(out,)`` that bring each row of a weight into -127 to 127."""
    return weight.abs().amax(dim=1).clamp_min(LEAST) / 127


def _pack(weight: Tensor) -> Any:
    """Return a float32 weight as oneDNN lays it out; None where this build has no oneDNN."""
    if weight.device.type != "cpu" or weight.dtype != torch.float32:
        return None
    library: Any = torch.backends.mkldnn
    if not library.is_available():
        return None
    reorder: Any = torch.ops.mkldnn._reorder_linear_weight.default
    try:
        return reorder(weight.contiguous(), _PACKED_ROWS)
    except (RuntimeError, NotImplementedError):
        return None


def can_int8() -> bool:
    """Tell whether this build of the library multiplies in 8 bits on this kind of processor."""
    return "x86" in torch.backends.quantized.supported_engines


def int8(weight: Tensor) -> Product:
    """Return the product with a weight in 8 bits, one scale for each row of the weight.

    The rows that come in are brought to 8 bits on the way, with one scale for all of them.

    Args:
        weight: ``(out, in)`` float32 on the CPU.
    """
    scale = scales_of(weight).double()
    zero = torch.zeros(len(weight), dtype=torch.long)
    before = torch.backends.quantized.engine
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they announce a successor that has no kernel as fast
        torch.backends.quantized.engine = "x86"
        try:
            whole = torch.quantize_per_channel(weight.contiguous(), scale, zero, 0, torch.qint8)
            packed: Any = torch.ops.quantized.linear_prepack(whole, None)
        finally:
            torch.backends.quantized.engine = before
    multiply: Any = torch.ops.quantized.linear_dynamic.default
    # Without VNNI instructions, sums of 8-bit products overflow; the rows then get 7 bits.
    narrow = not torch.cpu._is_vnni_supported()  # pyright: ignore[reportPrivateUsage] - no other way to ask

    def product(rows: Tensor) -> Tensor:
        found: Tensor = multiply(rows, packed, narrow)
        return found

    return product
