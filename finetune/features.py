"""Encodes views, and keeps what a frozen encoder made of them on the disk of the run.

Questions about one picture share what was made of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from finetune.disk import Disk, save
from finetune.kept import KeptPages
from finetune.lessons import Lesson, pixels_of
from finetune.tensor_bytes import raw_of, tensor_of
from finetune.tensors import pack, unpack
from vlm.loader import LoadedModel

_NAME = "features"
_WAY = 2
"""Of drawing what is encoded: features of another way are not taken for those of this one."""


def go_on() -> None:
    """Nothing is in the way."""


class Features:
    """The features of lessons' views.

    Args:
        loaded: Encodes.
        pages: Draws.
        folder: Where features are kept; None to encode anew each time, with gradients.
        disk: Writes them.
        breathe: Called between two images; see `hindrances.Breath`.
    """

    def __init__(
        self,
        loaded: LoadedModel,
        pages: KeptPages,
        folder: Path | None,
        disk: Disk,
        breathe: Callable[[], None] = go_on,
    ) -> None:
        self._loaded = loaded
        self._pages = pages
        self._folder = folder
        self._disk = disk
        self._breathe = breathe
        if folder is not None:
            folder.mkdir(exist_ok=True, mode=0o700)

    @property
    def kept(self) -> bool:
        """Whether features are encoded once."""
        return self._folder is not None

    def key(self, lesson: Lesson, view: int) -> str:
        """Name what is seen: lessons with the same key have the same features."""
        row = lesson.row
        seen = repr((row.sha256, row.box, row.part, row.rotation, lesson.layout, view, _WAY))
        return hashlib.sha256(seen.encode()).hexdigest()[:40]

    def of(self, lesson: Lesson, view: int) -> Tensor:
        """Return ``(visual tokens, hidden)`` of a view, in the order of the prompt."""
        if self._folder is None:
            return self._encode(lesson, view)
        file = self._folder / f"{self.key(lesson, view)}.safetensors"
        if file.exists():
            try:
                tensors, _ = unpack(file.read_bytes())
                return tensor_of(tensors[_NAME]).to(self._loaded.model.device)
            except (ValueError, KeyError):
                self._disk.remove(file)  # damaged: it is made again
        with torch.no_grad():
            features = self._encode(lesson, view)
        save(self._disk, file, pack({_NAME: raw_of(features)}, {}))
        return features

    def _encode(self, lesson: Lesson, view: int) -> Tensor:
        family, model = self._loaded.family, self._loaded.model
        tiles = pixels_of(self._loaded, self._pages, lesson, view)
        learns = any(weight.requires_grad for weight in family.encoder(model).parameters())
        found: list[Tensor] = []
        with torch.set_grad_enabled(learns and torch.is_grad_enabled()):
            for pixels in tiles:
                self._breathe()
                found.append(family.encode(model, pixels))
        return torch.cat(found)
