"""A row about a whole page is taught on the parts that a small model is asked about."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from finetune.part_lessons import NOTHING_READ, Scan, lessons_in
from finetune.runs import RunRow
from finetune.types import NOT_ON_PAGE
from tests.finetune import tuning
from vlm.page_reading import READ
from vlm.part_finder import PageParts
from vlm.types import WHOLE_PAGE, Box, Word

HIGH = 0.1
LINES = ("Harbour Tea Ltd", "Date 24.11.2026", "Total 19.00", "Cash 20.00", "Change 1.00")


def strip(first: int, last: int | None = None) -> Box:
    """Return the box of some lines of a page, from top to bottom."""
    return Box(0.0, first * HIGH, 1.0, ((first if last is None else last) + 1) * HIGH)


def page_of(lines: int, *groups: tuple[int, int]) -> PageParts:
    asked = tuple(map(strip, range(lines))) + tuple(strip(*group) for group in groups)
    rows = (*((number,) for number in range(lines)), *(tuple(range(a, b + 1)) for a, b in groups))
    above = tuple((row[0] - 1,) if row[0] else () for row in rows)
    return PageParts(asked, lines, rows, above, (WHOLE_PAGE,), ())


def words_of(lines: Sequence[str]) -> list[Word]:
    return [Word(text, strip(n)) for n, line in enumerate(lines) for text in line.split()]


def row_of(question: str, *answers: str) -> RunRow:
    return msgspec.structs.replace(tuning.row(1), question=question, answers=answers)


def taught(
    row: RunRow, page: PageParts, lines: Sequence[str], scan: Scan = NOTHING_READ
) -> dict[Box, str]:
    """Return what is taught about parts, besides reading them."""
    found = lessons_in(row, page, words_of(lines), scan)
    assert len({one.id for one in found}) == len(found)
    assert all(one.part and one.asked == one.part for one in found)
    assert {one.question for one in found} <= {row.question, READ}
    return {one.part: one.answers[0] for one in found if one.part and one.question != READ}


def anew(row: RunRow, page: PageParts, lines: Sequence[str], scan: Scan) -> dict[Box, str]:
    """Return how parts are taught to be read."""
    found = lessons_in(row, page, words_of(lines), scan)
    return {one.part: one.answers[0] for one in found if one.part and one.question == READ}


def scan_of(lines: Sequence[str], **losses: Sequence[float]) -> Scan:
    """Return what was read in lines, and the losses of answers: one number for each line."""
    read = {strip(number): text for number, text in enumerate(lines)}
    weighed = {
        text: {strip(n): [9.0] + [one] * 12 + [9.0] for n, one in enumerate(each)}
        for text, each in losses.items()
    }
    return Scan(read, weighed)


def test_the_part_with_the_answer_is_taught_and_misleading_ones_without_it() -> None:
    found = taught(row_of("What is the total?", "19.00"), page_of(5, (1, 2), (3, 4)), LINES)
    holding = {part for part, answer in found.items() if answer == "19.00"}
    assert holding == {strip(2), strip(1, 2)}
    lacking = {part for part, answer in found.items() if answer == NOT_ON_PAGE}
    assert len(lacking) == 1
    assert lacking < {strip(0), strip(1), strip(3), strip(4), strip(3, 4)}


def test_the_same_words_elsewhere_are_taught_neither_way() -> None:
    lines = ("Tea 19.00", "Date 24.11.2026", "Total 19.00", "Cash 20.00")
    found = taught(row_of("What is the total?", "19.00"), page_of(4), lines)
    assert found[strip(2)] == "19.00"
    assert strip(0) not in found


def test_a_number_is_not_part_of_another_one() -> None:
    found = taught(row_of("What is the change?", "9.00"), page_of(5), LINES)
    assert found == {}
    assert taught(row_of("What is the change?", "1.00"), page_of(5), LINES)[strip(4)] == "1.00"


def test_an_answer_over_several_lines_is_taught_by_the_group_that_holds_it() -> None:
    lines = ("Harbour Tea Ltd", "12 Quay Road", "Bergen", "Total 19.00")
    found = taught(row_of("What is the address?", "12 Quay Road Bergen"), page_of(4, (1, 2)), lines)
    assert found[strip(1, 2)] == "12 Quay Road Bergen"
    assert strip(1) not in found, "half of it is there"
    assert strip(2) not in found
    assert set(found.values()) == {"12 Quay Road Bergen", NOT_ON_PAGE}


def test_a_word_may_be_misread_and_a_number_may_not() -> None:
    lines = ("Harb0ur Tea Ltd", "Total 19.0O")
    assert taught(row_of("Which company?", "Harbour Tea Ltd"), page_of(2), lines)
    assert not taught(row_of("What is the total?", "19.00"), page_of(2), lines)


def test_an_answer_that_is_nowhere_leaves_the_row_as_it_is() -> None:
    assert lessons_in(row_of("Who signed?", "Nora Hill"), page_of(5), words_of(LINES)) == ()


def test_a_page_without_the_answer_is_taught_by_parts_without_it() -> None:
    found = taught(row_of("What is the discount?", NOT_ON_PAGE), page_of(5), LINES)
    assert set(found.values()) == {NOT_ON_PAGE}
    assert len(found) == 1


def test_parts_of_which_nothing_is_known_are_not_taught() -> None:
    lines = ("", "", "Total 19.00", "", "")
    assert set(taught(row_of("What is the total?", "19.00"), page_of(5), lines)) == {strip(2)}


def test_what_the_base_cannot_read_is_placed_where_the_answer_is_likeliest() -> None:
    lines = ("Hxrbxxr Tee lId", "Date 24.11.2026", "", "Cash 20.00")
    row = row_of("Which company?", "Harbour Tea Ltd")
    scan = scan_of(lines, **{"Harbour Tea Ltd": (0.9, 4.0, 4.4, 5.0)})
    assert not taught(row, page_of(4), lines)
    found = taught(row, page_of(4), lines, scan)
    assert found[strip(0)] == "Harbour Tea Ltd"
    assert strip(2) not in found, "nothing was read there"
    assert list(found.values()).count(NOT_ON_PAGE) == 1


def test_the_first_line_of_an_answer_over_two_is_not_taken_for_all_of_it() -> None:
    lines = ("12 Quxy Rxad Lxwer Txwn", "Bxrgxn", "Total 19.00", "Cash 20.00")
    answer = "12 Quay Road Lower Town Bergen"
    there, not_there = [0.1] * 22, [5.0] * 30
    losses = {strip(n): not_there + [9.0] for n in range(1, 4)}
    losses[strip(0)] = there + [4.0] * 8 + [9.0]
    read = dict(zip(map(strip, range(4)), lines, strict=True))
    row = row_of("What is the address?", answer)
    assert not taught(row, page_of(4), lines, Scan(read, {answer: losses}))
    losses[strip(0)] = there + [1.0] * 8 + [9.0]
    assert taught(row, page_of(4), lines, Scan(read, {answer: losses}))[strip(0)] == answer


def test_a_name_with_a_number_in_it_is_weighed_as_a_name() -> None:
    lines = ("9g SFEFD MAPI S/R", "Date 24.11.2026", "Qty", "Cash 20.00")
    scan = scan_of(lines, **{"99 SPEED MART S/B": (0.9, 4.0, 4.4, 5.0)})
    found = taught(row_of("Which company?", "99 SPEED MART S/B"), page_of(4), lines, scan)
    assert found[strip(0)] == "99 SPEED MART S/B"


@pytest.mark.parametrize(
    "losses",
    [(1.9, 4.0, 4.4, 5.0), (0.9, 1.1, 1.0, 0.8), (0.9, 2.0, 2.1, 2.2)],
    ids=["far from likely", "the same everywhere", "no clear margin"],
)
def test_what_is_not_clearly_likelier_in_a_part_is_not_placed(losses: Sequence[float]) -> None:
    lines = ("Hxrbxxr Tee lId", "Date 24.11.2026", "Qty", "Cash 20.00")
    scan = scan_of(lines, **{"Harbour Tea Ltd": losses})
    assert not taught(row_of("Which company?", "Harbour Tea Ltd"), page_of(4), lines, scan)


def test_every_digit_of_a_number_counts() -> None:
    lines = ("Tea 18.00", "Total 1B.0O", "Cash Z0.00", "Qty", "Thank you")
    row = row_of("What is the total?", "19.00")
    one_wrong = [0.1, 4.0, 0.1, 0.1, 0.1, 9.0]
    right = [0.3, 0.2, 0.1, 0.1, 0.1, 9.0]
    other = [6.0, 6.0, 2.0, 4.0, 4.0, 9.0]
    weighed = dict(zip(map(strip, range(5)), (one_wrong, right, *[other] * 3), strict=True))
    read = dict(zip(map(strip, range(5)), lines, strict=True))
    found = taught(row, page_of(5), lines, Scan(read, {"19.00": weighed}))
    assert [part for part, answer in found.items() if answer == "19.00"] == [strip(1)]


def test_of_places_that_are_as_likely_the_one_beside_the_questions_words_counts() -> None:
    lines = ("Tea l9.00", "Total l9.00", "Cash 20.00", "Change 1.00", "Thank you")
    row = row_of("What is the total?", "19.00 EUR")
    scan = scan_of(lines, **{"19.00 EUR": (0.1, 0.2, 5.0, 5.0, 6.0)})
    found = taught(row, page_of(5), lines, scan)
    assert [part for part, answer in found.items() if answer != NOT_ON_PAGE] == [strip(1)]


def test_a_line_is_taught_to_be_read_as_it_is() -> None:
    lines = ("Harb0ur Tee Ltd (1)", "Z4.1l.2026 11:30", "Total 19.00")
    company = row_of("Which company?", "Harbour Tea Ltd")
    assert anew(company, page_of(3), lines, scan_of(lines)) == {strip(0): "Harbour Tea Ltd (1)"}
    date = row_of("What is the date?", "24.11.2026")
    scan = scan_of(lines, **{"24.11.2026": (5.0, 0.1, 5.0)})
    assert anew(date, page_of(3), lines, scan) == {strip(1): "24.11.2026 11:30"}
    assert not anew(date, page_of(3), lines, scan_of(lines)), "nobody knows where it stands"


def test_a_line_of_which_the_answer_is_a_small_part_is_not_taught_to_be_read() -> None:
    lines = ("Tea and cakes for all of the guests at table seven 19.00", "Cash 20.00")
    row = row_of("What is the total?", "19.00")
    assert taught(row, page_of(2), lines, scan_of(lines))
    assert not anew(row, page_of(2), lines, scan_of(lines))


def test_lines_of_a_scan_that_say_an_answer_together_are_one_part() -> None:
    lines = ("Harbour Tea Ltd", "12 Quoy Rood", "5003 Bargen,", "Norwoy", "Total 19.00")
    row = row_of("What is the address?", "12 Quay Road, 5003 Bergen, Norway")
    found = taught(row, page_of(5), lines, scan_of(lines))
    holding = [part for part, answer in found.items() if answer == row.answers[0]]
    assert holding == [strip(1, 2)], "the last line is too short to tell"
    assert found.keys().isdisjoint({strip(1), strip(2)})


def test_a_date_that_the_page_spells_otherwise_is_placed_and_taught_so() -> None:
    lines = ("Harbour Tea Ltd", "Date 15/01/2018", "Total 19.00")
    found = taught(row_of("What is the date?", "2018-01-15"), page_of(3), lines)
    assert found[strip(1)] == "15/01/2018"


def test_a_misread_comma_is_not_taken_for_a_spelling() -> None:
    lines = ("Harbour Tea Ltd", "Total 19,00", "Cash")
    row = row_of("What is the total?", "19.00")
    scan = scan_of(lines, **{"19.00": (5.0, 0.1, 5.0)})
    assert taught(row, page_of(3), lines, scan)[strip(1)] == "19.00"
    assert anew(row, page_of(3), lines, scan) == {strip(1): "Total 19.00"}
    unsure = scan_of(lines, **{"19.00": (5.0, 0.9, 5.0)})
    assert taught(row, page_of(3), lines, unsure)[strip(1)] == "19.00"
    assert taught(row, page_of(3), lines)[strip(1)] == "19,00", "a text layer is right"


def test_a_scans_own_capitals_are_taught() -> None:
    lines = ("Hxrbxxr Tee lId", "Date 24.11.2026", "Total 19.00")
    row = row_of("Which company?", "HARBOUR TEA LTD")
    scan = scan_of(
        lines, **{"HARBOUR TEA LTD": (3.9, 5.0, 5.0), "Harbour Tea Ltd": (0.4, 5.0, 5.0)}
    )
    found = lessons_in(row, page_of(3), words_of(lines), scan)
    assert found[0].answers == ("Harbour Tea Ltd", "HARBOUR TEA LTD")


def test_an_amount_like_the_answer_is_not_called_absent() -> None:
    lines = ("Total 19.00", "1B.00", "Qty")
    row = row_of("What is the total?", "19.00")
    near = [0.1, 1.5, 0.9, 0.1, 0.1, 9.0]
    far = [6.0, 6.0, 2.0, 4.0, 4.0, 9.0]
    weighed = dict(zip(map(strip, range(3)), ([0.1] * 6, near, far), strict=True))
    read = dict(zip(map(strip, range(3)), lines, strict=True))
    for number in range(8):
        some = msgspec.structs.replace(row, id=f"r{number}")
        found = taught(some, page_of(3), lines, Scan(read, {"19.00": weighed}))
        assert found == {strip(0): "19.00", strip(2): NOT_ON_PAGE}
