from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest
import torch
from PIL import Image, ImageDraw, ImageFont

from tests import tiny
from tests.drawn import DrawnPages, Picture
from tests.vlm.answering import NEVER, PAGE, Checkpoint, answered, last, question, started
from vlm import looking, models
from vlm.engine import Engine
from vlm.families.family import Patches, Tile
from vlm.protocol import Failed, LookedAt, Where
from vlm.types import Box, HeatMap, PageRef, PageSize, Quarter, Question

BOX = Box(0.0, 0.0, 0.5, 1.0)


def looked_at(engine: Engine, asked: Question, answer: str = "84.50") -> tuple[HeatMap, ...]:
    found = last(engine.where(Where(3, asked, answer), NEVER))
    assert isinstance(found, LookedAt), found
    return found.maps


@pytest.mark.parametrize("splitting", [True, False])
@pytest.mark.parametrize("kind", tiny.KINDS)
def test_every_family_shows_where_it_looked(
    checkpoint: Checkpoint, kind: tiny.Kind, splitting: bool
) -> None:
    engine = started(checkpoint(kind))
    (heat,) = looked_at(engine, question(splitting=splitting))
    assert (heat.rows, heat.columns) == (64, 45)
    assert max(heat.levels) == 255
    assert len(set(heat.levels)) > 4


def test_a_map_lies_where_the_question_was_about(checkpoint: Checkpoint) -> None:
    engine = started(checkpoint("idefics2"))
    (heat,) = looked_at(engine, question(box=BOX))
    assert heat.box == BOX
    assert heat.rows > heat.columns


def test_another_answer_looks_elsewhere(checkpoint: Checkpoint) -> None:
    engine = started(checkpoint("idefics2"))
    one, other = (looked_at(engine, question(), text) for text in ("84.50", "Bergmann"))
    assert one != other


@pytest.mark.parametrize("kind", ["idefics2", "idefics3"])
def test_looking_back_changes_no_answer(checkpoint: Checkpoint, kind: tiny.Kind) -> None:
    engine, asked = started(checkpoint(kind)), question("What is the total?")
    before = answered(engine, asked)
    looked_at(engine, asked)
    after = answered(engine, asked)
    assert after.text == before.text
    assert after.confidence == pytest.approx(before.confidence, rel=1e-4)


class StopsLater(threading.Event):
    """Is set when it has been asked some times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    def is_set(self) -> bool:
        self.left -= 1
        return self.left < 0


def test_without_an_answer_there_is_nothing_to_show(checkpoint: Checkpoint) -> None:
    engine = started(checkpoint("idefics2"))
    failed = last(engine.where(Where(3, question(), " "), NEVER))
    assert isinstance(failed, Failed)
    assert failed.message == looking.NO_ANSWER


def tile(box: Box, width: int, height: int, canvas: tuple[int, int]) -> Tile:
    return Tile("", box, width, height, canvas)


def test_a_quarter_falls_on_its_quarter_and_canvas_fills_nothing() -> None:
    quarter = tile(Box(0.5, 0.0, 1.0, 0.5), 32, 16, (32, 32))
    patches = Patches(torch.tensor([[0.75, 0.0], [0.0, 0.25]]), quarter.canvas)
    grid = looking.heat([quarter], [[patches]], (4, 4))
    assert grid.sum() == pytest.approx(0.75), "what lies on the white below is left out"
    assert grid[:2, 2].sum() == pytest.approx(0.75)


def test_views_that_overlap_add_up() -> None:
    whole = tile(Box(0.0, 0.0, 1.0, 1.0), 16, 16, (16, 16))
    quarter = tile(Box(0.0, 0.0, 0.5, 0.5), 16, 16, (16, 16))
    half = [Patches(torch.tensor([[0.5]]), (16, 16))]
    grid = looking.heat([quarter, whole], [half, half], (2, 2))
    assert grid.tolist() == [[0.625, 0.125], [0.125, 0.125]]


@pytest.mark.parametrize(
    ("turn", "corner"), [(0, (0, 1)), (90, (0, 0)), (180, (1, 0)), (270, (1, 1))]
)
def test_a_turned_page_is_turned_back(turn: Quarter, corner: tuple[int, int]) -> None:
    shown = torch.tensor([[0.0, 1.0], [0.0, 0.0]])  # top right, as the person sees it
    assert looking.upright(shown, turn)[corner] == 1


@dataclass
class LinePages(DrawnPages):
    """One line of digits on the left or the right half of a slip of paper."""

    left: bool = True
    size: PageSize = PageSize(200, 20)

    def render(self, page: PageRef, box: Box, width: int, height: int) -> Picture:
        image = Image.new("RGB", (800, 80), "white")
        font = ImageFont.load_default(40)
        ImageDraw.Draw(image).text((24 if self.left else 424, 16), "29141777", "black", font)
        image = image.resize((width, height), Image.Resampling.LANCZOS)
        return Picture(width, height, image.tobytes())


@pytest.mark.parametrize("left", [True, False])
def test_the_shipped_model_looks_at_the_text(one_thread: None, left: bool) -> None:
    folder = models.default_folder()
    assert folder is not None
    engine = started(folder, LinePages(left=left))
    (heat,) = looked_at(engine, question("What does it say?", page=PAGE), "29141777")
    columns = [sum(heat.levels[column :: heat.columns]) for column in range(heat.columns)]
    half = sum(columns[: heat.columns // 2]), sum(columns[heat.columns // 2 :])
    text, paper = half if left else half[::-1]
    assert text > 1.2 * paper
