"""What a page is to a model before it is loaded: visual tokens and patches, from its config.json.

Assumes an A4 page of usual print. What each row really costs is counted by `finetune.counting`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from vlm.errors import ModelIncomplete
from vlm.joined_tiles import Joining, most_of
from vlm.page_parts import HIGHEST, WIDEST

Config = Mapping[str, object]

_WIDTH, _HEIGHT, _DPI = 8.27, 11.69, 150.0
"""A page in inches, and the resolution at which its print is legible."""
_PAGE_PX = 1475
"""Side of a square with as many pixels as such a page, for a model of any size."""


@dataclass(frozen=True, slots=True)
class Look:
    """A page as a model looks at it.

    Attributes:
        tokens: Visual tokens that the text model reads.
        patches: What the encoder looks at, of all images of the page.
        together: Patches of one image: each looks at all of them.
    """

    tokens: int
    patches: int
    together: int


def look_of(base: Path, images: int, splitting: bool) -> Look:
    """Say how a model looks at a page.

    Args:
        base: A model folder.
        images: Into how many images a page is split, where the model's config does not decide it.
        splitting: Whether it is split at all.

    Raises:
        ModelIncomplete: When its config.json cannot be read.
    """
    config = _read(base)
    together = _patches(config)
    joining = _joining(config)
    if joining is not None:
        size = joining.drawn(_WIDTH, _HEIGHT, _DPI, splitting)
        return Look(joining.tokens(*size), (1 + joining.tiles(*size)) * together, together)
    count = images if splitting else 1
    return Look(count * _tokens(config), count * together, together)


def part_of(base: Path) -> Look:
    """Say how a small model looks at one part of a page, see `vlm.page_parts`.

    Raises:
        ModelIncomplete: When its config.json cannot be read.
    """
    config = _read(base)
    patches = round(_patches(config) * HIGHEST / WIDEST)
    return Look(_tokens(config), patches, patches)


def _read(base: Path) -> Config:
    try:
        found: object = json.loads((base / "config.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelIncomplete(f"The model in {base} has no readable config.json.") from error
    return cast(Config, found) if isinstance(found, dict) else {}


def _number(config: object, *keys: str, default: int) -> int:
    """Return a whole number of a config, the first where there is one for each side."""
    for key in keys:
        config = cast(Config, config).get(key) if isinstance(config, dict) else None
    if isinstance(config, list) and config:
        config = cast(list[object], config)[0]
    return config if isinstance(config, int) else default


def _patch(config: Config) -> int:
    return max(1, _number(config, "vision_config", "patch_size", default=16))


def _patches(config: Config) -> int:
    side = _number(config, "vision_config", "image_size", default=_PAGE_PX)
    return (side // _patch(config)) ** 2


def _tokens(config: Config) -> int:
    """Return the visual tokens of one image."""
    for keys in (
        ("num_query_tokens",),
        ("perceiver_config", "resampler_n_latents"),
        ("mm_tokens_per_image",),
        ("image_seq_length",),
    ):
        if (count := _number(config, *keys, default=0)) > 0:
            return count
    own = _number(config, "vision_config", "scale_factor", default=1)
    own = _number(config, "vision_config", "spatial_merge_size", default=own)
    return _patches(config) // max(1, _number(config, "scale_factor", default=own)) ** 2


def _joining(config: Config) -> Joining | None:
    """Return how a model joins a page's tiles to one grid; None for one that does not."""
    listed, side = (
        config.get("image_grid_pinpoints"),
        _number(config, "vision_config", "image_size", default=0),
    )
    if not isinstance(listed, list) or side < 1:
        return None
    canvases: list[tuple[int, int]] = []
    for canvas in cast(list[object], listed):
        match canvas:
            case [int(down), int(across)] if min(down, across) >= side:
                canvases.append((down, across))
            case _:
                return None
    most = most_of(config.get("vision_aspect_ratio", ""))
    return Joining(side, side // _patch(config), tuple(canvases), most) if canvases else None
