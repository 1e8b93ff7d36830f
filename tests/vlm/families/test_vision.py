from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from tests import tiny
from vlm.families import vision


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_pixels_are_the_librarys_bit_for_bit(kind: tiny.Kind) -> None:
    _, processor = tiny.build(kind)
    side = tiny.TILE
    chance = np.random.default_rng(0)
    image = Image.fromarray(chance.integers(0, 256, (side, side, 3), dtype=np.uint8))
    expected = processor.image_processor(
        [[image]], do_resize=False, do_image_splitting=False, return_tensors="pt"
    )
    for _ in range(2):  # the second from what is remembered
        found = vision.pixels(processor, image)
        for name, tensor in found.items():
            assert tensor.dtype == expected[name].dtype, name
            assert torch.equal(tensor, expected[name]), name
