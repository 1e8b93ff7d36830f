"""Tax numbers that were misread."""

from __future__ import annotations

import pytest

from vlm.tax_ids import mended


@pytest.mark.parametrize(
    ("read", "right"),
    [
        ("BTW NL823456781801", "BTW NL823456781B01"),
        ("NL82 3456781801.", "NL82 3456781B01."),
        ("NL823456781B01", "NL823456781B01"),
        ("NL8234567818012", "NL8234567818012"),
        ("IBAN NL91 ABNA 0417 1643 00", "IBAN NL91 ABNA 0417 1643 00"),
        ("DE823456781801", "DE823456781801"),
        ("", ""),
    ],
)
def test_the_b_of_a_dutch_number_is_known_by_its_place(read: str, right: str) -> None:
    assert mended(read) == right
