"""The network that reads single lines of print: pixels in, characters at each of their places out.

Convolutions look at letters, three of them each coarser; what they see in a column of four pixels
becomes one vector. Blocks then let columns beside each other, and some further off, speak with each
other, so that a worn letter is read with its neighbours. Every column tells two places of two
pixels each: a character or "nothing new", as connectionist temporal classification wants it
(Graves et al., "Connectionist temporal classification", ICML 2006, section 3).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

HEIGHT = 40
"""Of a line's picture, pixels."""

EM_PX = 22.0
"""Size of its letters, pixels of one em."""

PLACE_PX = 2
"""Pixels of one place."""

COLUMN_PX = 4
"""Pixels of one column: pictures are as wide as some of them."""

CHARACTERS = (
    " "
    + "".join(map(chr, range(0x21, 0x7F)))
    + "ÄÖÜäöüßÀÂÆÇÉÈÊËÎÏÔŒÙÛàâæçéèêëîïôœùûáíóúñåøØ"
    + "€£§°²³½·•«»–—„“”‘’©®№µ×±"
)
"""What it can read; class ``n + 1`` is character ``n``, class 0 "nothing new"."""

CLASSES = len(CHARACTERS) + 1

CHANNELS = (32, 64, 96)
WIDTH, HIDDEN = 256, 512
APART = (1, 2, 4, 1, 2, 4, 8, 1)
"""How many columns away each block's neighbours are."""


class _Block(nn.Module):
    """Lets each column look at itself and two others."""

    def __init__(self, apart: int) -> None:
        super().__init__()
        self.apart = apart
        self.norm = nn.LayerNorm(WIDTH)
        self.inward = nn.Linear(3 * WIDTH, HIDDEN)
        self.outward = nn.Linear(HIDDEN, WIDTH)
        nn.init.normal_(self.outward.weight, std=0.02)

    def forward(self, columns: Tensor) -> Tensor:
        """Return what the columns know now, float of the same shape."""
        seen, apart = self.norm(columns), self.apart
        left = functional.pad(seen, (0, 0, apart, 0))[:, :-apart]
        right = functional.pad(seen, (0, 0, 0, apart))[:, apart:]
        hidden = functional.gelu(self.inward(torch.cat([left, seen, right], dim=-1)))
        added: Tensor = self.outward(hidden)
        return columns + added


class LineNetwork(nn.Module):
    """Reads pictures of lines, see the module."""

    def __init__(self) -> None:
        """Start with random weights."""
        super().__init__()
        first, second, third = CHANNELS
        self.edges = nn.Conv2d(1, first, 3, (2, 2), 1)
        self.strokes = nn.Conv2d(first, second, 3, (2, 1), 1)
        self.letters = nn.Conv2d(second, third, 3, (2, 2), 1)
        self.again = nn.Conv2d(third, third, 3, 1, 1)
        self.column = nn.Linear(third * HEIGHT // 8, WIDTH)
        self.blocks = nn.ModuleList(_Block(apart) for apart in APART)
        self.norm = nn.LayerNorm(WIDTH)
        self.tell = nn.Linear(WIDTH, 2 * CLASSES)
        nn.init.zeros_(self.tell.bias)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the scores of all characters at all places.

        Args:
            pictures: ``(lines, 1, HEIGHT, width)`` float, 0 is paper and 1 ink; the width a
                multiple of `COLUMN_PX`.

        Returns:
            ``(lines, width / PLACE_PX, CLASSES)`` logits.
        """
        seen = functional.gelu(self.edges(pictures.to(memory_format=torch.channels_last)))
        seen = functional.gelu(self.letters(functional.gelu(self.strokes(seen))))
        seen = seen + functional.gelu(self.again(seen))
        lines, _, _, width = seen.shape
        columns = self.column(seen.permute(0, 3, 2, 1).reshape(lines, width, -1))
        for block in self.blocks:
            columns = block(columns)
        told: Tensor = self.tell(self.norm(columns))
        return told.view(lines, 2 * width, CLASSES)
