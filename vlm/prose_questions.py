"""Tells what a question about running text wants, and which of its words say what about. Pure."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Literal

from vlm.prose_values import Kind
from vlm.question_words import ASKS, FORMS, IRREGULAR
from vlm.stems import COMMON, Language, language_of, words_of

Want = Kind | Literal["name", "place", "reason", "law", "verdict", "subject"]
"""What may answer: a value, a name, or part of a sentence. Without any, a sentence does."""


def _named(
    *pairs: tuple[str, tuple[Want, ...]],
) -> tuple[tuple[re.Pattern[str], tuple[Want, ...]], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), wants) for pattern, wants in pairs)


_SIZES: tuple[Want, ...] = ("measure", "amount", "percent")
_SUMS: tuple[Want, ...] = ("amount", "percent", "measure", "duration", "count")
_SPAN: tuple[Want, ...] = ("duration", "date")
_WHEN: tuple[Want, ...] = ("date", "deadline", "duration", "time")
_BY_ASKING = _named(
    (r"^(?:\W*)(?:at|by|from|until) what time|what time\b|um wie ?viel uhr|"
     r"à quelle heure", ("time",)),
    (r"\be-?mail|courriel", ("mail",)),
    (r"\b(?:tele)?phone\b|telefon|téléphone|rufnummer", ("phone",)),
    (r"(?:how much|wie ?viel|de combien)\b.{0,20}\b(?:earlier|later|longer|sooner|shorter|"
     r"früher|später|"
     r"länger|kürzer|plus tôt|plus tard)", ("duration", "percent", "measure")),
    (r"(?:how much|wie ?viel|combien|was|what)\b.*\b(?:costs?|pay|paid|owe|kostet|kosten|"
     r"gekostet|zahlen|"
     r"bezahlen|gezahlt|coûte|coûté|payer|payé|verdien\w*|earn\w*|money|geld|"
     r"argent)\b", ("amount",)),
    (r"how (?:many|much) percent|what percent|(?:wie ?viel|welche[nr]?) ?prozent|prozentsatz|"
     r"quel pourcentage|combien de pour ?cent|pourcentage", ("percent",)),
    (r"what (?:share|fraction|proportion)|welcher anteil|quelle part\b", ("percent", "count")),
    (r"how old|what age|wie alt|quel âge", ("age", "count")),
    (r"how often|wie oft|wie häufig|combien de fois|à quelle fréquence", ("frequency", "deadline")),
    (r"how long|for how many (?:years|months|weeks|days)|wie lange?\b|combien de temps|"
     r"quelle est la durée|how (?:soon|quickly|fast)|"
     r"wie schnell", ("duration", "measure", "date", "deadline")),
    (r"how many (?:years|months|weeks|days|hours|minutes)|wie ?viele? (?:\w+\s)?(?:jahre|monate|"
     r"wochen|"
     r"(?:\w+)?tage|stunden|minuten|urlaubstage)|combien (?:de |d')(?:ans|années|mois|semaines|"
     r"jours|heures)",
     ("duration", "count")),
    (r"how many (?:met|kilomet|square|miles|litres|tonnes|kilo)|wie ?viele? (?:quadrat|kilo|"
     r"meter|liter|"
     r"tonnen)|combien de (?:tonnes|kilo|mètres|litres|hectares)", ("measure", "count")),
    (r"(?:by|within|in) (?:when|what date|which date)|^bis wann|until when|d'ici quand|"
     r"dans quel délai|jusqu'à quand|innerhalb welcher", ("deadline", "date", "duration")),
    (r"^(?:\W*)(?:since|from|until|till)? ?(?:when|wann|ab wann|seit wann|bis wann|quand|"
     r"depuis quand)\b|"
     r"^\W*(?:\w+\W+){1,2}when\b|\bwann\b|\bquand\b|(?:what|which|on what) (?:date|day|year|month)|"
     r"welche[mnrs]? (?:tag|datum|jahr|monat)|quelle (?:date|année)|quel (?:jour|mois)", _WHEN),
    (r"how many|wie ?viele|combien (?:y a-t-il |avez-vous |as-tu |ont-ils )?(?:de|d')|"
     r"quel (?:est le )?nombre|welche anzahl|"
     r"number of", ("count",)),
    (r"^\W*(?:where|wo|wohin|woher|où)\b|(?:in|at|to|from) (?:which|what) (?:city|town|country|"
     r"place|"
     r"address)|in welche[mrn] (?:stadt|ort|land)|dans quelle? (?:ville|pays)|what is the address|"
     r"welche adresse|quelle est l'adresse|d'où|what place|welcher ort", ("place",)),
    (r"^\W*(?:why|warum|weshalb|wieso|pourquoi)\b|what (?:is|was) the reason|"
     r"aus welche[mn] gr[uü]nd|"
     r"pour quelle raison|wo?zu der grund|for what reason", ("reason",)),
    (r"(?:which|what) (?:law|laws)\b|governing law|welches recht|anwendbares recht|"
     r"quel(?:le)? (?:est (?:le|la) )?(?:droit|loi)", ("law",)),
    (r"jurisdiction|gerichtsstand|tribuna(?:l|ux) compétent|which court|"
     r"welches gericht", ("place",)),
    (r"reference|file number|case number|aktenzeichen|geschäftszeichen|kennzeichen|"
     r"(?:vertrags|kunden|policen|versicherungs|steuer)nummer|registration number|licen[cs]e plate|"
     r"policy number|contract number|account number|numéro de (?:dossier|contrat|client)|référence",
     ("code",)),
    (r"^\W*(?:by|to|from|with|for)? ?(?:who|whom|whose|wer|wem|wen|wessen|von wem|an wen|"
     r"mit wem|qui|"
     r"à qui|par qui|avec qui)\b(?! ?est-ce qu[e']\b)|(?:which|what) (?:company|person|party|"
     r"author|judge|"
     r"organi[sz]ation|institution|firm|bank)|name of|welche[rs]? (?:firma|person|partei|"
     r"unternehmen|"
     r"gesellschaft|bank)|wie heißt|quelle (?:société|entreprise|personne)|quel est le nom|"
     r"comment s'appelle", ("name",)),
)  # fmt: skip
_BY_NOUN = _named(
    (r"\b(?:cap|ceiling|maximum|limit|upper limit|obergrenze|höchstbetrag|plafond)\b",
     ("amount", "percent", "measure", "duration")),
    (r"\bmontant|\bbetrag\b|\bamount|\bsumme\b|\bsum\b", ("amount", "percent")),
    (r"\bdos(?:e|is|age)\b|dosierung|posologie|quantité|quantity|\bmenge\b|capacity|capacité|"
     r"temperature|température|temperatur|depths?\b|profondeur|tiefe", ("measure",)),
    (r"interest|zinss|zinsen|verzins|percent|prozent|\btaux|\bquote|\banteil|tax rate|\brate\b|"
     r"\bshare\b|"
     r"intérêt|rabatt|discount", ("percent", "amount")),
    (r"deadline|due date|\bdate\b|\bdatum|\btermin\b|stichtag|beginn|start\b|échéance|birthday",
     ("date", "deadline", "duration")),
    (r"\bperiod|\bduration|\bterm\b(?!s)|\bfrist|frist\b|laufzeit|\bdauer|probezeit|arbeitszeit|"
     r"\bdurée|\bdélai|préavis|\bnotice\b|validity|warranty|gewährleistung\b|garantie\b|"
     r"working time|"
     r"\bhours\b", ("duration", "deadline", "date")),
    (r"rent\b|price|\bfee|salary|amount|\bsum\b|deposit|\bcost|premium|penalty|\bfine\b|budget|"
     r"wage|"
     r"revenue|turnover|profit|\bpay\b|remuneration|bonus|miete\b|kaution|gehalt|preis\b|kosten|"
     r"betrag|"
     r"gebühr|vergütung|lohn|summe|strafe\b|umsatz|gewinn|beitrag\b|honorar|darlehen|schaden|loyer|"
     r"caution|dépôt|salaire|montant|\bprix|\bcoût|amende|rémunération|indemnité|prime\b|chiffre",
     ("amount", "percent")),
    (r"\barea\b|\bsize\b|height|length|weight|distance|capacity|temperature|depth|fläche|größe|"
     r"höhe|"
     r"länge|gewicht|entfernung|kilometerstand|laufleistung|mileage|surface|superficie|hauteur|"
     r"longueur|"
     r"poids|distance|kilométrage", ("measure", "amount", "percent", "count")),
    (r"number of|\banzahl|\bzahl\b|nombre", ("count", "code")),
    (r"\bnumber\b|nummer\b|numéro", ("code", "count")),
)  # fmt: skip
_HIGH = re.compile(
    r"wie (?:hoch|groß|weit|schwer|lang|tief|teuer)|how (?:high|large|big|tall|far|heavy|deep|"
    r"wide)",
    re.I,
)
_MUCH = re.compile(
    r"how much|wie ?viel\b|combien|how expensive|was kostet|kosten\b.*\?|what does .* cost", re.I
)
_WHAT = re.compile(
    r"^\W*(?:(?:at|to|for|in|on|by|from|with|of|zu|in|bei|mit|auf|von|für|à|de|pour|en|par|dans|"
    r"sur|"
    r"ab|bis zu|à partir de|jusqu'à|up to)\s)?(?:what|which|was|welche[rsmn]?|wie (?:ist|lautet|"
    r"lauten|hoch|lang|groß|war)|quel(?:le)?s?|"
    r"quelle?s? est)\b",
    re.IGNORECASE,
)
_VERDICT = re.compile(
    r"^\W*(?:is|are|was|were|may|can|could|must|does|do|did|has|have|had|will|shall|should|am|"
    r"ist|sind|"
    r"war|waren|darf|dürfen|kann|können|muss|müssen|hat|haben|wird|werden|wurde|wurden|gibt|soll|"
    r"besteht|gilt|brauche|est-ce|peut|peut-on|doit|faut-il|y a-t-il|existe-t-il|a-t-|le|la|les|"
    r"puis-je)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks.

    Attributes:
        text: It.
        language: It is in.
        wants: What may answer, the best first; empty where a sentence does.
        about: Its words that say what about, in small letters, in their order, once each.
        verbs: Those of them that say what happens, as far as that can be told.
        heads: English ones right behind another one: the pressure of "blood pressure".
        modifiers: Those before such a one.
        orders: Its small words that say before or after what.
        whole: Whether only a whole sentence answers: yes or no, how, what for.
    """

    text: str
    language: Language
    wants: tuple[Want, ...]
    about: tuple[str, ...]
    verbs: frozenset[str]
    heads: frozenset[str]
    modifiers: frozenset[str]
    orders: frozenset[str]
    whole: bool


def asked(question: str, otherwise: Language = "en") -> Asked:
    """Tell what a question asks.

    Args:
        question: As a person asks it.
        otherwise: The language of the page, for a question that does not tell its own.
    """
    language = language_of(question, otherwise)
    wants = _wants(question)
    about = _about(question, language)
    orders = _ORDERS.intersection(words_of(question))
    pairs = _pairs(question, about) if language == "en" else []
    modifiers = frozenset(first for first, _ in pairs)
    heads = frozenset(second for _, second in pairs) - modifiers
    return Asked(
        question,
        language,
        wants,
        about,
        _verbs(question, language),
        heads,
        modifiers,
        orders,
        not wants,
    )


def _wants(question: str) -> tuple[Want, ...]:
    text = question.strip()
    verdict = _VERDICT.match(text) is not None and not _WHAT.match(text)
    if verdict:
        return ()
    for pattern, wants in _BY_ASKING:
        if pattern.search(text):
            return wants
    if _HIGH.search(text) or _MUCH.search(text):
        first = _SUMS if _MUCH.search(text) else _SIZES
        for pattern, wants in _BY_NOUN:
            if pattern.search(text):
                return tuple(dict.fromkeys((*wants, *first)))
        return first
    if _WHAT.match(text) or not text.endswith("?"):
        for pattern, wants in _BY_NOUN:
            if pattern.search(text):
                return wants
    return ()


def _pairs(question: str, about: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return those words of a question that stand right beside each other."""
    said = words_of(question)
    verbs = _verbs(question, "en")
    telling = [word if word in about and word not in verbs else "" for word in said]
    return [(one, other) for one, other in itertools.pairwise(telling) if one and other]


def _about(question: str, language: Language) -> tuple[str, ...]:
    """Return the words that say what a question is about; all of them where each says little."""
    said = [word for word in words_of(question) if len(word) > 1 or word.isdigit()]
    common = COMMON[language] | _small(language)
    telling = [word for word in said if word not in common and word not in ASKS]
    kept = [word for word in telling if word not in FORMS]
    more = [MEANT[word] for word in telling if word in MEANT and asks_for_span(question)]
    return tuple(dict.fromkeys([*kept, *telling, *more]))


def asks_for_span(question: str) -> bool:
    """Tell whether a question wants to know how long something is."""
    return any("duration" in wants[:2] for wants in (_wants(question),))


_ORDERS = frozenset(
    ("after", "before", "during", "without", "within", "until", "nach", "vor", "während", "ohne")
    + ("bis", "après", "avant", "pendant", "sans", "in", "on", "am", "zum", "im")
)

MEANT = {"notice": "terminate", "kündigungsfrist": "kündigen", "préavis": "résilier"}
"""What a span of time is of, where its name does not say it: of a contract's end."""
IMPLIED = frozenset(MEANT.values())


_ENGLISH_VERB = re.compile(
    r"\b(?:to|will|can|must|should|may|shall|could|i|we|you|they|he|she|it|who|be|been)\s+(\w+)|"
    r"\b(\w{3,}(?:ed|ing))\b",
    re.IGNORECASE,
)
_WHICH_DOES = re.compile(r"^\W*(?:which|whose)\s\w+\s(?!is|are|was|were)(\w+)", re.IGNORECASE)
_DOES = re.compile(
    r"\b(?:do|does|did|will|can|must|should|may)\b.*?\b(\w+)(?:\s+\w{1,4})?\W*$", re.I
)
_FRENCH_VERB = re.compile(
    r"\b(\w+)-t?-?(?:il|elle|on|ils|elles|je|nous|vous)\b|\b(\w{2,}(?:er|ir|é|ée|és|ées|oir))\b|"
    r"\bqui\s+(?!est)(\w+)",
    re.IGNORECASE,
)


def _verbs(question: str, language: Language) -> frozenset[str]:
    """Return the words of a question that are likely verbs; in German all that begin small."""
    match language:
        case "de":
            words = re.findall(r"(?<!^)\b[a-zäöüß]\w+", question)
        case "fr":
            words = [word for found in _FRENCH_VERB.findall(question) for word in found if word]
        case "en":
            words = [word for found in _ENGLISH_VERB.findall(question) for word in found if word]
            words += [*_DOES.findall(question), *_WHICH_DOES.findall(question)]
            words += IRREGULAR.intersection(words_of(question))
    return frozenset(word.casefold() for word in words) | IMPLIED


def _small(language: Language) -> frozenset[str]:
    """Return the words of a question in its language that are written with an apostrophe."""
    if language != "fr":
        return frozenset()
    return frozenset(("qu", "est", "il", "elle", "on", "hui"))
