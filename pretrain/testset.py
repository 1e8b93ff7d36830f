"""The held-out samples that a saved model is measured on: drawn, the same at every call."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from pretrain.documents.crops import CropPlan, Sample, TextKind, draw_crop
from pretrain.documents.forms import draw_form
from pretrain.documents.ink import Pixels
from pretrain.documents.pages import KINDS, draw_page
from pretrain.documents.printers import till_font
from pretrain.documents.strips import draw_strips
from pretrain.documents.views import Scope, view_page
from pretrain.documents.wear import Wear
from pretrain.fonts import FontFile, FontSet

LINE_SHAPES = ((2, 12), (2, 20), (2, 28), (3, 24))
FORM_SHAPES = ((2, 20), (3, 24), (4, 28))
STRIP_SHAPES = ((2, 24), (3, 32), (4, 36), (6, 40))
PAGE_PX = (1088, 1536)
PAGE_EM_PX = (18, 26)
PAGE_CROP_PX = (512, 64)

SEED = "test"
"""What the measured samples come from; no other samples are drawn from it."""

PRINTERS = 20
"""Of tills and old offices, in whose print crops are drawn."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How test samples are drawn.

    Attributes:
        name: column of the tables.
        wear: how worn they are.
        fonts: in which fonts.
    """

    name: str
    wear: Wear
    fonts: tuple[FontFile, ...]


def conditions(fonts: FontSet) -> tuple[Condition, ...]:
    """Return clean, degraded, unseen fonts, and these as printers of tills print them."""
    rng = random.Random("test/tills")
    printers = tuple(till_font(fonts.held_out, rng) for _ in range(PRINTERS))
    return (
        Condition("clean", Wear.NONE, fonts.seen),
        Condition("degraded", Wear.HEAVY, fonts.seen),
        Condition("unseen fonts", Wear.NONE, fonts.held_out),
        Condition("tills", Wear.LIGHT, printers),
    )


def _plan(condition: Condition, shape: tuple[int, int], kind: TextKind | None) -> CropPlan:
    em_px = (15, 24) if shape[0] == 2 else (16, 30)
    return CropPlan(
        *shape,
        fonts=condition.fonts,
        wear=condition.wear,
        smallest_em_px=em_px[0],
        largest_em_px=em_px[1],
        held_out=True,
        kind=kind,
    )


def lines(condition: Condition, kind: TextKind, count: int) -> list[Sample]:
    """Draw crops of text to be read; 8-digit strings come on one small shape."""
    samples = []
    for index in range(count):
        shape = (2, 10) if kind is TextKind.DIGITS8 else LINE_SHAPES[index % len(LINE_SHAPES)]
        rng = random.Random(f"test/{kind.value}/{condition.wear.value}/{index}")
        samples.append(draw_crop(_plan(condition, shape, kind), rng))
    return samples


def forms(condition: Condition, count: int, seed: str = SEED) -> list[Sample]:
    """Draw crops of labelled fields with a question each."""
    samples = []
    for index in range(count):
        rng = random.Random(f"{seed}/forms/{condition.wear.value}/{index}")
        shape = FORM_SHAPES[index % len(FORM_SHAPES)]
        samples.append(draw_form(_plan(condition, shape, None), rng))
    return samples


def other_forms(condition: Condition, count: int, seed: str = SEED) -> list[Sample]:
    """Draw crops of labelled fields whose names training never saw, with a question each."""
    samples = []
    for index in range(count):
        rng = random.Random(f"{seed}/other forms/{condition.wear.value}/{index}")
        shape = FORM_SHAPES[index % len(FORM_SHAPES)]
        plan = replace(_plan(condition, shape, None), other=1.0)
        samples.append(draw_form(plan, rng))
    return samples


def strips(condition: Condition, count: int, seed: str = SEED) -> list[Sample]:
    """Draw strips of documents, one of each, with a question that fits or does not."""
    samples = []
    for index in range(count):
        rng = random.Random(f"{seed}/strips/{condition.wear.value}/{index}")
        plan = _plan(condition, STRIP_SHAPES[index % len(STRIP_SHAPES)], None)
        samples += draw_strips(plan, rng, 1)
    return samples


def pages(condition: Condition, scope: Scope, count: int) -> list[Sample]:
    """Draw ``count`` pages of every kind, each with a question, seen at one scope."""
    samples = []
    for kind in KINDS:
        for index in range(count):
            rng = random.Random(f"test/{kind}/{condition.wear.value}/{index}")
            page = draw_page(kind, PAGE_PX, PAGE_EM_PX, condition.fonts, rng, held_out=True)
            samples.append(view_page(page, kind, scope, condition.wear, PAGE_CROP_PX, rng))
    return samples


def grays_of(samples: Sequence[Sample]) -> list[Pixels]:
    """Return the first view of samples, ``(H, W)`` uint8, gray."""
    return [np.asarray(images_of(sample)[0].convert("L")) for sample in samples]


def images_of(sample: Sample) -> list[Image.Image]:
    """Return a sample's views as pictures."""
    return [Image.fromarray(view.pixels) for view in sample.views]


def split_views(page: Image.Image, longest_px: int) -> list[Image.Image]:
    """Return the five views of a scanned page, each at most ``longest_px`` on its long side."""
    half_w, half_h = page.width // 2, page.height // 2
    boxes = [(x, y, x + half_w, y + half_h) for y in (0, half_h) for x in (0, half_w)]
    views = [page.crop(box) for box in boxes] + [page.copy()]
    for view in views:
        view.thumbnail((longest_px, longest_px), Image.Resampling.LANCZOS)
    return views
