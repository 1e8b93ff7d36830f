"""What the shipped model reads on photographs, from the question to the place of its answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.photographed import SEEN, TOTAL, bill, bill_photograph
from tests.vlm.answering import answered
from vlm.engine import Engine
from vlm.flat import Flat
from vlm.types import Box, PageRef, PageSize, Question


@pytest.mark.parametrize("turn", [0, 270])
def test_a_photograph_is_read_and_its_answer_shown_where_it_stands(
    shipped: Engine, tmp_path: Path, turn: int
) -> None:
    path = tmp_path / "photograph.png"
    bill_photograph(SEEN).rotate(-turn, expand=True).save(path)
    given = answered(shipped, Question("What is the total?", PageRef(str(path), 0)))
    assert given.text == "96.40"
    part = given.evidence.part
    assert part is not None
    flat = Flat(SEEN, PageSize(1, 1), PageSize(1, 1))
    x, y = flat.on_page(np.array([((TOTAL.x0 + TOTAL.x1) / 2, (TOTAL.y0 + TOTAL.y1) / 2)]))[0]
    turned = {0: (x, y), 90: (1 - y, x), 180: (1 - x, 1 - y), 270: (y, 1 - x)}[turn]
    along = abs((part.y0 + part.y1) / 2 - turned[1]) if turn in (0, 180) else 0.0
    across = abs((part.x0 + part.x1) / 2 - turned[0]) if turn in (90, 270) else 0.0
    assert max(along, across) < 0.05


@pytest.mark.parametrize("turn", [90, 180])
def test_a_scan_that_was_laid_in_the_wrong_way_round_is_read(
    shipped: Engine, tmp_path: Path, turn: int
) -> None:
    path = tmp_path / "scan.png"
    bill().rotate(turn, expand=True).save(path)
    page = PageRef(str(path), 0)
    assert answered(shipped, Question("What is the total?", page)).text == "96.40"
    assert answered(shipped, Question("What is the invoice number?", page)).text == "48213"


def test_a_box_drawn_on_a_photograph_is_read(shipped: Engine, tmp_path: Path) -> None:
    path = tmp_path / "photograph.png"
    bill_photograph(SEEN).save(path)
    flat = Flat(SEEN, PageSize(1, 1), PageSize(1, 1))
    number = flat.box_on_page(Box(0.09, 240 / 1200, 0.6, 300 / 1200))
    asked = Question("What does it say?", PageRef(str(path), 0), number)
    assert "48213" in answered(shipped, asked).text
