"""Finds dates, sums, durations, shares, counts and measures in sentences, in three languages. Pure.

In figures and in words: "two (2) weeks", "drei Monate", "1 780 euros".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Kind = Literal[
    "date", "deadline", "time", "amount", "percent", "duration", "count", "measure", "age", "code",
    "phone", "mail", "frequency",
]  # fmt: skip
"""What a value is."""

_EN = (
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen"
)
_DE_ONES = r"ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun"
_DE = (
    rf"(?:(?:{_DE_ONES})und)?(?:zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)|"
    rf"eine[mnrs]?|{_DE_ONES}|zehn|elf|zwölf|dreizehn|vierzehn|fünfzehn|sechzehn|siebzehn|achtzehn|"
    r"neunzehn"
)
_FR = (
    r"(?:vingt|trente|quarante|cinquante|soixante|quatre-vingts?)"
    r"(?:[- ](?:et[- ])?(?:une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze))?|"
    r"une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize"
)
_BIG = r"(?:hundred|thousand|hundert|tausend|cents?|mille)"
_ONE = rf"(?:{_EN}|{_DE}(?:{_BIG})?|{_FR}|{_BIG})"
IN_WORDS = rf"(?:{_ONE}(?:[- ](?:and |et |und )?{_ONE})*|a {_BIG}|a dozen)"
"""A number in words."""

IN_FIGURES = (
    r"(?<![\w.,])(?:\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+|\d+)(?:[.,]\d{1,3})?(?:½|¼|"
    r"¾)?(?![\d]|[.,]\d)"
)
_NUMBER = rf"(?:\b{IN_WORDS}\b(?:\s\(\d+\))?|{IN_FIGURES}(?:\s\({IN_WORDS}\))?)"
_RANGE = rf"{_NUMBER}(?:\s?(?:to|bis|à|–|-|or|oder|ou)\s?{_NUMBER})?"
_SCALE = (
    r"(?:\s?(?:million|millions|billion|thousand|Millionen|Million|Mio\.?|Mrd\.?|Milliarden?|"
    r"Tausend|milliards?|millions?|bn|m)\b\.?)?"
)
_CURRENCY = (
    r"(?:€|EUR\b|euros?\b|US\$|USD\b|(?:US\s)?dollars?\b|\$|£|GBP\b|pounds?(?:\ssterling)?\b|"
    r"CHF\b|Franken\b|francs?(?:\ssuisses)?\b|S?Fr\.|cents?\b|pence\b|kr\b|SEK\b|NOK\b|DKK\b|PLN\b|"
    r"yen\b|¥|JPY\b)"
)
_SIGN = r"(?:€|\bEUR|\bEuro|US\$|\bUSD|\$|£|\bGBP|\bCHF|\bS?Fr\.|\bSEK|\bNOK|\bDKK|\bPLN|¥|\bJPY)"
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Januar|Jänner|Februar|März|Mai|Juni|Juli|"
    r"Oktober|Dezember|Okt|Dez|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|"
    r"novembre|décembre|janv|févr|sept|oct|nov|déc)\b\.?"
)
_YEAR = r"(?:1[5-9]|20)\d\d"
_DAY = r"(?<![\d.,/])(?:[12]\d|3[01]|0?[1-9])"
_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|last|tenth|fifteenth|\d{1,2}(?:st|nd|rd|th|\.|er|e)?|"
    r"ersten?|zweiten?|dritten?|vierten?|fünften?|letzten?|zehnten?|fünfzehnten?|premier|dernier|"
    r"deuxième|troisième|cinquième)"
)
_WEEKDAY = (
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|Montags?|Dienstags?|Mittwochs?|Donnerstags?|"
    r"Freitags?|Samstags?|Sonnabends?|Sonntags?|lundis?|mardis?|mercredis?|jeudis?|vendredis?|"
    r"samedis?|dimanches?|working day|weekday|day|Werktag|Wochentag|jour(?: ouvrable)?)"
)
_CLOCK = (
    r"(?:\d{1,2}[:.]\d{2}(?:\s?(?:[ap]\.?m\.?|Uhr|h))?|\d{1,2}\s?(?:[ap]\.?m\.?(?!\w)|Uhr\b|"
    r"o'clock)|"
    r"\d{1,2}\s?h(?:eures?)?\s?(?:\d{2})?\b|noon|midnight|midi\b|minuit)"
)
_UNIT = (
    r"(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|decades?|nights?|Jahre?[ns]?|"
    r"Monat[a-z]{0,4}|"
    r"Wochen?|Tage?[ns]?|Stunden?|Minuten?|Sekunden?|Werktage?[ns]?|Kalendertage?[ns]?|"
    r"Arbeitstage?[ns]?|"
    r"Urlaubstage?n?|ans?|années?|mois|semaines?|jours?|heures?|minutes?|secondes?)\b"
)
_BEFORE_UNIT = (
    r"(?:(?:full|whole|calendar|working|business|consecutive|further|additional|equal|more|"
    r"paid|volle[nr]?|ganze[nr]?|weitere[nr]?|aufeinanderfolgende[nr]?)\s)?"
)
_SINCE = (
    r"(?:\s(?:of|after|before|from|following|à\scompter|suivant|après|avant)\s[^,.;:()]{3,60}?"
    r"(?=[,.;:()]|\s(?:otherwise|may|can|shall|must|and|et|by|to)\b|$)|"
    r"\s(?:nach|ab|vor|seit)\s(?-i:(?:[a-zäöüß]+\s){0,3}[A-ZÄÖÜ][\w-]+"
    r"(?:\s(?:des|der|dieses|dieser)\s(?:[a-zäöü]+\s)?[A-ZÄÖÜ][\w-]+)?))"
)
_MEASURE = (
    r"(?:km²|m²|m2|m³|qm|sqm|square (?:met(?:re|er)s|feet|kilomet(?:re|er)s)|Quadratmetern?|"
    r"mètres carrés|hectares?|Hektar|ha|km/h|mph|km|kilomet(?:re|er)s?|Kilometern?|kilomètres?|"
    r"miles?|"
    r"cm|mm|m|met(?:re|er)s?|Metern?|mètres?|centimet(?:re|er)s?|Zentimetern?|feet|foot|inches|"
    r"kg|mg|µg|g|kilograms?|Kilogramm|kilogrammes?|grams?|tonnes?|tons?|Tonnen?|"
    r"litres?|liters?|Litern?|ml|l|kWh|MWh|kW|MW|GW|W|°C|°F|degrees?|Grad|degrés|percentage points|"
    r"hPa|bar|V|GB|MB|TB|px)(?![\w²])"
)

_PATTERNS: dict[Kind, tuple[str, ...]] = {
    "date": (
        rf"{_DAY}\.?\s?(?:and|to|und|bis|et|au|–|-)\s?{_DAY}(?:\.|st|nd|rd|th|er)?\s{_MONTH}"
        rf"(?:,?\s{_YEAR})?",
        rf"{_DAY}(?:\.|st|nd|rd|th|er)?\s(?:of\s)?{_MONTH}(?:,?\s(?:of\s)?{_YEAR})?",
        rf"{_MONTH}\s{_DAY}(?:st|nd|rd|th)?(?:,?\s{_YEAR})?(?!\d|\.\d)",
        r"(?<![\d.])\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:\d{4}|\d{2})(?![\d])|\d{4}-\d{2}-\d{2}",
        rf"{_MONTH}\s(?:of\s)?{_YEAR}",
        rf"(?:the\s)?(?:spring|summer|autumn|fall|winter|Frühjahr|Frühling|Sommer|Herbst|Winter|"
        rf"printemps|été|automne|hiver|(?:early|mid|late)|(?:first|second|third|fourth|last)\s"
        rf"(?:quarter|half)|end|Anfang|Mitte|Ende)\s?-?(?:of\s|de\s)?{_YEAR}",
        rf"(?<![\d.,/-]){_YEAR}(?![\d]|[.,]\d|-\d)",
        rf"(?<=\b[Ii]n\s){_MONTH}|(?<=\b[Ii]m\s){_MONTH}|(?<=\b[Ee]n\s){_MONTH}",
    ),
    "deadline": (
        rf"(?:the\s|le\s)?{_ORDINAL}\s(?:{_WEEKDAY}\s)?(?:of|in|eines|des|du|de)\s"
        r"(?:each|every|the|any|a|jeden|chaque)?\s?(?:calendar\s|following\s|folgenden\s)?"
        r"(?:month|quarter|year|week|Monats|Quartals|Jahres|mois|trimestre)",
        rf"(?:every|each|jeden|jeweils|chaque|tous les|on)\s{_WEEKDAY}(?:\s(?:at|um|à)\s{_CLOCK})?",
        rf"(?:within|innerhalb(?:\svon)?|binnen|dans\s(?:un\sdélai\sde|les)|sous)\s{_NUMBER}\s"
        rf"{_BEFORE_UNIT}{_UNIT}{_SINCE}?",
        rf"{_NUMBER}\s{_BEFORE_UNIT}{_UNIT}{_SINCE}",
    ),
    "time": (_CLOCK,),
    "amount": (
        rf"{IN_FIGURES}\s?(?:to|and|bis|und|à|et|–|-)\s?{IN_FIGURES}{_SCALE}\s?{_CURRENCY}",
        rf"{IN_FIGURES}(?:,[-–])?{_SCALE}\s?(?:d['’]|de\s)?{_CURRENCY}",
        rf"{_SIGN}\s?{IN_FIGURES}(?:,[-–])?{_SCALE}",
        rf"\b{IN_WORDS}{_SCALE}\s{_CURRENCY}",
    ),
    "percent": (
        rf"(?:{IN_FIGURES}|\b{IN_WORDS}\b)\s?"
        r"(?:%|percent\b|per\scent\b|Prozent\b|v\.\s?H\.|pour\scent\b|percentage\spoints?|"
        r"Prozentpunkte?n?|points?\sde\spourcentage|‰)",
    ),
    "duration": (rf"{_RANGE}(?:\s|-){_BEFORE_UNIT}{_UNIT}",),
    "measure": (rf"{_RANGE}\s?{_MEASURE}",),
    "age": (
        rf"(?:aged\s)?{_NUMBER}\s(?:to|bis|à|and|und|et)\s{_NUMBER}(?:\s{_UNIT})?|"
        rf"{_NUMBER}[\s-]{_UNIT}|(?<=aged\s){_NUMBER}",
    ),
    "count": (
        rf"\b{IN_WORDS}\b\s\(\d+\)",
        rf"{IN_FIGURES}{_SCALE}(?!\s?(?:%|{_CURRENCY}))",
        rf"\b{IN_WORDS}\b(?:\s\(\d+\))?",
    ),
    "code": (
        r"(?<![\w/])\d+\s[A-Z]{1,4}\s\d+/\d+(?!\w)",
        r"(?<![\w/-])[A-Z]{1,5}(?:[-/ ]?[A-Z]{0,4}\d[\dA-Z]*)(?:[-/. ]\d[\dA-Z]*)*(?![\w])|"
        r"(?<![\w/-])[A-Z]{1,4}-[A-Z]{1,4}[ -]\d+",
        r"(?<![\w.,/-])(?:\d+[-/])+[A-Z0-9]+(?!\w)|(?<![\w.,])\d{4,}(?!\w|[.,]\d)",
    ),
    "frequency": (
        rf"(?:once|twice|(?:{_EN}|\d+)\stimes)\s(?:a|per|every|each|in)\s\w+|"
        rf"(?:einmal|zweimal|dreimal|(?:{_DE_ONES})mal|\d+\s?mal)\s(?:im|pro|am|in der)\s\w+|"
        rf"(?:une|deux|trois|quatre|\d+)\sfois\s(?:par|tous les)\s\w+",
        rf"(?:every|alle|tous les|toutes les)\s(?:{_NUMBER}\s)?{_UNIT}|"
        r"\b(?:daily|weekly|monthly|quarterly|annually|yearly|täglich|wöchentlich|monatlich|"
        r"vierteljährlich|halbjährlich|jährlich|quotidiennement|chaque (?:jour|semaine|mois|année)|"
        r"(?:each|every) (?:day|week|month|quarter|year)|jede[nrs]? (?:Tag|Woche|Monat|Jahr))\b",
    ),
    "phone": (r"(?:\+|\(?0)\d[\d\s()/-]{5,}\d",),
    "mail": (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",),
}  # fmt: skip
_FOLDED: tuple[Kind, ...] = (
    "frequency",
    "duration",
    "percent",
    "amount",
    "count",
    "measure",
    "deadline",
    "age",
)
_COMPILED = {
    kind: [re.compile(one, re.IGNORECASE if kind in _FOLDED else 0) for one in patterns]
    for kind, patterns in _PATTERNS.items()
}
_ARTICLE = re.compile(r"(?:an?|one|ein|eine[mnrs]?|une?|m|l|g|w|v)", re.IGNORECASE)
"""No count: it may be an article."""


def found(kind: Kind, text: str) -> Iterator[tuple[int, int]]:
    """Yield where the values of a kind stand in a text, the exactest kinds first; none twice.

    Args:
        kind: What is wanted.
        text: A sentence.
    """
    taken: list[tuple[int, int]] = []
    for pattern in _COMPILED[kind]:
        for match in pattern.finditer(text):
            start, end = match.span()
            while start < end and text[start] in " (":
                start += 1
            while end > start and text[end - 1] in " ,;":
                end -= 1
            if any(start < right and end > left for left, right in taken) or start == end:
                continue
            if kind == "count" and _ARTICLE.fullmatch(text[start:end]):
                continue
            taken.append((start, end))
            yield start, end
