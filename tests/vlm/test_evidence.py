from __future__ import annotations

import pytest

from tests.drawn import line
from vlm.evidence import locate, locate_over
from vlm.types import Box, PageRef, Word

TOP = line("Invoice", "No.", "3124", y=0.10)
TOTAL = line("Total:", "€", "1,204.50", y=0.50)
PAGE = TOP + TOTAL


def test_without_a_text_layer_there_is_nothing_to_check() -> None:
    assert locate("3124", (), None).kind == "no_text"


@pytest.mark.parametrize("words", [(), PAGE])
def test_an_answer_that_there_is_none_is_not_looked_for(words: tuple[Word, ...]) -> None:
    assert locate("Not on this page.", words, None).kind == "nothing"
    assert locate("Not on this page.", words, Box(0, 0, 1, 0.05)).kind == "nothing"


def test_a_find_inside_the_box_and_its_boxes() -> None:
    found = locate("3124", PAGE, Box(0, 0, 1, 0.2))
    assert found.kind == "crop"
    assert found.boxes == (TOP[2].box,)


def test_a_find_outside_the_box_is_elsewhere_on_the_page() -> None:
    assert locate("1,204.50", PAGE, Box(0, 0, 1, 0.2)).kind == "page"


def test_a_find_on_a_whole_page_is_on_the_page() -> None:
    assert locate("3124", PAGE, None).kind == "page"


def test_neighbouring_words_become_one_box_for_each_line() -> None:
    words = line("Acme", "Trading", y=0.1) + line("Limited", y=0.13)
    found = locate("Acme Trading Limited", words, None)
    assert found.boxes == (
        Box(words[0].box.x0, 0.1, words[1].box.x1, words[0].box.y1),
        words[2].box,
    )


@pytest.mark.parametrize("answer", ["12", "312", "124", "204.50", "1,204", "50", "1,204.5"])
def test_a_number_never_matches_inside_another(answer: str) -> None:
    assert locate(answer, PAGE, None).kind == "absent"


@pytest.mark.parametrize(
    ("answer", "page"),
    [
        ("-12.50", ("12.50",)),
        ("12.50", ("-12.50",)),
        ("$ 12.50", ("€", "12.50")),
        ("12 %", ("12",)),
        ("12", ("A12",)),
        ("art", ("party",)),
        ("12,50", ("12.50",)),
    ],
)
def test_what_differs_is_not_found(answer: str, page: tuple[str, ...]) -> None:
    assert locate(answer, line(*page), None).kind == "absent"


@pytest.mark.parametrize(
    ("answer", "page"),
    [
        ("invoice no 3124", ("Invoice", "No.", "3124")),
        ("€1,204.50", ("€", "1,204.50")),
        ("1,204.50 €", ("1,204.50€",)),
        ("12.50 EUR", ("12.50EUR",)),
        ("RM 9.00", ("RM9.00",)),
        ("RM9.00", ("RM", "9.00")),
        ("12.50.", ("12.50",)),
        ("Müller GmbH", ("Mu\u0308ller", "GmbH")),
        ("ﬁnance", ("finance",)),
        ("2021–2022", ("2021-2022",)),
        ("O'Neill", ("O’Neill",)),
        ("“quoted”", ('"quoted"',)),
        ("Straße", ("STRASSE",)),
        ("Am\u00a0Markt   1", ("Am", "Markt", "1")),
    ],
)
def test_spelling_variants_are_the_same_words(answer: str, page: tuple[str, ...]) -> None:
    assert locate(answer, line(*page), None).kind == "page"


def test_a_word_divided_at_the_end_of_a_line_is_found_whole() -> None:
    words = line("Die", "Rech-", y=0.10) + line("nung", "folgt", y=0.13)
    found = locate("Rechnung", words, None)
    assert found.boxes == (words[1].box, words[2].box)
    assert locate("Die Rechnung folgt", words, None).kind == "page"


def test_a_hyphen_inside_a_line_divides_nothing() -> None:
    assert locate("Rechnung", line("Rech-", "nung"), None).kind == "absent"


def test_a_double_name_at_the_end_of_a_line_is_still_found_as_written() -> None:
    words = line("Anna", "Meyer-", y=0.10) + line("Schmidt", y=0.13)
    assert locate("Meyer-Schmidt", words, None).kind == "page"


def test_lines_of_an_answer_may_stand_apart_but_all_must_stand_there() -> None:
    assert locate("3124\n1,204.50", PAGE, None).kind == "page"
    assert locate("3124\n999", PAGE, None).kind == "absent"


def test_every_place_is_shown_up_to_a_limit() -> None:
    words = tuple(word for row in range(20) for word in line("total", y=row / 25))
    assert len(locate("total", words, None).boxes) == 16


@pytest.mark.parametrize("answer", ["", "  \n", "...", "-"])
def test_an_answer_without_words_proves_nothing(answer: str) -> None:
    assert locate(answer, PAGE, None).kind == "absent"
    assert locate(answer, (), None).kind == "no_text"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("No", "absent"),
        ("Yes.", "absent"),
        ("Not on this page.", "nothing"),
        ("not in the document", "nothing"),
        ("N/A", "nothing"),
    ],
)
def test_an_answer_about_the_page_is_not_matched_with_its_words(answer: str, kind: str) -> None:
    words = line("Invoice", "No", "yes", "Not", "on", "this", "page.", "N/A")
    assert locate(answer, words, None).kind == kind
    assert locate(answer, words, None).boxes == ()


def test_a_picture_on_a_page_with_text_has_nothing_to_check_against() -> None:
    assert locate("Sunset", PAGE, Box(0, 0.8, 1, 1)).kind == "no_text"
    assert locate("3124", PAGE, Box(0, 0.8, 1, 1)).kind == "page"


def test_a_word_belongs_to_the_box_that_holds_its_centre() -> None:
    word = Word("Total", Box(0.1, 0.1, 0.3, 0.2))
    assert locate("Total", (word,), Box(0, 0, 0.21, 1)).kind == "crop"
    assert locate("Total", (word,), Box(0, 0, 0.19, 1)).kind == "page"


OTHER = PageRef("a.pdf", 4)


def test_an_answer_about_several_pages_is_looked_for_on_each() -> None:
    first, second = line("Invoice", "3124"), line("Total", "12.50")
    found = locate_over("12.50", first, None, [(OTHER, second)])
    assert (found.kind, found.page, found.boxes) == ("page", OTHER, (second[1].box,))
    found = locate_over("3124", first, None, [(OTHER, second)])
    assert (found.kind, found.page) == ("page", None)


def test_a_page_without_text_leaves_open_what_the_others_do_not_have() -> None:
    first = line("Invoice", "3124")
    assert locate_over("99", first, None, [(OTHER, line("Total"))]).kind == "absent"
    assert locate_over("99", first, None, [(OTHER, ())]).kind == "no_text"
    assert locate_over("99", (), None, [(OTHER, first)]).kind == "no_text"
