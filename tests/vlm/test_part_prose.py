"""When the running text of a page answers, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import msgspec
import pytest

from tests.vlm.answering import NEVER
from tests.vlm.documents import said
from tests.vlm.parted_pages import absent, done, of_lines
from tests.vlm.written_pages import CONTRACT, written
from vlm.absence import NOT_ON_PAGE
from vlm.asked_names import key_of
from vlm.box_answers import answer as answer_box
from vlm.learned_names import NO_NAMES, LearnedNames, LearnedQuestion, LearnedValue
from vlm.page_job import PageJob
from vlm.part_answers import answer
from vlm.part_asking import Told
from vlm.part_finder import PageParts
from vlm.part_prose import ABSENT, VALUE, goes_first, pointed_at
from vlm.prose_answers import Prose, Quoted, prose_of
from vlm.protocol import Done, Event, Saw
from vlm.sentences import sentences_of
from vlm.turns import on_page
from vlm.types import WHOLE_PAGE, Box, PageRef, Question, View, Word, union

PAGE = PageRef("contract.pdf", 0)
LETTERHEAD = "Date: 7 May 2024\n\nCustomer number: 4711\n\n"


class Model:
    """Says the same of every part, and remembers which it was shown."""

    def __init__(self, says: Done) -> None:
        self._says = says
        self.asked: list[Question] = []

    def __call__(self, question: Question) -> Iterator[Event]:
        """Answer as the engine does."""
        self.asked.append(question)
        assert question.box is not None
        view = View("Whole", question.box, 640, 64, 120.0, 10)
        yield Saw(1, (view,), "")
        yield Done(1, msgspec.structs.replace(self._says.answer, views=(view,)))


def parts(words: tuple[Word, ...], scanned: bool = False) -> PageParts:
    """Return a page whose lines are its parts."""
    lines = [list(row) for _, row in groupby(words, key=lambda word: word.box.y0)]
    boxes = tuple(union([word.box for word in row]) for row in lines)
    return of_lines(boxes, () if scanned else words)


def ask(question: str, text: str, model: Model, learned: LearnedNames = NO_NAMES) -> Done:
    page = parts(written(text))
    asked = Question(question, PAGE)
    last = list(answer(PageJob(1, asked, page, {}, model, NEVER, learned)))[-1]
    assert isinstance(last, Done)
    return last


def test_a_value_is_answered_with_its_place_on_the_page() -> None:
    model = Model(said("three months", 0.99, "crop"))
    found = ask("What is the notice period?", CONTRACT, model).answer
    assert found.text == "three months"
    words = {word.text: word.box for word in written(CONTRACT)}
    assert found.evidence.kind == "page"
    assert found.evidence.boxes == (union([_of("three"), words["months'"]]),)
    assert found.confidence == 0.99, "the model reads the same"
    assert len(model.asked) == 1, "no other part needs to be asked"


def _of(text: str) -> Box:
    return next(word.box for word in written(CONTRACT) if word.text == text)


def test_a_sentence_over_two_lines_has_a_box_for_each() -> None:
    found = ask("Who may terminate the agreement?", CONTRACT, Model(absent())).answer
    assert found.text.startswith("After the fixed period either party may terminate")
    assert len(found.evidence.boxes) == 2


def test_what_the_text_does_not_have_is_not_there() -> None:
    found = ask("Who is the guarantor?", CONTRACT, Model(said("Repairs", 0.99, "crop"))).answer
    assert found.text == NOT_ON_PAGE
    assert found.confidence <= ABSENT
    assert found.evidence.kind == "nothing"


def test_the_model_that_reads_something_else_makes_a_value_no_surer() -> None:
    found = ask("How much is the deposit?", CONTRACT, Model(said("xx", 0.99, "absent"))).answer
    assert found.text == "2,300.00 pounds"
    assert found.confidence <= VALUE


def test_a_label_beside_the_text_goes_before_it() -> None:
    model = Model(said("4711", 0.9, "crop"))
    found = ask("What is the customer number?", LETTERHEAD + CONTRACT, model).answer
    assert found.text == "4711"


def test_who_is_known_from_other_documents_goes_before_the_text_that_names_others() -> None:
    question = "Who is the landlord?"
    value = LearnedValue("Ms. Claire Dubois", (), 5, 0)
    knows = LearnedNames((LearnedQuestion(key_of(question), question, (), (value,)),))
    assert ask(question, CONTRACT, Model(absent())).answer.text == "Harrow Estates Ltd"
    assert ask(question, CONTRACT, Model(absent()), knows).answer.text == "Ms. Claire Dubois"


def test_a_word_in_a_sentence_is_no_label() -> None:
    text = "The date of the meeting: it was held by the board of Keller GmbH on 3 June 2024.\n\n"
    found = ask("When was the meeting held?", text + CONTRACT, Model(absent())).answer
    assert found.text == "3 June 2024"


def test_a_page_that_is_turned_has_its_boxes_before_the_turn() -> None:
    words = tuple(Word(word.text, on_page(word.box, WHOLE_PAGE, 90)) for word in written(CONTRACT))
    asked = Question("How long is the fixed period?", PageRef("contract.pdf", 0, 90))
    page = of_lines(tuple(word.box for word in words), words)
    events = list(answer(PageJob(1, asked, page, {}, Model(absent()), NEVER)))
    found = done(events)
    assert found.text == "24 months"
    assert all(any(box.holds(word.box) for word in words) for box in found.evidence.boxes)


def test_on_a_scan_the_words_that_were_read_answer() -> None:
    words = written(CONTRACT)
    page = parts(words, scanned=True)
    lines = [list(row) for _, row in groupby(words, key=lambda word: word.box.y0)]
    readings = {
        box: Told(box, said(" ".join(word.text for word in row), 0.9, "no_text").answer, "")
        for box, row in zip(page.asked, lines, strict=True)
    }
    model = Model(absent())
    asked = Question("How much is the deposit?", PAGE)
    found = done(list(answer(PageJob(1, asked, page, readings, model, NEVER))))
    assert found.text == "2,300.00 pounds"
    assert found.evidence.kind == "no_text"
    assert found.evidence.part is not None
    assert found.evidence.part.holds(_of("2,300.00"))
    assert 0.5 < found.confidence < 0.9
    asked = Question("Who is the guarantor?", PAGE)
    assert done(list(answer(PageJob(1, asked, page, readings, model, NEVER)))).text == NOT_ON_PAGE


def test_running_text_in_a_box_answers() -> None:
    words = list(written(CONTRACT))
    ys = sorted({word.box.y0 for word in words if word.text in ("Rent.", "deposit")})
    box = Box(0.0, ys[0] - 0.001, 1.0, ys[-1] + 0.02)
    question = Question("How much is the deposit?", PAGE, box)
    events = answer_box(1, question, words, lambda _reads: None, {}, Model(absent()), NEVER)
    found = done(list(events))
    assert found.text == "2,300.00 pounds"
    assert found.evidence.kind == "crop"


def test_a_form_in_a_box_has_none() -> None:
    assert pointed_at("What is the total?", written("Total: 12,00 | Net: 10,00")) is None


FORM = prose_of(
    sentences_of(written(CONTRACT + "\n\n" + "| 4711 Keller GmbH 12,00 3,00 36,00 EUR" * 25))
)
TEXT = prose_of(sentences_of(written(CONTRACT)))


def quote(score: float, typed: bool = True) -> Quoted:
    sentence = TEXT.sentences[1]
    return Quoted(sentence.text, sentence.words, sentence, score, typed)


@pytest.mark.parametrize(
    ("found", "prose", "best", "field", "first"),
    [
        (quote(0.8), TEXT, 0.0, False, True),
        (quote(0.8), TEXT, 0.65, False, True),
        (quote(0.8), TEXT, 0.9, False, False),
        (quote(0.8), TEXT, 0.97, False, False),
        (None, TEXT, 0.0, False, True),
        (None, TEXT, 0.1, False, True),
        (None, TEXT, 0.2, False, False),
        (quote(0.8), FORM, 0.8, False, False),
        (quote(0.8), FORM, 0.5, False, True),
        (quote(0.5), FORM, 0.0, False, False),
        (None, FORM, 0.0, False, False),
        (quote(0.95), TEXT, 0.75, True, True),
        (quote(0.8), TEXT, 0.75, True, False),
        (quote(0.8), TEXT, 0.0, True, True),
        (quote(0.95, typed=False), TEXT, 0.0, True, False),
        (None, TEXT, 0.0, True, False),
        (quote(0.9), prose_of(()), 0.0, False, False),
    ],
)
def test_text_and_labels_each_have_their_turn(
    found: Quoted | None, prose: Prose, best: float, field: bool, first: bool
) -> None:
    assert FORM.exists
    assert not FORM.is_most
    assert goes_first(found, prose, best, field) is first


def test_an_answer_in_a_table_is_left_to_the_table() -> None:
    model = Model(said("x", 0.5, "absent"))
    page = parts(written(CONTRACT))
    asked = Question('What is the value for "Rent" in the column "pounds"?', PAGE)
    list(run_with(page, asked, model))
    assert len(model.asked) > 1


def run_with(page: PageParts, asked: Question, model: Model) -> Iterator[Event]:
    return answer(PageJob(1, asked, page, {}, model, NEVER, NO_NAMES))


def test_an_account_number_in_a_sentence_is_found_by_its_shape() -> None:
    text = (
        "\n\n7. Account. The rent is paid to the account IBAN: DE89370400440532013000 of the bank."
    )
    found = ask("Which IBAN is it?", CONTRACT + text, Model(absent())).answer
    assert found.text == "DE89370400440532013000"


def test_a_heading_that_says_no_more_than_the_question_does_not_answer() -> None:
    assert (
        ask("Is there a garage?", CONTRACT + "\n\n7. Garage", Model(absent())).answer.text
        == NOT_ON_PAGE
    )
