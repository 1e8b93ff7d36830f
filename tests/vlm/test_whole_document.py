from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.vlm.documents import Book, Clerk, said
from vlm import whole_document
from vlm.absence import says_something
from vlm.asked_names import key_of
from vlm.coverage import coverage, nothing
from vlm.document_questions import stamp
from vlm.errors import DocumentMissing, PasswordNeeded, QuestionUnanswerable
from vlm.learned_names import LearnedLabel, LearnedNames, LearnedQuestion
from vlm.page_finder import Finder
from vlm.page_reading import Model, PageReader
from vlm.protocol import Cancelled, Done, Event, Failed, Progress, Saw
from vlm.readings import Readings
from vlm.types import Answer, Box, PageAnswer, PageRef, PagesRead, Question

PATH = "book.pdf"
NOT_HERE = "Not on this page."
FINDABLE = ("Cover", "Contents", "Prices", "Invoice number LP-20418", "Annex", "Notes", "End")


def asked(text: str = "What is the invoice number?", page: int = 0, **rest: object) -> Question:
    return Question(text, PageRef(PATH, page), whole_document=True, **rest)  # type: ignore[arg-type]


def ask(
    book: Book,
    clerk: Clerk,
    question: Question | None = None,
    cancel: threading.Event | None = None,
    reader: PageReader | None = None,
    finder: Finder | None = None,
) -> list[Event]:
    events = whole_document.answer(
        1,
        question or asked(),
        finder or Finder(book, stamp),
        reader,
        clerk,
        None,
        cancel or threading.Event(),
    )
    return list(events)


def answered(events: list[Event]) -> Answer:
    last = events[-1]
    assert isinstance(last, Done), last
    assert [isinstance(event, Done) for event in events].count(True) == 1
    return last.answer


def test_it_reads_the_pages_that_have_the_words_and_says_which() -> None:
    texts = FINDABLE + ("Number of parcels",) * 1 + ("Filler",) * 112
    clerk = Clerk(lambda page: said("LP-20418") if page == 3 else said(NOT_HERE, 0.99, "absent"))
    events = ask(Book(texts=texts), clerk)
    found = answered(events)
    assert found.text == "LP-20418"
    assert clerk.pages[:2] == [3, 7]
    assert len(clerk.pages) == whole_document.MOST_PAGES
    assert found.read is not None
    assert found.read.pages[0] == PageAnswer(3, "LP-20418", 0.9, found.evidence)
    assert (found.read.page_count, found.read.searched, found.read.unread) == (120, 120, 116)
    assert coverage(found.read) == "Read 4 of 120 pages; 116 were not read."
    assert found.visual_tokens == 40
    assert found.timings.first_token == 0, "says nothing of how fast the model is"
    (saw,) = [event for event in events if isinstance(event, Saw)]
    assert saw.warning == "warning of page 4", "of the page that answered"


def test_a_page_with_a_label_that_was_learned_is_read_first() -> None:
    texts = (*(f"The file reference of matter {n}" for n in range(12)), "Az.: 12 O 345/23", "End")
    clerk = Clerk(lambda page: said("12 O 345/23") if page == 12 else said("matter", 0.99))
    book = Book(texts=texts)
    question = asked("What is the Aktenzeichen of the matter?")
    plain = answered(ask(book, clerk, question))
    assert plain.read is not None
    assert 12 not in {page.page for page in plain.read.pages}
    key = key_of(question.text)
    label = LearnedLabel("Az.:", "behind", None, False, 3, 0)
    learned = LearnedNames((LearnedQuestion(key, "Aktenzeichen", (label,)),))
    events = whole_document.answer(
        1, question, Finder(book, stamp), None, clerk, None, threading.Event(), learned
    )
    found = answered(list(events))
    assert found.text == "12 O 345/23"
    assert found.read is not None
    assert found.read.pages[0].page == 12


def test_what_is_being_read_is_told_and_a_cancel_acts_between_pages() -> None:
    cancel = threading.Event()

    def says(page: int) -> Event:
        cancel.set()
        return said("LP-20418")

    clerk = Clerk(says)
    events = ask(Book(texts=FINDABLE), clerk, cancel=cancel)
    told = [event.text for event in events if isinstance(event, Progress)]
    assert told[0] == "Searching page 1 of 7"
    assert "Reading page 4, 1 of 4 pages" in told
    assert told[-1] == "Reading page 4, 1 of 4 pages: Looking"
    assert events[-1] == Cancelled(1, "LP-20418"), "what was found by then"
    assert clerk.pages == [3]


def test_a_cancel_inside_a_page_ends_the_job() -> None:
    clerk = Clerk(lambda page: Cancelled(1, "half"))
    assert ask(Book(texts=FINDABLE), clerk)[-1] == Cancelled(1, "")
    assert clerk.pages == [3]


def test_a_few_pages_are_all_read_from_the_one_in_front() -> None:
    book = Book(texts=("a", "b", "c"))
    clerk = Clerk(lambda page: said(NOT_HERE))
    turned = Question("Number?", PageRef(PATH, 1, 90), whole_document=True)
    found = answered(ask(book, clerk, turned))
    assert clerk.pages == [1, 0, 2]
    assert [question.page.rotation for question in clerk.asked] == [90, 0, 0]
    assert book.read_words == [], "no need to search"
    assert found.read is not None
    assert not found.read.found
    assert found.text == "No answer was found on the 3 pages of this document."
    assert found.evidence.boxes == ()
    assert coverage(found.read) == "Read all 3 pages."


def test_it_never_says_that_something_is_not_in_a_document_it_has_not_read() -> None:
    clerk = Clerk(lambda page: said(NOT_HERE))
    found = answered(ask(Book(texts=FINDABLE), clerk))
    assert found.text == (
        "No answer was found on the 4 pages that were read. "
        "3 pages were not read; it may stand on one of those."
    )
    assert found.confidence == 0


@pytest.mark.parametrize(
    ("count", "read", "said"),
    [
        (1, 1, "No answer was found on the page."),
        (5, 4, "No answer was found on the 4 pages that were read. 1 page was not read; it may "
               "stand on it."),
    ],
)  # fmt: skip
def test_sentences_count_right(count: int, read: int, said: str) -> None:
    page = PageAnswer(0, "", 0.0, answered_nowhere().evidence, useful=False)
    assert nothing(PagesRead(count, count, (page,) * read)) == said


def answered_nowhere() -> Answer:
    return answered(ask(Book(texts=("a",)), Clerk(lambda page: said(NOT_HERE))))


def test_what_stands_on_its_page_is_preferred_to_what_does_not() -> None:
    clerk = Clerk(lambda page: said("LP-20418", 0.7) if page == 2 else said("LB-1", 0.9, "absent"))
    assert answered(ask(Book(texts=("a", "b", "c")), clerk)).text == "LP-20418"


def test_an_answer_of_the_page_in_question_is_preferred_to_a_surer_one_of_another() -> None:
    clerk = Clerk(lambda page: said("LB-20418", 0.8, "absent") if page == 3 else said("77", 0.8))
    assert answered(ask(Book(texts=FINDABLE), clerk)).text == "LB-20418"


def test_of_two_pages_that_are_as_sure_the_one_in_front_answers() -> None:
    clerk = Clerk(lambda page: said(f"{page} May", 0.97 + page / 100))
    book = Book(texts=("1 May", "2 May", "3 May"))
    assert answered(ask(book, clerk, asked("What is the date?"))).text == "0 May"
    assert answered(ask(book, clerk, asked("What is the date?", page=2))).text == "2 May"


def test_of_the_sums_of_pages_the_largest_is_the_documents() -> None:
    sums = (said("565.20", 0.76), said("20.10", 0.99), said("9000.00", 0.5))
    clerk = Clerk(lambda page: sums[page])
    book = Book(texts=("Total 565.20", "Total 20.10", "Total 9000"))
    total = answered(ask(book, clerk, asked("What is the total?")))
    assert total.text == "565.20", "of those that are about as sure"
    assert total.read is not None
    assert [one.page for one in total.read.pages] == [0, 1, 2]
    assert answered(ask(book, clerk, asked("What is the room?"))).text == "20.10"


def test_an_answer_of_a_page_that_suits_the_question_less_says_so() -> None:
    clerk = Clerk(lambda page: said(NOT_HERE) if page == 3 else said("77"))
    read = answered(ask(Book(texts=FINDABLE), clerk)).read
    assert read is not None
    assert coverage(read).endswith(
        " Page 4 suits the question best, but no answer was found on it."
    )


def test_the_page_with_more_of_the_words_wins_between_two_sure_ones() -> None:
    clerk = Clerk(lambda page: said(f"answer {page}"))
    assert answered(ask(Book(texts=FINDABLE), clerk)).text == "answer 3"


def test_a_page_that_cannot_be_drawn_is_not_counted_as_read() -> None:
    late = Failed(1, "page_timeout", "Page 4 took too long.")
    clerk = Clerk(lambda page: late if page == 3 else said("x", 0.5))
    found = answered(ask(Book(texts=FINDABLE), clerk))
    assert found.read is not None
    assert 3 not in {page.page for page in found.read.pages}
    assert coverage(found.read) == "Read 3 of 7 pages; 4 were not read."
    assert ask(Book(texts=("a",)), Clerk(lambda page: late))[-1] == late
    short = Failed(1, "out_of_memory", "Too large.")
    clerk = Clerk(lambda page: short if clerk.pages[1:] else said("x"))
    assert ask(Book(texts=FINDABLE), clerk)[-1] == short, "no other page would fare better"
    assert len(clerk.pages) == 2


def test_what_cannot_be_opened_or_asked_raises() -> None:
    book = Book(texts=("a",))
    clerk = Clerk(lambda page: said("x"))
    with pytest.raises(QuestionUnanswerable):
        ask(book, clerk, asked("  "))
    book.error = PasswordNeeded("It needs a password.")
    with pytest.raises(PasswordNeeded):
        ask(book, clerk)


def test_words_are_learned_once_and_scans_are_read_within_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(whole_document, "READ_NOW", 2)
    book = Book(texts=(*FINDABLE[:3], *[""] * 5))
    finder = Finder(book, stamp)
    reading: list[int] = []

    def read(question: Question) -> Iterator[Event]:
        reading.append(question.page.page)
        yield said("invoice number LP-20418 on a scan")

    readings = Readings(None)
    reader = PageReader(book, readings, Model("m", False), read)
    clerk = Clerk(lambda page: said("x"))
    found = answered(ask(book, clerk, reader=reader, finder=finder))
    assert reading == [3, 4]
    assert set(clerk.pages[:2]) == {3, 4}, "what was read on scans is searched"
    assert found.read is not None
    assert found.read.searched == 5
    assert coverage(found.read).endswith("3 pages without text of their own could not be searched.")
    learned = len(book.read_words)
    answered(ask(book, clerk, reader=reader, finder=finder))
    assert len(book.read_words) == learned
    assert reading == [3, 4, 5, 6]
    steps = whole_document.prepare(1, PATH, finder, reader, None, threading.Event())
    assert all(isinstance(event, Progress) for event in steps)
    assert reading == [3, 4, 5, 6, 7], "ahead of a question there is time"
    readings.close()
    finder.close()


def test_another_model_reads_the_scans_anew() -> None:
    book = Book(texts=(*FINDABLE[:3], *[""] * 5))
    finder, readings, clerk = Finder(book, stamp), Readings(None), Clerk(lambda page: said("x"))
    reading: list[str] = []

    def by(model: str) -> PageReader:
        def read(question: Question) -> Iterator[Event]:
            reading.append(model)
            yield said("lorem ipsum")

        return PageReader(book, readings, Model(model, False), read)

    for model in ("small", "large", "large"):
        answered(ask(book, clerk, reader=by(model), finder=finder))
    assert reading == ["small"] * 5 + ["large"] * 5
    readings.close()
    finder.close()


def test_a_missing_text_layer_stops_nothing() -> None:
    book = Book(texts=FINDABLE, text_fails=True)

    def words(page: PageRef) -> tuple[()]:
        raise DocumentMissing("gone")

    book.words = words  # type: ignore[method-assign]
    found = answered(ask(book, Clerk(lambda page: said("x"))))
    assert found.read is not None
    assert found.read.searched == 0


@pytest.mark.parametrize(
    ("text", "useful"),
    [
        ("Not on this page.", False),
        ("It is not stated in the document", False),
        ("There is no invoice number here.", False),
        ("n/a", False),
        ("", False),
        ("Nothing", False),
        ("Not before Monday", True),
        ("No", True),
        ("LP-20418", True),
        ("Notting Hill", True),
    ],
)
def test_an_answer_is_told_from_saying_that_there_is_none(text: str, useful: bool) -> None:
    assert says_something(text) is useful


def test_a_box_is_of_no_meaning_for_a_whole_document() -> None:
    clerk = Clerk(lambda page: said("x"))
    answered(ask(Book(texts=("a",)), clerk, asked(box=Box(0, 0, 0.5, 0.5))))
    assert clerk.asked[0].box is None
