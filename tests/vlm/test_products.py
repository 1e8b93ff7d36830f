from __future__ import annotations

import pytest
import torch

from vlm import products
from vlm.products import (
    FEW,
    columns,
    exact,
    int8,
    laid_out,
    one_row,
    one_row_int8,
    one_rows,
)


@pytest.fixture(autouse=True)
def alone(one_thread: None) -> None:
    """Compute on one thread."""


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def layers_of(*shapes: tuple[int, int], count: int = 2) -> list[list[torch.Tensor]]:
    return [[columns(drawn(*shape, seed=one)) for shape in shapes] for one in range(count)]


def quick(monkeypatch: pytest.MonkeyPatch, packed: float) -> None:
    """Let a product take a second, or `packed` seconds where the weight is packed."""
    clock, usual = [0.0], products.few_times

    def multiply(rows: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        clock[0] += packed if weight.is_mkldnn else 1.0
        return usual(rows, weight)

    monkeypatch.setattr(products, "few_times", multiply)
    monkeypatch.setattr("vlm.products.time.perf_counter", lambda: clock[0])


@pytest.mark.parametrize(("packed", "pays"), [(0.5, True), (0.95, False), (2.0, False)])
@pytest.mark.parametrize("rows", [1, 2, FEW, FEW + 1])
def test_weights_are_packed_where_that_is_faster_and_the_product_is_the_librarys(
    rows: int, packed: float, pays: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(products, "SAMPLE", 48 * 32)
    layers, given = layers_of((48, 32)), drawn(rows, 32, seed=1)
    with monkeypatch.context() as here:
        quick(here, packed)
        ready = laid_out(layers)
    for (weight,), (held,) in zip(layers, ready, strict=True):
        assert held.is_mkldnn is pays
        with torch.inference_mode():
            found = exact(weight, held)(given)
        torch.testing.assert_close(found, given @ weight.t(), rtol=1e-5, atol=1e-5)


def test_each_place_of_a_layer_is_tried_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]

    def multiply(rows: torch.Tensor, weight: torch.Tensor) -> None:
        clock[0] += 1.0 if weight.is_mkldnn == (rows.shape[1] == 32) else 3.0

    monkeypatch.setattr(products, "few_times", multiply)
    monkeypatch.setattr("vlm.products.time.perf_counter", lambda: clock[0])
    ready = laid_out(layers_of((48, 32), (32, 48)))
    assert [[weight.is_mkldnn for weight in layer] for layer in ready] == [[True, False]] * 2


def test_without_a_layout_of_the_processors_own_weights_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    layers, given = layers_of((48, 32)), drawn(5, 32, seed=1)
    assert laid_out(layers)[1][0] is layers[1][0]
    weight = layers[0][0]
    torch.testing.assert_close(exact(weight, *laid_out(layers)[0])(given), given @ weight.t())


@pytest.mark.parametrize(("by_rows", "pays"), [(0.5, True), (0.95, False), (2.0, False)])
def test_one_row_is_multiplied_by_rows_where_that_is_faster(
    by_rows: float, pays: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, usual = [0.0], torch.mm

    def multiply(rows: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        clock[0] += 1.0 if weight.is_contiguous() else by_rows
        return usual(rows, weight)

    layers, given = layers_of((48, 32), (32, 48), count=3), drawn(1, 32, seed=1)
    with monkeypatch.context() as here:
        here.setattr(torch, "mm", multiply)
        here.setattr("vlm.products.time.perf_counter", lambda: clock[0])
        ready = one_rows(layers)
    for (weight, _), ((held, nothing), (other, _)) in zip(layers, ready, strict=True):
        assert held.is_contiguous() is not pays
        assert (other.shape, nothing.numel()) == ((48, 32), 0)
        alike = held.untyped_storage().data_ptr() == weight.untyped_storage().data_ptr()
        assert alike is not pays, "held once more only where that pays"
        torch.testing.assert_close(given @ held, given @ weight.t(), rtol=1e-5, atol=1e-5)


@pytest.mark.skipif(not products.can_int8(), reason="this build has no 8-bit products")
@pytest.mark.parametrize("rows", [1, 7])
def test_a_product_in_8_bits_is_close(rows: int) -> None:
    weight, given = columns(drawn(64, 128)), drawn(rows, 128, seed=1)
    weight[3] *= 100  # each row of the weight has a scale of its own
    weight[5] = 0
    exact_rows = given @ weight.t()
    engine = torch.backends.quantized.engine
    with torch.inference_mode():
        found = int8(weight)(given)
    assert torch.backends.quantized.engine == engine
    usual = torch.arange(64) != 3
    for part in (usual, ~usual):
        assert (found - exact_rows)[:, part].norm() / exact_rows[:, part].norm() < 0.03
    assert not found[:, 5].any()


def test_a_weight_for_one_row_gives_the_same_product() -> None:
    weight, given = columns(drawn(64, 128)), drawn(1, 128, seed=1)
    turned, nothing = one_row(weight)
    assert turned.untyped_storage().data_ptr() == weight.untyped_storage().data_ptr()
    assert nothing.numel() == 0
    torch.testing.assert_close(given @ turned, given @ weight.t(), rtol=1e-5, atol=1e-5)


def test_8_bits_for_one_row_have_a_scale_for_each_row_of_the_weight() -> None:
    weight = columns(drawn(64, 128))
    weight[3] *= 1000
    weight[5] = 0
    whole, scales = one_row_int8(weight)
    assert (whole.dtype, scales.dtype) == (torch.int8, torch.bfloat16)
    again = whole.float() * scales.float()[:, None]
    assert not again[5].any()
    largest = weight.abs().amax(1)
    # Half a step of 127 for the number, and as much for the scale's own eight bits
    assert ((again - weight).abs().amax(1) <= largest / 127).all()
