"""Cuts strips of a few lines out of drawn documents, each with a question that fits or does not.

This is what the model sees when a person draws a box, and when a whole page is asked part by part:
most of the parts do not answer the question. Several strips share one drawn document.
"""

import random

import numpy as np
from PIL import Image, ImageDraw

from pretrain.documents.crops import CropPlan, Sample, Turn, View, seen
from pretrain.documents.fields import NOT_HERE, ask_absent
from pretrain.documents.more_fields import ask_other
from pretrain.documents.pages import KINDS, Ask, Page, draw_page
from pretrain.documents.prompts import read_prompt
from pretrain.documents.views import inside, window
from pretrain.labels import Ints, Placed

NEAR_SHARE = 0.8
"""Strips that are cut about the answer of their question; the others lie anywhere."""

FOREIGN_SHARE = 0.12
"""Questions about a field that the whole document does not have."""

PER_DOCUMENT = 6
"""Strips of one document."""

MORE_ABSENT_SHARE = 0.4
"""Where several questions are asked about one strip: how often one of them does not fit it."""

READ_SHARE = 0.35
"""The same for requests to read it, where what it shows stands in a row."""

CLEARED_SHARE = 0.5
"""Strips of which lines that are cut by an edge are wiped out, in training: what a person draws a
box around, and the parts that a page is divided into, mostly hold whole lines."""

ABOVE, BELOW = 0.62, 0.66
"""From a line's middle to its ends, in em."""


def draw_strips(plan: CropPlan, rng: random.Random, count: int) -> list[Sample]:
    """Draw ``count`` strips of ``plan.rows x plan.columns`` patches, some of each document."""
    samples: list[Sample] = []
    while len(samples) < count:
        kind = rng.choice(tuple(KINDS))
        page = _document(plan, kind, rng)
        for _ in range(min(PER_DOCUMENT, count - len(samples))):
            strip = _strip(page, kind, plan, rng)
            if strip is not None:
                samples.append(strip)
    return samples


def _document(plan: CropPlan, kind: str, rng: random.Random) -> Page:
    """Draw a document as wide as a strip or up to twice as wide."""
    width = int(16 * plan.columns * rng.choice((1.0, rng.uniform(1.0, 2.0))))
    height = max(16 * plan.rows, rng.randint(448, 832))
    largest = min(plan.largest_em_px, int(16 * plan.rows / 1.15))
    em_px = (min(plan.smallest_em_px, largest), largest)
    size, fonts = (width, height), plan.fonts
    return draw_page(kind, size, em_px, fonts, rng, plan.held_out, plan.other, plan.varied)


def _strip(page: Page, kind: str, plan: CropPlan, rng: random.Random) -> Sample | None:
    """Cut one strip; None when the question fits it by half only."""
    placed = page.sheet.placed()
    ask = rng.choice(page.asks)
    near = rng.random() < 1 - (1 - NEAR_SHARE) * plan.absent
    box = _box(page, placed, ask if near else None, plan, rng)
    members = inside(placed, box)
    picture = page.sheet.image.crop(box)
    if plan.varied and rng.random() < CLEARED_SHARE:
        members = _cleared(picture, placed, members, box, page.face[1])
    foreign = _foreign(page, plan, rng) if rng.random() < FOREIGN_SHARE * plan.absent else None
    answers = False if foreign else _answers(page, ask, members)
    if answers is None:
        return None
    question, answer, at = foreign or ask.question, NOT_HERE, -1
    if answers:
        answer, at = ask.answer, ask.at
    shifted = placed.centres[members] - np.array(box[:2])
    pixels, shown = seen(picture, Placed(placed.classes[members], shifted), plan, rng)
    views = (View(pixels, shown, members),)
    more = _more(page, ask, members, plan, rng) if plan.more else ()
    return Sample(views, page.sheet.text, question, answer, at, kind, more)


def _foreign(page: Page, plan: CropPlan, rng: random.Random) -> str | None:
    """Ask for a field that the whole document does not have; None when it has all."""
    if plan.other and rng.random() < plan.other:
        return ask_other(page.sheet.text, page.writer, page.held_out)
    return ask_absent(page.printed, rng, page.held_out)


def _more(
    page: Page, first: Ask, members: Ints, plan: CropPlan, rng: random.Random
) -> tuple[Turn, ...]:
    """Ask for what else the strip has, or again in other words, and sometimes for what it lacks."""
    asks = rng.sample(page.asks, k=len(page.asks))
    found = [ask for ask in asks if _answers(page, ask, members)]
    missing = [ask.question for ask in asks if _answers(page, ask, members) is False]
    turns: list[Turn] = []
    if rng.random() < MORE_ABSENT_SHARE * plan.absent:
        foreign = _foreign(page, plan, rng) if not missing or rng.random() < 0.4 else missing[0]
        turns = [Turn(foreign, NOT_HERE, -1)] if foreign is not None else []
    if rng.random() < READ_SHARE:
        turns += _read(page, members, rng)
    others = [ask for ask in found if ask is not first]
    for ask in [*others, *found * plan.more]:
        if len(turns) < plan.more and ask.field is not None:
            question = ask.field.ask(rng, page.held_out)
            turns.append(Turn(question, ask.answer, ask.at))
    return tuple(turns)


def _read(page: Page, members: Ints, rng: random.Random) -> list[Turn]:
    """Ask to read a strip; nothing where what it shows does not stand in a row."""
    if not len(members) or members[-1] - members[0] != len(members) - 1:
        return []
    shown = page.sheet.text[members[0] : members[-1] + 1]
    text = shown.strip()
    at = int(members[0]) + shown.index(text)
    return [Turn(read_prompt(rng, page.held_out), text, at)] if text else []


def _box(
    page: Page, placed: Placed, ask: Ask | None, plan: CropPlan, rng: random.Random
) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a strip about an answer, or about any character."""
    width, height = 16 * plan.columns, 16 * plan.rows
    centre = placed.centres[rng.randrange(len(placed.centres))]
    if ask is not None:
        centre = placed.centres[ask.at : ask.at + len(ask.answer)].mean(0)
    x = float(centre[0]) - 0.2 * width * (ask is not None)
    left = window(x, width, page.sheet.image.width, rng)
    top = window(float(centre[1]), height, page.sheet.image.height, rng)
    return left, top, left + width, top + height


def _cleared(
    picture: Image.Image,
    placed: Placed,
    members: Ints,
    box: tuple[int, int, int, int],
    em_px: int,
) -> Ints:
    """Wipe lines out that the upper or lower edge cuts.

    Args:
        picture: what the box holds; changed.
        placed: all characters of the page.
        members: those whose middle lies in the box.
        box: left, top, right and bottom on the page, pixels.
        em_px: size of the body text.

    Returns:
        The members that are left.
    """
    height = box[3] - box[1]
    above, below = ABOVE * em_px, BELOW * em_px
    middles = placed.centres[:, 1] - box[1]
    cut = (middles > -below) & (middles < height + above)
    cut &= (middles < above) | (middles > height - below)
    wipe = ImageDraw.Draw(picture)
    for middle in np.unique(middles[cut]):
        wipe.rectangle((0, middle - above, picture.width, middle + below), fill="white")
    return members[~cut[members]]


def _answers(page: Page, ask: Ask, members: Ints) -> bool | None:
    """Whether a strip answers; None when it shows a part of the answer, or no label for it."""
    shown = set(members.tolist())
    answer = range(ask.at, ask.at + len(ask.answer))
    if not any(place in shown for place in answer):
        return False
    line = page.sheet.text.rfind("\n", 0, ask.at) + 1
    whole = all(place in shown for place in range(line, answer.stop))
    return True if whole and ask.field is not None else None
