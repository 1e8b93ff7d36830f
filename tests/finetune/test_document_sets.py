from __future__ import annotations

from finetune.document_sets import DocumentSets, different
from finetune.shown_pages import Shown, ShownPage


def page(document: str) -> ShownPage:
    return ShownPage(Shown(document, "What is the total?", ("1.00",), ()), [])


def test_a_document_is_one_bit_however_many_pages_it_has() -> None:
    first, other, again = page("a"), page("b"), page("a")
    sets = DocumentSets([first, other, again])
    assert [sets.of(one) for one in (first, other, again)] == [1, 2, 1]
    assert sets.bits == {"a": 1, "b": 2}
    assert sets.all == 3


def test_a_document_about_which_anything_is_wrong_is_not_right() -> None:
    first, other, again = page("a"), page("b"), page("a")
    sets = DocumentSets([first, other, again])
    assert sets.right_and_wrong([(first, True), (other, True)]) == (3, 0)
    assert sets.right_and_wrong([(first, True), (other, True), (again, False)]) == (2, 1)
    assert sets.right_and_wrong([]) == (0, 0)


def test_answers_count_that_some_of_the_documents_have() -> None:
    assert different([0b001, 0b110], 0b111) == 2
    assert different([0b001, 0b110], 0b110) == 1
    assert different([0b001, 0b110], 0) == 0
