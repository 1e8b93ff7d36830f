"""Cuts a drawn page into what the model sees: a crop, the whole page, or the five views."""

import random
from enum import Enum

import numpy as np
from PIL import Image

from pretrain.documents.crops import Sample, View
from pretrain.documents.fields import NOT_HERE, ask_absent
from pretrain.documents.ink import Pixels
from pretrain.documents.pages import Ask, Page
from pretrain.documents.paper import stamp
from pretrain.documents.wear import Wear, wear_out
from pretrain.labels import Ints, Placed

ABSENT_SHARE = 0.1
STAMPED_SHARE = 0.15


class Scope(Enum):
    """How much of the page the model is shown."""

    CROP = "crop"
    WHOLE = "page"
    SPLIT = "split page"


def inside(placed: Placed, box: tuple[int, int, int, int]) -> Ints:
    """Return which characters have their centres in a box of left, top, right, bottom in pixels."""
    left, top, right, bottom = box
    x, y = placed.centres.T
    return np.flatnonzero((x >= left) & (x < right) & (y >= top) & (y < bottom))


def cut(pixels: Pixels, placed: Placed, box: tuple[int, int, int, int], shrink: int = 1) -> View:
    """Return a region of a page, with the characters whose centres lie in it.

    Args:
        pixels: ``(H, W, 3)`` of the page.
        placed: the page's characters.
        box: left, top, right, bottom in pixels; right and bottom exclusive.
        shrink: divide the region's size by this.
    """
    left, top, right, bottom = box
    region = pixels[top:bottom, left:right]
    if shrink > 1:
        size = ((right - left) // shrink, (bottom - top) // shrink)
        region = np.asarray(Image.fromarray(region).resize(size, Image.Resampling.BILINEAR))
    members = inside(placed, box)
    centres = (placed.centres[members] - np.array([left, top])) / shrink
    return View(region, Placed(placed.classes[members], centres), members)


def five(pixels: Pixels, placed: Placed) -> tuple[View, ...]:
    """Return the four quarters in reading order, then the whole at half its size."""
    height, width = pixels.shape[:2]
    half_w, half_h = width // 2, height // 2
    quarters = [
        cut(pixels, placed, (x, y, x + half_w, y + half_h))
        for y in (0, half_h)
        for x in (0, half_w)
    ]
    return (*quarters, cut(pixels, placed, (0, 0, width, height), shrink=2))


def window(centre: float, size: int, limit: int, rng: random.Random) -> int:
    """Return the start of a window of ``size`` about ``centre``, within ``[0, limit]``."""
    start = int(centre - size * rng.uniform(0.35, 0.65))
    return max(0, min(start, limit - size))


def around(
    pixels: Pixels, placed: Placed, ask: Ask, size: tuple[int, int], rng: random.Random
) -> View:
    """Cut ``size`` (width, height in pixels) out of the page, about the answer."""
    height, width = pixels.shape[:2]
    size = (min(size[0], width), min(size[1], height))
    x, y = placed.centres[ask.at : ask.at + len(ask.answer)].mean(0)
    left = window(x - 0.2 * size[0], size[0], width, rng)
    top = window(y, size[1], height, rng)
    return cut(pixels, placed, (left, top, left + size[0], top + size[1]))


def _answer(page: Page, ask: Ask, shown: set[int], rng: random.Random) -> tuple[str, str, int]:
    """Question, answer and its place; sometimes for a field that the page does not have."""
    if rng.random() < ABSENT_SHARE:
        question = ask_absent(page.printed, rng, page.held_out)
        if question is not None:
            return question, NOT_HERE, -1
    if all(ask.at + offset in shown for offset in range(len(ask.answer))):
        return ask.question, ask.answer, ask.at
    return ask.question, NOT_HERE, -1


def view_page(
    page: Page, kind: str, scope: Scope, wear: Wear, crop: tuple[int, int], rng: random.Random
) -> Sample:
    """Turn a page into a sample with one of its questions.

    Args:
        page: drawn, with at least one question.
        kind: of document, for the scores.
        scope: what is shown.
        wear: the worst that may happen to it.
        crop: width and height of a crop, pixels.
        rng: the only source of chance.
    """
    pixels, placed = wear_out(page.sheet.image, page.sheet.placed(), rng, wear)
    if wear is not Wear.NONE and rng.random() < STAMPED_SHARE:
        pixels = stamp(pixels, page.face[0], rng)
    ask = rng.choice(page.asks)
    height, width = pixels.shape[:2]
    if scope is Scope.SPLIT:
        views = five(pixels, placed)
    elif scope is Scope.WHOLE:
        views = (cut(pixels, placed, (0, 0, width, height), shrink=2),)
    else:
        views = (around(pixels, placed, ask, crop, rng),)
    shown = {int(member) for view in views for member in view.members}
    question, answer, at = _answer(page, ask, shown, rng)
    return Sample(views, page.sheet.text, question, answer, at, kind)
