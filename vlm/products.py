"""Products of a few rows with one weight matrix, in the ways this processor does them fastest."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Generator, Sequence
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

Layers = Sequence[Sequence[Tensor]]
"""For each layer its weights ``(out, in)``, laid out by `columns`; those of one place have the same
shape in all layers."""

FEW = 64
"""Rows up to which a weight is taken as `laid_out` returned it."""

_PACKED_ROWS = 16
"""Rows that a packed weight is laid out for."""

TRIED, ROUNDS = 8, 5
"""Rows with which a packed weight is tried, and how often a layout is."""

SAMPLE = 2**23
"""Numbers that are tried; more than a processor's caches hold, as in an answer of many layers."""

PAYS = 1.1
"""How much faster another layout must be to be held besides the usual one."""

SMALL = 2**24
"""Multiplications in a layer's largest product below which threads cost more than they bring."""

LEAST = 1e-30
"""Taken for the largest number of a weight's row that has only zeros."""


_packed_product: Any = torch.ops.mkldnn._linear_pointwise.default


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


def laid_out(layers: Layers) -> list[list[Tensor]]:
    """Return weights as this machine multiplies 2 to `FEW` rows with them fastest.

    Which way that is depends on processor and shape: a copy in oneDNN's own layout halves the time
    on some machines and doubles that of small weights on others. So both are tried.

    Returns:
        The weights themselves, or their copies in oneDNN's layout, place by place.
    """
    sample = _sample(layers)
    copies = [[_pack(weight) for weight in layer] for layer in sample]
    if any(copy is None for layer in copies for copy in layer):
        return [list(layer) for layer in layers]
    rows = [torch.ones(TRIED, weight.shape[1]) for weight in layers[0]]
    pays = _pay(sample, copies, rows, few_times)
    for layer in layers[len(sample) :]:
        copies.append([_pack(one) if pay else one for one, pay in zip(layer, pays, strict=True)])
    return [
        [copy if pay else weight for weight, copy, pay in zip(layer, others, pays, strict=True)]
        for layer, others in zip(layers, copies, strict=True)
    ]


def one_rows(layers: Layers) -> list[list[OneRow]]:
    """Return weights as this machine multiplies one row with them exactly and fastest.

    Memory is read fastest in long runs: usually by columns, but by rows where they are the longer
    ones. Both are tried. By rows, a weight is held once more.
    """
    sample = _sample(layers)
    usual = [[weight.t() for weight in layer] for layer in sample]
    copies = [[weight.contiguous().t() for weight in layer] for layer in sample]
    rows = [torch.ones(1, weight.shape[1]) for weight in layers[0]]
    pays = _pay(usual, copies, rows, torch.mm)
    return [
        [one_row(one.contiguous() if pay else one) for one, pay in zip(layer, pays, strict=True)]
        for layer in layers
    ]


def _sample(layers: Layers) -> Layers:
    """Return the first layers, as many as are tried."""
    sample: list[Sequence[Tensor]] = []
    for layer in layers:
        sample.append(layer)
        if sum(weight.numel() for layer in sample for weight in layer) >= SAMPLE:
            break
    return sample


@torch.inference_mode()
def _pay(
    usual: Layers,
    copies: Sequence[Sequence[Any]],
    rows: Sequence[Tensor],
    multiply: Callable[[Tensor, Tensor], Tensor],
) -> list[bool]:
    """Tell for each place whether copies are faster; every layer in turn, as in an answer.

    The fastest round counts: others were disturbed.

    Args:
        usual: The weights as they are.
        copies: The same in another layout.
        rows: What they are multiplied with, place by place.
        multiply: Takes rows and a weight.
    """
    best = [[float("inf")] * len(rows), [float("inf")] * len(rows)]
    largest = len(rows[0]) * max(weight.numel() for weight in usual[0])
    with threads_for(largest, rows[0].device):
        for _ in range(ROUNDS):
            for way, held in enumerate((usual, copies)):
                spent = [0.0] * len(rows)
                for layer in held:
                    for place, given in enumerate(rows):
                        start = time.perf_counter()
                        multiply(given, layer[place])
                        spent[place] += time.perf_counter() - start
                best[way] = list(map(min, best[way], spent))
    return [slow >= PAYS * fast for slow, fast in zip(*best, strict=True)]


def few_times(rows: Tensor, weight: Tensor) -> Tensor:
    """Return the product of rows ``(T, in)`` with a weight from `laid_out`, ``(T, out)``."""
    if not weight.is_mkldnn:
        return functional.linear(rows, weight)
    found: Tensor = _packed_product(rows, weight, None, "none", [], "")
    return found


def exact(weight: Tensor, few: Tensor | None = None) -> Product:
    """Return the product with a weight in its own format.

    Args:
        weight: ``(out, in)``, laid out by `columns`.
        few: The same as `laid_out` returned it, for 2 to `FEW` rows.
    """
    turned, ready = weight.t(), weight if few is None else few

    def product(rows: Tensor) -> Tensor:
        count = len(rows)
        if count == 1:
            return torch.mm(rows, turned)
        return few_times(rows, ready) if count <= FEW else functional.linear(rows, weight)

    return product


def one_row(weight: Tensor) -> OneRow:
    """Return a weight ``(out, in)``, however it is laid out, for exact products with one row."""
    return weight.t(), weight.new_empty(0)


def one_row_int8(weight: Tensor) -> OneRow:
    """Return a float32 weight ``(out, in)`` in 8 bits, for products with one row of bfloat16."""
    scales = scales_of(weight).to(torch.bfloat16)
    whole = (weight / scales.float()[:, None]).round_().clamp_(-127, 127)
    return whole.to(torch.int8).contiguous(), scales


def one_rows_int8(layers: Layers) -> list[list[OneRow]]:
    """Return float32 weights in 8 bits, for products with one row of bfloat16."""
    return [[one_row_int8(weight) for weight in layer] for layer in layers]


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
