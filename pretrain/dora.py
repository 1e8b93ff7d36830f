"""Weight-decomposed low-rank adapters for the last stage, attached and merged in place.

DoRA (arXiv 2402.09353, section 4) as a parametrisation of ``nn.Linear.weight``, which needs no
library that a borrowed machine may lack. As in arXiv 2402.09353, section 4.3, the norm is taken
as a constant when gradients are computed.
"""

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize


class Dora(nn.Module):
    """The adapted weight ``magnitude * (W + scale * b @ a) / row norm``.

    Args:
        weight: ``(out, in)``, the frozen base.
        rank: rank of the update.
        scale: factor of the update, alpha over rank.
    """

    def __init__(self, weight: Tensor, rank: int, scale: float) -> None:
        super().__init__()
        out, into = weight.shape
        self.scale = scale
        self.a = nn.Parameter(torch.randn(rank, into, device=weight.device) / into**0.5)
        self.b = nn.Parameter(torch.zeros(out, rank, device=weight.device))
        self.magnitude = nn.Parameter(weight.detach().norm(dim=1))

    def forward(self, weight: Tensor) -> Tensor:
        """Return the adapted weight, ``(out, in)``."""
        direction = weight + self.scale * (self.b @ self.a)
        norm = direction.norm(dim=1, keepdim=True).detach()
        adapted: Tensor = self.magnitude[:, None] * direction / norm
        return adapted


def _backbone_layers(net: nn.Module) -> list[nn.Linear]:
    """Linear layers inside the vision transformer and the decoder."""
    return [
        module
        for name, module in net.named_modules()
        if isinstance(module, nn.Linear) and ".layers." in name and "connector" not in name
    ]


def attach(net: nn.Module, rank: int, alpha: float | None = None) -> int:
    """Freeze everything but the connector and put adapters on both backbones.

    As arXiv 2405.02246, section 3.2, does it: adapters on the backbones, the connector in full.

    Args:
        net: the stock model.
        rank: of the adapters.
        alpha: twice the rank when None.

    Returns:
        How many layers got an adapter.
    """
    scale = (2.0 * rank if alpha is None else alpha) / rank
    layers = _backbone_layers(net)
    for name, parameter in net.named_parameters():
        parameter.requires_grad_("connector" in name)
    for layer in layers:
        parametrize.register_parametrization(layer, "weight", Dora(layer.weight, rank, scale))
    return len(layers)


def merge(net: nn.Module) -> None:
    """Write the adapted weights into the layers and drop the adapters; same outputs."""
    for module in list(net.modules()):
        if parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight", leave_parametrized=True)
    for parameter in net.parameters():
        parameter.requires_grad_(True)
