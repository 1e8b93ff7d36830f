"""Reads the sheets: documents of everyday life that we made up, and what is asked about them.

The bank (`pretrain.matching.bank`) knows what things are called; a sheet is how such things stand
together on one page: in tables, in sentences, beside a name or without one. A file has many:

    @document forms en cycle-workshop-order
    # NORTHGATE CYCLES
    14 Mill Lane, Ostley

    &
    |Order no.|N-20418
    |Date|3 May 2026

    |=Article|>Qty|>Price
    |Inner tube|>2|>£11.00
    @ask
    ? How many tubes did she take?
    = 2 @ Inner tube
    ? Who fitted them?
    -

Blank lines end a block; one that begins with `&` stands beside the one before. `# ` is a heading,
`|` the cells of a table's row (`|=` its head, `|>` a cell that ends at the right), all else a
paragraph. `? ` is a question and `= ` each answer that is right, as the sheet has it, with words of
its line behind ` @ ` where the sheet has it more than once; `-` where the sheet has none.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import get_args

from pretrain.documents.texts import Language

FOLDER = Path(__file__).with_name("sheets")

HELD_OUT = 8
"""Of so many sheets one is never learned of."""

_HEAD = re.compile(r"@document (?:forms|prose) (en|de|fr) ([\w-]+)")


class SheetError(ValueError):
    """A file is not written as a sheet is; says which, and what is wrong."""


@dataclass(frozen=True)
class Line:
    """A line of a block.

    Attributes:
        cells: Its text, or those of a table's row.
        row: Whether it is a table's row.
        head: Whether that is the table's first.
        right: Whether each cell ends at the right.
    """

    cells: tuple[str, ...]
    row: bool = False
    head: bool = False
    right: tuple[bool, ...] = ()

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(self.cells)


@dataclass(frozen=True)
class Block:
    """Lines that stand together; `beside` the block before where that is so."""

    lines: tuple[Line, ...]
    beside: bool


@dataclass(frozen=True)
class Place:
    """Where an answer stands, in which cell of which line counted over all blocks, and its text."""

    line: int
    cell: int
    text: str


@dataclass(frozen=True)
class Asked:
    """A question and where its answers stand; nowhere, where the sheet has none."""

    question: str
    answers: tuple[Place, ...]


@dataclass(frozen=True)
class Sheet:
    """A document of one page.

    Attributes:
        name: No other sheet has it.
        language: Most of its words are of.
        blocks: From the top.
        asked: About it.
    """

    name: str
    language: Language
    blocks: tuple[Block, ...]
    asked: tuple[Asked, ...]

    @property
    def held_out(self) -> bool:
        """Whether it is kept for measuring."""
        return hashlib.sha256(self.name.encode()).digest()[0] % HELD_OUT == 0


@lru_cache(maxsize=1)
def sheets() -> tuple[Sheet, ...]:
    """Return all sheets, in the order of their files.

    Raises:
        SheetError: If one is not written as it should be, or two have the same name.
    """
    every = tuple(one for file in sorted(FOLDER.glob("*.txt")) for one in read(file))
    names = [one.name for one in every]
    if len(set(names)) < len(names):
        raise SheetError(f"two sheets are {next(n for n in names if names.count(n) > 1)}")
    return every


def read(file: Path) -> tuple[Sheet, ...]:
    """Read the sheets of one file.

    Raises:
        SheetError: If one is not written as it should be.
    """
    before, *every = re.split(r"^(?=@document )", file.read_text("utf-8"), flags=re.MULTILINE)
    if before.strip() or not every:
        raise SheetError(f"{file.name}: does not begin with `@document`")
    return tuple(_read(text.splitlines()) for text in every)


def _read(rows: list[str]) -> Sheet:
    begun = _HEAD.fullmatch(rows[0])
    if begun is None or "@ask" not in rows:
        raise SheetError(f"{rows[0]}: not `@document forms|prose en|de|fr NAME`, or no `@ask`")
    ask = rows.index("@ask")
    blocks = _blocks(rows[1:ask])
    lines = [line for block in blocks for line in block.lines]
    language = next(one for one in get_args(Language) if one == begun[1])
    return Sheet(begun[2], language, blocks, _asked(rows[ask + 1 :], lines, begun[2]))


def _blocks(rows: list[str]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    parted = "\n".join("\n&" if row.strip() == "&" else row for row in rows)
    for text in parted.split("\n\n"):
        some = [row for row in text.split("\n") if row.strip()]
        beside = bool(some) and some[0].strip() == "&"
        if lines := tuple(_line(row) for row in some[beside:]):
            blocks.append(Block(lines, beside and bool(blocks)))
    return tuple(blocks)


def _line(text: str) -> Line:
    text = text.replace("**", "")
    if text.startswith("#"):
        return Line((text.lstrip("# "),))
    if not text.startswith("|"):
        return Line((" ".join(text.split()),))
    head = text.startswith("|=")
    cells = text[2 if head else 1 :].split("|")
    right = tuple(cell.lstrip("=" if head else "").startswith(">") for cell in cells)
    marks = ">=" if head else ">"
    return Line(tuple(" ".join(one.lstrip(marks).split()) for one in cells), True, head, right)


def _asked(rows: list[str], lines: list[Line], name: str) -> tuple[Asked, ...]:
    asked: list[Asked] = []
    told = 0
    for row in filter(str.strip, rows):
        if row.startswith("? "):
            if asked and not told:
                raise SheetError(f"{name}: no answer to {asked[-1].question!r}")
            asked.append(Asked(row[2:].strip(), ()))
            told = 0
        elif row.strip() == "-" and asked:
            told += 1
        elif row.startswith("= ") and asked:
            told += 1
            places = _places(row[2:].strip(), lines)
            if len(places) != 1 and told == 1:
                found = "nowhere" if not places else f"{len(places)} times: say ` @ words`"
                raise SheetError(f"{name}: {row!r} stands {found}")
            if len(places) == 1:
                asked[-1] = Asked(asked[-1].question, (*asked[-1].answers, places[0]))
        else:
            raise SheetError(f"{name}: {row!r} is neither question nor answer")
    if not asked or not told:
        raise SheetError(f"{name}: no answer to the last question, or no question")
    return tuple(asked)


def _places(answer: str, lines: list[Line]) -> list[Place]:
    """Return where an answer stands: as the whole of a cell before as a part of one."""
    text, _, near = answer.partition(" @ ")
    text = " ".join(text.split())
    part = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
    found = [
        (cell == text, Place(number, place, text))
        for number, line in enumerate(lines)
        if near.strip() in line.text
        for place, cell in enumerate(line.cells)
        for _ in part.finditer(cell)
    ]
    whole = [place for is_whole, place in found if is_whole]
    return whole or [place for _, place in found]
