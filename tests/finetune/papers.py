"""Drawn scans of three lines, and runs about them."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PIL import Image, ImageDraw, ImageFont

from finetune import gathering, runs
from finetune.fingerprint import base_fingerprint
from finetune.gathering import Gathered
from finetune.split import Split
from finetune.types import Crop, Example, Row
from tests.finetune import tuning
from vlm.pages.client import PageClient
from vlm.types import Box, PageRef, Word

NUMBER, TOTAL = "What is the invoice number?", "What is the total?"
PAPERS = 2
WIDTH, HEIGHT, DPI = 500, 360, 300
TOP, STEP, PRINT = 30, 110, 32


def lines_of(number: int) -> tuple[str, str, str]:
    return f"Harbour {number} Ltd", f"Invoice number LP-{20418 + number}", f"Total {number}.50"


def paper(folder: Path, number: int) -> Path:
    """Draw a scan, as many pixels as are kept of it."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(PRINT)
    for line, text in enumerate(lines_of(number)):
        draw.text((30, TOP + STEP * line), text, "black", font)
    file = folder / f"paper-{number}.png"
    image.save(file, dpi=(DPI, DPI))
    return file


def words_of(number: int) -> tuple[Word, ...]:
    """Return a paper's text layer, as another program would have made it."""
    found: list[Word] = []
    for line, text in enumerate(lines_of(number)):
        top, left = (TOP + STEP * line) / HEIGHT, 30 / WIDTH
        for word in text.split():
            right = left + len(word) * PRINT * 0.5 / WIDTH
            found.append(Word(word, Box(left, top, right, top + 1.2 * PRINT / HEIGHT)))
            left = right + PRINT * 0.3 / WIDTH
    return tuple(found)


def frozen(root: Path, folder: Path, learned: int = 0, **changes: object) -> Path:
    """Freeze a run about such papers, whole and in part, with an adapter that changes answers.

    The first `learned` papers are learned from and have a text layer, the others are held out.
    """
    box = Box(0.0, 0.25, 1.0, 0.6)
    root.mkdir(exist_ok=True)
    rows = [
        Row(1, PageRef(str(paper(root, number)), 0), question, (lines[at].split()[-1],), where)
        for number in range(PAPERS)
        for lines in (lines_of(number),)
        for question, at, where in ((TOTAL, 2, None), (NUMBER, 1, None), (NUMBER, 1, box))
    ]
    crops: dict[str, Crop] = {}
    examples: list[Example] = []
    with PageClient() as pages:
        for place, found in enumerate(gathering.gather(rows, pages)):
            assert isinstance(found, Gathered)
            examples.append(found.example)
            words = words_of(place // 3) if place < 3 * learned else ()
            crops[found.example.id] = msgspec.structs.replace(found.crop, words=words)
    plan = tuning.plan_of(
        folder,
        base_fingerprint=base_fingerprint(folder),
        longest_answer=6,
        splitting=True,
        **changes,
    )
    train, held = tuple(crops)[: 3 * learned], tuple(crops)[3 * learned :]
    sides = Split(train, (), held, learned, PAPERS - learned)
    run = runs.freeze(root / "runs", plan, examples, sides, crops.__getitem__)
    tuning.learn_at_random(run)
    return run
