"""Lines as the network that reads them is taught, drawn without end."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from pretrain.reading.lines import Line, LinePlan, draw_line
from vlm.line_network import CHARACTERS, COLUMN_PX, PLACE_PX
from vlm.line_reader import ink

PIXELS = 9_600
"""Width of a batch: of all its lines together."""

NARROWEST, WIDEST = 48, 768
"""Of a line, pixels."""

MOST = 1 / 120
"""Lines of a batch for each pixel of its width."""

CLASS_OF = {character: number + 1 for number, character in enumerate(CHARACTERS)}


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines of one width.

    Attributes:
        pictures: ``(lines, 1, HEIGHT, width)`` uint8 ink, 0 is paper.
        classes: ``(characters,)`` int64, of all lines one behind the other.
        counts: ``(lines,)`` int64, characters of each.
        places: ``(characters,)`` int64, the place where the middle of each lies.
    """

    pictures: Tensor
    classes: Tensor
    counts: Tensor
    places: Tensor


def batch_of(lines: Sequence[Line]) -> Batch:
    """Put lines of one width together; characters that cannot be read are left out."""
    known = [
        [
            (CLASS_OF[one], x)
            for one, x in zip(line.text, line.centres.tolist(), strict=True)
            if one in CLASS_OF
        ]
        for line in lines
    ]
    last = lines[0].pixels.shape[1] // PLACE_PX - 1
    places = [min(max(int(x / PLACE_PX), 0), last) for line in known for _, x in line]
    return Batch(
        torch.from_numpy(np.stack([ink(line.pixels) for line in lines]))[:, None],
        torch.tensor([one for line in known for one, _ in line], dtype=torch.long),
        torch.tensor([len(line) for line in known]),
        torch.tensor(places, dtype=torch.long),
    )


class Lessons(IterableDataset[Batch]):
    """Batches without end; those of each process that draws are others.

    Args:
        plan: What kind of lines.
        pixels: Width of a batch.
        seed: Of all chance.
    """

    def __init__(self, plan: LinePlan, pixels: int, seed: int) -> None:
        self.plan, self.pixels, self.seed = plan, pixels, seed

    def __iter__(self) -> Iterator[Batch]:
        """Yield batches."""
        info = get_worker_info()
        rng = random.Random(f"{self.seed} {info.id if info else 0}")
        if info is not None:
            torch.set_num_threads(1)
        while True:
            width = math.exp(rng.uniform(math.log(NARROWEST), math.log(WIDEST)))
            width = COLUMN_PX * round(width / COLUMN_PX)
            count = max(1, min(self.pixels // width, round(MOST * self.pixels)))
            yield batch_of([draw_line(self.plan, width, rng) for _ in range(count)])
