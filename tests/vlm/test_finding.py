from __future__ import annotations

import pytest

from vlm.finding import UNSEARCHED, Hit, PageIndex, order, query, together

PAGES = (
    "Contents Overview Figures",
    "The total amount payable is 1,250.00 EUR by bank transfer",
    "Lieferschein Nummer LP-20418 für Müller",
    "Weights and amounts of the parcels",
    "Annex: amounts, amounts, amounts",
)


@pytest.fixture
def index() -> PageIndex:
    made = PageIndex(len(PAGES))
    for page, text in enumerate(PAGES):
        made.put(page, text)
    return made


@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("What is the total amount payable?", 1),
        ("Welche Nummer hat der Lieferschein?", 2),
        ("What does it say about MULLER?", 2),
        ("Where is LP-20418?", 2),
        ("How heavy is the parcel?", 3),
    ],
)
def test_the_page_with_the_words_comes_first(index: PageIndex, question: str, page: int) -> None:
    hits = index.search(question, 4)
    assert hits[0] == Hit(page, 1.0)
    assert all(0 < hit.relevance <= 1 for hit in hits)
    assert [hit.relevance for hit in hits] == sorted((hit.relevance for hit in hits), reverse=True)


def test_words_that_stand_together_count_more_than_words_far_apart() -> None:
    made = PageIndex(2)
    filler = " ".join(f"word{number}" for number in range(40))
    made.put(0, f"invoice {filler} number {filler} Keller {filler}")
    made.put(1, f"{filler} Keller: invoice number 5414 {filler} {filler}")
    first, second = made.search("What is the invoice number of Keller?", 2)
    assert (first.page, second.page) == (1, 0)
    assert second.relevance < 0.8
    assert together("a invoices b", ("invoice", "total")) == 0.5
    assert together("", ()) == 0


def test_signs_of_the_search_language_are_only_words(index: PageIndex) -> None:
    assert index.search('total" OR page:* NEAR( -amount^', 4)[0].page == 1
    assert query("What is this about?") == ""
    assert index.search("What is this about?", 4) == ()
    assert index.search("?!", 4) == ()


def test_a_page_is_put_anew_and_half_a_page_stays_unknown(index: PageIndex) -> None:
    index.put(1, "nothing of it")
    assert all(hit.page != 1 for hit in index.search("total payable", 4))
    fresh = PageIndex(3)
    fresh.put(0, "stamp", complete=False)
    fresh.put(2, "")
    assert (fresh.searched, list(fresh.unknown()), fresh.partly(0)) == (1, [0, 1], "stamp")
    assert fresh.search("stamp", 4) == (Hit(0, 1.0),)
    fresh.put(0, "stamp and words")
    assert (fresh.searched, fresh.partly(0)) == (2, None)
    with pytest.raises(ValueError, match="no page"):
        fresh.put(3, "too many")


def test_too_few_hits_leave_room_for_what_nobody_searched() -> None:
    index = PageIndex(9)
    for page in (0, 1, 2, 3, 5):
        index.put(page, "total" if page == 3 else "other")
    chosen = order(index, "total?", shown=2, count=4)
    assert [hit.page for hit in chosen] == [3, 2, 0, 4]
    assert [hit.relevance for hit in chosen] == [1.0, *[UNSEARCHED] * 3]
    assert len({hit.page for hit in order(index, "", shown=8, count=20)}) == 9


def test_names_of_what_is_asked_for_find_a_page_in_another_language(index: PageIndex) -> None:
    names = ["delivery note", "Lieferschein-Nummer", "?!"]
    assert index.search("Which waybill?", 4) == ()
    assert [hit.page for hit in index.search("Which waybill?", 4, names)] == [2]
    assert [hit.page for hit in order(index, "Which waybill?", 4, 2, names)] == [2, 4]


def test_a_page_with_a_learned_label_comes_first_and_the_question_s_own_words_second() -> None:
    index = PageIndex(9)
    texts = ("Reference work", "Az.: 12 O 345/23", "Reference list of works", "Reference", "Rest")
    for page, text in enumerate(texts):
        index.put(page, text)
    learned = ["Az.:"]
    plain = [hit.page for hit in order(index, "What is the reference?", 0, 4)]
    assert 1 not in plain
    chosen = order(index, "What is the reference?", 0, 4, (), learned)
    assert [hit.page for hit in chosen] == [1, *plain[:3]]
    assert chosen[0].relevance > chosen[1].relevance > UNSEARCHED
    nowhere = order(index, "What is the reference?", 0, 4, (), ["Kassenzeichen"])
    assert [hit.page for hit in nowhere] == plain


def test_of_pages_that_all_have_a_label_those_with_the_question_s_words_come_first() -> None:
    index = PageIndex(9)
    for page in range(9):
        index.put(page, f"Nr. {page}" + (" of the parcel" if page == 7 else ""))
    chosen = order(index, "Which parcel number?", 0, 4, (), ["Nr."])
    assert chosen[0] == Hit(7, 1.0)


def test_names_do_not_count_where_a_page_has_the_question_s_own_words(index: PageIndex) -> None:
    assert [hit.page for hit in index.search("How heavy is the parcel?", 4, ["lieferschein"])] == [
        3
    ]
