"""Finds the part of a sentence that says where, why, or under which law. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vlm.prose_values import found as values_in

_UPPER = "A-ZÀ-ÖØ-Þ"
_CAP = rf"[{_UPPER}][\w’'.-]*\w"
_STREET = (
    r"(?:Street|Road|Lane|Avenue|Close|Square|Way|Drive|Place|Court|Row|Terrace|Gardens|Hill|Quay|"
    r"Park|Crescent|Boulevard|Grove|Yard|Mews|St\.|Rd\.|Ave\.)"
)
_TOWN = (
    rf"(?:,?\s(?:in\s|à\s)?(?:[A-Z]{{0,2}}-?\d{{4,5}}\s)?{_CAP}(?:[\s-]{_CAP})"
    rf"{{0,2}}(?:\s[A-Z]{{1,2}}\d{{1,2}}[A-Z]?\s\d[A-Z]{{2}})?)"
)
_ADDRESS = (
    re.compile(rf"(?:(?:Unit|Flat|Suite)\s\w+,\s)?\d+[a-zA-Z]?,?\s(?:{_CAP}\s)"
     rf"{{1,3}}{_STREET}{_TOWN}?"),
    re.compile(
        rf"(?:{_CAP}(?:straße|strasse|str\.|weg|allee|platz|gasse|ring|damm|ufer|markt)|"
        rf"{_CAP}\s(?:Straße|Strasse|Str\.|Allee|Platz|Weg))\s\d+\s?[a-z]?(?!\w)"
        rf"(?:\s?[-–]\s?\d+)?{_TOWN}?"
    ),
    re.compile(
        r"\d+(?:\s(?:bis|ter))?,?\s(?:rue|avenue|boulevard|place|chemin|allée|quai|impasse|"
        r"route|cours)\s"
        rf"(?:[\w'’-]+\s?){{1,5}}?(?=,|\.|;|\)|$|\sà\s){_TOWN}?"
    ),
)  # fmt: skip
_PREPOSITION = {
    "en": r"in|at|on|near|from|inside|outside|opposite|behind",
    "de": r"in|im|an|am|auf|bei|beim|nach|aus|vor|neben|zu|zum|zur",
    "fr": r"à|au|aux|en|dans|sur|chez|près de|près du",
}
_STOPS = {
    "en": r"in|at|on|by|with|for|to|from|between|during|since|until|after|before|who|which|"
    r"that|is|was|are|were|will|has|have|had|where|as|into|must|may|shall|can|because|when|within|"
    r"under|over|about|per",
    "de": r"in|im|an|am|auf|bei|mit|für|von|vom|zu|zum|zur|nach|seit|bis|um|ist|sind|war|"
    r"wird|werden|hat|haben|durch|statt|wenn|dass|zwischen|unter|über|ab",
    "fr": r"à|au|aux|en|dans|sur|par|avec|pour|qui|que|est|sont|a|ont|sera|depuis|entre|"
    r"pendant|jusqu|lors|dont|afin|le \d",
}
_WHY = re.compile(
    r"\b(?:because(?: of)?|due to|owing to|as a result of|on account of|on the grounds? that|"
    r"on grounds of|in order to|so that|since (?!\d|then|\w+ \d{4})|weil|wegen|aufgrund|"
    r"auf Grund|da "
    r"(?=\w+ [^.]*(?:t|n|e)[.,]?$)|denn|infolge|mangels|um [^.,]{3,80} zu \w+|damit|parce que?|"
    r"parce "
    r"qu['’]|car|en raison (?:de|du|des|d['’])|à cause (?:de|du|des|d['’])|faute (?:de|d['’])|afin "
    r"(?:de|d['’]|que)|puisque|suite (?:à|au|aux)|grâce (?:à|au|aux)|mit der Begründung|au motif)",
    re.IGNORECASE,
)
_LAW = re.compile(
    rf"(?:the\s)?(?:substantive\s)?laws?\s(?:of|in force in)\s(?:the\s)?{_CAP}(?:(?:\s(?:and|of|"
    rf"the)){{0,2}}\s{_CAP})*|"
    rf"(?!Governing|Applicable|The\s|This|Such|Any|In\s){_CAP}(?:\s{_CAP})?\slaws?\b|"
    rf"(?:das\s)?Recht(?:s)?\s(?:der|des|von)\s{_CAP}(?:\s{_CAP})*|"
    r"(?:österreichische[snm]?|deutsche[snm]?|schweizerische[snm]?|französische[snm]?|"
    r"englische[snm]?)\s"
    rf"(?:materielle[snm]?\s)?Rechts?|(?:(?:le|du|au|la|à la)\s)?(?:droit|loi|"
    rf"lois)\s(?:[a-zàâéèêëîïôöùûüç]+s?e?)(?![\w])|"
    rf"législation\s\w+"
)  # fmt: skip
_COURT = re.compile(
    rf"(?:[Tt]he\s)?courts?\s(?:of|in)\s(?:the\s)?{_CAP}(?:\s(?:and\s)?{_CAP})*|"
    rf"(?:tribuna(?:l|ux)|cours?)(?:\s(?:de commerce|judiciaire|compétents?|"
    rf"d['’]appel))*\s(?:de|d['’])\s?{_CAP}|"
    rf"(?:Amts|Land|Oberlandes|Arbeits|Verwaltungs)gerichts?\s{_CAP}"
)  # fmt: skip


_DETERMINED = re.compile(r"(?:the|this|its|our|his|her|their)\s", re.IGNORECASE)


def places_in(text: str, language: str) -> Iterator[tuple[int, int, float]]:
    """Yield where places stand in a sentence, each with what it counts in (0, 1].

    Args:
        text: The sentence.
        language: Of it.
    """
    taken: list[tuple[int, int]] = []
    for found in _COURT.finditer(text):
        taken.append(found.span())
        yield *found.span(), 0.9
    for pattern in _ADDRESS:
        for found in pattern.finditer(text):
            if not any(found.start() < right and found.end() > left for left, right in taken):
                taken.append(found.span())
                yield *found.span(), 1.0
    times = [
        span for kind in ("date", "duration", "percent", "amount") for span in values_in(kind, text)
    ]
    pattern = re.compile(
        rf"\b(?:{_PREPOSITION[language]})\s(?P<where>[^,.;:()]+?)(?=[,.;:()]|"
        rf"\s(?:{_STOPS[language]})\b|"
        r"\s(?:and|or|und|oder|et|ou)\s(?-i:[a-zà-ÿ])|$)",
        re.IGNORECASE,
    )
    at = 0
    while (one := pattern.search(text, at)) is not None:
        start, end = one.span("where")
        at = one.start() + 1
        busy = [*taken, *times]
        if any(start < right and end > left for left, right in busy):
            continue
        last = text[start:end].split()[-1] if text[start:end].split() else ""
        proper = last[:1].isupper() or language == "fr"
        if len(text[start:end].split()) > 8 or not proper:
            yield start, end, 0.7 if _DETERMINED.match(text[start:end]) else 0.55
        else:
            yield start, end, 0.85


_GROUNDS = re.compile(
    r"\baus (?:\w+ ){0,3}gründen\b|\bfor (?:\w+ ){0,3}reasons?\b(?: of (?:\w+ ?){1,4})?|"
    r"\bpour (?:des|une) raisons? [\w’' ]+?(?=[,.;:]|$)",
    re.IGNORECASE,
)


def reasons_in(text: str) -> Iterator[tuple[int, int, float]]:
    """Yield the part of a sentence that says why, from its "because" on."""
    for found in _GROUNDS.finditer(text):
        yield *found.span(), 0.95
    for found in _WHY.finditer(text):
        rest = text[found.start() :]
        first = found.start() == 0
        stop = re.search(r"[,;](?!\d)|\.$" if first else r";|\.$", rest)
        end = found.start() + (stop.start() if stop is not None else len(rest))
        yield found.start(), end, 0.95


def laws_in(text: str) -> Iterator[tuple[int, int, float]]:
    """Yield where a sentence names the law of a country."""
    for found in _LAW.finditer(text):
        yield *found.span(), 0.95
