from __future__ import annotations

import pytest

from vlm.letterhead import (
    LOWER,
    UNSURE,
    WORD,
    Found,
    addresses_in,
    is_heading,
    is_name,
    may_be_seller,
    names_in,
)

SLIP = [
    "TAX lNVOICE",
    "Keller Druck GmbH 273500-U (KDG)",
    "Lange Gasse 5,",
    "55116 Mainz",
    "Tel : 06131-58856749",
    "Date: 25 Mar 2018",
    "1 Kaffee groß",
    "Gesamt 3,50",
]


def test_names_come_from_the_top_without_headings_and_numbers() -> None:
    found = list(names_in(SLIP))
    assert found[0] == Found("Keller Druck GmbH", 1, 1.0)
    assert "Lange Gasse 5," not in [one.text for one in found]
    assert list(names_in(["0598", "GST", ""])) == []


def test_a_company_s_form_counts_more_than_one_place_further_up() -> None:
    lines = ["Miller", "Good food for you", "Always fresh", "Keller Trading", "Miller and Sons"]
    found = list(names_in(lines))
    assert [one.text for one in found][:2] == ["Miller", "Keller Trading"]
    assert [one.weight for one in found][:3] == [WORD, LOWER, LOWER]
    assert next(names_in(lines[1:])).text == "Keller Trading"
    assert next(names_in(["Good food for you", "Miller and Sons"])).text == "Good food for you"


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["Segi Cash ( Carry 3dn-8hd", "(317041-0)"], "Segi Cash ( Carry 3dn-8hd"),
        (["Keller Druck . Lange Gasse 5 - D-55116 Mainz", "Roth"], "Keller Druck"),
        (["Keller B.V.", "Lange Gasse 5"], "Keller B.V."),
        (["Guest Name: Eva Roth", "Keller and Sons"], "Keller and Sons"),
        (["COSWAY fM SDM BHD EO13B Aj"], "COSWAY fM SDM BHD"),
        (["HPH BOOKSTORES", "SDN BHD", "Lot 3"], "HPH BOOKSTORES SDN BHD"),
        (["Thank You, Please cone again", "Goods Sold Are Hot Returnable", "Keller"], "Keller"),
        (["Quick Stop", "Keller Sdn Bhd (O. INo:20154-T)"], "Keller Sdn Bhd"),
        (
            ["SYARIKAT PERNIAGAAN GIN KEE", "(81109-A)", "NO 280,3ALAN AIR PANAS"],
            "SYARIKAT PERNIAGAAN GIN KEE",
        ),
    ],
)
def test_a_name_is_known_with_its_form_misread(lines: list[str], name: str) -> None:
    assert max(names_in(lines), key=lambda one: one.weight).text == name


def test_a_name_is_taken_from_an_address_where_there_is_no_other() -> None:
    assert [one.text for one in names_in(["5414", "Lange Gasse"])] == ["Lange Gasse"]


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (SLIP, "Lange Gasse 5,\n55116 Mainz"),
        (
            ["ACME", "NO 3, JALAN TAMAN JASA 2,\nSECTION U6, 40150 SHAH ALAM", "Tel 5"],
            "NO 3, JALAN TAMAN JASA 2,\nSECTION U6, 40150 SHAH ALAM",
        ),
        (
            ["Shop", "No. G3, Blk G", "Ara Damansara 47301", "Petaling Jaya, Selangor", "5.00"],
            "No. G3, Blk G\nAra Damansara 47301\nPetaling Jaya, Selangor",
        ),
        (
            ["Shop", "Lot 16, Mukim Kampung", "Tuppat", "16203 Palekbang", "TAX INVOICE"],
            "Lot 16, Mukim Kampung\nTuppat\n16203 Palekbang",
        ),
        (
            ["Miller", "221B Baker Street", "London NW1 6XE", "Thank you"],
            "221B Baker Street\nLondon NW1 6XE",
        ),
        (
            [
                "Keller Sdn Bhd",
                "Menara Dion #02-03, Lauel 2,",
                "27. Jalan Sulten",
                "4015\u00f9 Shah Alam",
            ],
            "Menara Dion #02-03, Lauel 2,\n27. Jalan Sulten\n4015\u00f9 Shah Alam",
        ),
        (  # the number of a street is no amount
            ["Keller", "Level 6, Tower TH, Uptown", "No. 3, Jalan SS21,39,47400 Mainz", "Hessen"],
            "Level 6, Tower TH, Uptown\nNo. 3, Jalan SS21,39,47400 Mainz\nHessen",
        ),
        (  # where the line with the town ends in a comma, its region stands below
            ["Keller", "No. 7, Seksyen U9,", "40150 Shah Alam,", "South Upper Lower Region", "Tel"],
            "No. 7, Seksyen U9,\n40150 Shah Alam,\nSouth Upper Lower Region",
        ),
        (
            ["Keller", "No. 7, Seksyen U9,", "40150 Shah Alam", "Teuhone: 0441"],
            "No. 7, Seksyen U9,\n40150 Shah Alam",
        ),
        (  # a name that begins like a house, and has a number like a postcode, is no address
            ["99 Speed Mart S/B (519537-X)", "Lot 7, Seksyen U9,", "40150 Shah Alam"],
            "Lot 7, Seksyen U9,\n40150 Shah Alam",
        ),
        (
            ["Keller Bakeries Sdn Bhd (19386 X)", "Lot 7, Seksyen U9,", "40150 Shah Alam"],
            "Lot 7, Seksyen U9,\n40150 Shah Alam",
        ),
        (  # nor does one go on over the number of a company
            ["2 rance de decall", "Keller Wan", "002043319-W", "No. 2, Long Road", "55116 Mainz"],
            "No. 2, Long Road\n55116 Mainz",
        ),
    ],
)
def test_an_address_goes_from_the_street_to_the_town(lines: list[str], address: str) -> None:
    found = list(addresses_in(lines))
    assert found[0].text == address
    assert found[0].weight == 1.0
    assert found[0].last is not None
    assert found[0].line <= found[0].last


def test_an_address_without_a_postcode_is_less_sure() -> None:
    found = list(addresses_in(["Keller", "12 Long Road", "Tel 5", "7 Short Road"]))
    assert [(one.text, one.weight) for one in found] == [
        ("12 Long Road", UNSURE),
        ("7 Short Road", UNSURE * LOWER),
    ]


def test_goods_and_numbers_are_no_address() -> None:
    lines = ["1 Pizza Margherita", "2 X 8.50", "555790012 (GST)", "Cash 20.00", "(TESCO EXTRA)"]
    assert list(addresses_in(lines)) == []


def test_headings_are_known_with_a_letter_misread() -> None:
    assert is_heading("TAX INVÜICE")
    assert is_heading("Rechnung")
    assert not is_heading("Invoice Keller Druck GmbH")
    assert not is_heading("")


def test_a_name_is_mostly_letters() -> None:
    assert is_name("99 SPEED MART S/B")
    assert not is_name("06:20PM 568008")
    assert not is_name("GST")


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        ("Keller Druck", True),
        ("Lange Gasse Trading Sdn Bhd", True),
        ("The Ink Company", True),
        ("Company No: 20965-W", False),
        ("Eompany Ho 20965-W", False),
        ("Compaty Reg No. 75435-W9", False),
        ("Ielepbone", False),
        ("NO 37, JALAN MANIS 7, TAMAN SEGAR,", False),
        ("Tax Invoice", False),
        ("20965", False),
    ],
)
def test_who_sells_is_told_from_their_numbers_and_their_address(text: str, may_be: bool) -> None:
    assert may_be_seller(text) is may_be


def test_an_address_has_no_number_of_a_company_above_it() -> None:
    lines = ["Keller Druck", "Eonpany No 20965-W", "176 Lange Gasse", "55116 Mainz", "Ielepbone"]
    assert [one.text for one in addresses_in(lines)] == ["176 Lange Gasse\n55116 Mainz"]


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["AEON CO. (M) BHD (126928-H)", "SHOPPING HOURS", "10.00"], "AEON CO. (M) BHD"),
        (["Keller Druck (Upper", "Town) Sdn Bhd"], "Keller Druck (Upper Town) Sdn Bhd"),
        (["MR. K.L.R.", "(Mainz) Sdn Bhd"], "MR. K.L.R. (Mainz) Sdn Bhd"),
        (
            ["Long River Vegetarian", "Restaurant Sdn Bhd"],
            "Long River Vegetarian Restaurant Sdn Bhd",
        ),
        (["Malaysia", "Keller Druck"], "Keller Druck"),
        (["65T Summary", "Keller Druck"], "Keller Druck"),
        (["Description U.P Disc", "Keller Druck"], "Keller Druck"),
    ],
)
def test_the_seller_s_name_is_whole_and_no_heading(lines: list[str], name: str) -> None:
    assert max(names_in(lines), key=lambda one: one.weight).text == name
