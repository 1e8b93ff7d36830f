from __future__ import annotations

import pytest

from vlm.field_names import named_in
from vlm.first_words import begun, may_differ
from vlm.label_words import at, words_of


@pytest.mark.parametrize("misread", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "Rechnungs-Nr. 4711",
        "Teilrechnung 4711",
        "lnvoice number: 12",
        "Invoice date and number",
        "Our invoice no is the receipt no",
        "nothing of the kind",
        "",
    ],
)
def test_no_label_is_left_out_that_stands_in_a_row(text: str, misread: bool) -> None:
    wanted = named_in("What is the invoice number?")
    assert wanted is not None
    said = words_of(text)
    found = begun(wanted.names, said, misread)
    there = [name for name in wanted.names if at(name[0], said, misread) is not None]
    assert [name for name in found if at(name[0], said, misread) is not None] == there
    assert len(found) < len(wanted.names) / 3, "most need no closer look"


def test_which_words_may_be_meant_by_others() -> None:
    assert may_differ("rechnung", False), "a part of an invoice is one"
    assert not may_differ("aktenzeichen", False)
    assert may_differ("aktenzeichen", True)
    assert not may_differ("keller", True)
