"""The model families that this program runs: one module and one row for each."""

from __future__ import annotations

from collections.abc import Mapping

from vlm.families.blip2 import Blip2
from vlm.families.family import Family
from vlm.families.florence2 import Florence2
from vlm.families.gemma3 import Gemma3
from vlm.families.granite_docling import GraniteDocling
from vlm.families.idefics import Idefics
from vlm.families.idefics2 import Idefics2
from vlm.families.idefics3 import Idefics3
from vlm.families.instructblip import InstructBlip
from vlm.families.internvl import InternVl
from vlm.families.llava import Llava
from vlm.families.llava_next import LlavaNext, llava_onevision
from vlm.families.mllama import Mllama
from vlm.families.paligemma import PaliGemma
from vlm.families.qwen import SYSTEM, TEMPLATE, Qwen
from vlm.families.smolvlm import smolvlm

FAMILIES: Mapping[str, Family] = {
    "blip-2": Blip2(),
    "florence2": Florence2(),
    "gemma3": Gemma3(),
    "granite_docling": GraniteDocling(),
    "idefics": Idefics(),
    "idefics2": Idefics2(),
    "idefics3": Idefics3(),
    "instructblip": InstructBlip(),
    "internvl": InternVl(),
    "llava": Llava(),
    "llava_next": LlavaNext(),
    "llava_onevision": llava_onevision(),
    "mllama": Mllama(),
    "paligemma": PaliGemma(),
    "qwen2_vl": Qwen("Qwen2-VL", SYSTEM + TEMPLATE),
    "qwen2_5_vl": Qwen("Qwen2.5-VL", SYSTEM + TEMPLATE),
    "qwen3_vl": Qwen("Qwen3-VL"),
    "smolvlm": smolvlm(),
}
"""By the `model_type` of a checkpoint's `config.json`."""
