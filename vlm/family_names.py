"""The model families that this program runs, by the `model_type` of their `config.json`.

Names and places only: `vlm.families` has the code, which imports too much for the window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vlm import foreign

NAMES: Mapping[str, str] = {
    "blip-2": "BLIP-2",
    "florence2": "Florence-2",
    "gemma3": "Gemma 3",
    "granite_docling": "Granite Docling",
    "idefics": "Idefics",
    "idefics2": "Idefics2",
    "idefics3": "Idefics3",
    "instructblip": "InstructBLIP",
    "internvl": "InternVL",
    "llava": "LLaVA",
    "llava_next": "LLaVA-NeXT",
    "llava_onevision": "LLaVA-OneVision",
    "mllama": "Llama 3.2 Vision",
    "paligemma": "PaliGemma",
    "qwen2_vl": "Qwen2-VL",
    "qwen2_5_vl": "Qwen2.5-VL",
    "qwen3_vl": "Qwen3-VL",
    "smolvlm": "SmolVLM",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """Where a model of a family has its parts, as dotted names of modules.

    Attributes:
        text: What reads and writes text, without the head; a checkpoint need not have them all.
        vision: What sees.
        connector: What lies between them.
        merged: Whether the text model reads visual tokens between its own and needs nothing else.
    """

    text: tuple[str, ...]
    vision: tuple[str, ...]
    connector: tuple[str, ...]
    merged: bool = False


_IDEFICS = Parts(("model.text_model",), ("model.vision_model",), ("model.connector",), merged=True)
_LLAVA = Parts(("model.language_model",), ("model.vision_tower",), ("model.multi_modal_projector",))
_MERGED = Parts(_LLAVA.text, _LLAVA.vision, _LLAVA.connector, merged=True)
_QWEN = Parts(("model.language_model",), ("model.visual.blocks",), ("model.visual.merger",))

_BLIP = Parts(
    ("language_model.model", "language_model.encoder", "language_model.decoder"),
    ("vision_model",),
    ("qformer", "language_projection"),
)

PARTS: Mapping[str, Parts] = {
    "blip-2": _BLIP,
    "florence2": _LLAVA,
    "gemma3": _LLAVA,
    "granite_docling": Parts(
        ("model.text_model",), ("model.vision_model.encoder",), ("model.vision_model.connector",)
    ),
    "idefics": Parts(
        ("model.layers", "model.gated_cross_attn_layers"),
        ("model.vision_model",),
        ("model.perceiver_resampler",),
    ),
    "idefics2": _IDEFICS,
    "idefics3": _IDEFICS,
    "instructblip": _BLIP,
    "internvl": _MERGED,
    "llava": _MERGED,
    "llava_next": _MERGED,
    "llava_onevision": _MERGED,
    "mllama": Parts(_LLAVA.text, _IDEFICS.vision, _LLAVA.connector),
    "paligemma": _LLAVA,
    "qwen2_vl": _QWEN,
    "qwen2_5_vl": _QWEN,
    "qwen3_vl": Parts(
        _QWEN.text, _QWEN.vision, (*_QWEN.connector, "model.visual.deepstack_merger_list")
    ),
    "smolvlm": _IDEFICS,
}


_SEEING = ("vision", "visual", "image", "patch", "pixel")
"""Words in the settings of models that look at pictures."""


def stranger(settings: Mapping[str, Any]) -> str:
    """Say what a model of another family is: "a model of the type 'x', which ... . It runs ...".

    Args:
        settings: Of its `config.json`.
    """
    kind = settings.get("model_type")
    words = " ".join([str(kind), *settings]).lower()
    if any(word in words for word in _SEEING):
        why = "which this program does not run. It runs"
    else:
        why = "which reads text only and cannot look at a page. This program runs"
    text = f"a model of the type {kind!r}, {why} {sentence()}."
    return f"{text} {advice}" if (advice := foreign.advice(settings)) else text


def sentence() -> str:
    """List the families for people: "Idefics2, Idefics3 and SmolVLM"."""
    *first, last = sorted(set(NAMES.values()))
    return f"{', '.join(first)} and {last}" if first else last
