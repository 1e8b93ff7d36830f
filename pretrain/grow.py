"""Makes a larger model of a trained one that answers the same: first deeper, then wider."""

from dataclasses import replace
from pathlib import Path

from pretrain import checkpoint, export
from pretrain.checkpoint import Position
from pretrain.deepen import deepen
from pretrain.model import PRESETS, Preset
from pretrain.reader import Reader
from pretrain.widen import widen


def grow(small: Reader, start: Preset, target: Preset) -> Reader:
    """Return a reader of a larger preset that computes what ``small`` does, but for rounding.

    Args:
        small: the trained reader.
        start: its size.
        target: a size nowhere smaller, with attention heads as wide.

    Raises:
        ValueError: the target is smaller in some part, or its heads are of another width.
    """
    deeper = replace(
        start,
        vision_layers=target.vision_layers,
        text_layers=target.text_layers,
        perceiver_layers=target.perceiver_layers,
    )
    deep = deepen(small, deeper)
    return deep if deeper == target else widen(deep, target)


def grow_checkpoint(folder: Path, out: Path, preset: str) -> Position:
    """Write a checkpoint of a larger model with the averaged weights of another's.

    Args:
        folder: of a checkpoint.
        out: gets the larger one; its stage is "adopted", so that any stage may start from it.
        preset: its size.

    Raises:
        ValueError: as :func:`grow`.
    """
    small, at = export.load_reader(folder)
    return checkpoint.begin(out, grow(small, PRESETS[at.preset], PRESETS[preset]), preset)
