"""The documents of everyday life: reads their plain text, draws them as PDFs and as scans of these.

A document is one text file. Its first line is `@document KIND LANGUAGE`; then come its pages and
what is asked about them:

- `@page [LOOK...]` begins an A4 page, `@box X0 Y0 X1 Y1 [LOOK...]` a part of it (points from the
  top left), `@line X0 Y0 X1 Y1` draws a line. Looks are `serif`, `sans`, `mono`, a size in points,
  `right`, `center`, `justify`, `bold`, `frame`, `grey`, `ruled` (lines around a table's cells).
- In a box each line of text is a paragraph, `# ` and `## ` begin headings, `**` bold words, `|` the
  cells of a table's row (`|=` of its head, `>` in front of a cell that ends at the right).
- `@ask PAGE` begins questions about a page, counted from 1: `? ` the question and `= ` each answer
  that is right, the first as the page has it; `-` where the page has none.
"""

from __future__ import annotations

import html
import io
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pymupdf
from PIL import Image, ImageFilter

from vlm.absence import NOT_ON_PAGE

Kind = Literal["forms", "prose"]
Split = Literal["dev", "held", "fresh"]
SPLITS: tuple[Split, ...] = ("dev", "held", "fresh")
KINDS: tuple[Kind, ...] = ("forms", "prose")
HOME = Path(__file__).parent
A4 = (595, 842)
SCAN_DPI = (150, 200)
SKEW_DEGREES = 0.7
FACES = ("serif", "sans", "mono")
SIDES = ("right", "center", "justify")


@dataclass(frozen=True, slots=True)
class Ask:
    """A question about one page (counted from 0) and all answers that are right."""

    page: int
    question: str
    answers: tuple[str, ...]

    @property
    def absent(self) -> bool:
        """Whether the page has no answer."""
        return self.answers == (NOT_ON_PAGE,)


@dataclass(slots=True)
class Part:
    """A box on a page: where it stands, how it looks, its lines of text."""

    at: tuple[float, float, float, float]
    looks: tuple[str, ...]
    lines: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class Sheet:
    """A page: how it looks as long as a part says nothing else, its parts and lines."""

    looks: tuple[str, ...]
    parts: list[Part] = field(default_factory=list[Part])
    rules: list[tuple[float, float, float, float]] = field(
        default_factory=list[tuple[float, float, float, float]]
    )


@dataclass(slots=True)
class Everyday:
    """A document and what is asked about it."""

    name: str
    split: Split
    kind: Kind
    language: str
    sheets: list[Sheet] = field(default_factory=list[Sheet])
    asks: list[Ask] = field(default_factory=list[Ask])


def documents(split: Split) -> list[Everyday]:
    """Return the documents of one half, in the order of their names.

    Raises:
        ValueError: If a file is not written as it should be.
    """
    files = sorted((HOME / split).glob("*.txt"))
    return [read(file.read_text("utf-8"), file.stem, split) for file in files]


def read(text: str, name: str, split: Split) -> Everyday:
    """Read a document's file.

    Raises:
        ValueError: If it is not written as it should be; says the line.
    """
    first, *lines = text.splitlines()
    begun = re.fullmatch(r"@document (forms|prose) (en|de|fr)", first)
    if begun is None:
        raise ValueError(f"{name}: the first line does not say what this is")
    document = Everyday(name, split, "forms" if begun[1] == "forms" else "prose", begun[2])
    page = -1
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "@page":
            document.sheets.append(Sheet(tuple(rest.split())))
        elif word == "@box":
            document.sheets[-1].parts.append(Part(_place(rest), tuple(rest.split()[4:])))
        elif word == "@line":
            document.sheets[-1].rules.append(_place(rest))
        elif word == "@ask":
            page = int(rest) - 1
        elif word.startswith("@"):
            raise ValueError(f"{name}: {line}")
        elif page < 0:
            if line or document.sheets[-1].parts:
                document.sheets[-1].parts[-1].lines.append(line)
        elif line:
            document.asks = [*document.asks, Ask(page, rest, ())] if word == "?" else document.asks
            if word != "?":
                asked = document.asks[-1]
                answer = NOT_ON_PAGE if line == "-" else _answer(line, name)
                document.asks[-1] = Ask(asked.page, asked.question, (*asked.answers, answer))
    return document


def draw(document: Everyday) -> pymupdf.Document:
    """Return a document as a PDF with a text layer; the caller closes it.

    Raises:
        ValueError: If a part holds more than it has room for.
    """
    made = pymupdf.open()
    for number, sheet in enumerate(document.sheets):
        page = made.new_page(width=A4[0], height=A4[1])
        for rule in sheet.rules:
            page.draw_line(rule[:2], rule[2:], width=0.7)
        for part in sheet.parts:
            if "frame" in part.looks or "grey" in part.looks:
                fill = (0.92, 0.92, 0.92) if "grey" in part.looks else None
                around = pymupdf.Rect(part.at) + (-5, -4, 5, 4)
                page.draw_rect(around, width=0.7 if "frame" in part.looks else 0, fill=fill)
            looks = (*sheet.looks, *part.looks)
            room, _ = page.insert_htmlbox(
                part.at, "".join(_markup(part.lines)), css=_css(looks), scale_low=1
            )
            if room < 0:
                raise ValueError(f"{document.name}, page {number + 1}: no room in {part.at}")
    return made


def scan(document: Everyday) -> pymupdf.Document:
    """Return a document as a copier makes it: pages a little askew, noisy, kept as JPEGs."""
    rng = random.Random(f"scan of {document.name}")
    made = pymupdf.open()
    with draw(document) as clean:
        for page in clean:
            sheet = made.new_page(width=A4[0], height=A4[1])
            sheet.insert_image(sheet.rect, stream=_worn(page, rng))
    return made


def _worn(page: pymupdf.Page, rng: random.Random) -> bytes:
    """Return a page as the JPEG of a copier."""
    pixmap = page.get_pixmap(dpi=rng.choice(SCAN_DPI), colorspace=pymupdf.csGRAY)
    image = Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)
    degrees = rng.uniform(-SKEW_DEGREES, SKEW_DEGREES)
    image = image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.8)))
    grain = np.random.default_rng(rng.randrange(2**32))
    levels = np.asarray(image, dtype=np.float32) / 255 * rng.uniform(210, 235) + 15
    levels += grain.normal(0, rng.uniform(3, 8), levels.shape)
    kept = io.BytesIO()
    worn = Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))
    worn.save(kept, "JPEG", quality=rng.randint(55, 80))
    return kept.getvalue()


def _place(words: str) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(word) for word in words.split()[:4])
    return x0, y0, x1, y1


def _answer(line: str, name: str) -> str:
    if not line.startswith("= "):
        raise ValueError(f"{name}: {line}")
    return line[2:]


def _css(looks: tuple[str, ...]) -> str:
    """Return the style of a part; what is said last counts."""
    face, size, side = "serif", "10", "left"
    for look in looks:
        face = look if look in FACES else face
        side = look if look in SIDES else side
        size = look if re.fullmatch(r"[\d.]+", look) else size
    face = {"sans": "sans-serif", "mono": "monospace"}.get(face, face)
    weight = "bold" if "bold" in looks else "normal"
    cell = "border:1px solid black;padding:3px 5px" if "ruled" in looks else "padding:0 4px"
    return (
        f"body{{font-family:{face};font-size:{size}pt;text-align:{side};font-weight:{weight}}}"
        "p{margin:0 0 0.2em 0}h1{font-size:1.7em;margin:0 0 0.3em 0}"
        "h2{font-size:1.2em;margin:0.5em 0 0.3em 0}table{width:100%}"
        f"td{{{cell};text-align:left;vertical-align:top}}td.end{{text-align:right}}"
        f"td.head{{font-weight:bold;border-bottom:1px solid black}}"
    )


def _markup(lines: list[str]) -> Iterator[str]:
    """Yield the lines of a part as HTML."""
    within = False
    for line in lines:
        if line.startswith("|") is not within:
            within = not within
            yield "<table>" if within else "</table>"
        if within:
            yield _row(line)
        elif line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            yield f"<h{level}>{_inline(line.lstrip('# '))}</h{level}>"
        else:
            yield f"<p>{_inline(line) or '&#160;'}</p>"
    if within:
        yield "</table>"


def _row(line: str) -> str:
    head = line.startswith("|=")
    cells: list[str] = []
    for cell in line[2 if head else 1 :].split("|"):
        names = [name for name, on in (("head", head), ("end", cell.startswith(">"))) if on]
        cells.append(
            f'<td class="{" ".join(names)}">{_inline(cell.removeprefix(">").strip())}</td>'
        )
    return f"<tr>{''.join(cells)}</tr>"


def _inline(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(text, quote=False))
