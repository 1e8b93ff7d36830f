"""SmolVLM and SmolVLM2: asked like Idefics3; their video side is not used."""

from __future__ import annotations

from vlm.families.idefics3 import Idefics3


def smolvlm() -> Idefics3:
    """Return the family: Idefics3's prompt and image path under its own name."""
    return Idefics3(name="SmolVLM")
