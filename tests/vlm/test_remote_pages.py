from __future__ import annotations

import io

from PIL import Image

from vlm import remote_pages


def test_a_photograph_is_sent_as_jpeg() -> None:
    noise = Image.effect_noise((1600, 1600), 200).convert("RGB")
    kind, data = remote_pages.packed(noise)
    assert kind == "jpeg"
    assert Image.open(io.BytesIO(data)).size == noise.size
