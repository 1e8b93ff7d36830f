from __future__ import annotations

import pytest

from vlm.value_shapes import Shape, could_be, found_by_shape, may_be, may_hold


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ("iban", "DE02 6674 4061 7670 4745"),
        ("iban", "FR6849845757631084070000000"),
        ("iban", "0532 0130 00"),
        ("bic", "COBADEFFXXX"),
        ("tax_id", "DE195037355"),
        ("tax_id", "12/345/67890"),
        ("phone", "+49 (0)89 123-45"),
        ("phone", "06131 588567"),
        ("code", "A-2038428"),
        ("code", "2018-0471"),
        ("date", "14.02.2008"),
        ("date", "March 5, 2018"),
        ("amount", "1 234,50 EUR"),
        ("amount", "-8.79"),
        ("amount", "1.234.567,80"),
        ("amount", "12,34,567.89"),
        ("amount", "RM 12.00"),
        ("amount", "€28355,50 (RM)"),
        ("percent", "19 %"),
        ("percent", "7"),
        ("count", "36"),
        ("count", "2 pcs"),
        ("mail", "office@example.org"),
        ("web", "www.example.org/shop"),
        ("web", "https://example.org"),
        ("web", "example.org"),
        ("name", "Keller 24 GmbH"),
        ("town", "Bad Homburg"),
        ("address", "Lange Gasse 5"),
        ("address", "Old Mill House, Kent"),
        (None, "whatever 5%"),
    ],
)
def test_values_have_the_shape_of_their_fields(shape: Shape | None, text: str) -> None:
    assert may_be(shape, text)
    assert may_hold(shape, f"It says {text} there") is (text != "7"), "of which a page has many"


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ("iban", "GB936920679"),
        ("iban", "+16 612 5880908"),
        ("bic", "Keller"),
        ("tax_id", "K-32518"),
        ("tax_id", "+16 612 5880908"),
        ("phone", "GB243692780"),
        ("phone", "1234,56"),
        ("phone", "14.02.2008"),
        ("code", "8.43 RLL"),
        ("code", "FR68 4984 5757 6310 8407"),
        ("code", "+7 160 600"),
        ("date", "5 32,40"),
        ("date", "17/82/2017"),
        ("amount", "+7 160 6002420"),
        ("amount", "01.234.567.8"),
        ("amount", "12 34 56"),
        ("amount", "1.234.56"),
        ("amount", "FR96 9840 5460 3287 9944"),
        ("amount", "14.02.2008"),
        ("percent", "26.92"),
        ("count", "97,752.01 CHF"),
        ("count", "31.47 CHF"),
        ("town", "Lange Gasse 126"),
        ("town", "television"),
        ("mail", "40.22"),
        ("name", "K-32518"),
        ("address", "respond"),
        ("address", "12.00"),
    ],
)
def test_values_of_other_fields_have_not(shape: Shape, text: str) -> None:
    assert not may_be(shape, text)


@pytest.mark.parametrize(
    ("shape", "text", "may"),
    [
        ("iban", "DEO2 6674 4O61 767O", True),
        ("iban", "42.00", False),
        ("tax_id", "GB2436927B0", True),
        ("tax_id", "Keller", False),
        ("phone", "O6131 588567", True),
        ("phone", "12,50", False),
        ("amount", "12.50", True),
        ("amount", "1939", True),
        ("amount", "US1234567890", False),
        ("percent", "l9 %", True),
        ("count", "5124800", False),
        ("town", "Mainz", True),
        ("town", "55116", False),
        ("date", "anything", True),
        ("address", "ROUNDING ADJ", False),
        ("address", "Lange Gasse", True),
        ("address", "l2 High Ruad", True),
    ],
)
def test_what_a_model_read_may_have_letters_wrong(shape: Shape, text: str, may: bool) -> None:
    assert could_be(shape, text) is may


def test_only_what_can_be_nothing_else_is_found_without_a_label() -> None:
    row = "Keller 06131 588567, +49 6131 588567, mail@example.org, 5.6.2018, DE02667440617670474500"
    assert list(found_by_shape("phone", row)) == ["+49 6131 588567"]
    assert list(found_by_shape("mail", row)) == ["mail@example.org"]
    assert list(found_by_shape("date", row)) == ["5.6.2018"]
    assert list(found_by_shape("amount", "Keller 5.20")) == []
    assert list(found_by_shape(None, row)) == []


def test_a_part_without_such_a_value_cannot_hold_one() -> None:
    assert not may_hold("mail", "Keller 40.22")
    assert not may_hold("phone", "Invoice 12, 3.40")
    assert not may_hold("percent", "VAT 3.40")
    assert not may_hold("amount", "Thank you")
    assert may_hold("name", "5")
