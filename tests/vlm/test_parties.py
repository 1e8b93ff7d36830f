from __future__ import annotations

from tests.drawn import line
from vlm.page_cells import Cell, cells_of
from vlm.parties import head_name, parties_of, recipient_of, sender_of
from vlm.types import Word


def words_of(*rows: str) -> list[Word]:
    """Return a page's words; a bar stands for wide white, an empty row for an empty line."""
    return [
        word
        for number, row in enumerate(rows)
        for cell, text in enumerate(row.split("|"))
        for word in line(*text.split(), y=0.05 + 0.025 * number, height=0.02, x=0.08 + 0.3 * cell)
    ]


def page(*rows: str) -> list[list[Cell]]:
    """Return its rows, see `words_of`."""
    return cells_of(words_of(*rows))


LETTER = (
    "Conley, Marshall and Webb",
    "1345 Paul Station",
    "",
    "Michael May",
    "1146 Brendan Oval",
    "Leeds LS1 4AB",
    "",
    "Date: 2019-07-19",
    "Dear Mr May",
)


def test_a_letter_has_its_sender_above_its_recipient() -> None:
    rows = page(*LETTER)
    sender, recipient = sender_of(rows), recipient_of(rows)
    assert sender is not None
    assert recipient is not None
    assert (sender.name.text, sender.address.text) == (LETTER[0], LETTER[1])
    assert (recipient.name.text, recipient.address.text) == (LETTER[3], "\n".join(LETTER[4:6]))
    assert sender.name.box.y1 < sender.address.box.y0 < recipient.name.box.y0


def test_a_line_over_the_window_of_an_envelope_says_who_sends() -> None:
    rows = page(
        "Keller Druck GmbH · Lange Gasse 5 · 55116 Mainz",
        "",
        "Frau Eva Roth",
        "Am Tor 12",
        "10115 Berlin",
    )
    sender, recipient = sender_of(rows), recipient_of(rows)
    assert sender is not None
    assert recipient is not None
    assert (sender.name.text, sender.address.text) == (
        "Keller Druck GmbH",
        "Lange Gasse 5\n55116 Mainz",
    )
    assert (recipient.name.text, recipient.address.text) == (
        "Frau Eva Roth",
        "Am Tor 12\n10115 Berlin",
    )


def test_a_label_over_an_address_says_that_it_is_the_other_party_s() -> None:
    rows = page(
        "Bill to:|Keller Print",
        "Eva Roth|7 Elm Street",
        "12 High Street|Leeds LS1 4AB",
        "York YO1 7HH|",
    )
    sender, recipient = sender_of(rows), recipient_of(rows)
    assert sender is not None
    assert recipient is not None
    assert sender.name.text == "Keller Print"
    assert recipient.name.text == "Eva Roth"


def test_one_address_is_the_sender_s_and_a_table_has_none() -> None:
    rows = page("Keller Print", "7 Elm Street", "", "12 Chairs|5|60.00", "13 Tables|2|80.00")
    assert recipient_of(rows) is None
    assert [one.name.text for one in parties_of(rows)] == ["Keller Print"]
    assert parties_of(page("Thank you for your order", "We hope to see you again")) == []


def test_the_name_above_all_else_is_the_sender_s_unless_the_page_begins_with_labels() -> None:
    name = head_name(page("Invoice", "Keller Print", "No.: 5"))
    assert name is not None
    assert name.text == "Keller Print"
    assert head_name(page("Name: Eva Roth", "Keller Print")) is None
    assert head_name(page("Chairs|5|60.00", "Keller Print")) is None
