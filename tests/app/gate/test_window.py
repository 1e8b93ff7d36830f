from __future__ import annotations

from pathlib import Path

import msgspec
from pytestqt.qtbot import QtBot

from app.gate.values import Story
from app.gate.window import GateWindow
from finetune import gate, plan

NAME = "“Aktenzeichen” stands behind “Az.:” (7 documents)"


def test_the_result_says_what_documents_call_things(qtbot: QtBot) -> None:
    rows = [gate.judge(f"{n}", f"{n}", "Aktenzeichen", ("a",), "b", "a") for n in range(6)]
    plain = gate.decide(rows, [])
    window = GateWindow()
    qtbot.addWidget(window)
    window.show()
    quick = plan.preset("quick", "Firm", "/none", "f" * 64)
    window.show_story(Story(Path("/none"), quick, plain, (), ""))
    assert not window.names.isVisible()
    assert not window.names_title.isVisible()
    named = msgspec.structs.replace(plain, names=(NAME, NAME))
    window.show_story(Story(Path("/none"), quick, named, (), ""))
    assert window.names_title.isVisible()
    assert window.names.text().splitlines() == [NAME, NAME]
