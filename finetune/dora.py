"""DoRA with its norm in factored form: the same numbers as peft's, without the product BA.

The norm of each row of W + sBA is taken as ``||W||² + 2s·B·(WAᵀ) + s²·B(AAᵀ)·B``, and like peft's
it gets no gradient (arXiv 2402.09353, section 4.3). Parameters, their names and what is saved are
peft's own.
"""

from __future__ import annotations

from typing import Any

import torch
from peft.tuners.lora.layer import LoraLayer
from peft.tuners.lora.variants import DoraLinearVariant
from peft.utils.integrations import dequantize_module_weight
from torch import Tensor, nn
from torch.nn import functional


class FactoredDora(DoraLinearVariant):  # type: ignore[misc]  # peft ships no types
    """peft's DoRA of one linear layer with another forward.

    Args:
        layer: The layer it is for; the squared norms of its unchanged weight are kept.
    """

    def __init__(self, layer: Any) -> None:
        weight = dequantize_module_weight(layer.get_base_layer()).detach()
        self._squares = torch.linalg.vector_norm(weight.float(), dim=1).square()  # (out,)
        self._kept: tuple[tuple[int, ...], Tensor] | None = None

    def forward(  # pyright: ignore[reportIncompatibleMethodOverride]  # static in peft, called on it
        self, module: Any, active_adapter: str, x: Tensor, result: Tensor, **_: Any
    ) -> Tensor:
        """Return the layer's output ``(..., out)`` with the adapter in it.

        Args:
            module: The layer.
            active_adapter: Whose weights to use.
            x: ``(..., in)``.
            result: The base layer's output for `x`, bias included, ``(..., out)``.
            _: peft passes more to other variants.
        """
        down, up = module.lora_A[active_adapter].weight, module.lora_B[active_adapter].weight
        scaling = float(module.scaling[active_adapter])
        base = module.get_base_layer()
        scale = self._scale(module, active_adapter, down, up, scaling).to(result.dtype)
        dropout = module.lora_dropout[active_adapter]
        if module.training and not isinstance(dropout, nn.Identity):
            x = dropout(x)
            weight = dequantize_module_weight(base).to(x.dtype)
            low = functional.linear(functional.linear(x, down), up)
            return result + (scale - 1) * functional.linear(x, weight) + (scale * scaling) * low
        moved = functional.linear(functional.linear(x, down), up * scaling) + result
        if base.bias is None:
            return moved * scale
        bias = base.bias.to(result.dtype)
        return torch.addcmul(bias - bias * scale, moved, scale)

    def _scale(self, module: Any, adapter: str, down: Tensor, up: Tensor, scaling: float) -> Tensor:
        """Return magnitude over norm, ``(out,)``.

        The norm has no gradient, so it is taken once a step: all micro-batches share it until the
        weights change.
        """
        magnitude: Tensor = module.lora_magnitude_vector[adapter].weight
        versions = tuple(number for t in (down, up) for number in (t.data_ptr(), _version(t)))
        if self._kept is None or self._kept[0] != versions:
            self._kept = versions, self._norm(module.get_base_layer(), down, up, scaling)
        return magnitude / self._kept[1]

    @torch.inference_mode(False)  # what is kept must serve a later gradient too
    @torch.no_grad()
    def _norm(self, base: Any, down: Tensor, up: Tensor, scaling: float) -> Tensor:
        """Return the norms of the rows of W + sBA, ``(out,)`` float32."""
        weight: Tensor = dequantize_module_weight(base)
        if self._squares.device != weight.device:
            self._squares = self._squares.to(weight.device)
        with torch.autocast(weight.device.type, enabled=False):
            low, high = down.float(), up.float()
            crossed = (weight @ down.to(weight.dtype).T).float()  # (out, r)
            mixed = high @ (low @ low.T)  # (out, r)
            inner = torch.linalg.vecdot(high, 2 * scaling * crossed + scaling**2 * mixed)
        norm: Tensor = (self._squares + inner).clamp_min(0).sqrt()
        return norm


def _version(tensor: Tensor) -> int:
    return 0 if tensor.is_inference() else int(tensor._version)


def use_factored_norm(model: nn.Module) -> int:
    """Give every linear DoRA layer below `model` the factored norm; return how many."""
    count = 0
    for layer in model.modules():
        variants: dict[str, Any] = getattr(layer, "lora_variant", {})
        if not isinstance(layer, LoraLayer):
            continue
        for adapter, variant in variants.items():
            if type(variant) is DoraLinearVariant and not getattr(layer, "fan_in_fan_out", False):
                variants[adapter] = FactoredDora(layer)
                count += 1
    return count
