"""What is drawn and taught at each stage, as plain values, and the gate that ends each level."""

import random
from dataclasses import dataclass, replace

from pretrain.batches import Batch, collate
from pretrain.documents.crops import CropPlan, Sample, draw_crop
from pretrain.documents.forms import draw_form
from pretrain.documents.pages import KINDS, draw_page
from pretrain.documents.printers import till_font
from pretrain.documents.strips import draw_strips
from pretrain.documents.views import Scope, view_page
from pretrain.documents.wear import Wear
from pretrain.fonts import FontFile
from pretrain.levels import Level, PageMix
from pretrain.model import LATENTS
from pretrain.reader import Weights


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the recipe: its levels and its pace.

    Attributes:
        name: what it is called on the command line.
        levels: in order.
        peak_lr: learning rate after the warm-up.
        patches_per_batch: how many patches make a batch, before rounding to whole samples.
        adapter_rank: rank of the DoRA adapters, merged at the end; None trains every weight.
    """

    name: str
    levels: tuple[Level, ...]
    peak_lr: float
    patches_per_batch: int
    adapter_rank: int | None = None


MOST_SAMPLES = 128
"""Of a batch of usual size."""

DENSE = Weights()
"""What a step counts that teaches patches alone."""

_CLEAN = (Wear.NONE, Wear.LIGHT)
_MIXED = (Wear.NONE, Wear.LIGHT, Wear.LIGHT, Wear.HEAVY)
_TEACH = Weights(patch=0.0, latent=1.0, guide=0.3, answer=1.0)
_READ = Weights(patch=0.3, latent=0.5, guide=0.05, answer=1.0)


def _first(
    name: str,
    rows: tuple[int, ...],
    columns: tuple[int, int],
    gate_cer: float,
    one_word: bool = False,
    forms_share: float = 0.0,
) -> Level:
    """Return a level for the connector's and decoder's first steps."""
    return Level(
        name,
        rows,
        columns,
        _CLEAN,
        _TEACH,
        gate_cer=gate_cer,
        one_word=one_word,
        forms_share=forms_share,
        frozen_encoder=True,
    )


def _pages(name: str, pages: PageMix, gate_cer: float | None = None) -> Level:
    """Return a level of which half of the batches are pages, the rest strips, fields and lines."""
    return Level(
        name,
        (2, 3, 4, 6),
        (10, 48),
        _MIXED,
        _READ,
        gate_cer=gate_cer,
        noise_share=0.4,
        forms_share=0.4,
        strips_share=0.4,
        pages_share=0.5,
        pages=pages,
    )


def _questions(name: str, pages_share: float, gate_cer: float | None = None) -> Level:
    """Return a level that teaches answers alone, most of them to questions."""
    return Level(
        name,
        (2, 3, 4, 6),
        (10, 48),
        _MIXED,
        Weights(patch=0.0, answer=1.0),
        gate_cer=gate_cer,
        noise_share=0.2,
        forms_share=0.7,
        strips_share=0.6,
        pages_share=pages_share,
    )


_STRIPS = Level(
    "strips",
    (2, 2, 3, 4),
    (8, 40),
    (*_MIXED, Wear.HEAVY),
    _READ,
    forms_share=0.4,
    strips_share=0.5,
    em_px=(15, 30),
    absent=0.6,
    other=0.35,
    noise_share=0.35,
    varied=0.5,
    more=3,
    tills=0.3,
    dry=0.4,
    whitened=0.6,
    dense=0.5,
)

STAGES: dict[str, Stage] = {
    "encoder": Stage(
        "encoder",
        (
            Level("start", (2,), (6, 20), (Wear.NONE,), Weights(), em_px=(15, 24)),
            Level("lines", (2, 2, 2, 3, 4), (6, 32), _CLEAN, Weights()),
            Level("worn", (2, 2, 2, 3, 4, 6), (6, 40), _MIXED, Weights()),
        ),
        peak_lr=2e-3,
        patches_per_batch=2048,
    ),
    "lines": Stage(
        "lines",
        (
            _first("glyph", (2,), (2, 4), gate_cer=0.5, one_word=True),
            _first("word", (2,), (5, 12), gate_cer=0.5, one_word=True),
            _first("line", (2, 2, 3), (12, 32), gate_cer=0.2),
            _first("ask", (2, 2, 3), (12, 32), gate_cer=0.1, forms_share=0.45),
            Level(
                "fields", (2, 2, 2, 3, 4), (8, 32), _CLEAN, _READ, gate_cer=0.05, forms_share=0.45
            ),
            Level("block", (2, 2, 3, 4, 6), (8, 40), _MIXED, _READ, gate_cer=0.1, forms_share=0.4),
            _STRIPS,
            replace(
                _STRIPS,
                name="wordings",
                weights=Weights(patch=0.0, latent=0.3, guide=0.05, answer=1.0),
                forms_share=0.7,
                absent=0.3,
                dense=0.0,
                frozen_encoder=True,
            ),
        ),
        peak_lr=1.5e-3,
        patches_per_batch=1536,
    ),
    "pages": Stage(
        "pages",
        (
            _pages("slips", PageMix((20, 28), em_px=(22, 32), crop=(16, 40, 2, 8)), gate_cer=0.1),
            _pages("pages", PageMix()),
        ),
        peak_lr=7e-4,
        patches_per_batch=8192,
    ),
    "questions": Stage(
        "questions",
        (
            _questions("strips", pages_share=0.0, gate_cer=0.1),
            _questions("pages", pages_share=0.3),
        ),
        peak_lr=3e-4,
        patches_per_batch=8192,
        adapter_rank=16,
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
    most_samples: int = MOST_SAMPLES

    def draw(self, index: int) -> Batch:
        """Draw batch number ``index``; the same on every machine."""
        rng = random.Random(f"{self.seed}/{self.level.name}/{index}")
        if rng.random() < self.level.pages_share:
            return collate(self._pages(rng), LATENTS)
        if rng.random() < self.level.strips_share:
            return collate(self._strips(rng), LATENTS)
        return collate(self._crops(rng), LATENTS)

    def _crops(self, rng: random.Random) -> list[Sample]:
        level = self.level
        rows, columns = rng.choice(level.rows), rng.randint(*level.columns)
        plan = CropPlan(
            rows,
            columns,
            self.fonts,
            noise_share=level.noise_share,
            smallest_em_px=level.em_px[0],
            largest_em_px=level.em_px[1],
            one_word=level.one_word,
            absent=level.absent,
            other=level.other,
            varied=level.varied,
            more=level.more,
            dry=level.dry,
            whitened=level.whitened,
        )
        draw = draw_form if rng.random() < level.forms_share else draw_crop
        samples = []
        for _ in range(self._count(rows * columns)):
            worn = rng.choice(level.wear)
            samples.append(draw(replace(plan, wear=worn, fonts=self._fonts(rng)), rng))
        return samples

    def _fonts(self, rng: random.Random) -> tuple[FontFile, ...]:
        """Return all fonts, or a printer's."""
        printed = self.level.tills and rng.random() < self.level.tills
        return (till_font(self.fonts, rng),) if printed else self.fonts

    def _strips(self, rng: random.Random) -> list[Sample]:
        level = self.level
        heights, widths = level.strip
        rows, columns = rng.choice(heights), rng.randint(*widths)
        plan = CropPlan(
            rows,
            columns,
            self._fonts(rng),
            wear=rng.choice(level.wear),
            smallest_em_px=level.strip_em_px[0],
            largest_em_px=level.strip_em_px[1],
            absent=level.absent,
            other=level.other,
            varied=level.varied,
            more=level.more,
            dry=level.dry,
            whitened=level.whitened,
        )
        return draw_strips(plan, rng, self._count(rows * columns))

    def _pages(self, rng: random.Random) -> list[Sample]:
        """Draw pages seen at one scope: one shape, so that they make a batch."""
        mix = self.level.pages
        columns, rows = mix.quarter
        size = (32 * columns, 32 * rows)
        scope = rng.choice(mix.scopes)
        crop = (16 * rng.randint(*mix.crop[:2]), 16 * rng.randint(*mix.crop[2:]))
        crop = (min(crop[0], size[0]), min(crop[1], size[1]))
        patches = {
            Scope.CROP: crop[0] * crop[1] // 256,
            Scope.WHOLE: columns * rows,
            Scope.SPLIT: 5 * columns * rows,
        }[scope]
        samples, faces = [], self._fonts(rng)
        for _ in range(self._count(patches)):
            kind = rng.choice(tuple(KINDS))
            page = draw_page(kind, size, mix.em_px, faces, rng, other=self.level.other)
            samples.append(view_page(page, kind, scope, rng.choice(self.level.wear), crop, rng))
        return samples

    def _count(self, patches: int) -> int:
        """How many samples of so many patches make a batch."""
        return min(self.most_samples, max(2, self.patches_per_batch // patches))
