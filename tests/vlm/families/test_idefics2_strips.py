"""Tiles that are encoded together are those that are encoded one by one."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import AutoModelForImageTextToText

from tests import tiny
from vlm import encoder_work
from vlm.families import FAMILIES
from vlm.families.family import EncodesSeveral
from vlm.models import default_folder

SHAPES = ((3, 8), (2, 5), (3, 8), (1, 1), (7, 4))
"""Rows and columns of patches."""


@pytest.fixture(autouse=True)
def alone(one_thread: None) -> None:
    """Compute on one thread."""


def views_of(patch: int) -> list[dict[str, torch.Tensor]]:
    chance = torch.Generator().manual_seed(0)
    sizes = [(rows * patch, columns * patch) for rows, columns in SHAPES]
    return [
        {
            "pixel_values": torch.rand(1, 1, 3, *size, generator=chance) * 2 - 1,
            "pixel_attention_mask": torch.ones(1, 1, *size, dtype=torch.int64),
        }
        for size in sizes
    ]


@pytest.mark.parametrize("kind", ["idefics2", "marked", "shipped"])
def test_tiles_of_any_shape_are_encoded_as_alone(kind: str) -> None:
    if kind == "shipped":
        folder = default_folder()
        assert folder is not None
        model: Any = AutoModelForImageTextToText.from_pretrained(
            str(folder), local_files_only=True, dtype=torch.float32
        )
    else:
        model = tiny.build("marked" if kind == "marked" else "idefics2")[0].eval()
    family, views = FAMILIES["idefics2"], views_of(model.config.vision_config.patch_size)
    assert isinstance(family, EncodesSeveral)
    found = encoder_work.encode_several(family, family.encoder(model), model, views)
    for one, view in zip(found, views, strict=True):
        expected = encoder_work.encode(family, model, view)
        torch.testing.assert_close(one, expected, rtol=1e-4, atol=1e-4)
    assert (found[0] - found[2]).abs().max() > 1e-3  # it depends on what is seen


def test_only_this_family_does() -> None:
    several = [name for name, one in FAMILIES.items() if isinstance(one, EncodesSeveral)]
    assert several == ["idefics2"]
