from __future__ import annotations

import pytest

from tests.drawn import line
from vlm.field_names import named_in
from vlm.known_labels import is_label
from vlm.label_words import words_of
from vlm.labelled import values
from vlm.page_cells import cells_of
from vlm.types import Word


def page(*rows: str) -> tuple[Word, ...]:
    """Return a page's words, a row for each text; a bar stands for wide white."""
    words: list[Word] = []
    for number, row in enumerate(rows):
        x = 0.05
        for cell in row.split("|"):
            laid = line(*cell.split(), y=0.05 + 0.03 * number, x=x)
            words.extend(laid)
            x = (laid[-1].box.x1 if laid else x) + 0.12
    return tuple(words)


def found(question: str, *rows: str) -> str | None:
    got = values(question, page(*rows))
    return got[0].text if got else None


@pytest.mark.parametrize(
    ("question", "rows", "value"),
    [
        ("What is the invoice number?", ("Rechnungsnummer: 471102",), "471102"),
        ("What is the invoice number?", ("Rechnungs-Nr.|A-2024/17",), "A-2024/17"),
        (
            "What is the invoice number?",
            ("Handelsrechnung (380) Nr. 471102 vom 05.06.2018",),
            "471102",
        ),
        ("invoice no?", ("Nummer:|549910", "Invoice number|INV/2023/0008"), "INV/2023/0008"),
        ("What is the invoice date?", ("Rechnung Nr. 17 vom 05.06.2018",), "05.06.2018"),
        ("What is the date of the receipt?", ("Date|20. März 2018",), "20. März 2018"),
        ("When is it due?", ("Invoice date|01/02/2024", "Due date|01/03/2024"), "01/03/2024"),
        ("What is the total amount before tax?", ("Netto|177,49", "Brutto|197,65"), "177,49"),
        ("What is the total amount including tax?", ("Netto|177,49", "Brutto|197,65"), "197,65"),
        ("What is the total tax amount?", ("USt. 19 %|177,49|20,16",), "20,16"),
        ("What is the total?", ("Total|12.00", "Discount|-2.00", "Total|10.00"), "10.00"),
        ("What is the total?", ("Gesamtbetrag|-8,79",), "-8,79"),
        (
            "What is the IBAN?",
            ("IBAN: DE89 3704 0044 0532 0130 00 BIC: COBADEFF",),
            "DE89 3704 0044 0532 0130 00",
        ),
        ("What is the VAT number?", ("USt.-Id.-Nr.:|DE 232 446 240",), "DE 232 446 240"),
        ("What is the phone number?", ("Tel.: +49 (0)89 123-45",), "+49 (0)89 123-45"),
        ("What is the e-mail address?", ("Mail|office@example.org",), "office@example.org"),
        (
            "Who is the seller?",
            ("Verkäufer", "Nummer:|549910", "Name:|Lieferant GmbH"),
            "Lieferant GmbH",
        ),
        (
            "Who is the buyer?",
            ("Verkäufer", "Name:|Lieferant GmbH", "Käufer", "Name:|Kunden AG"),
            "Kunden AG",
        ),
        ("What is the tax rate?", ("Steuersatz:|19 %",), "19 %"),
        ("What is the VAT rate?", ("Total|5.00", "VAT 7,5%|0,35"), "7,5%"),
        ("What is the address?", ("Anschrift:|Am Tor 5", "Ort:|Mainz"), "Am Tor 5"),
        ("What is the customer's address?", ("Client: Jo", "Address: 5 Elm Row"), "5 Elm Row"),
        ("What is the booking ID?", ("Booking ID|IBZY2087",), "IBZY2087"),
        ('What is "Meter no."?', ("Meter no.: 88-1",), "88-1"),
        (
            "What is the invoice date?",
            ("Due Date|Invoice Date", "04/04/2023|03/20/2023"),
            "03/20/2023",
        ),
    ],
)
def test_values_stand_behind_beside_or_below_their_label(
    question: str, rows: tuple[str, ...], value: str
) -> None:
    assert found(question, *rows) == value


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("What is the invoice number?", ("Dear Sir or Madam",)),
        ("What is the total?", ("Total discount in percent|5 %",)),
        ("What is the tax?", ("MwSt.|19,00 %",)),
        ("Who is the buyer?", ("An apple a day keeps the doctor away",)),
        ("???", ("Total|5.00",)),
        ("What is the invoice date?", ("Invoice date|soon",)),
        ("What is the tax rate?", ("VAT|19.00",)),
        ("What is the address?", ("7 Fleet Street|Keller Ltd",)),
    ],
)
def test_nothing_is_found_where_no_label_has_such_a_value(
    question: str, rows: tuple[str, ...]
) -> None:
    assert found(question, *rows) is None


def test_a_page_without_words_has_no_values() -> None:
    assert values("What is the total?", ()) == ()


def test_a_value_s_box_is_that_of_its_words_alone() -> None:
    words = page("Rechnung Nr. 471102 vom 05.06.2018")
    value = values("What is the invoice number?", words)[0]
    assert value.box == words[2].box


def test_a_name_that_others_share_counts_less_than_the_field_s_own() -> None:
    rows = ("Number|11111", "Invoice number|22222")
    assert [one.text for one in values("invoice number?", page(*rows))] == ["22222", "11111"]


def test_cells_part_where_white_is_wide() -> None:
    rows = cells_of(page("Total due|12.50 EUR", "Thank you"))
    assert [[cell.text for cell in row] for row in rows] == [
        ["Total due", "12.50 EUR"],
        ["Thank you"],
    ]


def test_labels_are_no_values() -> None:
    assert is_label("Kundennummer:")
    assert is_label("Invoice No.")
    assert not is_label("Kunden AG Mitte")


def test_questions_name_fields_by_the_longest_name_they_have() -> None:
    tax = named_in("What is the total tax amount?")
    net = named_in("What is the total amount before tax?")
    assert tax is not None
    assert net is not None
    assert (("mwst",), 1.0) in tax.names
    assert (("netto",), 1.0) in net.names
    assert named_in("Is it?") is None
    assert words_of("N° (2) de Facture:") == ("n", "de", "facture")
