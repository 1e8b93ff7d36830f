"""Finds who is meant in a sentence: by a contract's own definitions, beside a role, or who does it.

"between Harrow Estates Ltd (the "Landlord") and ...", "Klägerin ist Frau Petra Sommer", "was built
by the engineer Wilhelm Aster". Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vlm.label_words import folded
from vlm.question_words import ROLES
from vlm.stems import COMMON, Language, words_of

DEFINED, IS, BESIDE, BY, NEAR, ROLE = 1.0, 0.97, 0.95, 0.93, 0.8, 0.75
"""What a name counts that a contract defines; behind "is"; right beside a role; behind "by"; and
one somewhere in the sentence, or a role there."""

ONE_WORD = 0.85
"""What is left of that for a name of one word."""

FAR = 90
"""Letters between a word of the question and a name."""

_UPPER = "A-ZÀ-ÖØ-ÞŁŚŽŠČ"
_WORD = rf"(?:[{_UPPER}][\w’'.-]*\w|[{_UPPER}]\.?|[dDlLO]['’][{_UPPER}][\w-]+)"
_TITLE = r"(?:Dr\.|Prof\.|Dipl\.-\w+\.|Ing\.|Mag\.|med\.|Dr|Sir|Dame)"
_LINK = (
    r"(?:&|\+|of(?:\sthe)?|for|von(?:\sder)?|van(?:\sde[rn]?)?|de(?:\sla|s)?|du|des|la|le|zu|zum|"
    r"der|für|du|d['’])"
)
_FORM = (
    r"(?:GmbH(?:\s?&\s?Co\.?\s?KG)?|AG|KG|OHG|UG|e\.\s?V\.|eG|Ltd\.?|Limited|plc|PLC|Inc\.?|LLC|"
    r"LLP|"
    r"Corp\.?|SARL|SAS|SA|S\.A\.|S\.A\.S\.|SE|B\.V\.|BV|NV)"
)
_RUN = re.compile(
    rf"(?:{_TITLE}\s)*{_WORD}(?:\s(?:{_LINK}\s)?(?:{_TITLE}\s)*{_WORD}|\s\d+(?=\s{_FORM}))*"
    rf"(?:\s{_FORM})?"
)
_RUN_GERMAN = re.compile(
    rf"(?:{_TITLE}\s)*{_WORD}(?:\s(?:(?:&|\+|von|van|zu)\s)?(?:{_TITLE}\s)*{_WORD})*(?:\s{_FORM})?"
)
_INSIDE = re.compile(rf"\s((?:{_TITLE}|Herrn?|Frau|(?:Mr|Mrs|Ms|Miss)\.?|Mme|Madame|Monsieur)\s)")
_ENDS_AS_COMPANY = re.compile(rf"\s{_FORM}$")
_NOUN = re.compile(r"\w+(?:ung|heit|keit|schaft|tion|tät|nis)\s")
"""A German noun that begins no name."""
_OFFICE = re.compile(
    rf"(?:Uhr\s)?(?:\w{{5,}}(?:ung|in|ter|ner|ger|rat|eur|ent|ist|te|"
    rf"or)\s)?(?={_WORD}\s(?!{_FORM}$){_WORD}$)"
)
"""What somebody is, before the name: "Kulturdezernentin Birgit Halberstadt"."""
_CIVIL = re.compile(
    r"(?:Mr|Mrs|Ms|Miss|Herrn?|Frau|Madame|Monsieur|Mme|M|Mlle|Messrs|Firma|Société|"
    r"Gesellschaft)\.?\s"
)
_CALLED = re.compile(r"(?!Firma|Soci|Gesell)")
_NO_NAME = frozenset(
    """
    january february march april may june july august september october november december januar
    februar märz mai juni juli oktober dezember monday tuesday wednesday thursday friday saturday
    sunday montag dienstag mittwoch donnerstag freitag samstag sonntag article section clause
    neither either both none any all each every nothing no yes weder beide aucun aucune chaque
    contract agreement vertrag mietvertrag euro euros eur usd gbp chf paragraph art
    """.split()  # noqa: SIM905 - a list of a hundred words is one of lines
)
_QUOTES = "\"„“”«»'‘’"
_DEFINES = re.compile(
    rf"[{_QUOTES}]\s?(?:the\s|der\s|die\s|das\s|le\s|la\s|l['’])?$|"
    r"\b(?:hereinafter|hereafter|referred to as|called|nachfolgend|nachstehend|folgend|"
    r"im folgenden|"
    r"ci-après|dénommée?)\W+(?:\w\W+)?(?:the\s|der\s|die\s|das\s|le\s|la\s|l['’])?\W*$",
    re.IGNORECASE,
)
_CALLED_SO = re.compile(r"\W*(?:genan+t|dénommée?)\b", re.IGNORECASE)
_BETWEEN = re.compile(
    r"\b(?:between|zwischen|entre|by and between|einerseits|andererseits)\b", re.I
)
_OR_ANOTHER = re.compile(
    r"(?:[)\"“”»?]|genan+t|dénommée?)\W{0,4}(?:genan+t\W+)?(?:and|und|et)\b", re.IGNORECASE
)
_SOME = (
    r"(?:the|der|die|das|dem|den|ein|eine|einer|le|la|les|l['’]|un|une|a|an|herrn?|frau|"
    r"mr\.?|ms\.?|mrs\.?|madame|monsieur|mme|m\.|société|firma|now|currently|seit\s\w+|est)"
)
_IS = re.compile(
    rf"\s*(?:(?:of|for|de|du|des|für|von|der|in)\s[^,.;:()]{{1,50}}?)?\s*(?::|\bis\b|\bare\b|"
    rf"\bwas\b|\bist\b|\bwar\b|\bsind\b|\best\b|\bétait\b|\bheißt\b|\bremains\b|"
    rf"\bbleibt\b)\s*(?:{_SOME}\s+)*(?:[\w-]+\s+){{0,3}}?$",
    re.IGNORECASE,
)
_RIGHT_BEHIND = re.compile(rf"\s*,?\s*(?:{_SOME}\s*)*$", re.IGNORECASE)
_RIGHT_BEFORE = re.compile(
    rf"\s*[,(]?\s*(?:as|als|en qualité de|en tant que|acting as|our|the|der|die|le|la|l['’]|und|"
    rf"and|et)?\s*(?:{_SOME}\s*)?$",
    re.IGNORECASE,
)
_BY = re.compile(rf"\b(?:by|durch|von|vom|par)\s(?:{_SOME}\s*)*(?:[\w-]+\s){{0,3}}$", re.IGNORECASE)
_WHO = re.compile(r"^\s*,?\s*(?:who|which|der|die|das|qui)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody who is named in a text.

    Attributes:
        start: Where.
        end: Behind it.
        counts: How surely it is who is meant, in (0, 1].
    """

    start: int
    end: int
    counts: float


def names_in(text: str, language: Language) -> Iterator[tuple[int, int]]:
    """Yield where names of people, companies and other bodies stand, from the left.

    German writes every noun big: there a single word is no name.
    """
    for found in (_RUN_GERMAN if language == "de" else _RUN).finditer(text):
        start, end = found.span()
        inner = [one.start(1) for one in _INSIDE.finditer(text, start, end)]
        start = inner[-1] if inner else start
        while True:
            first = re.match(r"[\w’'.-]+", text[start:end])
            if first is None:
                break
            civil = _CIVIL.match(text[start:end] + " ")
            word = first[0].casefold().rstrip(".")
            small = word in COMMON[language] and first[0][1:].islower() | (len(first[0]) == 1)
            if civil is None and not small and word not in _NO_NAME:
                break
            called = civil is not None and _CALLED.match(civil[0]) is not None
            rest = text[start + civil.end() : end].strip() if civil and called else ""
            if rest and " " not in rest:
                break  # "Mr Leckie" is called so, "Ms Claire Dubois" has a name
            start += civil.end() if civil is not None else first.end()
            while start < end and text[start] in " '’":
                start += 1
            start = min(start, end)
        company = _ENDS_AS_COMPANY.search(text[start:end]) is not None
        while (
            language == "de" and not company and (noun := _NOUN.match(text[start:end])) is not None
        ):
            start += noun.end()
        if language == "de" and (office := _OFFICE.match(text[start:end])) is not None:
            start += office.end()
        while end > start and text[end - 1] in ",;:'’":
            end -= 1
        if end - start < 2 or not text[start:end].strip():
            continue
        several = " " in text[start:end]
        titled = _CIVIL.search(text[max(0, found.start() - 10) : start]) is not None
        if several or language != "de" or titled:
            yield start, end


def roles_in(text: str) -> Iterator[tuple[int, int]]:
    """Yield where those stand whom a text calls by their role, with the article before it."""
    for found in re.finditer(
        r"(?:\b(?:the|der|die|dem|den|le|la|du|au)\s|\bl['’])?\b([^\W\d_]+)", text, re.I
    ):
        if folded(found[1].casefold()) in ROLES:
            yield found.span()


def meant(
    text: str,
    own: Sequence[tuple[int, int]],
    about: Sequence[str],
    language: Language,
    is_role: bool,
) -> list[Name]:
    """Return who may be meant in a sentence, the likeliest first.

    Args:
        text: The sentence.
        own: Where words of the question stand.
        about: These words, in small letters: they are not the answer.
        language: Of the sentence.
        is_role: Whether the question asks who somebody is, rather than who does something.
    """
    names = [one for one in names_in(text, language) if not _overlaps(one, own, text)]
    found: list[Name] = []
    for start, end in own if is_role else ():
        found += _of_role(text, start, end, names)
    for start, end in names:
        left = 1.0 if " " in text[start:end] else ONE_WORD
        found.append(Name(start, end, left * _near(text, start, end, own)))
    asks_role = {folded(word) for word in about}
    for start, end in roles_in(text):
        role = folded(words_of(text[start:end])[-1])
        if role not in asks_role and not is_role:
            by = 1.1 if _BY.search(text[:start]) else 1.0
            found.append(Name(start, end, min(1.0, by * ROLE)))
    return sorted(found, key=lambda one: -one.counts)


def _of_role(text: str, start: int, end: int, names: Sequence[tuple[int, int]]) -> Iterator[Name]:
    """Yield the names that a sentence says are of a role."""
    before, after = text[:start], text[end:]
    if _DEFINES.search(before) or _CALLED_SO.match(after) or _is_aside(before, after):
        opened = before.rfind("(") if _is_aside(before, after) else len(before)
        segment = before[: opened if opened > 0 else len(before)]
        cut = max(
            [0, *(one.end() for one in _BETWEEN.finditer(segment))]
            + [one.end() for one in _OR_ANOTHER.finditer(segment)]
        )
        inside = [one for one in names if cut <= one[0] and one[1] <= len(segment)]
        if inside:
            yield Name(*inside[0], DEFINED)
            return
    for left, right in names:
        if left >= end and _IS.match(text[end:left]):
            yield Name(left, right, IS * (1.0 if " " in text[left:right] else 0.97))
        elif left >= end and _RIGHT_BEHIND.match(text[end:left]) and left - end < 25:
            yield Name(left, right, BESIDE - 0.01 * ("," in text[end:left]))
        elif right <= start and _RIGHT_BEFORE.match(text[right:start]):
            yield Name(left, right, BESIDE)


def _is_aside(before: str, after: str) -> bool:
    """Tell whether a word stands in brackets, as a definition does."""
    opened = before.rfind("(")
    return opened > before.rfind(")") and ")" in after[:25] and len(before) - opened < 60


def _near(text: str, start: int, end: int, own: Sequence[tuple[int, int]]) -> float:
    """Return what a name counts for what it stands beside."""
    if _BY.search(text[:start]):
        return BY
    if _WHO.match(text[end:]):
        return BY - 0.03
    gap = min((max(start - right, left - end, 0) for left, right in own), default=FAR)
    return NEAR * (1 - 0.3 * min(gap, FAR) / FAR)


def _overlaps(name: tuple[int, int], own: Sequence[tuple[int, int]], text: str) -> bool:
    """Tell whether a name is what was asked about: most of its words are the question's."""
    said = list(re.finditer(r"[^\W_]+", text[name[0] : name[1]]))
    inside = [
        one
        for one in said
        if any(left < name[0] + one.end() and right > name[0] + one.start() for left, right in own)
    ]
    return len(inside) > 0.5 * len(said) or (bool(inside) and len(said) <= 2)
