from __future__ import annotations

import contextlib
from pathlib import Path

import pymupdf
import pytest

from tests.vlm.conversation import TEXT, Closing, EngineContract
from vlm import fake
from vlm.protocol import Ask, Cancel, Cancelled, Done, Failed, Load, Loaded, TextDelta
from vlm.types import Box, PageRef, Question

LINES, WORDS = 200, 10_000
"""Of an answer that takes more than a minute."""


class TestFakeEngine(EngineContract):
    name = "fake-engine"

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tmp_path

    @pytest.fixture
    def endless(self, tmp_path: Path) -> Question:
        path = tmp_path / "endless.pdf"
        with pymupdf.open() as pdf:
            page = pdf.new_page(height=LINES * 10)
            for line in range(LINES):
                page.insert_text((10, line * 10), "a " * (WORDS // LINES), fontsize=4)
            pdf.save(path)
        return Question("What?", PageRef(str(path), 0), max_new_tokens=WORDS)

    def talk(self, **environment: str) -> contextlib.closing[Closing]:
        return super().talk(**{"VLM_FAKE_DELAY_MS": "10", **environment})

    def test_it_says_what_it_is_and_copies_the_text_layer(
        self, folder: Path, document: Path
    ) -> None:
        with self.talk() as engine:
            engine.send(Load(1, str(folder)))
            loaded = engine.last_of(1)
            assert isinstance(loaded, Loaded)
            assert loaded.model.name == fake.NAME == "Text layer only (no model)"
            page = PageRef(str(document), 0)
            engine.send(Ask(2, Question("What?", page)))
            engine.send(Ask(3, Question("What?", page, Box(0, 0.5, 1, 1))))
            done, empty = engine.last_of(2), engine.last_of(3)
            assert isinstance(done, Done)
            assert isinstance(empty, Done)
            assert done.answer.text == TEXT
            assert done.answer.evidence.kind == "page"
            assert done.answer.model == fake.NAME
            assert empty.answer.text == fake.NOTHING

    def test_a_slow_answer_stops_between_words(self, folder: Path, document: Path) -> None:
        with self.talk(VLM_FAKE_DELAY_MS="100") as engine:
            engine.send(Load(1, str(folder)), Ask(2, Question("?", PageRef(str(document), 0))))
            engine.until(lambda event: isinstance(event, TextDelta))
            engine.send(Cancel(2))
            assert isinstance(engine.last_of(2), Cancelled)

    def test_a_deaf_one_does_not_stop(self, folder: Path, document: Path) -> None:
        with self.talk(VLM_FAKE_DELAY_MS="20", VLM_FAKE_DEAF="1") as engine:
            engine.send(Load(1, str(folder)), Ask(2, Question("?", PageRef(str(document), 0))))
            engine.until(lambda event: isinstance(event, TextDelta))
            engine.send(Cancel(2))
            assert isinstance(engine.last_of(2), Done)

    @pytest.mark.parametrize("when", ["load", "ask"])
    def test_a_crash(self, folder: Path, document: Path, when: str) -> None:
        with self.talk(VLM_FAKE_CRASH=when) as engine:
            engine.send(Load(1, str(folder)), Ask(2, Question("?", PageRef(str(document), 0))))
            while engine.hear() is not None:
                pass
            assert engine.end()[0] == 9

    @pytest.mark.parametrize(("when", "job"), [("load", 1), ("ask", 2)])
    def test_a_memory_shortage(self, folder: Path, document: Path, when: str, job: int) -> None:
        with self.talk(VLM_FAKE_MEMORY=when) as engine:
            engine.send(Load(1, str(folder)), Ask(2, Question("?", PageRef(str(document), 0))))
            failed = engine.last_of(job)
            assert isinstance(failed, Failed)
            assert failed.code == "out_of_memory"
            assert "21.0 GB" in failed.message
