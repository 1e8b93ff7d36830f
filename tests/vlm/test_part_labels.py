from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest

from tests.vlm.documents import said
from tests.vlm.test_learned_names import AZ, label, names
from vlm.labelled import MISREAD
from vlm.part_asking import Told
from vlm.part_finder import PageParts
from vlm.part_labels import READ, read_at_labels, words_in
from vlm.types import Box, union

WHOLE = Box(0.0, 0.0, 1.0, 1.0)
FALLING = ((0.1, 0.1), (0.6, 0.14), (0.6, 0.1))
"""Where a label stands, and its value on a page that lies askew and on the same laid straight."""


def strip(number: int) -> Box:
    return Box(0.1, number * 0.1, 0.9, number * 0.1 + 0.05)


def read(*texts: str, confidence: float = 0.9) -> dict[Box, Told]:
    """Return what was read in strips from the top."""
    done = [said(text, confidence, "no_text") for text in texts]
    return {strip(n): Told(strip(n), one.answer, "") for n, one in enumerate(done)}


def page_of(lines: Sequence[Box], straight: tuple[Box, ...] = ()) -> PageParts:
    """Return a scan of these lines."""
    count = len(lines)
    alone = tuple((number,) for number in range(count))
    return PageParts(tuple(lines), count, alone, ((),) * count, (WHOLE,), (), (), straight)


def test_rows_are_level_where_a_page_lies_askew() -> None:
    label, fallen, level = (Box(x, y, x + 0.3, y + 0.03) for x, y in FALLING)
    said_there = (said(text, 0.9, "no_text") for text in ("Rechnungsnummer:", "471102"))
    readings = {
        box: Told(box, one.answer, "") for box, one in zip((label, fallen), said_there, strict=True)
    }
    asked, lines = "What is the invoice number?", [label, fallen]
    assert read_at_labels(asked, page_of(lines), readings, 0.0) == []
    ((_, told),) = read_at_labels(asked, page_of(lines, (label, level)), readings, 0.0)
    assert (told.answer.text, told.part) == ("471102", fallen)


def test_words_are_where_they_are_if_all_letters_are_as_wide() -> None:
    words = list(words_in(Box(0.0, 0.2, 1.0, 0.4), "Date 5\n\nTotal 12.5"))
    assert [word.text for word in words] == ["Date", "5", "Total", "12.5"]
    assert words[0].box.x1 == pytest.approx(0.4)
    assert words[0].box.y1 == pytest.approx(0.3)
    assert words[1].box.x0 == pytest.approx(0.5)
    assert words[3].box.x1 == pytest.approx(1.0)
    assert words[3].box.y0 == pytest.approx(0.3)
    assert list(words_in(WHOLE, " \n")) == []


def test_values_at_labels_are_found_in_what_was_read_with_letters_wrong() -> None:
    readings = read("Keller Druck", "Rechnungsnunmer: 471102", "Rechnungsdatum: 5.6.2018")
    found = read_at_labels("What is the invoice number?", page_of(list(readings)), readings, 0.0)
    weight, told = found[0]
    assert told.answer.text == "471102"
    assert told.part == strip(1)
    assert weight == pytest.approx(0.9 * READ * MISREAD)
    assert told.answer.confidence == 0.9


def test_a_label_as_it_is_counts_more_than_one_that_may_be_misread() -> None:
    readings = read("Klantnummer: 6669263", "IBAN NL91ABNA0417164300")
    found = read_at_labels("What is the IBAN?", page_of(list(readings)), readings, 0.0)
    assert [told.answer.text for _, told in found] == ["NL91ABNA0417164300", "6669263"]


def test_a_learned_label_is_as_sure_as_one_can_be_in_what_was_read() -> None:
    readings = read("Kanzlei Weber", "Az.: 12 O 345/23")
    lines = list(readings)
    assert read_at_labels("What is the Aktenzeichen?", page_of(lines), readings, 0.0) == []
    ((weight, told),) = read_at_labels(
        "What is the Aktenzeichen?", page_of(lines), readings, 0.95, AZ
    )
    assert (told.answer.text, told.part) == ("12 O 345/23", strip(1))
    assert weight == pytest.approx(0.9 * READ)


def test_an_address_of_several_lines_is_read_from_all_of_them() -> None:
    far = read("Zustellung", "Keller Druck", "Lange Gasse 5", "Menge: 7")
    lines = [Box(0.1, number * 0.07, 0.9, number * 0.07 + 0.05) for number in range(len(far))]
    readings = {box: replace(told, part=box) for box, told in zip(lines, far.values(), strict=True)}
    learned = names("Where does it go?", label("Zustellung", place="below", form="address"))
    ((_, told),) = read_at_labels("Where does it go?", page_of(lines), readings, 0.0, learned)
    assert told.answer.text == "Keller Druck\nLange Gasse 5"
    assert told.part == union(lines[1:3])


def test_a_label_that_other_fields_share_is_left_out_where_it_must_be_sure() -> None:
    readings = read("Nummer: 549910")
    lines = list(readings)
    assert read_at_labels("What is the invoice number?", page_of(lines), readings, 0.0) != []
    assert read_at_labels("What is the invoice number?", page_of(lines), readings, 0.95) == []


def test_lines_that_were_not_read_or_say_nothing_have_no_values() -> None:
    readings = read("Not on this page.")
    lines = [*readings, strip(5)]
    assert read_at_labels("What is the invoice number?", page_of(lines), readings, 0.0) == []
    assert read_at_labels("What is the invoice number?", page_of(lines), {}, 0.0) == []


def test_a_company_that_no_label_tells_of_is_left_to_the_head_of_the_scan() -> None:
    readings = read("Keller GmbH", "Goods 5")
    assert read_at_labels("Who is the seller?", page_of(list(readings)), readings, 0.0) == []


def test_what_the_model_says_of_itself_stays() -> None:
    readings = read("IBAN: DE89 3704 0044 0532 0130 00", confidence=0.5)
    (_, told), *_ = read_at_labels("What is the IBAN?", page_of(list(readings)), readings, 0.0)
    own = readings[strip(0)].answer
    assert msgspec.structs.replace(own, text="DE89 3704 0044 0532 0130 00") == told.answer
