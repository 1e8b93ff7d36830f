from __future__ import annotations

from pathlib import Path

import pymupdf

from pretrain import fonts, samples
from pretrain.fonts import FontFile


def font_with_signs(file: Path) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(pymupdf.Font("helv").buffer)
    return file


def test_captions_are_written_in_a_font_that_has_their_signs(tmp_path: Path) -> None:
    bare = FontFile("bare", None)
    assert bare.lacks("£")
    whole = FontFile("whole", font_with_signs(tmp_path / "seen" / "whole.otf"))
    assert samples.captions(fonts.FontSet((bare, whole), ())) == whole
    spare = FontFile(fonts.SPARE, font_with_signs(tmp_path / "seen" / f"{fonts.SPARE}.otf"))
    assert samples.captions(fonts.FontSet((bare, whole, spare), ())) == spare


def test_where_no_font_has_all_signs_one_is_taken_all_the_same() -> None:
    assert samples.captions(fonts.load(None)) == FontFile("pillow-default", None)
