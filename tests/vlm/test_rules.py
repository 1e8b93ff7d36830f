"""Frames of cells are taken out of ink, letters are not."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vlm.ink import marks_of, strong_ink_of
from vlm.line_reader import Gray, shipped
from vlm.rules import frames_of, strokes_of, unframed
from vlm.text_lines import print_height


def sheet(text: str, box: tuple[int, int, int, int] | None = None, em_px: int = 22) -> Gray:
    picture = Image.new("L", (260, 80), 255)
    draw = ImageDraw.Draw(picture)
    draw.text((60, 28), text, fill=0, font=ImageFont.load_default(em_px))
    if box is not None:
        draw.rectangle(box, outline=0, width=2)
    return np.asarray(picture)


def frames(gray: Gray) -> int:
    return int(frames_of(marks_of(strong_ink_of(gray))).sum())


CELL = (20, 14, 236, 66)


@pytest.mark.parametrize("text", ["1,254.60", "7", ""])
def test_a_cell_is_a_frame_whether_something_stands_in_it_or_not(text: str) -> None:
    assert frames(sheet(text, CELL)) == 1


@pytest.mark.parametrize("text", ["O0o8BDQ@%&", "Øé8gö", "== [ ] ( )"])
def test_letters_are_none(text: str) -> None:
    assert frames(sheet(text)) == 0


def test_print_in_a_cell_is_as_large_as_without() -> None:
    alone, framed = print_height(sheet("1,254.60")), print_height(sheet("1,254.60", CELL))
    assert alone is not None
    assert framed == pytest.approx(alone, rel=0.15)


def test_ink_without_frames_is_left_as_it_is() -> None:
    ink = strong_ink_of(sheet("Total"))
    assert unframed(ink) is ink


def test_a_stroke_as_high_as_two_lines_is_no_letter() -> None:
    picture = Image.fromarray(sheet("Hill"))
    ImageDraw.Draw(picture).line([(40, 5), (40, 75)], fill=0, width=2)
    marks = marks_of(strong_ink_of(np.asarray(picture)))
    assert strokes_of(marks, 16.0).sum() == 1


def test_what_stands_in_a_cell_is_read() -> None:
    assert shipped().read([sheet("1,254.60", CELL)])[0].text == "1,254.60"
