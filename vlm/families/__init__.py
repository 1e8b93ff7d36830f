"""The model families that this program runs: one module and one row for each."""

from __future__ import annotations

from collections.abc import Mapping

from vlm.families.family import Family
from vlm.families.idefics2 import Idefics2
from vlm.families.idefics3 import Idefics3
from vlm.families.llava import Llava
from vlm.families.smolvlm import smolvlm

FAMILIES: Mapping[str, Family] = {
    "idefics2": Idefics2(),
    "idefics3": Idefics3(),
    "llava": Llava(),
    "smolvlm": smolvlm(),
}
"""By the `model_type` of a checkpoint's `config.json`."""
