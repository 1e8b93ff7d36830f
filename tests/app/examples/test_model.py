from PySide6.QtCore import QAbstractItemModel, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.examples.model import PICTURE, Edit, ExamplesModel
from tests.app.examples.made import example


def test_the_model_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    model: QAbstractItemModel = ExamplesModel()
    assert isinstance(model, ExamplesModel)
    model.show([example(number) for number in range(3)])
    qtmodeltester.check(model)


def test_a_picture_is_asked_for_once(qtbot: QtBot) -> None:
    model = ExamplesModel()
    model.show([example(1)])
    asked: list[str] = []
    model.picture_wanted.connect(asked.append)
    assert model.index(0).data(PICTURE) is None
    assert model.index(0).data(PICTURE) is None
    assert asked == ["e1"]


def test_an_empty_answer_is_not_taken(qtbot: QtBot) -> None:
    model = ExamplesModel()
    model.show([example(1)])
    edits: list[Edit] = []
    model.edited.connect(edits.append)
    assert not model.setData(model.index(0), "  ")
    assert not model.setData(model.index(0), "\0")
    assert model.setData(model.index(0), " 5.0\x000 ")
    assert edits == [Edit("e1", "5.00")]
    model.search("5.00")
    assert model.rowCount() == 1


def test_a_row_is_spoken_whole() -> None:
    model = ExamplesModel()
    model.show([example(1)])
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == (
        "What is the total?. 1.00. The model said: 9.99. Corrected. invoice 1.pdf, part of page 1"
    )
