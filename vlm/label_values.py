"""Finds a value of a form in what stands behind a label, beside or below it. Pure."""

from __future__ import annotations

import re

from vlm.answer_forms import Form
from vlm.iban import IBAN
from vlm.letterhead import is_name
from vlm.read_answers import AMOUNT, DATE, MAIL, PERCENT

NEAR = 14
"""Characters behind a label within which its value begins."""

_NUMBER = re.compile(
    rf"(?<![\w.,])[#+(]?{IBAN}(?!\w)|"
    r"(?<![\w.,])[A-Z]{2} ?\d{2,3}(?: \d{3,4}){1,3}(?: \d\d)?(?! ?\w)|"  # a VAT ID in groups
    r"[+(]{0,2}\d[\d()\-/.]*(?: [\d()\-/.]+)+(?!\w)|"  # groups of digits, as of a phone
    r"#?[^\W_][\w\-/.#:]*\w",
)
_PATTERNS: dict[Form | None, re.Pattern[str]] = {
    "number": _NUMBER,
    "date": DATE,
    "amount": AMOUNT,
    "mail": MAIL,
    "percent": PERCENT,
}
_CURRENCY = r"(?:[€$£¥₹]|EUR|USD|GBP|CHF|INR|AUD|CAD|SEK|NOK|DKK|PLN|JPY|Rs\.?|RM|kr\.?)"
_WHOLE = re.compile(rf"{_CURRENCY} ?(\d[\d.,']*)|(\d[\d.,']*) ?{_CURRENCY}")
"""An amount without decimals, which a currency tells from other numbers."""

_IN_CURRENCY = re.compile(rf"(?<!\w)(?:in )?{_CURRENCY}(?!\w)")

_ALONE = re.compile(rf"(?<!\S)(?:{DATE.pattern})(?!\S)")
_OF = re.compile(r"\b(?:on|of|from|von|auf|aus|sur|de|op|van|di|su)\b", re.IGNORECASE)
_LEADING, _TRAILING = " :;#.,-–—=\t", " :;#,-–—=\t"


def form_of_value(text: str) -> Form | None:
    """Return the form that all of a value has; None for one of no known form."""
    if "\n" in text:
        return "address"
    forms: tuple[Form, ...] = ("mail", "date", "amount", "number")
    return next((one for one in forms if fitting(one, text, True) == (0, len(text))), None)


def without_asides(text: str) -> str:
    """Return a text with blanks for what stands in parentheses, but for numbers as of a phone."""
    return re.sub(r"\((?![+\d]{1,5}\)[ -]?\d)[^()]*\)", lambda found: " " * len(found[0]), text)


def _undated(text: str) -> str:
    """Return a text with blanks for its dates, whose years are no numbers of anything."""
    return _ALONE.sub(lambda found: " " * len(found[0]), without_asides(text))


def without_currency(text: str) -> str:
    """Return a text with a blank for each currency: "Total EUR" is a total."""
    return _IN_CURRENCY.sub(" ", text)


def is_near(rest: str, start: int) -> bool:
    """Tell whether a value that begins at `start` is close enough behind its label."""
    return len(" ".join(without_asides(rest[:start]).split())) <= NEAR


def ends_a_label(rest: str) -> bool:
    """Tell whether a value begins right here, as behind a colon."""
    return rest.lstrip(" .")[:1] in (":", "#")


def fitting(form: Form | None, text: str, begins: bool) -> tuple[int, int] | None:
    """Return where the first value of a form stands in a text; None where there is none.

    Args:
        form: Of the value; None for any.
        text: What stands behind a label, in the next cell, or below.
        begins: Whether anything of no known form that stands here is the value.
    """
    pattern = _PATTERNS.get(form)
    if pattern is not None:
        for found in pattern.finditer(_undated(text) if form == "number" else without_asides(text)):
            if _is_value(form, text, found):
                signed = form == "amount" and text[: found.start()].endswith(("-", "−"))
                return found.start() - signed, found.end()
        whole = _WHOLE.fullmatch(text.strip(_LEADING)) if form == "amount" else None
        return None if whole is None else _place(text, whole[1] or whole[2])
    plain = text.lstrip(_LEADING).rstrip(_TRAILING)
    if not begins or not plain or (form == "name" and not is_name(plain)):
        return None
    return _place(text, plain)


def is_base(rest: str, start: int) -> bool:
    """Tell whether an amount behind a label is what another was reckoned from: "15% on 112.90"."""
    return _OF.search(rest[:start]) is not None


def _place(text: str, value: str) -> tuple[int, int]:
    start = text.index(value)
    return start, start + len(value)


def _is_value(form: Form | None, text: str, found: re.Match[str]) -> bool:
    """Tell whether what looks like a value is one: a share in percent is no amount."""
    value = found[0]
    if form == "amount":
        return not text[found.end() :].lstrip().startswith("%")
    if form == "number":
        digits = sum(map(str.isdigit, value))
        letters = sum(map(str.isalpha, value))
        whole = digits >= 2 or (digits == 1 and len(value) > 3)
        return whole and letters <= digits + 6 and DATE.fullmatch(value) is None
    return True
