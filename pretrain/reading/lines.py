"""Draws single lines of print as the program cuts them out of scans, to be read by letters."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from pretrain.documents.crops import CropPlan, seen
from pretrain.documents.ink import Sheet, choose_font, fit, width_of
from pretrain.documents.printers import till_font
from pretrain.documents.slips import slip_line
from pretrain.documents.texts import Writer
from pretrain.documents.wear import Wear
from pretrain.fonts import FontFile
from pretrain.labels import Placed
from pretrain.matching.bank import LANGUAGES, domains
from pretrain.reading.marks import draw_mark
from vlm.line_network import EM_PX, HEIGHT

Gray = npt.NDArray[np.uint8]

EMS = (0.72, 1.3)
"""Smallest and largest letters, of the size that the program makes them."""

OFF = 0.12
"""How far a line may lie above or below the middle, in ems."""

ABOVE = 0.3
"""Where the middle of letters lies above what they stand on, in ems."""

DENSE, FULL_SHARE, TRIED = 2.4, 0.75, 20
"""Characters for each em of room, how often all of it is filled, and how often to try."""

NATIVE = (0.5, 1.0)
"""Size at which a line was scanned, of that at which it is shown: coarse scans are enlarged."""

COARSE_SHARE = 0.45
"""How often it was scanned smaller than it is shown."""

WIDTHS = (0.72, 1.2)
"""Widths of letters, times their font's."""

STRETCHED_SHARE, CAPITALS_SHARE, TRACKED_SHARE, APART_SHARE = 0.4, 0.12, 0.25, 0.2
"""How often letters are wider or narrower, all capitals, further apart, and words far apart."""

TILLS, DRY, WHITENED = 0.3, 0.4, 0.75
"""How often a till prints, how often that is out of ink, and how often the paper is made white."""

NEIGHBOURS, UNDERLINED = 0.12, 0.06
"""How often a slice of another line is seen, and how often the line has a rule below it."""

MARKED, ALONE = 0.07, 0.6
"""How often an emblem or a piece of a picture stands before a line, and how often in its place."""


@dataclass(frozen=True, slots=True)
class LinePlan:
    """What kind of lines is drawn.

    Attributes:
        fonts: To choose from.
        wear: What may happen to them, each as likely.
        held_out: Write what is kept for measuring.
        tills: How often a till prints.
        marked: How often something is drawn that is no print; lines may then have no text.
        text: Writes about so many characters; None for all kinds.
    """

    fonts: tuple[FontFile, ...]
    wear: tuple[Wear, ...] = (Wear.NONE, Wear.LIGHT, Wear.LIGHT, Wear.HEAVY, Wear.HEAVY)
    held_out: bool = False
    tills: float = TILLS
    marked: float = MARKED
    text: Callable[[Writer, int], str] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was drawn.

    Attributes:
        pixels: ``(HEIGHT, width)`` uint8, gray.
        text: What it says.
        centres: ``(characters,)`` float64, where the middle of each lies, pixels.
    """

    pixels: Gray
    text: str
    centres: npt.NDArray[np.float64]


@lru_cache(maxsize=1)
def _told() -> tuple[str, ...]:
    """Return what the bank of labels, questions and values says."""
    every = list[str]()
    for domain in domains():
        for language in LANGUAGES:
            every += domain.sections.get(language, ())
            every += domain.rows.get(language, ())
        for concept in domain.concepts:
            for language in LANGUAGES:
                every += 2 * concept.labels[language]
                every += concept.asked(language, held_out=False)
            every += 2 * concept.values
    return tuple(every)


def _of_bank(writer: Writer, length: int) -> str:
    """Return pieces of the bank one behind the other."""
    rng, told = writer.rng, _told()
    text = rng.choice(told)
    while len(text) < length and rng.random() < 0.8:
        text += rng.choice((" ", " ", ": ", "  ")) + rng.choice(told)
    if len(text) > 1.3 * length:
        start = rng.randrange(len(text) - length)
        text = text[start:].split(" ", 1)[-1]
    chance = rng.random()
    return text.upper() if chance < 0.12 else text


def _row(writer: Writer, length: int) -> str:
    """Return a row of numbers, as of a table or a list of goods."""
    rng, parts = writer.rng, list[str]()
    while len(" ".join(parts)) < length:
        parts.append(
            rng.choice(
                (
                    writer.amount,
                    writer.amount,
                    writer.date,
                    lambda: writer.digits(rng.randint(1, 8)),
                )
            )()
        )
        if rng.random() < 0.2:
            parts.append(writer.pick("words"))
    return " ".join(parts)


KINDS: tuple[tuple[int, Callable[[Writer, int], str]], ...] = (
    (30, Writer.noise),
    (22, Writer.natural),
    (22, lambda writer, _: slip_line(writer)),
    (22, _of_bank),
    (12, _row),
    (4, lambda writer, length: writer.digits(min(8, max(1, length)))),
)
"""What lines say, and how often."""


def _text(plan: LinePlan, writer: Writer, length: int) -> str:
    if plan.text is not None:
        return plan.text(writer, length)
    makers = [make for _, make in KINDS]
    return writer.rng.choices(makers, weights=[share for share, _ in KINDS])[0](writer, length)


@dataclass(frozen=True, slots=True)
class _Press:
    """What prints a line.

    Attributes:
        rng: The only source of chance.
        writer: Invents texts.
        font: Its letters.
        em_px: Their size.
        tracking: What is between them besides, pixels.
        baseline: Where they stand, pixels from the top.
    """

    rng: random.Random
    writer: Writer
    font: FontFile
    em_px: int
    tracking: float
    baseline: float

    def fitting(self, text: str, room: float) -> str:
        """Return as much of a text as there is room for."""
        return fit(" ".join(text.split()), self.font, self.em_px, room, self.tracking)

    def write(self, sheet: Sheet, text: str, left: float) -> None:
        """Write a line, its words far apart at times."""
        rng, words = self.rng, text.split(" ")
        wide = width_of(text, self.font, self.em_px, self.tracking)
        spare = sheet.image.width - left - wide - 2
        if len(words) < 2 or spare < self.em_px or rng.random() > APART_SHARE:
            sheet.write(text, (left, self.baseline), self.font, self.em_px, self.tracking)
            return
        some = rng.randint(1, min(3, len(words) - 1))
        gaps = sorted(rng.sample(range(1, len(words)), k=some))
        x = left
        for first, last in zip((0, *gaps), (*gaps, len(words)), strict=True):
            part = " ".join(words[first:last])
            x = sheet.write(part, (x, self.baseline), self.font, self.em_px, self.tracking)
            if last < len(words):
                end = x + rng.uniform(0.2, 1.0) * spare / some
                sheet.text += " "
                sheet.boxes.append((x, self.baseline - self.em_px, end, self.baseline))
                x = end + width_of(" ", self.font, self.em_px, self.tracking)

    def underline(self, sheet: Sheet) -> None:
        """Draw a rule below the line."""
        y = self.baseline + self.rng.uniform(0.15, 0.35) * self.em_px
        place = [(0.0, y), (float(sheet.image.width), y)]
        gray, thick = self.rng.randint(0, 150), self.rng.choice((1, 1, 2))
        ImageDraw.Draw(sheet.image).line(place, fill=gray, width=thick)

    def neighbour(self, sheet: Sheet) -> None:
        """Let a slice of the line above or below be seen, which is not to be read."""
        other = Sheet.blank(*sheet.image.size)
        down = self.rng.choice((-1, 1)) * self.rng.uniform(1.1, 1.5) * self.em_px
        text = self.fitting(self.writer.natural(60), sheet.image.width)
        at = (self.rng.uniform(0, 40), self.baseline + down)
        other.write(text, at, self.font, self.em_px)
        both = np.minimum(np.asarray(sheet.image), np.asarray(other.image))
        sheet.image.paste(Image.fromarray(both))


def draw_line(plan: LinePlan, width: int, rng: random.Random) -> Line:
    """Draw one line in a picture of so many pixels; all chance comes from ``rng``."""
    till = rng.random() < plan.tills
    fonts = (till_font(plan.fonts, rng),) if till else plan.fonts
    stretch = rng.uniform(*WIDTHS) if not till and rng.random() < STRETCHED_SHARE else 1.0
    sheet = Sheet.blank(round(width / stretch), HEIGHT)
    press = _press(plan, fonts, rng)
    left = rng.uniform(1, min(20, sheet.image.width / 4))
    alone = False
    if rng.random() < plan.marked:
        left = draw_mark(sheet.image, left, rng) + rng.uniform(0.3, 1.5) * press.em_px
        alone = rng.random() < ALONE or left + 2 * press.em_px > sheet.image.width
    room = sheet.image.width - left - rng.uniform(1, min(12, sheet.image.width / 6))
    if not alone:
        press.write(sheet, _written(plan, press, room), left)
    if rng.random() < UNDERLINED:
        press.underline(sheet)
    if rng.random() < NEIGHBOURS:
        press.neighbour(sheet)
    sheet = sheet.stretched(width)
    pixels, centres = _scanned(sheet, till, plan, rng)
    return Line(pixels, sheet.text, centres)


def _press(plan: LinePlan, fonts: tuple[FontFile, ...], rng: random.Random) -> _Press:
    em_px = max(8, round(EM_PX * rng.uniform(*EMS)))
    tracking = rng.uniform(-0.02, 0.15) * em_px if rng.random() < TRACKED_SHARE else 0.0
    return _Press(
        rng,
        Writer(rng, plan.held_out),
        choose_font(rng, fonts, 0.0 if plan.held_out else CAPITALS_SHARE),
        em_px,
        tracking,
        HEIGHT / 2 + (ABOVE + rng.uniform(-OFF, OFF)) * em_px,
    )


def _written(plan: LinePlan, press: _Press, room: float) -> str:
    """Return a text for which there is room, of at least one character."""
    share = 1.0 if press.rng.random() < FULL_SHARE else press.rng.random()
    wanted = max(1, int(DENSE * share * room / press.em_px))
    for _ in range(TRIED):
        if text := press.fitting(_text(plan, press.writer, wanted), room):
            return text
    return press.writer.digits(1)


def _scanned(
    sheet: Sheet, till: bool, plan: LinePlan, rng: random.Random
) -> tuple[Gray, npt.NDArray[np.float64]]:
    """Return a line as it was scanned and shown, and the middles of its characters."""
    wear = plan.wear[rng.randrange(len(plan.wear))]
    image, placed, share = sheet.image, sheet.placed(), 1.0
    if wear is not Wear.NONE and rng.random() < COARSE_SHARE:
        share = rng.uniform(*NATIVE)
        width, height = (max(8, round(side * share)) for side in image.size)
        coarse = rng.choice((Image.Resampling.BOX, Image.Resampling.BILINEAR))
        image = image.resize((width, height), coarse)
        placed = Placed(placed.classes, placed.centres * share)
    crop = CropPlan(2, 2, plan.fonts, wear, dry=DRY * till, whitened=WHITENED)
    pixels, placed = seen(image, placed, crop, rng)
    shown = Image.fromarray(pixels).convert("L")
    if shown.size != sheet.image.size:
        finer = rng.choice((Image.Resampling.BICUBIC, Image.Resampling.BILINEAR))
        shown = shown.resize(sheet.image.size, finer)
    return np.asarray(shown), placed.centres[:, 0] / share
