from __future__ import annotations

import pytest

from vlm.clean_text import clean_text


@pytest.mark.parametrize(
    "text", ["", "Größe: 3 m²", "one\ntwo\tthree\r\n", "\u05e9 \U0001f600 \u200d"]
)
def test_what_people_write_stays(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("12\x00.50\x7f", "12.50"),
        ("a\x1b[31mb\ufffe", "a[31mb"),
        ("half \ud83d of one", "half \N{REPLACEMENT CHARACTER} of one"),
        ("\x00\x01", ""),
    ],
)
def test_what_no_file_holds_goes(text: str, clean: str) -> None:
    assert clean_text(text) == clean
    clean_text(text).encode()
