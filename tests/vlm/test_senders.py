"""Names on scans, weighed by their place."""

from __future__ import annotations

from tests.vlm.test_parties import page
from vlm.letterhead import Found
from vlm.senders import ELSEWHERE, LAID_OUT, OF_RECIPIENT, Senders

BRAND = ("Global Wholesaler", "", "Azure Interior", "4557 Elm Street", "Fremont CA 94538")
BILLED = ("", "Bill to:", "Eva Roth", "7 Mill Road", "Leeds LS1 4AB")


def weight(senders: Senders, name: str, own: float = 0.5) -> float:
    return senders.weight(Found(name, 0, own))


def test_a_name_above_the_sender_s_address_counts_most() -> None:
    senders = Senders(page(*BRAND, *BILLED))
    assert weight(senders, "Azure Interior.") == LAID_OUT
    assert weight(senders, "Azure Interior", 1.0) == 1.0
    assert weight(senders, "Global Wholesaler") == 0.5 * ELSEWHERE
    assert weight(senders, "Eva Roth") == 0.5 * OF_RECIPIENT


def test_a_company_s_form_counts_wherever_it_stands() -> None:
    assert weight(Senders(page(*BRAND)), "IKANO HANDEL SON BHD") == 0.5


def test_one_line_of_an_address_tells_no_sender() -> None:
    assert weight(Senders(page("Setarak", "53200 Kuala Lumpur")), "Gin Kee") == 0.5
    assert weight(Senders([]), "Gin Kee") == 0.5
