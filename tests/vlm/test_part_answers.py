from __future__ import annotations

import threading

import msgspec
import pytest

from tests.drawn import line
from tests.vlm.documents import said
from tests.vlm.parted_pages import (
    PAGE,
    QUESTION,
    Reader,
    absent,
    done,
    of_lines,
    page,
    run,
    strip,
)
from vlm import part_answers
from vlm.absence import NOT_ON_PAGE, says_absent
from vlm.part_answers import MOST_ASKED, MOST_PARTS
from vlm.part_asking import UNKNOWN, trust, worth
from vlm.part_labels import LACKING
from vlm.protocol import Cancelled, Done, Event, Failed, Progress, Saw
from vlm.ranked_answers import ABSENT, best_of, weigh
from vlm.scan_answers import ELSEWHERE
from vlm.turns import on_page
from vlm.types import (
    WHOLE_PAGE,
    Box,
    Evidence,
    PageRef,
    Question,
    Unsure,
    Word,
)


def test_the_surest_part_answers_and_says_where_it_was_read() -> None:
    sure = {1: 0.6, 2: 0.8}
    reader = Reader(lambda n: said(f"no. 5{n}", sure[n], "no_text") if n in sure else absent())
    events = run(reader, page(4))
    found = done(events)
    assert found.text == "no. 52"
    assert found.confidence == pytest.approx(0.8 * ELSEWHERE)
    assert found.evidence == Evidence("no_text", part=strip(2))
    assert [view.box for view in found.views] == [strip(2)]
    assert found.visual_tokens == 40, "all that was looked at"
    assert found.timings.first_token == 0, "says nothing of how fast the model is"
    assert reader.parts == [0, 1, 2, 3]
    (saw,) = [event for event in events if isinstance(event, Saw)]
    assert (saw.views, saw.warning) == (found.views, "warning 2")
    told = [event.text for event in events if isinstance(event, Progress)]
    assert told == [f"Looking at part {number} of 4" for number in (1, 2, 3, 4)]


def test_parts_are_asked_like_boxes_that_a_person_draws() -> None:
    reader = Reader(lambda n: absent())
    run(reader, page(2))
    assert {one.text for one in reader.asked} == {QUESTION.text}
    assert not any(one.splitting for one in reader.asked)
    assert all(one.max_new_tokens <= part_answers.PART_TOKENS for one in reader.asked)


def test_where_no_part_answers_it_says_so_and_guesses_nothing() -> None:
    sure = (0.9, 0.7, 0.95)
    reader = Reader(lambda n: absent(sure[n]))
    found = done(run(reader, page(3)))
    assert found.text == NOT_ON_PAGE
    assert found.confidence == 0.7, "it may stand in the part it was least sure of"
    assert found.evidence == Evidence("nothing")
    assert [view.name for view in found.views] == ["Part 1", "Part 2", "Part 3"]


def test_what_stands_in_its_part_is_preferred_to_what_stands_elsewhere_or_nowhere() -> None:
    kinds = ("absent", "page", "crop")
    reader = Reader(lambda n: said(f"answer 5{n}", 0.9 - 0.2 * (n == 2), kinds[n]))  # type: ignore[arg-type]
    assert done(run(reader, page(3))).text == "answer 52"


UNCLEAR = ("Keller Mainz 7", "Delivery number 8 asked", "7 Invoice number unclear", "Thank you 9")


def test_parts_with_the_questions_words_come_first_and_weigh_more() -> None:
    parts = page(4, *UNCLEAR)
    reader = Reader(lambda n: said(f"answer 5{n}", 0.9, "crop"))
    assert done(run(reader, parts)).text == "answer 52"
    assert reader.parts == [2, 1, 0, 3], "the others are asked as well"
    reader = Reader(lambda n: said("55131", 0.9, "crop") if n == 0 else absent())
    assert done(run(reader, parts)).text == "55131", "and answer when those do not"


def test_a_sure_and_confirmed_answer_where_it_should_stand_ends_the_search() -> None:
    parts = page(4, *UNCLEAR)
    reader = Reader(lambda n: said("5414", 0.99, "crop"))
    assert done(run(reader, parts)).text == "5414"
    assert reader.parts == [2]
    for almost in (said("5414", 0.9, "crop"), said("5414", 0.99, "absent"), absent(0.99)):
        reader = Reader(lambda n, almost=almost: almost)  # type: ignore[misc]
        run(reader, parts)
        assert len(reader.parts) == 4
    reader = Reader(lambda n: said("5414", 0.99, "crop"))
    run(reader, page(4, "Keller Mainz"))
    assert len(reader.parts) == 4, "no part has a word of the question"


def test_there_is_a_bound_on_parts_and_it_never_says_what_it_has_not_read() -> None:
    many = tuple(Box(0, n / 100, 1, (n + 1) / 100) for n in range(MOST_PARTS + 4))
    for most, words in (
        (MOST_ASKED, ()),
        (MOST_PARTS, line("a", "text", "layer", "of", "some", "more", "words", "than", "few")),
    ):
        reader = Reader(lambda n: absent())
        found = done(run(reader, of_lines(many, words)))
        assert len(reader.asked) == most
        assert found.text != NOT_ON_PAGE
        assert says_absent(found.text), "no evidence is looked for, nothing is learned from it"
        assert found.text == f"There is no answer in the {most} parts of this page that were read."


def test_there_is_a_bound_on_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_answers, "MOST_SECONDS", -1.0)
    reader = Reader(lambda n: said("55", 0.5, "no_text"))
    assert done(run(reader, page(3))).text == "55"
    assert reader.parts == [0], "one is read at least"


def test_a_cancel_acts_between_parts_and_inside_one() -> None:
    cancel = threading.Event()

    def says(number: int) -> Event:
        if number == 1:
            cancel.set()
        return said(f"answer 1{number}", 0.5 + number / 10, "no_text")

    reader = Reader(says)
    assert run(reader, page(4), cancel=cancel)[-1] == Cancelled(1, "answer 11")
    assert reader.parts == [0, 1]
    reader = Reader(lambda n: Cancelled(1) if n else absent())
    assert run(reader, page(4))[-1] == Cancelled(1, "")
    assert reader.parts == [0, 1]


def test_a_failure_ends_the_job() -> None:
    late = Failed(1, "page_timeout", "The page took too long.")
    reader = Reader(lambda n: late if n == 1 else absent())
    assert run(reader, page(4))[-1] == late
    assert reader.parts == [0, 1]


def test_a_page_that_is_one_part_is_asked_as_a_whole() -> None:
    reader = Reader(lambda n: said("x", 0.5, "no_text"))
    whole = of_lines((WHOLE_PAGE,))
    assert done(run(reader, whole)).evidence.part is None
    assert [one.splitting for one in reader.asked] == [True]


def test_a_request_to_read_gets_everything_in_its_order() -> None:
    def says(number: int) -> Event:
        if number == 1:
            return absent()
        text = ("Invoice 5414", "", "Total 7")[number]
        given = said(text, (0.9, 0, 0.4)[number], "crop").answer
        return Done(1, msgspec.structs.replace(given, unsure=(Unsure(0, 5, 0.3),)))

    reading = msgspec.structs.replace(QUESTION, text="What does it say?")
    reader = Reader(says)
    found = done(run(reader, page(3, "Invoice 5414", "", "Total 7"), reading, readings={}))
    assert found.text == "Invoice 5414\nTotal 7"
    assert [found.text[one.start : one.end] for one in found.unsure] == ["Invoi", "Total"]
    assert 0.4 < found.confidence < 0.9
    assert found.evidence.kind == "page"
    assert len(found.evidence.boxes) == 2
    assert reader.parts == [0, 1, 2]
    nothing = Reader(lambda n: said("", 0.2, "no_text"))
    assert done(run(nothing, page(2), reading, readings={})).text == NOT_ON_PAGE


def test_worth_puts_what_says_nothing_last() -> None:
    unknown = said("x", -1.0, "crop").answer
    assert worth(unknown, 1.0) == UNKNOWN
    assert worth(unknown, 0.5) == UNKNOWN / 4
    assert worth(absent(1.0).answer, 1.0) < worth(said("x", 0.0, "absent").answer, 0.1)


def test_an_answer_is_trusted_by_how_well_its_part_says_it() -> None:
    misread = said("LP-2O418", 0.9, "no_text").answer
    assert trust(said("LP-20418", 0.9, "crop").answer, "") == 1.0
    assert trust(misread, "Number LP-20418") > trust(misread, "Number 77") > 0
    assert trust(misread, "") == trust(said("Nobody", 0.9, "absent").answer, "") > 0


def test_an_answer_of_another_form_than_the_question_wants_gives_way() -> None:
    texts = ("Larkspur Print", "Thank you", "LP-20418")
    sure = (0.97, 0.99, 0.1)
    reader = Reader(lambda n: said(texts[n], sure[n], "no_text"))
    assert done(run(reader, page(3))).text == "LP-20418"
    reader = Reader(lambda n: said(texts[0], sure[n], "no_text"))
    assert done(run(reader, page(3))).text == NOT_ON_PAGE, "and none of that form is no answer"


def test_parts_whose_words_cannot_be_the_answer_are_not_asked() -> None:
    parts = page(4, "Keller Mainz 7", "Dear customer", "", "Thank you 5414")
    reader = Reader(lambda n: said("5414", 0.9, "crop") if n else said("Keller", 0.99, "crop"))
    assert done(run(reader, parts)).text == "5414"
    assert set(reader.parts) == {0, 2, 3}, "and what has no words may say anything"


def test_what_stands_at_the_label_of_another_field_is_not_believed() -> None:
    parts = page(3, "Keller Mainz 7", "VAT ID: DE195037355", "Thank you 5414")
    reader = Reader(lambda n: said("DE195037355", 0.99, "crop") if n == 1 else absent())
    assert done(run(reader, parts, Question("What is the order number?", PAGE))).text == NOT_ON_PAGE
    assert len(reader.parts) == 3, "nor does it end the search"


LABELLED = ("Keller Mainz", "Delivery number 77", "Invoice number 5414", "Thank you")


def test_what_stands_at_the_label_that_a_question_names_is_the_answer() -> None:
    reader = Reader(lambda n: said("5474", 0.9, "absent"))
    answered = done(run(reader, page(4, *LABELLED)))
    assert answered.text == "5414"
    assert reader.parts == [2]
    assert answered.evidence.kind == "crop"
    assert answered.evidence.part == strip(2)
    assert len(answered.evidence.boxes) == 1
    assert answered.unsure == ()
    assert 0.9 < answered.confidence < 0.99


def test_a_model_that_reads_the_same_at_the_label_makes_it_surer() -> None:
    reader = Reader(lambda n: said("5414", 0.99, "crop"))
    assert done(run(reader, page(4, *LABELLED))).confidence == 0.99


def test_where_two_labels_are_as_likely_the_other_parts_are_asked_too() -> None:
    twice = page(3, "Invoice number 5414", "Thank you 7", "Invoice number 6000")
    reader = Reader(lambda n: absent())
    answered = done(run(reader, twice))
    assert answered.text == "5414"
    assert answered.confidence < 0.7
    assert len(reader.parts) == 4


def test_a_turned_page_has_its_labels_beside_their_values_too() -> None:
    words = tuple(
        Word(word.text, on_page(word.box, WHOLE_PAGE, 90)) for word in page(4, *LABELLED).words
    )
    turned = PageRef("scan.pdf", 0, 90)
    parts = of_lines((Box(0.0, 0.0, 1.0, 1.0),), words)
    reader = Reader(lambda n: said("5474", 0.9, "absent"))
    answered = done(run(reader, parts, Question("What is the invoice number?", turned)))
    assert answered.text == "5414"
    assert answered.evidence.kind == "crop"


def test_a_label_on_a_page_whose_part_cannot_be_asked_ends_the_job() -> None:
    reader = Reader(lambda n: Failed(1, "page_broken", "No."))
    assert isinstance(run(reader, page(4, *LABELLED))[-1], Failed)


def test_a_page_with_words_but_none_of_the_question_s_makes_an_answer_less_sure() -> None:
    reader = Reader(lambda n: said("5414", 0.9, "crop") if n == 1 else absent())
    without = page(3, "Keller Mainz Druck 1", "Lange Gasse 2", "Thank you all very much")
    assert done(run(reader, without)).confidence == pytest.approx(0.9 * part_answers.UNNAMED)
    named = page(3, "Keller Mainz Druck", "5 Invoice number unclear", "Thank you all")
    assert done(run(reader, named)).confidence == 0.9
    other = page(3, "Keller Mainz 1", "Number of chairs 5", "Thanks 7")
    asked = Question("What is the order number?", PAGE)
    assert done(run(reader, other, asked)).confidence == pytest.approx(0.315), "words apart"
    scan = done(run(reader, page(3)))
    assert scan.confidence == pytest.approx(0.9 * ELSEWHERE), "it may say it in words misread"


def test_reading_the_same_makes_no_value_surer_that_is_no_usual_field_s() -> None:
    rows = ("Pension 138.42", "Basic pay 2,307.50", "Thank you all")
    reader = Reader(lambda n: said("138.42", 0.99, "crop"))
    shown = page(3, *rows)
    for asked in ("What have I paid into the pension this year?", "How much is the pension?"):
        likely = best_of(weigh(asked, shown.words))
        assert likely is not None
        told = done(run(reader, shown, Question(asked, PAGE)))
        assert told.text == likely.text == "138.42"
        assert told.confidence == pytest.approx(likely.share)


def test_the_model_is_not_asked_about_other_parts_of_words_that_were_weighed() -> None:
    rows = ("Pension 138.42", "Basic pay 2,307.50", "Thank you all", "Room 7")
    reader = Reader(lambda n: said("999", 0.99, "crop"))
    given = done(run(reader, page(4, *rows), Question("How much is the pension?", PAGE)))
    assert given.text == "138.42"
    assert reader.parts == [0], "it is shown the part of the label alone"


def test_where_nothing_of_a_page_is_likely_there_is_no_answer_and_that_is_unsure() -> None:
    rows = ("Thank you all very much", "Page layout by hand", "See you soon again")
    reader = Reader(lambda n: said("999", 0.99, "crop"))
    asked = Question("How many kilometres has the car gone?", PAGE)
    given = done(run(reader, page(3, *rows), asked))
    assert given.text == "Not on this page."
    assert given.confidence <= ABSENT
    assert given.evidence.kind == "nothing"


WITHOUT = ("Number LP-20418", "Subtotal 471.00", "Account 4402 7719 03", "Due 13 April 2025")


@pytest.mark.parametrize(
    "asked",
    [
        "What is the phone number?",
        "What is the e-mail address?",
        "What is the web address?",
        "What is the fax number?",
        "Wie lautet die Telefonnummer?",
    ],
)
def test_where_nothing_on_a_page_looks_like_what_is_asked_for_it_is_not_there(asked: str) -> None:
    reader = Reader(lambda n: said("+13 486 7603", 0.99, "absent"))
    given = done(run(reader, page(4, *WITHOUT), Question(asked, PAGE)))
    assert given.text == NOT_ON_PAGE
    assert given.confidence == LACKING
    assert reader.parts == [0], (
        "it is shown one part, so that it is known which one would have read"
    )


def test_a_picture_on_such_a_page_may_have_it() -> None:
    reader = Reader(lambda n: said("+13 486 7603", 0.8, "absent") if n == 4 else absent())
    phone = Question("What is the phone number?", PAGE)
    assert done(run(reader, page(5, *WITHOUT), phone)).text == "+13 486 7603"
    assert reader.parts == [4]


def test_what_has_the_form_but_does_not_stand_on_the_page_is_no_answer() -> None:
    parts = page(3, "Keller Mainz 7", "Invoice date 14 March 2025", "Thank you all")
    asked = Question("What is the delivery date?", PAGE)
    made_up, read = said("14 March 1990", 0.9, "absent"), said("14 March 1990", 0.9, "crop")
    assert done(run(Reader(lambda n: made_up), parts, asked)).text == NOT_ON_PAGE
    assert done(run(Reader(lambda n: read), parts, asked)).text == "14 March 1990"
