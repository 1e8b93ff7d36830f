"""Muon over stacks: what it does to singular values, and that it steps as torch's own does."""

from copy import deepcopy

import pytest
import torch
from torch import nn

from pretrain.muon import Muon, orthogonal


@pytest.mark.parametrize("shape", [(3, 12, 12), (2, 8, 24), (2, 24, 8)])
def test_singular_values_come_near_one(shape: tuple[int, int, int]) -> None:
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonal(torch.randn(shape)))
    assert values.min() > 0.5
    assert values.max() < 1.3


def test_a_matrix_of_zeros_stays_one() -> None:
    assert orthogonal(torch.zeros(1, 4, 6)).abs().max() == 0


def grown(seed: int) -> list[nn.Parameter]:
    torch.manual_seed(seed)
    return [nn.Parameter(torch.randn(shape)) for shape in ((6, 6), (4, 9), (6, 6), (9, 4))]


def test_it_steps_as_torchs_own_which_computes_in_bfloat16() -> None:
    mine, theirs = grown(0), grown(0)
    ours = Muon(mine, lr=0.02)
    own = torch.optim.Muon(theirs, lr=0.02, weight_decay=0.02, adjust_lr_fn="match_rms_adamw")
    for step in range(4):
        for one, other in zip(mine, theirs, strict=True):
            torch.manual_seed(step)
            one.grad = torch.randn_like(one)
            other.grad = one.grad.clone()
        ours.step()
        own.step()  # type: ignore[no-untyped-call]
    for one, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(one, other, atol=2e-3, rtol=0)


def test_what_has_no_gradient_stays_and_a_state_comes_back() -> None:
    first, second = grown(1), grown(1)
    first[0].grad = torch.ones_like(first[0])
    before = first[1].detach().clone()
    one = Muon(first, lr=0.1, dtype=torch.float32)
    one.step()
    assert torch.equal(first[1], before)
    for parameter, other in zip(first, second, strict=True):
        other.data.copy_(parameter)
    again = Muon(second, lr=0.1, dtype=torch.float32)
    again.load_state_dict(deepcopy(one.state_dict()))
    for parameters, optimizer in ((first, one), (second, again)):
        parameters[0].grad = torch.eye(6)
        optimizer.step()
    assert torch.equal(first[0], second[0])


def test_a_closure_is_refused() -> None:
    with pytest.raises(ValueError, match="no closure"):
        Muon(grown(2), lr=0.1).step(lambda: 0.0)
