"""Every example made in the window carries its page's hash, the same as the command line's."""

from pathlib import Path

import msgspec
import pymupdf
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.examples import shelf
from app.examples.pictures import look_of
from finetune.examples import ExampleStore
from finetune.gathering import look
from finetune.lookalike import distance
from finetune.pictures import document_hash
from finetune.types import Crop, Example
from tests.app.conftest import MakeShell, furniture
from tests.app.examples.made import example, picture, stored
from tests.app.viewer.sample import draw_sample
from vlm import paths
from vlm.pages.client import PageClient
from vlm.types import WHOLE_PAGE, PageRef, PageSize


def file() -> Path:
    return paths.data_dir() / shelf.NAME


def keep(path: str, page: int, document: str, number: int) -> Example:
    """Keep an example as the program did before it hashed pages."""
    made = example(number, path=path, document=document)
    old = msgspec.structs.replace(made, page=PageRef(path, page))
    with ExampleStore(file()) as store:
        store.add(old, Crop(picture(), PageSize(595, 842)))
    return old


@pytest.mark.parametrize("width", [362, 512, 65])
def test_rows_of_any_length_are_hashed_alike(width: int) -> None:
    image = QImage(width, 100, QImage.Format.Format_RGB32)
    for x in range(width):
        for y in range(100):
            image.setPixel(x, y, 0xFF000000 | (x * y * 7919) % 0xFFFFFF)
    wider = QImage(width + 1, 100, QImage.Format.Format_RGB32)
    wider.fill(0xFFFFFFFF)
    assert look_of(image) == look_of(image.convertToFormat(QImage.Format.Format_ARGB32))
    assert distance(look_of(image), look_of(wider)) > 25


def test_old_examples_get_the_hash_of_the_command_line(
    qtbot: QtBot, make_shell: MakeShell, tmp_path: Path
) -> None:
    path = draw_sample(tmp_path / "invoices.pdf", pages=2)
    _copy(path, str(tmp_path / "copy.pdf"))
    copy = str(tmp_path / "copy.pdf")
    keep(path, 1, document_hash(Path(path)), 1)
    keep(copy, 1, document_hash(Path(copy)), 2)
    keep(path, 0, document_hash(Path(path)), 3)
    keep(path, 0, "f" * 64, 4)  # the file is another one by now
    keep(str(tmp_path / "gone.pdf"), 0, "e" * 64, 5)
    shell = make_shell()
    parts = furniture(shell)
    shell.window.commands.examples.trigger()
    qtbot.waitUntil(lambda: sum(bool(one.page_hash) for one in stored(file())) == 3)
    qtbot.waitUntil(lambda: not parts.pages.is_open(path) and not parts.pages.is_open(copy))
    by_id = {one.id: one.page_hash for one in stored(file())}
    with PageClient() as pages:
        pages.open(path)
        expected = look(pages, PageRef(path, 1))
    assert distance(by_id["e1"], expected) <= 2  # another copy of the same renderer drew it
    assert distance(by_id["e2"], by_id["e1"]) <= 2
    assert distance(by_id["e3"], by_id["e1"]) > 0
    assert (by_id["e4"], by_id["e5"]) == ("", "")


def _copy(path: str, to: str) -> None:
    """Save a document anew: another file with the same pages."""
    with pymupdf.open(path) as document:
        document.set_metadata({"title": "A copy"})
        document.save(to)


def test_the_page_service_draws_what_the_command_line_draws(qtbot: QtBot, tmp_path: Path) -> None:
    path = draw_sample(tmp_path / "invoices.pdf", pages=1)
    with PageClient() as pages:
        pages.open(path)
        drawn = pages.render(PageRef(path, 0), WHOLE_PAGE, 362, 512)
        expected = look(pages, PageRef(path, 0))
    image = QImage(drawn.data, 362, 512, 362 * 3, QImage.Format.Format_RGB888)
    assert look_of(image.convertToFormat(QImage.Format.Format_RGB32)) == expected
