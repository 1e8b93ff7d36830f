"""Which pages of a long document have running text that answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.vlm.written_pages import BAIL, CONTRACT, MIETVERTRAG
from vlm import finding
from vlm.finding import Hit, PageIndex
from vlm.prose_pages import order

FILLER = "The annual report says that the weather was fine and that a lot of rain fell in the town."


@pytest.fixture
def index() -> Iterator[PageIndex]:
    pages = PageIndex(8)
    for page, text in enumerate((FILLER, FILLER, CONTRACT, FILLER, FILLER, MIETVERTRAG, BAIL)):
        pages.put(page, text)
    pages.put(7, "Invoice 17 Total 12,00 Start 12.03.2024")
    yield pages
    pages.close()


@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("When does everything commence?", 2),
        ("What is the security bond?", 2),
        ("Wie hoch ist die Kaltmiete?", 5),
    ],
)
def test_a_page_that_says_it_in_other_words_comes_first(
    index: PageIndex, question: str, page: int
) -> None:
    assert page not in [hit.page for hit in finding.order(index, question, 0, 2)]
    assert order(index, question, finding.order(index, question, 0, 2), 2)[0].page == page


def test_a_page_in_the_language_of_the_question_comes_before_another(index: PageIndex) -> None:
    both = order(index, "Quand cela débute-t-il ?", (), 4)
    assert [hit.page for hit in both][:2] == [6, 2]


def test_pages_with_the_questions_own_words_keep_their_turn(index: PageIndex) -> None:
    hits = (Hit(7, 1.0), Hit(0, 0.5))
    pages = [hit.page for hit in order(index, "When does everything commence?", hits, 2)]
    assert pages == [2, 7]


def test_where_no_text_answers_nothing_changes(index: PageIndex) -> None:
    hits = (Hit(7, 1.0), Hit(0, 0.5))
    assert order(index, "Zebra?", hits, 2) == hits
    assert order(index, "?", hits, 1) == hits[:1]


def test_a_page_that_both_find_keeps_the_higher_relevance(index: PageIndex) -> None:
    (first, *_) = order(index, "When does everything commence?", (Hit(2, 0.6),), 4)
    assert first == Hit(2, 1.0)
