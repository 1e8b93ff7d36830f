from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import Tensor, nn

from finetune.attach import attach
from finetune.dora import FactoredDora, use_factored_norm
from tests.finetune import tuning


class _Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Linear(24, 40)
        self.two = nn.Linear(40, 16, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.two(torch.tanh(self.one(x)))
        return result


def _adapted(dropout: float = 0.0, dtype: torch.dtype = torch.float64) -> Any:
    torch.manual_seed(1)
    net = _Net().to(dtype)
    config = LoraConfig(
        r=4, lora_alpha=6, lora_dropout=dropout, use_dora=True, target_modules=["one", "two"]
    )
    model = get_peft_model(net, config, autocast_adapter_dtype=False)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(weight, std=0.3)
        if "magnitude" in name:
            weight.data *= 1 + 0.2 * torch.rand_like(weight)
    return model


def _gradients(model: Any, x: Tensor) -> dict[str, Tensor]:
    torch.manual_seed(2)
    out = model(x)
    (out.square().mean() + out.sum()).backward()
    return {name: p.grad for name, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize(
    ("dropout", "dtype", "near"),
    [(0.0, torch.float64, 1e-6), (0.0, torch.float32, 1e-5), (0.3, torch.float32, 1e-5)],
)
def test_output_and_gradients_are_pefts(dropout: float, dtype: torch.dtype, near: float) -> None:
    x = torch.randn(3, 7, 24, dtype=dtype)
    theirs, ours = _adapted(dropout, dtype), _adapted(dropout, dtype)
    assert use_factored_norm(ours) == 2
    expected, found = _gradients(theirs, x), _gradients(ours, x)
    assert len(expected) == 6
    assert expected.keys() == found.keys()
    for name, gradient in expected.items():
        error = (found[name] - gradient).norm() / gradient.norm()
        assert float(error) < near, name
    torch.manual_seed(2)
    one = theirs(x).detach()
    torch.manual_seed(2)
    with torch.no_grad():
        assert float((ours(x) - one).abs().max() / one.abs().max()) < near


def test_the_norm_kept_over_micro_batches_follows_every_step_of_the_optimizer() -> None:
    theirs, ours = _adapted(), _adapted()
    use_factored_norm(ours)
    optimizers = [torch.optim.AdamW(m.parameters(), lr=0.05) for m in (theirs, ours)]
    for step in range(4):
        for model, optimizer in zip((theirs, ours), optimizers, strict=True):
            optimizer.zero_grad()
            for part in range(2):
                torch.manual_seed(10 * step + part)
                x = torch.randn(3, 24, dtype=torch.float64)
                with torch.inference_mode():
                    model(x)  # as a question would
                model(x).square().sum().backward()
            optimizer.step()
    found = dict(ours.named_parameters())
    for name, weight in theirs.named_parameters():
        assert torch.allclose(found[name], weight, rtol=1e-6, atol=1e-8), name


def test_what_is_kept_while_nothing_learns_notices_every_change() -> None:
    x = torch.randn(2, 24, dtype=torch.float64)
    theirs, ours = _adapted(), _adapted()
    use_factored_norm(ours)
    theirs.eval()
    ours.eval()
    with torch.no_grad():
        for change in ("lora_A", "lora_B", "magnitude"):
            assert torch.allclose(ours(x), theirs(x), atol=1e-6)
            for model in (theirs, ours):
                for name, weight in model.named_parameters():
                    if change in name:
                        weight.mul_(1.5)
        assert torch.allclose(ours(x), theirs(x), atol=1e-6)


def test_saved_adapters_load_in_plain_peft_with_the_same_logits(tmp_path: Path) -> None:
    folder = tuning.base(tmp_path)
    plan = tuning.plan_of(folder, trains_vision=True, connector="full")
    wrapped = attach(tuning.loaded(folder).model, plan)
    kinds = {type(v) for m in wrapped.modules() for v in getattr(m, "lora_variant", {}).values()}
    assert kinds == {FactoredDora}
    torch.manual_seed(3)
    with torch.no_grad():
        for weight in wrapped.parameters():
            if weight.requires_grad:
                weight.add_(0.05 * torch.randn_like(weight))
    wrapped.eval()
    wrapped.save_pretrained(tmp_path / "adapter")
    plain = PeftModel.from_pretrained(tuning.loaded(folder).model, str(tmp_path / "adapter"))
    plain.eval()
    ids = torch.tensor([[5, 4, 4, 4, 4, 4, 4, 4, 4, 9, 12]])
    pixels = torch.randn(1, 1, 3, 64, 96)
    with torch.no_grad():
        expected = plain(input_ids=ids, pixel_values=pixels).logits
        found = wrapped(input_ids=ids, pixel_values=pixels).logits
        with plain.disable_adapter():
            before = plain(input_ids=ids, pixel_values=pixels).logits
    assert float((found - expected).abs().max()) < 1e-4
    assert float((before - expected).abs().max()) > 0.01
