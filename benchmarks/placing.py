"""How many answers about scanned pages are found on them, and how many of the places are right.

Run: ``python -m benchmarks.placing [ROWS.jsonl] [--documents 12] [--pages 6] [--show FILE.png]``.
The model that ships with the program finds the parts of pages that a tuning run would teach. Of
given rows nobody knows where their answers stand: `--show` draws every place that was found, with
the answer, to be looked at. Of drawn pages, held out from training, every box is known.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont

from finetune import importing, runs
from finetune.base_model import load_base
from finetune.features import go_on
from finetune.gathering import gather
from finetune.kept import KeptPages
from finetune.part_reader import PartReader
from finetune.placing import Placer
from finetune.runs import RunRow
from finetune.types import Row, RowProblem
from pretrain import fonts, testset
from pretrain.documents.pages import KINDS, Page, draw_page
from vlm import device, models
from vlm.cancel import returned
from vlm.pages.client import PageClient
from vlm.types import Box, PageRef

CELL_PX = (900, 90)
"""Of one place in the picture that `--show` draws."""
HELD = 0.8
"""Share of an answer's box that a part shows at least, where it is the right one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row and the lessons it became; where nothing was found it is its own lesson."""

    row: RunRow
    lessons: tuple[RunRow, ...]

    @property
    def first(self) -> Box | None:
        """The first part that is taught to hold the answer."""
        return self.lessons[0].part


def main() -> None:
    """Place rows and print how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=Path, nargs="?", help="JSON lines: file, question, answers")
    parser.add_argument("--documents", type=int, default=12, help="of these rows; 0 for all")
    parser.add_argument("--pages", type=int, default=6, help="drawn pages")
    parser.add_argument("--fonts", type=Path, default=None)
    parser.add_argument("--model", type=Path, default=models.default_folder())
    parser.add_argument("--show", type=Path, metavar="FILE.png")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.rows is not None:
        rows = [one for one in importing.read(arguments.rows.absolute()) if isinstance(one, Row)]
        chosen = _some(rows, arguments.documents)
        found, pictures = _placed(arguments.rows.name, chosen, arguments.model)
        for question in dict.fromkeys(one.row.question for one in found):
            same = [one for one in found if one.row.question == question]
            print(f"  {question:<40}{sum(one.first is not None for one in same)} of {len(same)}")
        if arguments.show is not None:
            _sheet(found, pictures).save(arguments.show)
    if arguments.pages:
        _drawn(arguments.pages, arguments.fonts, arguments.model)


def _some(rows: Sequence[Row], documents: int) -> list[Row]:
    paths = list(dict.fromkeys(row.page.path for row in rows))
    random.Random(7).shuffle(paths)
    some = set(paths[: documents or None])
    return [row for row in rows if row.page.path in some]


def _placed(
    title: str, rows: Iterable[Row | RowProblem], folder: Path
) -> tuple[list[Outcome], dict[str, bytes]]:
    """Place rows as a tuning run does; returns also the pictures by their hash."""
    pictures: dict[str, bytes] = {}
    taken: list[RunRow] = []
    with PageClient() as pages:
        for one in gather(rows, pages):
            if not isinstance(one, RowProblem):
                row = runs.row_of(one.example, "train", one.crop)
                pictures[row.sha256] = one.crop.picture
                taken.append(row)
    kept = KeptPages(taken, lambda row: pictures[row.sha256])
    placer = Placer(kept, PartReader(load_base(folder, device.choose("cpu")), kept, go_on))
    start = time.process_time()
    found = [Outcome(row, returned(placer.place(row))) for row in taken]
    seconds = (time.process_time() - start) / max(1, len(pictures))
    known = sum(one.first is not None for one in found)
    print(
        f"{title}: found {known} of {len(found)} answers on {len(pictures)} pages, "
        f"{seconds:.1f} CPU-s a page",
        flush=True,
    )
    return found, pictures


def _drawn(count: int, folder: Path | None, model: Path) -> None:
    """Place the questions of drawn pages, whose boxes are known, and count the right places."""
    rng = random.Random("places on pages")
    faces = fonts.load(folder).held_out
    with tempfile.TemporaryDirectory() as name:
        rows: list[Row] = []
        boxes: list[Box] = []
        for number in range(count):
            kind = list(KINDS)[number % len(KINDS)]
            page = draw_page(kind, testset.PAGE_PX, testset.PAGE_EM_PX, faces, rng, held_out=True)
            file = Path(name) / f"{kind}-{number}.png"
            page.sheet.image.save(file)
            for ask, box in _asked(page):
                at = PageRef(str(file), 0)
                rows.append(Row(len(rows) + 1, at, ask[0], (ask[1],), id=f"{len(rows)}"))
                boxes.append(box)
        found, _ = _placed("drawn pages", rows, model)
    placed = [one for one in found if one.first is not None]
    right = sum(_shows(one.first, boxes[int(one.row.id)]) for one in placed)
    print(f"  right places: {right} of {len(placed)}")


def _asked(page: Page) -> Iterator[tuple[tuple[str, str], Box]]:
    """Yield the questions of a page with their answers, and where these stand."""
    width, height = page.sheet.image.size
    for ask in page.asks:
        letters = page.sheet.boxes[ask.at : ask.at + len(ask.answer)]
        left, top, right, end = zip(*letters, strict=True)
        place = (min(left) / width, min(top) / height, max(right) / width, max(end) / height)
        yield (ask.question, ask.answer), Box(*(min(1.0, max(0.0, side)) for side in place))


def _shows(part: Box | None, box: Box) -> bool:
    if part is None:
        return False
    across = min(part.x1, box.x1) - max(part.x0, box.x0)
    down = min(part.y1, box.y1) - max(part.y0, box.y0)
    return min(across, down) > 0 and across * down >= HELD * box.width * box.height


def _sheet(found: Sequence[Outcome], pictures: dict[str, bytes]) -> Image.Image:
    """Draw every place that was found below its answer."""
    placed = [one for one in found if one.first is not None]
    sheet = Image.new("RGB", (CELL_PX[0], CELL_PX[1] * max(1, len(placed))), "white")
    draw = ImageDraw.Draw(sheet)
    for number, one in enumerate(placed):
        top = number * CELL_PX[1]
        answer = json.dumps(one.lessons[0].answers[0], ensure_ascii=False)
        draw.text((4, top + 2), f"{one.row.question} {answer}", "blue", ImageFont.load_default(16))
        with Image.open(io.BytesIO(pictures[one.row.sha256])) as page:
            assert one.first is not None
            width, height = page.size
            left, top_px = one.first.x0 * width, one.first.y0 * height
            right, end = one.first.x1 * width, one.first.y1 * height
            part = page.convert("RGB").crop((left, top_px, right, end))
        part.thumbnail((CELL_PX[0] - 8, CELL_PX[1] - 28))
        sheet.paste(part, (4, top + 24))
    return sheet


if __name__ == "__main__":
    main()
