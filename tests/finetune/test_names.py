"""Names learned from corrected documents: which are, and which are refused."""

from __future__ import annotations

from dataclasses import replace

from finetune.names import Progress, go_on, learn, learning
from finetune.shown_pages import Shown
from tests.vlm.test_labelled import page
from vlm.absence import NOT_ON_PAGE
from vlm.labelled import values
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.types import Box, Word

CASE = "What is the Aktenzeichen?"


def letter(number: int, mark: str = "Az.:", answer: str = "") -> Shown:
    """Return a corrected letter of a law firm; what it calls its number is nowhere asked for."""
    right = f"{number} O {number * 37 + 11}/23"
    words = page(
        f"Kanzlei Weber|Bonn, den {number}.3.2024",
        f"Herr Nummer {'ABCDEFGH'[number % 8]}|Telefon 0228 {number}{number}471",
        f"{mark} {right}|Seite 1",
        "Sehr geehrte Damen und Herren,",
    )
    return Shown(f"letter {number}", CASE, (answer or right,), words)


def found(learned: LearnedNames, shown: Shown) -> str | None:
    got = values(shown.question, shown.words, shown.misread, learned)
    return got[0].text if got else None


def test_a_label_that_several_documents_have_at_the_answer_is_learned() -> None:
    learned = learn([letter(number) for number in range(1, 6)])
    assert learned.sentences == ("“Aktenzeichen” stands behind “Az.:” (5 documents)",)
    new = letter(9)
    assert found(NO_NAMES, new) is None
    assert found(learned, new) == new.answers[0]


def test_two_documents_are_enough_and_one_is_not() -> None:
    assert learn([letter(1), letter(2)]).sentences == (
        "“Aktenzeichen” stands behind “Az.:” (2 documents)",
    )
    assert learn([letter(1)]) == NO_NAMES
    again = letter(1)
    assert learn([letter(1), again]) == NO_NAMES, "two corrections of one document"


def test_several_names_of_one_thing_are_learned() -> None:
    shown = [letter(number) for number in range(1, 5)]
    shown += [letter(number, "Unser Zeichen:") for number in range(5, 8)]
    labels = learn(shown).questions[0].labels
    assert [(one.text, one.documents, one.wrong) for one in labels] == [
        ("Az.:", 4, 0),
        ("Unser Zeichen:", 3, 0),
    ]


def test_a_value_below_its_label_is_learned_as_one() -> None:
    shown = [
        Shown(
            f"slip {number}",
            "Vorgang",
            (f"V-{number}{number}",),
            page("Datum|Vorgang|Bearbeiter", f"{number}.2.2024|V-{number}{number}|Frau Keller"),
        )
        for number in range(1, 5)
    ]
    assert learn(shown) == NO_NAMES, "a label that says what is asked needs no learning"
    renamed = [Shown(one.document, "Ticket", one.answers, one.words) for one in shown]
    assert learn(renamed).sentences == ("“Ticket” stands below “Vorgang” (4 documents)",)


def delivery(number: int) -> Shown:
    """Return a note that says where goods go to, in three lines, with another address over it."""
    lines = (f"Keller {'ABCDEFG'[number]} AG", f"Lange Gasse {number}", f"5511{number} Mainz")
    drawn = page(
        "Druckerei Brandt|Datum: 1.2.2024",
        "Am Tor 12|Seite 1",
        "10115 Berlin",
        "",
        f"Zustellung|Vorgang V-{number}",
        *lines,
        "",
        f"Menge {number}",
    )
    words = tuple(
        Word(one.text, Box(one.box.x0, top, one.box.x1, top + 0.014))
        for one in drawn
        for top in (0.7 * one.box.y0,)
    )
    return Shown(f"note {number}", "Where does it go?", (" ".join(lines), ", ".join(lines)), words)


def test_an_address_of_several_lines_is_learned_as_one() -> None:
    learned = learn([delivery(number) for number in range(1, 6)])
    assert learned.sentences == ("“go” stands below “Zustellung” (5 documents)",)
    assert learned.questions[0].labels[0].form == "address"
    new = delivery(6)
    assert found(learned, new) == "Keller G AG\nLange Gasse 6\n55116 Mainz"
    read = [replace(one, misread=True) for one in map(delivery, range(1, 6))]
    assert learn(read).sentences == learned.sentences


def test_what_is_the_same_on_all_documents_is_not_learned() -> None:
    shown = [
        Shown(one.document, "Who is the Rechtsanwalt?", ("Weber",), one.words)
        for one in (letter(number) for number in range(1, 9))
    ]
    assert learn(shown) == NO_NAMES


def test_a_label_that_is_wrong_about_as_often_as_right_is_refused() -> None:
    """On half of the letters that stands behind the label is not what was asked for."""
    right = [letter(number) for number in range(1, 5)]
    other = [letter(number, answer="the other number") for number in range(5, 9)]
    assert learn([*right, *other]) == NO_NAMES
    absent = [letter(number, answer=NOT_ON_PAGE) for number in range(5, 9)]
    assert learn([*right, *absent]) == NO_NAMES


def test_a_label_that_errs_once_in_a_while_is_kept_with_how_often() -> None:
    shown = [letter(number) for number in range(1, 9)]
    shown.append(letter(9, answer="12 X"))
    (label,) = learn(shown).questions[0].labels
    assert (label.documents, label.wrong) == (8, 1)


def test_coincidence_does_not_hold_on_the_document_that_is_left_out() -> None:
    """Every answer stands behind another word; each pair that agrees is contradicted by others."""
    marks = ("Rot", "Rot", "Blau", "Blau")
    shown = [letter(number, mark) for number, mark in enumerate(marks, 1)]
    shown += [
        letter(number + 10, mark, answer="something else") for number, mark in enumerate(marks, 1)
    ]
    assert learn(shown) == NO_NAMES


def test_what_the_program_knows_already_is_not_learned_again() -> None:
    shown = [
        Shown(
            f"invoice {number}",
            "What is the invoice number?",
            (f"R-{number}17",),
            page(f"Rechnungsnummer: R-{number}17", f"Kunde {number}"),
        )
        for number in range(1, 6)
    ]
    assert learn(shown) == NO_NAMES


def test_misread_letters_of_a_scan_do_not_keep_a_name_from_being_learned() -> None:
    shown = [
        Shown(
            f"scan {number}",
            "Policy holder",
            (f"Harbour Tea {'ABCDE'[number]} Limited",),
            page("Insurance", f"Insured person: Harbuor Tea {'ABCDE'[number]} Limited"),
            misread=True,
        )
        for number in range(5)
    ]
    assert learn(shown).sentences == (
        "“Policy holder” stands behind “Insured person:” (5 documents)",
    )


def test_numbers_of_a_page_are_no_labels() -> None:
    shown = [
        Shown(f"{n}", "Kennung", (f"K{n}K",), page(f"4711 K{n}K", "anything")) for n in range(1, 5)
    ]
    assert learn(shown) == NO_NAMES


def three_questions() -> list[Shown]:
    shown = [letter(number) for number in range(1, 6)]
    renamed = ("Ticket", "Zeppelin")
    more = [Shown(s.document, asked, s.answers, s.words) for asked in renamed for s in shown]
    return [*shown, *more]


def test_how_many_questions_are_done_is_told_on_the_way() -> None:
    told = list(dict.fromkeys(learning(three_questions())))
    assert told == [Progress(0, 3), Progress(1, 3), Progress(2, 3)]


def test_it_is_learned_in_small_parts_between_which_it_can_be_stopped() -> None:
    shown = three_questions()
    steps = learning(shown)
    looks = iter(range(1000))
    parts = 0
    while isinstance(now := go_on(steps, 3.0, lambda: next(looks)), Progress):
        parts += 1
    assert parts > len(shown), "more than a part for each document and question"
    assert now == learn(shown)
    assert len(now.questions) == 3
    steps = learning(shown)
    assert go_on(steps, 0.0) == Progress(0, 3)
    steps.close()
    assert learn(shown) == now, "what was stopped leaves nothing behind"


def test_of_nothing_nothing_is_learned() -> None:
    assert go_on(learning([]), 0.0) == NO_NAMES
