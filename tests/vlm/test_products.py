from __future__ import annotations

import pytest
import torch

from vlm import products
from vlm.products import FEW, columns, exact, int8, one_row, one_row_int8


@pytest.fixture(autouse=True)
def alone(one_thread: None) -> None:
    """Compute on one thread."""


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("rows", [1, 2, FEW, FEW + 1])
def test_an_exact_product_is_the_librarys(rows: int, packed: bool) -> None:
    weight, given = columns(drawn(48, 32)), drawn(rows, 32, seed=1)
    with torch.inference_mode():
        found = exact(weight, packed)(given)
    torch.testing.assert_close(found, given @ weight.t(), rtol=1e-5, atol=1e-5)


def test_without_a_layout_of_the_processors_own_the_product_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    weight, given = columns(drawn(48, 32)), drawn(5, 32, seed=1)
    assert products._pack(weight) is None  # pyright: ignore[reportPrivateUsage]
    torch.testing.assert_close(exact(weight, packed=True)(given), given @ weight.t())


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
