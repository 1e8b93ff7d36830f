from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from finetune import block_attention
from finetune.base_model import load_base, place
from tests import tiny
from tests.finetune import tuning
from vlm.cancel import returned
from vlm.loader import load


@pytest.mark.parametrize("length", [512, 700])
def test_blocks_give_what_torch_gives(length: int) -> None:
    torch.manual_seed(0)
    query, key, value = (torch.randn(2, 3, length, 16) for _ in range(3))
    expected = functional.scaled_dot_product_attention(query, key, value, scale=0.3)
    found = block_attention.attend(query, key, value, 0.3)
    assert torch.allclose(found.transpose(1, 2), expected, atol=1e-5)


def test_an_encoder_sees_the_same_with_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tuning.base(tmp_path)
    exact = load_base(folder, place("float32", "cpu"))
    stock = returned(load(folder, None, place("auto", "cpu", torch.bfloat16)))
    blocks = load_base(folder, place("auto", "cpu", torch.bfloat16))
    side = tiny.LONGEST_EDGE
    torch.manual_seed(0)
    pixels = {
        "pixel_values": torch.rand(1, 1, 3, side, side) * 2 - 1,
        "pixel_attention_mask": torch.ones(1, 1, side, side, dtype=torch.long),
    }
    used: list[int] = []
    plain = block_attention.attend

    def counted(query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
        used.append(query.shape[2])
        return plain(query, key, value, scale)

    monkeypatch.setattr(block_attention, "attend", counted)
    monkeypatch.setattr(block_attention, "LEAST", 100)
    with torch.no_grad():
        right, theirs, ours = (
            model.family.encode(model.model, pixels).float() for model in (exact, stock, blocks)
        )
    assert used == [(side // tiny.PATCH) ** 2] * tiny.LAYERS
    assert 0 < float((ours - right).norm()) < 1.5 * float((theirs - right).norm())
    half = {**pixels, "pixel_attention_mask": pixels["pixel_attention_mask"].clone()}
    half["pixel_attention_mask"][..., side // 2 :] = 0
    used.clear()
    with torch.no_grad():
        blocks.family.encode(blocks.model, half)
    assert used == [], "where pixels are hidden the library's own way is taken"
    assert not block_attention.use_blocks(blocks.model.model.vision_model), "only once"
