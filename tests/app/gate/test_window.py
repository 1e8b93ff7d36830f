from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from app.gate import words
from app.gate.values import Story, lines_of
from app.gate.window import GateWindow
from app.theme import Tone
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


def test_no_word_is_cut_off_in_a_small_window(qtbot: QtBot) -> None:
    question = "Who sent it, and to which of the many addresses on the page?"
    rows = [gate.judge(f"{n}", f"{n}", question, ("a",), "b", "a") for n in range(24)]
    kept = [gate.judge(f"k{n}", f"k{n}", "Q?", ("a",), "a", "a") for n in range(8)]
    named = msgspec.structs.replace(gate.decide(rows, kept), names=(NAME, NAME))
    window = GateWindow()
    qtbot.addWidget(window)
    window.show()
    quick = plan.preset("quick", "Invoices of my firm", "/none", "f" * 64)
    window.show_story(Story(Path("/none"), quick, named, lines_of(named, []), ""))
    detail = window.browser.detail
    texts = (
        *(window.verdict, window.reasons, window.names, window.tested),
        *(m.sentence for m in (window.nearly, window.exactly, window.others)),
        *(detail.outcome, detail.question, detail.wanted, detail.before, detail.after),
    )

    def all_words_are_seen() -> bool:
        return all(text.height() >= text.heightForWidth(text.width()) for text in texts)

    for size in (window.minimumSize(), QSize(1000, 800)):
        window.resize(size)
        qtbot.waitUntil(all_words_are_seen)


def test_what_may_have_been_forgotten_is_not_called_nothing() -> None:
    kept = [
        gate.judge(f"k{n}", f"k{n}", "Q?", ("a",), "a", "a" if n % 3 else "x") for n in range(8)
    ]
    rows = [gate.judge(f"{n}", f"{n}", "Q?", ("a",), "b", "a") for n in range(24)]
    found = gate.decide(rows, kept).fixed_set
    assert found is not None
    assert words.forgetting(found).startswith("Right before 100 %, now 62 %; so few questions")
    assert words.tone_of_others(found) is Tone.CAUTION
