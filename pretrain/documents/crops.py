"""Draws small crops of text: glyphs, words, lines and blocks, to be read from top to bottom."""

import random
from dataclasses import dataclass
from enum import Enum

import numpy as np
from PIL import Image

from pretrain.documents.ink import Pixels, Sheet, choose_font, fit
from pretrain.documents.printers import are_printed, streaks
from pretrain.documents.prompts import read_prompt
from pretrain.documents.slips import SLIP_SHARE, slip_line
from pretrain.documents.texts import Writer
from pretrain.documents.wear import Wear, fade, run_dry, wear_out, whitened
from pretrain.fonts import FontFile
from pretrain.labels import Ints, Placed

LEADING = 1.25
"""Height of a line in ems."""

STRETCH = (0.7, 1.2)
"""Narrowest and widest letters, times their font's width."""

SMALL_SHARE = 0.4
"""Of varied lines to be read, how many are drawn small again: dense print is read worst."""

FADED_SHARE, CAPITALS_SHARE = 0.2, 0.3
"""Of varied crops and documents, those whose print has faded, and those without small letters."""

TILL_FADED_SHARE, STREAKED_SHARE = 0.4, 0.1
"""Of those in a till's print, those whose print has faded, and those with dots left out."""


class TextKind(Enum):
    """What is written."""

    NOISE = "random"
    NATURAL = "natural"
    DIGITS8 = "8 digits"


@dataclass(frozen=True, slots=True)
class View:
    """One image that the model is given.

    Attributes:
        pixels: ``(H, W, 3)`` uint8.
        placed: the characters that lie in it, in reading order.
        members: ``(n,)`` which character of the sample's text each of them is.
    """

    pixels: Pixels
    placed: Placed
    members: Ints


@dataclass(frozen=True, slots=True)
class Turn:
    """A question about a picture.

    Attributes:
        question: what is asked.
        answer: what is to be answered.
        answer_at: where in the picture's text the answer stands, -1 when it is not there verbatim.
    """

    question: str
    answer: str
    answer_at: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture, as one view or as the five of a split, with a question about it.

    Attributes:
        views: one, or the four quarters and the whole; all of one shape.
        text: everything that is written there.
        question: what is asked.
        answer: what is to be answered.
        answer_at: where in ``text`` the answer stands, -1 when it is not there verbatim.
        kind: of document, the row of the score table.
        more: further questions about the same picture, each asked by itself.
    """

    views: tuple[View, ...]
    text: str
    question: str
    answer: str
    answer_at: int
    kind: str = "crop"
    more: tuple[Turn, ...] = ()

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All questions."""
        return (Turn(self.question, self.answer, self.answer_at), *self.more)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of views, and their rows and columns in patches."""
        height, width = self.views[0].pixels.shape[:2]
        return len(self.views), height // 16, width // 16


def one_view(pixels: Pixels, placed: Placed) -> tuple[View, ...]:
    """Return the views of an unsplit picture that shows all of its text."""
    return (View(pixels, placed, np.arange(len(placed.classes))),)


@dataclass(frozen=True, slots=True)
class CropPlan:
    """What kinds of crops are drawn.

    Attributes:
        rows, columns: size in 16-pixel patches.
        fonts: to choose from.
        wear: the worst that may happen to it.
        noise_share: share of crops whose text no language model can guess.
        smallest_em_px: smallest text size.
        largest_em_px: largest text size.
        held_out: write with the entries and phrasings kept for measuring.
        kind: force one kind of text, else drawn by ``noise_share``.
        one_word: only one short group of characters.
        absent: how often a question is one that is not answered, times the usual.
        other: share of fields that are not of the usual ones, nor called as they are.
        varied: how often letters are wider or narrower than their font's, or capitals only, and the
            print faded, see :func:`width_drawn`; in training, not when measuring.
        more: most further questions about one picture; in training, not when measuring.
        dry: how often a till is out of ink; in training, not when measuring.
        whitened: how often the paper is made white, as the program does with scans; in training,
            not when measuring.
    """

    rows: int
    columns: int
    fonts: tuple[FontFile, ...]
    wear: Wear = Wear.LIGHT
    noise_share: float = 0.5
    smallest_em_px: int = 14
    largest_em_px: int = 30
    held_out: bool = False
    kind: TextKind | None = None
    one_word: bool = False
    absent: float = 1.0
    other: float = 0.0
    varied: float = 0.0
    more: int = 0
    dry: float = 0.0
    whitened: float = 0.0

    @property
    def till(self) -> bool:
        """Whether it is a till's or an old printer's print, whose letters are narrow already."""
        return are_printed(self.fonts)

    @property
    def stretched(self) -> float:
        """How often letters are wider or narrower than the font draws them."""
        return 0.0 if self.till else self.varied


def width_drawn(width: int, varied: float, rng: random.Random) -> int:
    """Return how wide a sheet is drawn, pixels, before it is stretched to its width.

    Printers of tills squeeze letters, and documents have many more fonts than these.
    """
    if not varied or rng.random() > varied:
        return width
    return round(width / rng.uniform(*STRETCH))


def seen(
    image: Image.Image, placed: Placed, plan: CropPlan, rng: random.Random
) -> tuple[Pixels, Placed]:
    """Return what the model sees of a drawn crop: faint sometimes, and worn; see ``wear_out``."""
    if plan.till and rng.random() < STREAKED_SHARE:
        image = streaks(image, rng)
    image, faint = _faint(image, plan, rng)
    pixels, placed = wear_out(image, placed, rng, plan.wear, faint)
    if plan.whitened and rng.random() < plan.whitened:
        pixels = whitened(pixels)
    return pixels, placed


def _faint(image: Image.Image, plan: CropPlan, rng: random.Random) -> tuple[Image.Image, bool]:
    """Return a crop's print as it left the printer, and whether it is faint."""
    if plan.dry and plan.till and rng.random() < plan.dry:
        return run_dry(image, rng), True
    faded = TILL_FADED_SHARE if plan.till else FADED_SHARE * plan.varied
    if faded and plan.wear is not Wear.NONE and rng.random() < faded:
        return fade(image, rng), True
    return image, False


def _line(writer: Writer, kind: TextKind, length: int) -> str:
    if kind is TextKind.DIGITS8:
        return writer.digits(8)
    if kind is TextKind.NOISE:
        return writer.noise(length)
    return slip_line(writer) if writer.varied(SLIP_SHARE) else writer.natural(length)


def _kind(rng: random.Random, plan: CropPlan) -> TextKind:
    if plan.kind is not None:
        return plan.kind
    return TextKind.NOISE if rng.random() < plan.noise_share else TextKind.NATURAL


def _write_lines(sheet: Sheet, plan: CropPlan, rng: random.Random, writer: Writer) -> None:
    """Fill the sheet with as many lines as fit, ragged at the right."""
    font = choose_font(rng, plan.fonts)
    width, height = sheet.image.size
    largest = min(plan.largest_em_px, int(height / 1.15))
    em_px = rng.randint(min(plan.smallest_em_px, largest), largest)
    if plan.varied and rng.random() < SMALL_SHARE:
        em_px = rng.randint(min(plan.smallest_em_px, largest), em_px)
    kind = _kind(rng, plan)
    most = max(1, int((height - 2) / (LEADING * em_px)))
    fewest = most - 1 if plan.held_out or rng.random() < 0.6 else 1
    lines = rng.randint(max(1, fewest), most)
    tracking = rng.choice((0.0, 0.0, 0.0, rng.uniform(-0.02, 0.12) * em_px))
    spare = height - (lines - 1) * LEADING * em_px - em_px
    baseline = rng.uniform(0.0, max(spare, 0.0)) + 0.82 * em_px
    indent = rng.uniform(1, 0.35 * width if rng.random() < 0.3 else 14)
    for index in range(lines):
        room = (width - 2 - indent) * (1.0 if rng.random() < 0.6 else rng.uniform(0.3, 1.0))
        length = rng.randint(1, 8) if plan.one_word else max(1, int(2.6 * room / em_px))
        text = fit(_line(writer, kind, length), font, em_px, room, tracking)
        if not text:
            continue
        if index and sheet.text:
            sheet.separate("\n")
        sheet.write(text, (indent, baseline + index * LEADING * em_px), font, em_px, tracking)


def draw_crop(plan: CropPlan, rng: random.Random) -> Sample:
    """Draw one crop; all chance comes from ``rng``."""
    writer = Writer(rng, plan.held_out)
    sheet = Sheet.blank(width_drawn(16 * plan.columns, plan.stretched, rng), 16 * plan.rows)
    while not sheet.text:
        _write_lines(sheet, plan, rng, writer)
    sheet = sheet.stretched(16 * plan.columns)
    pixels, placed = seen(sheet.image, sheet.placed(), plan, rng)
    question = read_prompt(rng, plan.held_out)
    return Sample(one_view(pixels, placed), sheet.text, question, sheet.text, 0)
