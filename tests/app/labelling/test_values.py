"""Which question comes next, how far the work is, what lies under a box, what a row becomes."""

import os
from pathlib import Path

import pytest

from app.labelling import words
from app.labelling.example import made
from app.labelling.suggestion import text_under
from app.labelling.values import Progress, Step, Typed, beside, first_open, following
from app.labelling.work import WorkList, documents_in
from finetune.types import NOT_ON_PAGE
from tests.app.examples.made import example
from vlm.types import Box, PageRef, Word

SET = ("Who?", "When?", "How much?")
PAGE = PageRef("/papers/a.pdf", 0)


def test_questions_with_rows_are_passed_over() -> None:
    assert first_open(SET, ["who?"]) == "When?"
    assert first_open(SET, SET) == "Who?"
    assert first_open((), []) == ""
    assert following(SET, ["Who?", "WHEN?"], "Who?") == "How much?"
    assert following(SET, ["How much?"], "How much?") is None
    assert following(SET, ["Who?"], "One of my own?") == "When?"
    assert following((), ["Mine?"], "Mine?") == "Mine?"


def test_a_person_may_step_to_any_question() -> None:
    assert [beside(SET, "When?", by) for by in (-1, 1)] == ["Who?", "How much?"]
    assert [beside(SET, one, by) for one, by in (("Who?", -1), ("How much?", 1))] == [None, None]
    assert beside(SET, "One of my own?", 1) == "Who?"


@pytest.fixture
def work() -> WorkList:
    """Documents of 2, 3 and 1 pages and a broken one, of which two pages have rows."""
    made_list = WorkList()
    made_list.replace(["a", "b", "broken", "c"])
    for path, pages in (("a", 2), ("b", 3), ("c", 1)):
        made_list.learn(path, document=path * 64, pages=pages)
    made_list.learn("broken", failure="This file is damaged.")
    made_list.set_labelled([("a" * 64, 0), ("b" * 64, 2), ("x" * 64, 0)])
    return made_list


def test_pages_are_counted_over_all_documents(work: WorkList) -> None:
    progress = work.progress(("b", 1))
    assert progress == Progress(4, 6, 2, True, 2, 4)
    assert words.progress(progress) == "4 of 6 pages, 2 labelled"
    work.add("later")
    assert words.progress(work.progress(("b", 1))) == (
        "Document 2 of 5, 2 labelled, counting pages…"
    )


def test_steps_lead_over_documents_and_past_broken_ones(work: WorkList) -> None:
    steps = (Step.NEXT_PAGE, Step.PREVIOUS_PAGE, Step.NEXT_DOCUMENT, Step.PREVIOUS_DOCUMENT)
    assert [work.step(("b", 2), step) for step in steps] == [("c", 0), ("b", 1), ("c", 0), ("a", 0)]
    assert [work.step(("b", 0), step) for step in steps] == [("b", 1), ("a", 1), ("c", 0), ("a", 0)]
    assert [work.step(("c", 0), step) for step in steps] == [None, ("b", 2), None, ("b", 0)]
    assert work.step(("broken", 0), Step.NEXT_PAGE) == ("c", 0)


def test_what_is_known_of_a_document_stays_when_others_are_chosen(work: WorkList) -> None:
    work.replace(["c", "d"])
    assert [(paper.path, paper.pages) for paper in work.papers] == [("c", 1), ("d", 0)]
    assert not work.add("c")


def test_a_folder_is_listed_as_people_count(tmp_path: Path) -> None:
    for name in ("scan 10.PDF", "scan 2.png", "Scan 1.jpg", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "deeper.pdf").mkdir()
    found = documents_in(tmp_path, (".pdf", ".png", ".jpg"))
    assert [Path(one).name for one in found] == ["Scan 1.jpg", "scan 2.png", "scan 10.PDF"]


@pytest.mark.skipif(os.name != "posix", reason="elsewhere names are text")
def test_a_name_that_is_no_text_is_listed_as_text(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/M\xe4rz.pdf")).write_bytes(b"")
    found = documents_in(tmp_path, (".pdf",))
    assert found == (str(tmp_path / "M\N{REPLACEMENT CHARACTER}rz.pdf"),)


def test_text_under_a_box_is_read_line_by_line() -> None:
    found = [
        Word("Bath", Box(0.2, 0.21, 0.3, 0.23)),
        Word("Street,", Box(0.32, 0.101, 0.4, 0.121)),
        Word("3", Box(0.1, 0.2, 0.15, 0.22)),
        Word("Castle", Box(0.2, 0.1, 0.3, 0.12)),
        Word("outside", Box(0.7, 0.1, 0.8, 0.12)),
        Word("half", Box(0.38, 0.1, 0.5, 0.12)),
    ]
    assert text_under(found, Box(0.1, 0.05, 0.42, 0.3)) == "Castle Street, 3 Bath"
    assert text_under(found, Box(0.9, 0.9, 1.0, 1.0)) == ""


def test_the_same_question_about_the_same_part_is_the_same_row() -> None:
    box = Box(0.1, 0.1, 0.5, 0.2)
    one, other = (made(Typed("Who?", text), "d" * 64, PAGE, box, "", None) for text in ("A", "B"))
    assert one.id == other.id
    assert made(Typed("Who?", "A"), "d" * 64, PAGE, None, "", None).id != one.id
    assert (one.kind, one.verdict, one.box) == ("label", "unknown", box)


@pytest.mark.parametrize("typed", [NOT_ON_PAGE, "not on  this page"])
def test_what_is_not_there_is_said_of_the_whole_page(typed: str) -> None:
    box = Box(0.1, 0.1, 0.5, 0.2)
    row = made(Typed("Who?", typed), "d" * 64, PAGE, box, "", None)
    assert (row.kind, row.answers, row.box) == ("negative", (NOT_ON_PAGE,), None)


def test_a_correction_keeps_where_a_row_is_from() -> None:
    right = example(1, answer="9.99", kind="right")
    same = made(Typed("Who?", "9.99"), right.document, right.page, right.box, "", right)
    assert (same.id, same.kind, same.verdict) == ("e1", "right", "right")
    other = made(Typed("Who?", "8.88"), right.document, right.page, right.box, "", right)
    assert (other.kind, other.verdict, other.said) == ("correction", "wrong", "9.99")
    imported = made(Typed("Who?", "A"), "d" * 64, PAGE, None, "", example(2, kind="imported"))
    assert imported.kind == "imported"
    found = made(Typed("Who?", "A"), "d" * 64, PAGE, None, "", example(3, kind="negative", said=""))
    assert (found.kind, found.made_at) == ("label", example(3).made_at)
