"""A rental agreement from the file to the answer: with its words, as a scan, in a long document.

The model is the one that comes with the program; files, pages and engine are the real ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest

from tests.vlm.answering import NEVER, in_float32, last
from tests.vlm.written_pages import CONTRACT
from vlm import models
from vlm.absence import NOT_ON_PAGE
from vlm.engine import Engine
from vlm.pages.client import PageClient
from vlm.protocol import Ask, Done, Load, Loaded
from vlm.types import Answer, Box, PageRef, Question

FILLER = (
    "This page of the file tells of the weather in the town, which was fine for most of the year."
)


@pytest.fixture
def engine() -> Iterator[Engine]:
    folder = models.default_folder()
    assert folder is not None
    made = Engine(PageClient(), 2**24, in_float32)
    assert isinstance(last(made.load(Load(0, str(folder), None, precision="exact"), NEVER)), Loaded)
    yield made
    made.close()


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("contract") / "contract.pdf"
    with pymupdf.open() as document:
        document.new_page().insert_htmlbox(pymupdf.Rect(60, 60, 535, 780), _html(CONTRACT))
        document.save(file)
    return file


@pytest.fixture(scope="module")
def scan(contract: Path) -> Path:
    file = contract.with_suffix(".png")
    with pymupdf.open(contract) as document:
        document[0].get_pixmap(dpi=150).save(file)
    return file


@pytest.fixture(scope="module")
def book(contract: Path) -> Path:
    file = contract.with_name("book.pdf")
    with pymupdf.open() as document:
        for _ in range(6):
            document.new_page().insert_htmlbox(pymupdf.Rect(60, 60, 535, 780), _html(FILLER))
        with pymupdf.open(contract) as page:
            document.insert_pdf(page, start_at=4)
        document.save(file)
    return file


def _html(text: str) -> str:
    paragraphs = "".join(f"<p>{one}</p>" for one in text.strip().split("\n\n"))
    return f"<div style='font-family: serif; font-size: 11pt'>{paragraphs}</div>"


def ask(
    engine: Engine, file: Path, question: str, box: Box | None = None, whole: bool = False
) -> Answer:
    asked = Question(question, PageRef(str(file), 0), box, whole_document=whole)
    done = last(engine.ask(Ask(1, asked), NEVER))
    assert isinstance(done, Done), done
    return done.answer


RIGHT = [
    ("What is the notice period?", "three months"),
    ("How much is the deposit?", "2,300.00 pounds"),
    ("Who is the landlord?", "Harrow Estates Ltd"),
    ("How long is the fixed period?", "24 months"),
    (
        "Are pets allowed?",
        "The keeping of cats and dogs requires the prior written consent of the Landlord.",
    ),
    ("Who is the guarantor?", NOT_ON_PAGE),
]


@pytest.mark.timeout(300)  # a real model, on a machine that may be busy
def test_a_contract_answers_with_its_own_words(engine: Engine, contract: Path) -> None:
    for question, right in RIGHT:
        found = ask(engine, contract, question)
        assert found.text == right
        assert (found.evidence.kind == "page") is (right != NOT_ON_PAGE)
    box = Box(0.0, 0.05, 1.0, 0.6)
    found = ask(engine, contract, "How much is the deposit?", box)
    assert (found.text, found.evidence.kind) == ("2,300.00 pounds", "crop")


@pytest.mark.timeout(300)
def test_so_does_its_scan(engine: Engine, scan: Path) -> None:
    for question, right in (RIGHT[0], RIGHT[3], RIGHT[5]):
        assert ask(engine, scan, question).text == right


@pytest.mark.timeout(300)
def test_a_long_document_finds_its_page_by_other_words(engine: Engine, book: Path) -> None:
    found = ask(engine, book, "How much is the security bond?", whole=True)
    assert found.text == "2,300.00 pounds"
    assert found.read is not None
    assert found.read.pages[0].page == 4
