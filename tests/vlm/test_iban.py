import pytest

from vlm.iban import is_valid, mended

DUTCH, GERMAN = "NL91ABNA0417164300", "DE89 3704 0044 0532 0130 00"


@pytest.mark.parametrize(
    ("read", "right"),
    [
        ("IBAN NLG1ABNA0417164300 BIC ABNANL2A", None),
        ("NL9IABNA04I7I643OO", DUTCH),
        ("IBAN NL9IABNAO4171643OO", f"IBAN {DUTCH}"),
        (f"IBAN {DUTCH} BIC", f"IBAN {DUTCH} BIC"),
        ("DE89 37O4 OO44 O532 O13O OO", GERMAN),
        ("DEB9 3704 0044 0532 0130 00 BIC", f"{GERMAN} BIC"),
        ("Konto DE89 3704 0044 0532 0130 0O, Bank", f"Konto {GERMAN}, Bank"),
        ("INVOICE NUMBER SOLD 1234 5678", None),
        ("ORDER SOSO1234SOSO5678", None),
        ("", None),
    ],
)
def test_letters_are_digits_where_the_check_digits_prove_it(read: str, right: str | None) -> None:
    assert mended(read) == (right or read)


def test_two_of_them_are_mended_in_one_text() -> None:
    read = "NL9IABNA0417164300 DE89 3704 0044 0532 O130 00"
    assert mended(read) == f"{DUTCH} {GERMAN}"
    assert len(mended(read)) == len(read)


def test_a_wrong_digit_is_seen() -> None:
    assert is_valid(DUTCH)
    assert not is_valid(DUTCH.replace("9", "8"))
    assert mended("NL91ABNA0417164301") == "NL91ABNA0417164301"
