from pathlib import Path

import pytest

from pretrain import fonts


def install(root: Path, licence: str) -> None:
    package = root / "doc" / fonts.FAMILIES["Hack-Regular"]
    package.mkdir(parents=True)
    (package / "copyright").write_text(licence)
    (root / "fonts").mkdir()
    (root / "fonts" / "Hack-Regular.ttf").write_bytes(b"glyphs")


def point_to(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FONT_ROOTS", (root / "fonts",))
    monkeypatch.setattr(fonts, "DOC_ROOT", root / "doc")


def test_free_fonts_are_collected_with_their_licence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "License: OFL-1.1")
    point_to(tmp_path, monkeypatch)
    skipped = fonts.collect(tmp_path / "out")
    assert "Hack-Regular" not in skipped
    assert (tmp_path / "out" / "seen" / "Hack-Regular.ttf").exists()
    assert (tmp_path / "out" / "licences" / "fonts-hack.txt").exists()
    assert [font.name for font in fonts.load(tmp_path / "out").seen] == ["Hack-Regular"]


def test_a_font_of_unknown_licence_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "All rights reserved.")
    point_to(tmp_path, monkeypatch)
    assert "Hack-Regular" in fonts.collect(tmp_path / "out")
    with pytest.raises(FileNotFoundError):
        fonts.load(tmp_path / "out")


def test_seen_and_held_out_fonts_are_different() -> None:
    assert not fonts.FAMILIES.keys() & fonts.HELD_OUT.keys()


def test_tests_need_no_font_files() -> None:
    assert fonts.load(None).seen[0].at(20).getlength("m") > 5


def test_a_character_that_a_font_lacks_is_drawn_by_the_spare_one() -> None:
    own = fonts.load(None).seen[0]
    assert own.lacks("№")
    assert not own.lacks("A")
    assert not own.lacks(" ")
    assert own.other() == own
    other = Path("other.ttf")
    assert fonts.FontFile("a", Path("a.ttf"), other).other().path == other


def test_a_character_that_a_font_leaves_blank_is_lacked(monkeypatch: pytest.MonkeyPatch) -> None:
    own = fonts.load(None).seen[0]
    real = fonts.drawn
    monkeypatch.setattr(fonts, "drawn", lambda face, one: real(face, " " if one == "é" else one))
    assert own.lacks("é")
    assert not own.lacks("e")
