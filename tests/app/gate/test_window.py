from __future__ import annotations

from pathlib import Path

import msgspec
from pytestqt.qtbot import QtBot

from app.gate.values import Story
from app.gate.window import GateWindow
from finetune import gate, plan
from finetune.gate import Judged

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


def test_the_result_says_which_version_answered_before(qtbot: QtBot) -> None:
    def judged(before: str, reader: str) -> list[Judged]:
        return [
            gate.judge(f"{n}", f"{n}", "Aktenzeichen", ("a",), before, "a", reader)
            for n in range(6)
        ]

    fixed = judged("a", "")
    window = GateWindow()
    qtbot.addWidget(window)
    window.show()
    quick = plan.preset("quick", "New", "/none", "f" * 64)
    used = gate.decide(judged("a", "Old"), fixed, False, judged("b", ""))
    window.show_story(Story(Path("/none"), quick, used, (), ""))
    before = "Before is “Old”, as you use it now; the model as it came had 0 % right."
    assert window.tested.text().endswith(before)
    assert "100 % right with “Old”, as you use it now" in window.reasons.text()
    assert window.others.sentence.text().startswith("Right with the model as it came 100 %")
    first = gate.decide(judged("b", ""), fixed)
    window.show_story(Story(Path("/none"), quick, first, (), ""))
    assert window.tested.text().endswith("never saw while learning.")
    assert window.others.sentence.text().startswith("Right before 100 %")
