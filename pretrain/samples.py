"""Draws held-out samples with the model's answers as one picture, for the document."""

from pathlib import Path

from PIL import Image, ImageDraw

from pretrain import testset
from pretrain.asking import SavedModel
from pretrain.documents.crops import Sample, TextKind
from pretrain.fonts import SPARE, FontFile, FontSet

WIDTH = 760
CAPTION_PX = 14
SIGNS = "£€äöüßéèçñ'"
"""Signs of amounts and letters of questions and answers that not every font has."""
RIGHT, WRONG = (20, 110, 40), (170, 30, 30)


def choose(fonts: FontSet) -> list[Sample]:
    """Return ten held-out samples: digits, strings, words and fields, clean to print of tills."""
    clean, degraded, unseen, tills = testset.conditions(fonts)
    return [
        *testset.lines(clean, TextKind.DIGITS8, 2),
        *testset.lines(unseen, TextKind.NOISE, 2),
        *testset.lines(degraded, TextKind.NATURAL, 2),
        *testset.forms(clean, 2),
        *testset.forms(tills, 2),
    ]


def captions(fonts: FontSet) -> FontFile:
    """Return the font that questions and answers are written in: one that has their signs."""
    plain_first = sorted(fonts.seen, key=lambda font: font.name != SPARE)
    whole = (font for font in plain_first if not any(map(font.lacks, SIGNS)))
    return next(whole, plain_first[0])


def draw(folder: Path, fonts: FontSet, target: Path) -> None:
    """Ask the model in ``folder`` and write the picture."""
    model = SavedModel(folder)
    font = captions(fonts).at(CAPTION_PX)
    strips = []
    for sample in choose(fonts):
        image = testset.images_of(sample)[0]
        answer = model.ask([image], sample.question, len(sample.answer) + 12).text
        strip = Image.new("RGB", (WIDTH, image.height + 62), "white")
        strip.paste(image, (8, 4))
        pen = ImageDraw.Draw(strip)
        text = (
            (sample.question, (70, 70, 70)),
            (f"model: {answer!r}", RIGHT if answer == sample.answer else WRONG),
            (f"right: {sample.answer!r}", (70, 70, 70)),
        )
        for line, (words, colour) in enumerate(text):
            pen.text((8, image.height + 5 + 18 * line), words, fill=colour, font=font)
        strips.append(strip)
    whole = Image.new("RGB", (WIDTH, sum(strip.height for strip in strips)), "white")
    y = 0
    for strip in strips:
        whole.paste(strip, (0, y))
        y += strip.height
    whole.quantize(128).save(target, optimize=True)
