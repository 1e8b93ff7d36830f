"""What is drawn and taught at each stage, as plain values, and the gate that ends each level."""

import random
from dataclasses import dataclass, replace

from pretrain.batches import Batch, collate
from pretrain.documents.crops import CropPlan, draw_crop
from pretrain.documents.forms import draw_form
from pretrain.documents.wear import Wear
from pretrain.fonts import FontFile
from pretrain.model import LATENTS
from pretrain.reader import Weights


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a curriculum.

    Attributes:
        name: what it is called in the curves.
        rows: heights to choose from, in patches; repeated entries are likelier.
        columns: narrowest and widest, in patches, inclusive.
        wear: how worn the crops are; repeated entries are likelier.
        weights: what each loss counts.
        gate_cer: the level is passed when random strings are read with fewer errors than this;
            None for the last level.
        noise_share: share of text that cannot be guessed.
        one_word: one short group of characters per line only.
        em_px: smallest and largest text size.
        forms_share: share of samples that are fields with a question, the rest is to be read.
    """

    name: str
    rows: tuple[int, ...]
    columns: tuple[int, int]
    wear: tuple[Wear, ...]
    weights: Weights
    gate_cer: float | None = None
    noise_share: float = 0.6
    one_word: bool = False
    em_px: tuple[int, int] = (14, 30)
    forms_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the recipe: its levels and its pace.

    Attributes:
        name: what it is called on the command line.
        levels: in order.
        peak_lr: learning rate after the warm-up.
        patches_per_batch: how many patches make a batch, before rounding to whole samples.
    """

    name: str
    levels: tuple[Level, ...]
    peak_lr: float
    patches_per_batch: int


_CLEAN = (Wear.NONE, Wear.LIGHT)
_MIXED = (Wear.NONE, Wear.LIGHT, Wear.LIGHT, Wear.HEAVY)
_TEACH = Weights(patch=0.5, latent=1.0, guide=0.3, answer=1.0)
_READ = Weights(patch=0.3, latent=0.5, guide=0.05, answer=1.0)

STAGES: dict[str, Stage] = {
    "encoder": Stage(
        "encoder",
        (
            Level("start", (2,), (6, 20), (Wear.NONE,), Weights(), em_px=(15, 24)),
            Level("lines", (2, 2, 2, 3, 4), (6, 32), _CLEAN, Weights()),
        ),
        peak_lr=2e-3,
        patches_per_batch=2048,
    ),
    "lines": Stage(
        "lines",
        (
            Level("glyph", (2,), (2, 4), _CLEAN, _TEACH, gate_cer=0.5, one_word=True),
            Level("word", (2,), (5, 12), _CLEAN, _TEACH, gate_cer=0.3, one_word=True),
            Level("line", (2, 2, 3), (8, 28), _CLEAN, _TEACH, gate_cer=0.1),
            Level("fields", (2, 2, 3, 4), (10, 32), _CLEAN, _READ, gate_cer=0.05, forms_share=0.4),
            Level("block", (2, 2, 3, 4, 6), (8, 40), _MIXED, _READ, forms_share=0.4),
        ),
        peak_lr=1.5e-3,
        patches_per_batch=1536,
    ),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Everything that decides batch number ``index``: nothing else does.

    Attributes:
        level: what is drawn.
        fonts: in which fonts.
        seed: the run's seed.
        patches_per_batch: how many patches make a batch.
        most_samples: upper bound of the samples of a batch.
    """

    level: Level
    fonts: tuple[FontFile, ...]
    seed: int
    patches_per_batch: int
    most_samples: int = 128

    def draw(self, index: int) -> Batch:
        """Draw batch number ``index``; the same on every machine."""
        level = self.level
        rng = random.Random(f"{self.seed}/{level.name}/{index}")
        rows, columns = rng.choice(level.rows), rng.randint(*level.columns)
        count = min(self.most_samples, max(4, self.patches_per_batch // (rows * columns)))
        plan = CropPlan(
            rows,
            columns,
            self.fonts,
            noise_share=level.noise_share,
            smallest_em_px=level.em_px[0],
            largest_em_px=level.em_px[1],
            one_word=level.one_word,
        )
        samples = []
        for _ in range(count):
            worn = rng.choice(level.wear)
            draw = draw_form if rng.random() < level.forms_share else draw_crop
            samples.append(draw(replace(plan, wear=worn), rng))
        return collate(samples, LATENTS)
