import errno
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.examples.crops import Taken, Wanted
from app.examples.shelf import Shelf
from app.examples.values import Changed, Listed, Refused
from finetune.examples import ExampleStore
from finetune.types import Crop, Example
from tests.app.examples.made import example, fill, stored
from vlm.types import PageSize


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "examples.sqlite3"


@pytest.fixture
def shelf(qtbot: QtBot, file: Path) -> Iterator[Shelf]:
    made = Shelf(file)
    yield made
    made.stop()


def asked(number: int) -> Example:
    """What is known of an answer when its verdict is taken back: not yet which row it is."""
    return msgspec.structs.replace(example(number, answer="?", kind="right"), id="", document="")


def taken(one: Example, key: str = "k") -> Taken:
    image = QImage(64, 32, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    return Taken(Wanted(key, one.page, one.box), PageSize(595, 842), (), image)


def test_what_is_not_written_yet_is_written_at_the_end(qtbot: QtBot, file: Path) -> None:
    shelf = Shelf(file)
    for number in range(20):
        shelf.keep(example(number), taken(example(number)))
    shelf.stop()
    assert {one.id for one in stored(file)} == {f"e{number}" for number in range(20)}


def test_one_that_cannot_be_written_at_the_end_costs_no_other(
    qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = ExampleStore.add

    def refuse_first(store: ExampleStore, one: Example, crop: Crop) -> None:
        if one.id == "e0":
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        add(store, one, crop)

    monkeypatch.setattr(ExampleStore, "add", refuse_first)
    shelf = Shelf(file)
    for number in range(3):
        shelf.keep(example(number), taken(example(number)))
    shelf.stop()
    assert {one.id for one in stored(file)} == {"e1", "e2"}


def test_changing_what_was_removed_meanwhile_is_no_fault(
    qtbot: QtBot, shelf: Shelf, file: Path
) -> None:
    said: list[str] = []
    shelf.complained.connect(said.append)
    with qtbot.waitSignal(shelf.changed):
        shelf.keep(example(1), taken(example(1)))
    with qtbot.waitSignals([shelf.changed, shelf.changed]):
        shelf.remove(["e1"])
        shelf.change("e1", "other")
    with qtbot.waitSignal(shelf.listed):
        shelf.list()
    assert said == []
    assert stored(file) == []


def test_what_a_full_disk_refused_is_written_as_soon_as_there_is_room(
    qtbot: QtBot, shelf: Shelf, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr(ExampleStore, "add", full)
        for number in (1, 2):
            with qtbot.waitSignal(shelf.complained):
                shelf.keep(example(number), taken(example(number)))
        with qtbot.waitSignal(shelf.listed) as told:
            shelf.list()
        assert told.args is not None
        assert told.args[0].examples == ()
    with qtbot.waitSignal(shelf.listed) as told:
        shelf.list()
    assert told.args is not None
    assert [one.id for one in told.args[0].examples] == ["e2", "e1"]


def test_keeping_says_how_many_there_are_now(qtbot: QtBot, shelf: Shelf, file: Path) -> None:
    fill(file, example(1), example(2, document="a" * 64))
    with qtbot.waitSignal(shelf.changed) as told:
        shelf.keep(example(3, document="a" * 64), taken(example(3), "mine"))
    assert told.args == [Changed("kept", "mine", 3, 2)]


def test_an_example_of_a_document_that_cannot_be_read_is_refused(
    qtbot: QtBot, shelf: Shelf, file: Path
) -> None:
    gone = Example("", "", example(1).page, "Who?", ("Moss",), "right", 1.0)
    with qtbot.waitSignal(shelf.refused) as told:
        shelf.keep(gone, taken(gone, "mine"))
    assert told.args == [Refused("mine", "The document cannot be read any more.")]
    assert stored(file) == []


def test_taking_back_finds_the_example_though_its_file_is_gone(
    qtbot: QtBot, shelf: Shelf, file: Path
) -> None:
    fill(file, example(1), example(2))
    with qtbot.waitSignal(shelf.changed) as told:
        shelf.take_back(asked(1))
    assert told.args == [Changed("taken back", "", 1, 1)]
    assert [one.id for one in stored(file)] == ["e2"]


def test_taking_back_leaves_what_was_imported(qtbot: QtBot, shelf: Shelf, file: Path) -> None:
    fill(file, example(1, kind="imported"))
    shelf.take_back(asked(1))
    with qtbot.waitSignal(shelf.listed) as told:
        shelf.list()
    assert told.args is not None
    listed = told.args[0]
    assert isinstance(listed, Listed)
    assert [one.id for one in listed.examples] == ["e1"]
