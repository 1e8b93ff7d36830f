"""How well photographs of documents are read: the same questions, one harm after another.

Run with `python -m benchmarks.photographs ROWS.jsonl [--files 12] [--kinds scan,table,…] [--show]`.
Some of the last files of the list are photographed by this program, the same in every run: laid on
a table, seen at an angle, turned, badly lit, out of focus. The model that ships with the program is
asked the rows' questions about each of them, as the program does, and about the document as it
came. With `--keep FOLDER` the photographs are left there to be looked at.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from benchmarks.parts import Way, ask_rows, read_rows
from vlm import models
from vlm.flat import CORNERS, through
from vlm.pages.client import PageClient
from vlm.types import WHOLE_PAGE, PageRef

PHOTO_PX = (3000, 4000)
"""What a telephone keeps of a picture."""

SCAN_PX = 2600
"""Longer side of a document that is drawn to be photographed."""

FILLED = (0.62, 0.86)
"""Share of the picture that a sheet fills, along the side that is fuller."""

SHIFTED = 0.12
"""Of a sheet's sides, by which a corner is shifted where it is seen at an angle, at most."""

TILT = 10.0
"""Degrees that a sheet lies askew, at most."""

COARSE = 4
"""Times that a shadow and a light are drawn smaller."""


@dataclass(frozen=True, slots=True)
class Harm:
    """What happens to a document between the table and the file.

    Attributes:
        table: It lies on a table that is seen about it.
        shifted: Of its sides, by which its corners are shifted at most.
        tilt: Degrees it lies askew at most.
        turns: Quarters, of which one is chosen.
        light: Whether it is darker on one side than on the other.
        shadow: Whether a hand's shadow falls on it.
        blur: Pixels of the blur.
        noise: Levels of the grain.
    """

    table: bool = False
    shifted: float = 0.0
    tilt: float = 0.0
    turns: tuple[int, ...] = (0,)
    light: bool = False
    shadow: bool = False
    blur: float = 0.0
    noise: float = 0.0


KINDS: dict[str, Harm | None] = {
    "scan": None,
    "quarter": Harm(turns=(90, 270)),
    "upside": Harm(turns=(180,)),
    "light": Harm(light=True),
    "shadow": Harm(shadow=True),
    "soft": Harm(blur=2.2, noise=9.0),
    "table": Harm(table=True),
    "tilted": Harm(table=True, tilt=TILT),
    "angle": Harm(table=True, shifted=SHIFTED),
    "all": Harm(True, SHIFTED, TILT, (0, 0, 90, 180, 270), True, True, 1.4, 6.0),
}
"""By name: the document as it came, each harm alone, and all at once."""


def photograph(document: Image.Image, harm: Harm, name: str) -> Image.Image:
    """Photograph a document.

    Args:
        document: RGB.
        harm: What happens to it.
        name: Decides how; the same name gives the same picture.

    Returns:
        RGB; as large as the document where no table is seen, else `PHOTO_PX`.
    """
    chance = random.Random(name)
    turn = chance.choice(harm.turns)
    if harm.table:
        seen = _on_table(document, harm, turn, chance)
    else:
        seen = document.rotate(-turn, expand=True)
    if harm.light or harm.shadow:
        seen = _lit(seen, harm, chance)
    if harm.blur:
        seen = seen.filter(ImageFilter.GaussianBlur(harm.blur))
    if harm.noise:
        seen = _grainy(seen, harm.noise, chance)
    return seen


def _on_table(document: Image.Image, harm: Harm, turn: int, chance: random.Random) -> Image.Image:
    width, height = PHOTO_PX
    table = chance.choice((_wood, _cloth, _keys))(PHOTO_PX, chance)
    sides = np.array(document.size, float)
    lying = sides[::-1] if turn in (90, 270) else sides
    sides *= chance.uniform(*FILLED) * min(width / lying[0], height / lying[1])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2 * sides
    shift = harm.shifted / 2  # of either side, so that two neighbours differ by all of it
    corners += np.array([[chance.uniform(-shift, shift) for _ in "xy"] for _ in corners]) * sides
    angle = np.radians(turn + chance.uniform(-harm.tilt, harm.tilt))
    turned = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    corners = corners @ turned
    spare = np.array(PHOTO_PX) - np.ptp(corners, axis=0)
    corners += -corners.min(axis=0) + spare * (chance.uniform(0.3, 0.7), chance.uniform(0.3, 0.7))
    given = through(corners, CORNERS * document.size).reshape(9)[:8].tolist()
    ink = document.transform(PHOTO_PX, Image.Transform.PERSPECTIVE, given, Image.Resampling.BICUBIC)
    outline = [(float(x), float(y)) for x, y in corners]
    sheet = Image.new("L", PHOTO_PX)
    ImageDraw.Draw(sheet).polygon(outline, fill=255)
    under = sheet.filter(ImageFilter.GaussianBlur(14))  # the shadow at the edge of a sheet
    table = Image.composite(table.point(lambda level: level * 0.6), table, under)
    return Image.composite(ink, table, sheet.filter(ImageFilter.GaussianBlur(1)))


def _wood(size: tuple[int, int], chance: random.Random) -> Image.Image:
    """Draw boards with grain."""
    grain = _noise((size[0] // 60, size[1] // 3), size, chance, 46)
    fine = _noise((size[0] // 3, size[1] // 3), size, chance, 14)
    boards = Image.new("L", size, 128)
    pen = ImageDraw.Draw(boards)
    for y in range(chance.randint(100, 500), size[1], chance.randint(500, 900)):
        pen.rectangle((0, y, size[0], y + 7), fill=60)
    gray = ImageChops.add(ImageChops.add(grain, fine, 1, -128), boards, 1, -128)
    return ImageOps.colorize(gray, *chance.choice((("#2b170a", "#c48a55"), ("#4d3a26", "#e2bf91"))))


def _cloth(size: tuple[int, int], chance: random.Random) -> Image.Image:
    """Draw a cloth with stripes."""
    weave = _noise((size[0] // 4, size[1] // 4), size, chance, 30)
    folds = _noise((6, 8), size, chance, 40)
    gray = ImageChops.add(weave, folds, 1, -128)
    pen = ImageDraw.Draw(gray)
    for x in range(0, size[0], 240):
        pen.rectangle((x, 0, x + 60, size[1]), fill=150)
    return ImageOps.colorize(gray, *chance.choice((("#10203f", "#7f9cd0"), ("#4a1414", "#c98a80"))))


def _keys(size: tuple[int, int], chance: random.Random) -> Image.Image:
    """Draw a dark desk with a keyboard at one side."""
    gray = _noise((size[0] // 5, size[1] // 5), size, chance, 10).point(lambda level: level - 80)
    pen = ImageDraw.Draw(gray)
    top = chance.choice((0, size[1] - 900))
    for row in range(4):
        for key in range(14):
            x, y = key * 215 + row * 40 + 20, top + row * 215 + 20
            pen.rounded_rectangle((x, y, x + 190, y + 190), 24, fill=26, outline=90, width=5)
            pen.text((x + 60, y + 40), chr(65 + (row * 14 + key) % 26), fill=215, font_size=90)
    return gray.convert("RGB")


def _noise(
    grid: tuple[int, int], size: tuple[int, int], chance: random.Random, spread: float
) -> Image.Image:
    """Draw random levels about 128, one for each cell of a grid, smooth between them."""
    generator = np.random.default_rng(chance.getrandbits(32))
    levels = np.clip(generator.normal(128, spread, grid[::-1]), 0, 255).astype(np.uint8)
    return Image.fromarray(levels).resize(size, Image.Resampling.BICUBIC)


def _lit(seen: Image.Image, harm: Harm, chance: random.Random) -> Image.Image:
    """Darken a picture to one side, or where a hand is between it and the lamp."""
    width, height = (max(1, side // COARSE) for side in seen.size)
    light = np.ones((height, width), np.float32)
    if harm.light:
        angle = chance.uniform(0, 2 * np.pi)
        down, along = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j] - 0.5
        light *= 0.76 + 0.5 * (along * np.cos(angle) + down * np.sin(angle))
    if harm.shadow:
        hand = Image.new("L", (width, height))
        x, y = chance.uniform(0.2, 0.8) * width, chance.uniform(0.3, 0.8) * height
        pen, wide = ImageDraw.Draw(hand), 0.3 * width
        pen.ellipse((x - wide, y - wide, x + wide, y + wide), fill=255)
        pen.polygon([(x - wide, y), (x + wide, y), (x + 2 * wide, height), (x, height)], fill=255)
        hand = hand.filter(ImageFilter.GaussianBlur(0.02 * width))
        light *= 1 - 0.45 * np.asarray(hand, np.float32) / 255
    shade = Image.fromarray((np.clip(light, 0.2, 1) * 255).astype(np.uint8)).resize(seen.size)
    warm = Image.merge("RGB", [shade.point(lambda level, to=to: level * to) for to in WARM])
    return ImageChops.multiply(seen, warm)


WARM = (1.0, 0.96, 0.86)
"""Of red, green and blue that a lamp's light has."""


def _grainy(seen: Image.Image, noise: float, chance: random.Random) -> Image.Image:
    generator = np.random.default_rng(chance.getrandbits(32))
    grain = generator.normal(0, noise, (*seen.size[::-1], 1)).astype(np.float32)
    levels = np.asarray(seen, np.float32) + grain
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


def main() -> None:
    """Photograph, ask and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=Path, help="JSON lines: file, question, answers")
    parser.add_argument("--files", type=int, default=12, help="so many of them")
    parser.add_argument("--last", type=int, default=60, help="of the last files of the list")
    parser.add_argument("--kinds", default=",".join(KINDS), help="some of the kinds")
    parser.add_argument("--model", type=Path, default=models.default_folder())
    parser.add_argument("--keep", type=Path, default=None, help="leave the photographs here")
    parser.add_argument("--show", action="store_true", help="print every answer")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    every = read_rows(arguments.rows)
    files = list(dict.fromkeys(row.file for row in every))
    last = files[-arguments.last :]
    chosen = last[:: max(1, len(last) // arguments.files)][: arguments.files]
    rows = [row for row in every if row.file in chosen]
    print(f"{len(rows)} questions about {len(chosen)} documents", flush=True)
    print(f"  {'':<20}{'ANLS':>8}{'no answer':>12}{'first s':>10}{'later s':>8}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        home = arguments.keep or Path(name)
        home.mkdir(parents=True, exist_ok=True)
        for kind in arguments.kinds.split(","):
            taken = _taken(chosen, kind, home)
            way = Way(kind, True, True)
            asked = [replace(row, file=taken[row.file]) for row in rows]
            for row, answer in ask_rows(asked, way, arguments.model):
                if arguments.show:
                    print(f"    {row.file.stem[:24]:<24} {row.question} {row.answers} {answer!r}")
            print(way.line(), flush=True)


def _taken(files: Sequence[Path], kind: str, home: Path) -> dict[Path, Path]:
    """Photograph documents; returns where each of them is."""
    harm = KINDS[kind]
    if harm is None:
        return {file: file for file in files}
    found: dict[Path, Path] = {}
    pages = PageClient()
    try:
        for file in files:
            target = found[file] = home / f"{file.stem}-{kind}.jpg"
            if not target.exists():
                picture = photograph(_document(pages, file), harm, f"{file.stem} {kind}")
                picture.save(target, quality=82)
    finally:
        pages.stop()
    return found


def _document(pages: PageClient, file: Path) -> Image.Image:
    pages.open(str(file))
    size = pages.sizes(str(file), 0, 1)[0]
    scale = SCAN_PX / max(size.width, size.height)
    width, height = round(size.width * scale), round(size.height * scale)
    drawn = pages.render(PageRef(str(file), 0), WHOLE_PAGE, width, height)
    return Image.frombytes("RGB", (width, height), bytes(drawn.data))


if __name__ == "__main__":
    main()
