"""Muon over stacks of equal matrices, in the number format that is quickest on this device."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from pretrain import many

COEFFICIENTS = (3.4445, -4.775, 2.0315)
"""Of the quintic iteration, as Jordan chose them: steep at zero, near one everywhere else."""

STEPS = 5


def step_at(optimisers: Iterable[Optimizer], rate: float) -> None:
    """Let optimisers of any kind make a step at a learning rate."""
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = rate
        optimiser.step()


def warmed(step: int, warm: int, spent: float, cools: float = 0.0) -> float:
    """Return what a learning rate is multiplied by: it rises, stays, and falls along a cosine.

    Args:
        step: From 1.
        warm: Steps until it is reached.
        spent: Share of the time or of the steps, in [0, 1].
        cools: Share after which it falls, to a fiftieth.
    """
    falling = max(0.0, (min(1.0, spent) - cools) / (1 - cools))
    return min(1.0, step / warm) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * falling)))


def orthogonal(matrices: Tensor) -> Tensor:
    """Bring the singular values of matrices near one, by Newton and Schulz's iteration.

    Args:
        matrices: ``(B, rows, columns)``, of any floating dtype, in which it computes.

    Returns:
        ``(B, rows, columns)`` with singular values of about 0.7 to 1.2.

    Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024.
    """
    upright = matrices.shape[-2] > matrices.shape[-1]
    found = matrices.mT if upright else matrices
    found = found / found.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    first, third, fifth = COEFFICIENTS
    for _ in range(STEPS):
        gram = found @ found.mT
        update = torch.baddbmm(gram, gram, gram, beta=third, alpha=fifth)
        found = torch.baddbmm(found, update, found, beta=first)
    return found.mT if upright else found


class Muon(Optimizer):
    """Momentum whose matrix is made orthogonal before each step, with decoupled weight decay.

    As ``torch.optim.Muon`` with Nesterov's momentum and steps as long as AdamW's, so that both take
    one learning rate (Liu et al., arXiv 2502.16982, section 2.2). That one computes matrix by
    matrix and always in bfloat16, which takes some processors fifty times as long.

    Args:
        matrices: two-dimensional parameters inside layers.
        lr: learning rate.
        weight_decay: share of a weight lost at each step, times the learning rate.
        momentum: share of the momentum that stays at each step.
        dtype: in which the iteration computes.
    """

    def __init__(
        self,
        matrices: Iterable[nn.Parameter],
        lr: float,
        weight_decay: float = 0.02,
        momentum: float = 0.95,
        dtype: torch.dtype = torch.bfloat16,
    ) -> None:
        super().__init__(matrices, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})
        self.dtype = dtype

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Make a step from the gradients; parameters without one stay as they are."""
        if closure is not None:
            raise ValueError("This optimizer takes no closure.")
        for group in self.param_groups:
            alike: dict[torch.Size, list[Tensor]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    alike.setdefault(parameter.shape, []).append(parameter)
            for shape, parameters in alike.items():
                updates = torch.stack(self._updates(parameters, group["momentum"]))
                rate = group["lr"] * 0.2 * max(shape) ** 0.5
                many.shrink(parameters, 1 - group["lr"] * group["weight_decay"])
                ways = orthogonal(updates).to(parameters[0].dtype)
                many.go(parameters, list(ways.unbind()), rate)

    def _updates(self, parameters: list[Tensor], momentum: float) -> list[Tensor]:
        """Take gradients into the momenta; return where Nesterov's steps go."""
        buffers: list[Tensor] = []
        gradients: list[Tensor] = []
        for parameter in parameters:
            state: dict[str, Any] = self.state[parameter]
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = torch.zeros_like(parameter)
            assert parameter.grad is not None
            buffers.append(state["momentum_buffer"])
            gradients.append(parameter.grad)
        many.approach(buffers, gradients, 1 - momentum)
        ahead = many.between(gradients, buffers, momentum)
        return [one.to(self.dtype) for one in ahead]
