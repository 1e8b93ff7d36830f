from __future__ import annotations

import psutil
import pytest
import torch

from vlm import device
from vlm.bfloat16 import bfloat16_gain
from vlm.device import Placement
from vlm.errors import ModelUnsupported, OutOfMemory

CPU = Placement("cpu", torch.float32, torch.float32, "Because.")


def test_the_cpu_is_chosen_by_measuring_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "bfloat16_gain", lambda: 2.5)
    fast = device.choose("cpu")
    assert (fast.dtype, fast.encode) == (torch.float32, torch.bfloat16)
    assert "2.5 times" in fast.reason
    assert fast.dtype_name == "float32, looks in bfloat16"
    monkeypatch.setattr(device, "bfloat16_gain", lambda: 0.4)
    slow = device.choose("cpu")
    assert (slow.dtype, slow.encode, slow.dtype_name) == (torch.float32, torch.float32, "float32")
    assert "slower" in slow.reason
    monkeypatch.setattr(device, "bfloat16_gain", lambda: 1.2)
    assert device.choose("cpu").encode == torch.float32
    assert "hardly faster" in device.choose("cpu").reason


def test_the_measurement_is_a_ratio() -> None:
    assert 0.01 < bfloat16_gain(size=64, rounds=2) < 100


@pytest.mark.parametrize(("slow", "sizes"), [(True, {128}), (False, {128, 384})])
def test_large_matrices_are_multiplied_only_where_small_ones_promise_something(
    monkeypatch: pytest.MonkeyPatch, slow: bool, sizes: set[int]
) -> None:
    clock, multiplied = [0.0], set[int]()

    def multiply(left: torch.Tensor, _right: torch.Tensor) -> None:
        multiplied.add(len(left))
        clock[0] += 0.05 if slow and left.dtype == torch.bfloat16 else 0.001

    monkeypatch.setattr(torch, "mm", multiply)
    monkeypatch.setattr("vlm.bfloat16.time.perf_counter", lambda: clock[0])
    gain = bfloat16_gain()
    assert multiplied == sizes
    assert gain == pytest.approx(0.02 if slow else 1.0)


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    for name in ("cuda", "mps", "tpu"):
        with pytest.raises(ModelUnsupported):
            device.choose(name)
    assert device.choose("auto").device == "cpu"


def test_a_model_that_fits_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "free_bytes", lambda _: 5_000)
    assert device.fit(1_000, CPU, "tiny") == CPU


def test_short_memory_halves_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "free_bytes", lambda _: 3_000)
    half = device.fit(1_000, CPU, "tiny")
    assert (half.dtype, half.encode) == (torch.bfloat16, torch.bfloat16)
    assert "Memory is short" in half.reason


def test_a_model_that_cannot_fit_is_refused_with_the_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(device, "free_bytes", lambda _: 8_000_000_000)
    with pytest.raises(OutOfMemory, match=r"about 19 GB of memory; 8.0 GB are free") as found:
        device.fit(8_000_000_000, CPU, "large")
    assert found.value.needed_bytes == 19_200_000_000
    assert found.value.free_bytes == 8_000_000_000


@pytest.mark.parametrize(
    ("error", "needed"),
    [
        (MemoryError(), 0),
        (
            torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0"),
            2 * 2**30,
        ),
        (
            RuntimeError(
                "DefaultCPUAllocator: can't allocate memory: you tried to allocate 96 bytes."
            ),
            96,
        ),
        (
            RuntimeError(
                "[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: not enough memory: "
                "you tried to allocate 1000 bytes."
            ),
            1000,
        ),
    ],
)
def test_every_kind_of_shortage_is_recognised(error: Exception, needed: int) -> None:
    short = device.shortage(error, "cpu")
    assert short is not None
    assert short.needed_bytes == needed
    assert 0 < short.free_bytes <= psutil.virtual_memory().total
    assert "free" in str(short)


def test_a_real_allocation_that_cannot_succeed_is_recognised() -> None:
    with pytest.raises(RuntimeError) as raised:
        torch.empty(2**60, dtype=torch.uint8)
    short = device.shortage(raised.value, "cpu")
    assert short is not None
    assert short.needed_bytes == 2**60


def test_other_errors_are_none_of_memory() -> None:
    assert device.shortage(RuntimeError("shapes do not match"), "cpu") is None
    assert device.shortage(ValueError("out of memory"), "cpu") is None
