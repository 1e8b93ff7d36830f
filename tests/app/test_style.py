import re
from pathlib import Path

import pytest

from app import style, theme


@pytest.mark.parametrize("dark", [False, True])
def test_every_picture_of_the_sheet_is_there_in_the_colour_of_its_scheme(dark: bool) -> None:
    palette = theme.palette_for(dark)
    sheet = style.sheet(palette)
    assert "%(" not in sheet
    files = [Path(name) for name in re.findall(r'url\("([^"]+)"\)', sheet)]
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert file.stem == "tick" or theme.muted(palette).name() in text


def test_colours_are_mixed_by_their_share() -> None:
    from PySide6.QtGui import QColor

    black, white = QColor("#000000"), QColor("#ffffff")
    assert style.mix(black, white, 0).name() == "#000000"
    assert style.mix(black, white, 1).name() == "#ffffff"
    assert style.mix(black, white, 0.5).name() in ("#7f7f7f", "#808080")
