"""The model families that this program runs, by the `model_type` of their `config.json`.

Names only: `vlm.families` has the code, which imports too much for the window to know it.
"""

from __future__ import annotations

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "idefics2": "Idefics2",
    "idefics3": "Idefics3",
    "smolvlm": "SmolVLM",
}


def sentence() -> str:
    """List the families for people: "Idefics2, Idefics3 and SmolVLM"."""
    *first, last = sorted(set(NAMES.values()))
    return f"{', '.join(first)} and {last}" if first else last
