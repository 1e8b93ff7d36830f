"""Words and patterns of a page's head: names, streets, towns and what is neither. Pure."""

from __future__ import annotations

import re


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


HEADINGS = _words(
    "tax invoice receipt cash bill sales official simplified copy customer order delivery note "
    "original duplicate credit debit memo statement quotation slip ticket voucher rechnung "
    "quittung beleg kassenbon lieferschein gutschrift angebot facture reçu devis avoir"
)
STREETS = _words(
    "jalan lorong taman kampung kawasan bandar mukim seksyen persiaran block floor level suite "
    "street road avenue lane drive boulevard highway straße strasse allee gasse platz postfach "
    "chemin impasse viale corso calle avenida straat plein"
)
SHORT_STREETS = frozenset(_words("st rd ave ln dr blvd lot blk flr sq jln rue via quai unit laan"))
STREET_ENDINGS = ("straße", "strasse", "str", "weg", "platz", "allee", "gasse", "straat", "damm")
COURTESIES = _words(
    "thank please again goods sold returnable exchange exchangeable refund refundable welcome "
    "customer feedback complaint voucher order number counter cashier payment received condition"
)
HEADS = _words("description summary subtotal total rounding quantity price amount hours")
OTHER = re.compile(
    r"\b(?:tel|phone|fax|gst|sst|vat|reg|roc|ust|tva|iban|bic|invoice|receipt|cashier|date|datum|"
    r"table|page|www|http|co\.? ?no|id|hotline|mobile|h/?p|thank|welcome)\b|@|\.com",
    re.IGNORECASE,
)
NUMBERED = _words("telephone company business registration")
NUMBERS = _words("no ho mo nr n reg regn registration number id")
"""How the word behind these begins a number, also misread."""
DATE_OR_TIME = re.compile(
    r"\d[./\-]\d{1,2}[./\-]\d{2}|\d{1,2}:\d\d|(?:(?<!\w)|(?<=RM))(?:\d+[.,])+\d\d(?!\d)"
)
LABELLED = re.compile(r"[^\W\d_]\s?:\s?\w")
ASIDE = re.compile(r"^\W*\(|:\W*\d")
HOUSE = re.compile(
    r"^\W*(?:(?:no|lot|unit|blk|block|suite|nr|[a-z])\b[\W_]*)?\d[\w&\-/.]*[\W_]+[^\W\d_]{3,}",
    re.IGNORECASE,
)
STATES = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|"
    "T[NX]|UT|V[AT]|W[AIVY]"
)
US_CANADA = rf"\b(?:{STATES})\W{{1,2}}\d{{5}}(?!\d)|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b"
"""Pattern of a state and ZIP code of the USA, and of a postcode of Canada."""
POSTCODE = re.compile(
    r"(?<!\d)\d{5}(?!\d)[\W_]+(?:L[aeo]s? )?\w?[^\W\d_]{3,}|[^\W\d_]{3,}[\W_]{1,3}\d{5}(?!\d)|"
    r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|^\W*\d{4}(?!\d)\W+[^\W\d_]{4,}|"
    rf"{US_CANADA}|^\W*\d{{4}} ?[A-Z]{{2}} [^\W\d_]{{3,}}"
)
GOES_ON = re.compile(r"\d{4,6}\W*$|,\s*$")
"""How a line ends behind which the town or its region stands."""
COMPANY = re.compile(
    r"\b(?:s/?b|5/8|sdn|bhd|ltd|inc|llc|gmbh|ag|kg|co(?!\W{1,2}\d{5})|corp|enterprise|trading|sarl|sas|s\.a|b\.v|"
    r"restaurant|store|shop|market|mart)\b",
    re.IGNORECASE,
)
LEGAL = re.compile(
    r"(?:\bs/b|\b(?:bhd|ltd|llc|inc|gmbh|sarl|sas|b\.v))\b\W*(?:\([^()]*\)?\W*)?$", re.IGNORECASE
)
"""A company's form at the end of a line, or with its number behind it: the line is a name."""
REGISTERED = re.compile(r"\(\s*[^\W\d_]{0,2}\d{4,8}\W{0,2}[^\W_]{0,2}\s*\)")
"""A company's number in parentheses, which is no postcode."""
COUNTRIES = frozenset(
    _words("malaysia singapore indonesia thailand germany deutschland france england ireland")
    + _words("netherlands nederland belgium austria österreich switzerland schweiz italy spain")
)
KINDS = re.compile(
    r"(?:restaurants?|restoran|enterprise|trading|market|store|shop|hardware)\b", re.IGNORECASE
)
"""What begins no name, but goes on with it before its form: "Trading Ltd"."""
OPENS, CLOSES = re.compile(r"\([^()]*$"), re.compile(r"[^()]*\)")
"""Parentheses that one line opens and the next closes: "Keller (Upper" and "Town) Ltd"."""
LIKE_DIGITS = r"[\dOoQISsBZGlùôûß]"
LIKE_POSTCODE = re.compile(rf"(?:^|[\s,])({LIKE_DIGITS}{{5}})[\s,.]+[^\W\d_]{{4,}}")
