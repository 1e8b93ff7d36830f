"""What values look like: an IBAN, a telephone number, an amount. Pure.

On a page with words of its own these are exact, and a small model that takes a company's number for
a telephone's is told from one that read it. What is not known to look otherwise may be a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

from vlm.answer_forms import Form
from vlm.iban import IBAN
from vlm.letterhead import may_be_address
from vlm.read_answers import AMOUNT, DATE, MAIL, PERCENT, TIME, is_possible

Shape = Form | Literal["iban", "bic", "tax_id", "phone", "web", "code", "count", "town"]
"""What a value looks like; "code" is the number of a document, an order, a customer."""

PHONE_DIGITS = (5, 15)
"""Digits of a telephone number, at least and at most."""

TAX_DIGITS, TAX_LETTERS = 7, 6
"""Digits of a tax number, at least, and its letters, at most."""

CODE_WORDS = 3
"""Words without a digit in the number of a document, at most; more make a sentence."""

PLAIN_DIGITS = 7
"""Of an amount without decimals that was read on a scan, at most; a number has more."""

LEAST_LETTERS = 3
"""Letters of a name, at least."""

BESIDE_DATE = 4
"""Letters and digits beside a date and its time, at most: of a weekday, "le" or "vom"."""

COUNT_DIGITS = 5
"""Of a quantity before its decimals, at most."""

LIKE_BIC = re.compile(r"(?<!\w)(?=\w*[A-Z]{3})[A-Z013568]{6}[A-Z0-9]{1,5}(?!\w)")
"""A bank's code, digits in place of some of its letters, or without one of them."""

_WEB = re.compile(
    r"(?:https?://|www\.)[^\s,;|]*[^\s,;|.]|"
    r"(?<![\w@.-])[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/[^\s,;|]*)?(?![\w@])"
)
OF_NO_FORM: dict[Shape | None, re.Pattern[str]] = {"bic": LIKE_BIC, "web": _WEB}
"""Shapes of values whose form says nothing of them, and what looks like one."""

UNMISTAKABLE: frozenset[Shape] = frozenset(("iban", "bic", "tax_id", "phone", "mail", "web"))
"""Shapes of values that are the same inside a sentence and beside a label."""

_IBAN = re.compile(rf"(?<![A-Za-z0-9]){IBAN}(?!\w)")
_ACCOUNT = re.compile(r"[\d \-/]{6,}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_HOST = re.compile(r"\w{3,} ?[.,] ?[a-z]{2,3}\b")
_PHONE = re.compile(r"[+(]*\d[\d ()\-/.]*\d")
_AREA = r"(?<!\w)\(\d{3}\)[ \-]{0,2}\d{3}[ \-.]\d{4}(?!\d)"
_INTERNATIONAL = re.compile(r"(?<!\w)\+\d{1,3}[ (\-/.]?[\d ()\-/.]{5,}\d")
_VAT_ID = re.compile(
    r"(?<!\w)(?:[A-Z]{2}U? ?\d{8,11}|FR ?[A-Z0-9]{2} ?\d{9}|NL ?\d{9}B\d{2})(?!\w)"
)
_SHARE = re.compile(r"\d{1,2}(?:[.,](?:\d|0{2,3}))?")
_NUMBER = re.compile(r"[-−+(]?\d[\d.,' ]*\)?[-−]?")
_CURRENCY = re.compile(r"[€$£¥%]|(?<![^\W\d_])[^\W\d_]{1,3}\.?(?![^\W\d_])")
_SUM = re.compile(r"[^\W\d_]{0,3}[€$£¥]? ?[-−]?\d[\d.,' ]*[.,]\d\d ?[€$£¥]?[^\W\d_]{0,3}")


def may_be(shape: Shape | None, text: str) -> bool:
    """Tell whether a value may be of a shape; anything may be of one that is not known.

    Args:
        shape: Of what is asked for.
        text: As a page that says its words exactly has it.
    """
    return shape is None or _TESTS[shape](text.strip(" .,;:"))


def could_be(shape: Shape | None, text: str) -> bool:
    """Tell whether a value may be of a shape where letters and digits of it may be misread.

    Args:
        shape: Of what is asked for.
        text: As a model read it on a scan.
    """
    digits, letters = _digits(text), _letters(text)
    amount = _SUM.fullmatch(text.strip(" .,;:")) is not None
    match shape:
        case "phone":
            return digits >= PHONE_DIGITS[0] and digits > letters and not amount
        case "iban" | "tax_id":
            return digits >= TAX_DIGITS and not amount and DATE.fullmatch(text) is None
        case "bic":
            return LIKE_BIC.fullmatch(text.replace(" ", "")) is not None
        case "mail":
            return "@" in text or (_HOST.search(text) is not None and letters > digits)
        case "web":
            return _HOST.search(text) is not None and letters > digits
        case "name":
            return letters > digits and letters >= LEAST_LETTERS
        case "code":
            return digits > 0 and not amount and DATE.fullmatch(text) is None
        case "amount":
            return not text.startswith("+") and (amount or digits <= PLAIN_DIGITS)
        case "count":
            return digits <= COUNT_DIGITS and not amount
        case "percent":
            return digits <= COUNT_DIGITS
        case "town":
            return letters > digits and text[:1].isupper()
        case "address":
            return _is_formed_address(text)
        case _:
            return True


def found_by_shape(shape: Shape | None, text: str) -> Iterator[str]:
    """Yield what can be nothing else than a value of a shape: of some shapes only.

    Args:
        shape: Of what is asked for.
        text: Some words of a page in a row.
    """
    pattern = _TELLING.get(shape) if shape is not None else None
    for found in pattern.finditer(text) if pattern is not None else ():
        if may_be(shape, found[0]):
            yield found[0].strip()


def may_hold(shape: Shape | None, text: str) -> bool:
    """Tell whether a value of a shape may stand somewhere in a text."""
    if shape in (None, "name", "town", "address", "bic"):
        return True
    if shape not in _LOOSE:
        return any(map(str.isdigit, text))
    return any(True for _ in held(shape, text))


def held(shape: Shape, text: str) -> Iterator[str]:
    """Yield what may be values of one of some shapes in a text, those of `UNMISTAKABLE` among them.

    Args:
        shape: Of what is asked for; nothing is known to be of any other one.
        text: Some words of a page in a row.
    """
    pattern = OF_NO_FORM.get(shape) or _LOOSE.get(shape)
    for found in pattern.finditer(text) if pattern is not None else ():
        if shape == "bic" or may_be(shape, found[0]):
            yield found[0].strip()


def could_hold(shape: Shape | None, text: str) -> bool:
    """Tell whether a value of a shape may stand somewhere in what a model read on a scan."""
    match shape:
        case "iban" | "tax_id" | "phone":
            return _digits(text) >= PHONE_DIGITS[0]
        case "bic":
            return any(map(LIKE_BIC.fullmatch, re.findall(r"[^\W_]+", text)))
        case "mail" | "web":
            return "@" in text or _HOST.search(text) is not None
        case None | "name" | "town" | "address":
            return True
        case "code":
            return _digits(DATE.sub("", AMOUNT.sub("", text))) > 1
        case _:
            return _digits(text) > 0


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _is_iban(text: str) -> bool:
    return _IBAN.fullmatch(text) is not None or _ACCOUNT.fullmatch(text) is not None


def _is_tax_id(text: str) -> bool:
    other = _INTERNATIONAL.match(text) or (_IBAN.fullmatch(text) and _digits(text) > 12)
    return not other and _digits(text) >= TAX_DIGITS and _letters(text) <= TAX_LETTERS


def _is_phone(text: str) -> bool:
    few, many = PHONE_DIGITS
    formed = _PHONE.fullmatch(text) and not _SUM.fullmatch(text) and not DATE.fullmatch(text)
    return bool(formed) and few <= _digits(text) <= many


def _is_code(text: str) -> bool:
    if len(re.findall(r"(?<!\w)[^\W\d_]+(?!\w)", text)) > CODE_WORDS:
        return False
    other = (_SUM, DATE, MAIL)
    far = _IBAN.fullmatch(text) is not None and _digits(text) > 12
    known = far or text.startswith("+") or any(one.fullmatch(text) for one in other)
    return not known and _digits(text) > 0


def _is_date(text: str) -> bool:
    found = DATE.search(text)
    if found is None or not is_possible(found[0]):
        return False
    rest = TIME.sub("", text.replace(found[0], ""))
    return sum(map(str.isalnum, rest)) <= BESIDE_DATE


def _is_amount(text: str) -> bool:
    plain = _CURRENCY.sub("", re.sub(r"\([^()\d]*\)", "", text)).strip(" .,;:")
    other = text.startswith("+") or DATE.fullmatch(text) or _IBAN.fullmatch(text)
    return not other and _NUMBER.fullmatch(plain) is not None and not _is_grouped_oddly(plain)


def _is_grouped_oddly(number: str) -> bool:
    """Tell whether the marks in a number part it as no amount's do: "01.234.567.8", "12 34 56"."""
    groups = re.split(r"[.,' ]", re.sub(r"[^\d.,' ]", "", number).strip(" .,'"))
    last = re.findall(r"[.,' ]", number.strip(" .,'-−()+"))[-1:]
    several = len(groups) > 2
    again = several and number.strip(" .,'-−()+").count(last[0]) > 1 and len(groups[-1]) != 3
    return again or (several and len(groups[0]) > 1 and groups[0].startswith("0"))


def _is_percent(text: str) -> bool:
    return PERCENT.search(text) is not None or _SHARE.fullmatch(text) is not None


def _is_count(text: str) -> bool:
    whole = re.split(r"[.,]", text)[0]
    return (
        _digits(text) > 0
        and _digits(whole) <= COUNT_DIGITS
        and len(re.findall(r"[.,]", text)) < 2
        and re.search(r"[€$£¥%@/+]", text) is None
        and DATE.fullmatch(text) is None
        and AMOUNT.search(text) is None
        and re.search(r"[.,]\d{4}", text) is None
    )


def _is_name(text: str) -> bool:
    return _letters(text) > _digits(text) and "@" not in text


def _is_formed_address(text: str) -> bool:
    """Tell whether a text has more than a name: a number, a street, or several parts."""
    return any(map(str.isdigit, text)) or "," in text or "\n" in text or may_be_address(text)


def _is_address(text: str) -> bool:
    other = "@" in text or _is_amount(text)
    return not other and _is_formed_address(text) and _letters(text) > 2


_TESTS: dict[Shape, Callable[[str], bool]] = {
    "iban": _is_iban,
    "bic": lambda text: _BIC.fullmatch(text.replace(" ", "")) is not None,
    "tax_id": _is_tax_id,
    "phone": _is_phone,
    "code": _is_code,
    "number": lambda text: _digits(text) > 0,
    "date": _is_date,
    "amount": _is_amount,
    "percent": _is_percent,
    "web": lambda text: _WEB.fullmatch(text) is not None,
    "count": _is_count,
    "mail": lambda text: MAIL.search(text) is not None,
    "name": _is_name,
    "town": lambda text: text[:1].isupper() and not any(map(str.isdigit, text)) and "@" not in text,
    "address": _is_address,
}
_TELLING: dict[Shape, re.Pattern[str]] = {
    "iban": _IBAN,
    "tax_id": _VAT_ID,
    "phone": re.compile(rf"{_INTERNATIONAL.pattern}|{_AREA}"),
    "web": _WEB,
    "date": DATE,
    "mail": MAIL,
}
_LOOSE: dict[Shape, re.Pattern[str]] = {
    "iban": re.compile(rf"{_IBAN.pattern}|{_ACCOUNT.pattern}"),
    "tax_id": re.compile(r"(?:[A-Z]{2,3} ?)?\d[\dA-Z/.\- ]*\d"),
    "phone": re.compile(rf"(?<![\w/.#])(?<!\w-){_PHONE.pattern}(?!\w)"),
    "web": _WEB,
    "percent": PERCENT,
    "date": DATE,
    "mail": MAIL,
}
