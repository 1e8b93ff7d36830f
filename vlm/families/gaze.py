"""How visual tokens lie on a tile, for the designs that several families share; see `Gaze`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from torch import Tensor

from vlm.decoder import StockDecoder, TextModel
from vlm.families.family import Attention, Gaze, Patches, Tile


def merged(text: TextModel, queries: Attention | None = None) -> Gaze:
    """Return the gaze of a text model that reads the tokens of square views between its own."""
    return Gaze(StockDecoder(text), layers(text.body.layers), square, queries=queries)


def layers(blocks: Iterable[Any]) -> tuple[Attention, ...]:
    """Return the attention of a text model's blocks."""
    return tuple(Attention(block.self_attn) for block in blocks)


def square(tile: Tile, attention: Tensor) -> tuple[Patches, ...]:
    """Lay attention on a square of patches, row by row; what stands before them has no place."""
    side = math.isqrt(len(attention))
    return (Patches(attention[-(side**2) :].view(side, side), tile.canvas),)


def regular(tile: Tile, attention: Tensor, unit: int) -> tuple[Patches, ...]:
    """Lay attention on the patches of a whole canvas, row by row.

    Args:
        tile: The tile.
        attention: ``(patches,)``; what follows them has no place.
        unit: Pixels of a patch's side, which divide the canvas evenly.
    """
    rows, columns = tile.canvas[1] // unit, tile.canvas[0] // unit
    return (Patches(attention[: rows * columns].view(rows, columns), tile.canvas),)
