import random

import numpy as np
import pytest
from PIL import Image

from pretrain import fonts
from pretrain.documents.ink import Sheet
from pretrain.documents.paper import MARKS, mark, stamp

FONT = fonts.load(None).seen[0]


def written() -> Image.Image:
    sheet = Sheet.blank(320, 96)
    sheet.write("HHHHHHHH", (20, 50), FONT, 24)
    return sheet.image


def test_marks_only_darken_so_the_text_stays() -> None:
    before = np.asarray(written())
    for seed in range(6):
        after = np.asarray(mark(written(), random.Random(seed), chance=1.0))
        assert (after <= before).all()
        assert (after < before).any()


@pytest.mark.parametrize("one", range(len(MARKS)))
def test_every_mark_can_be_seen(one: int) -> None:
    paper = Image.new("L", (640, 480), 255)
    MARKS[one](paper, random.Random(4))
    assert np.asarray(paper).min() < 250


def test_without_chance_nothing_is_marked() -> None:
    assert np.array_equal(np.asarray(mark(written(), random.Random(0), 0.0)), np.asarray(written()))


def test_a_stamp_is_coloured_and_covers_nothing() -> None:
    page = np.repeat(np.asarray(written())[..., None], 3, axis=2)
    stamped = [stamp(page, FONT, random.Random(seed)) for seed in range(8)]
    assert all((one <= page).all() for one in stamped)
    changed = [one for one in stamped if (one != page).any()]
    assert len(changed) > 4
    assert any((one[..., 0].astype(int) != one[..., 2]).any() for one in changed)
