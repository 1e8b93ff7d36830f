import stat
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QImage

from app import intake
from app.intake import Intake


def picture() -> QImage:
    image = QImage(40, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("#336699"))
    return image


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


@pytest.mark.parametrize("name", ["a.pdf", "B.PDF", "c.jpeg", "d.tif", "e.webp", "f.bmp", "scan"])
def test_pdf_and_pictures_are_taken(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    assert intake.take(files(tmp_path / name), tmp_path).files == (str(tmp_path / name),)


def test_the_order_is_kept_and_nothing_comes_twice(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("b.pdf", "a.pdf", "b.pdf")]
    assert intake.take(files(*paths), tmp_path).files == (str(paths[0]), str(paths[1]))


def test_folders_are_known_and_other_files_get_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "letter.docx").write_bytes(b"x")
    (tmp_path / "ok.pdf").write_bytes(b"x")
    came = intake.take(
        files(tmp_path / "papers", tmp_path / "letter.docx", tmp_path / "ok.pdf"), tmp_path
    )
    assert came.files == (str(tmp_path / "ok.pdf"),)
    assert came.folders == (str(tmp_path / "papers"),)
    (other,) = came.refused
    assert other.startswith("“letter.docx” is neither a PDF nor a picture.")


def test_a_missing_file_is_tried_so_that_its_tab_says_so(tmp_path: Path) -> None:
    assert intake.sort_out([str(tmp_path / "gone.xyz")]).files


def test_an_address_is_refused_with_a_sentence(tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.pdf")])
    assert intake.take(data, tmp_path) == Intake(refused=(intake.ONLY_LOCAL,))


def test_words_are_nothing_to_paste(tmp_path: Path) -> None:
    data = QMimeData()
    data.setText("words")
    assert not intake.can_take(data)
    assert intake.take(data, tmp_path) == Intake(refused=(intake.NOTHING_TO_PASTE,))


def test_a_picture_becomes_a_private_png(tmp_path: Path) -> None:
    data = QMimeData()
    data.setImageData(picture())
    pasted = tmp_path / "pasted"
    (name,) = intake.take(data, pasted).files
    file = Path(name)
    assert file.parent == pasted
    assert file.suffix == ".png"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(pasted.stat().st_mode) == 0o700
    kept = QImage(name)
    assert (kept.width(), kept.height()) == (40, 20)
    assert kept.pixelColor(5, 5) == QColor("#336699")


def test_a_file_copied_with_its_preview_is_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    data = files(tmp_path / "a.png")
    data.setImageData(picture())
    assert intake.take(data, tmp_path / "pasted").files == (str(tmp_path / "a.png"),)
    assert not (tmp_path / "pasted").exists()


def test_a_very_long_name_is_shortened_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / f"{'long_' * 40}.docx"
    file.write_bytes(b"x")
    (sentence,) = intake.sort_out([str(file)]).refused
    assert ".docx” is neither a PDF nor a picture" in sentence
    assert len(sentence) < 200
