"""Invents the values of forms, in the notations of three countries."""

import random
import re
import string

from pretrain.documents.texts import Writer
from pretrain.matching.bank import Concept

EXAMPLE = 0.45
"""How often one of the bank's own examples stands, with other digits."""

_NO_MARKS = {
    "en": ("yes", "no", "Yes", "No", "n/a"),
    "de": ("ja", "nein", "Ja", "Nein", "entfällt"),
    "fr": ("oui", "non", "Oui", "Non", "sans objet"),
}
_UNITS = {
    "en": ("days", "months", "years", "weeks", "hours", "min"),
    "de": ("Tage", "Monate", "Jahre", "Wochen", "Stunden", "Min."),
    "fr": ("jours", "mois", "ans", "semaines", "heures", "min"),
}
_MEASURES = (
    "kg",
    "g",
    "kWh",
    "m³",
    "m²",
    "cm",
    "mm",
    "km",
    "l",
    "ml",
    "mg/l",
    "°C",
    "kW",
    "GB",
    "t",
)
_TITLES = {"en": ("Mr", "Ms", "Dr"), "de": ("Herr", "Frau", "Dr."), "fr": ("M.", "Mme", "Dr")}


def value_of(concept: Concept, writer: Writer) -> str:
    """Return a value for a concept in the writer's language."""
    rng = writer.rng
    if concept.kind in ("text", "yesno") or rng.random() < EXAMPLE:
        if concept.kind == "yesno" and rng.random() < 0.3:
            return rng.choice(_NO_MARKS[writer.language])
        return _other_digits(rng.choice(concept.values), rng)
    match concept.kind:
        case "amount":
            return writer.amount()
        case "date":
            return writer.date()
        case "time":
            return _time(writer)
        case "duration":
            return f"{rng.randint(1, 40)} {rng.choice(_UNITS[writer.language])}"
        case "count":
            return rng.choice(
                (
                    str(rng.randint(0, 12)),
                    str(rng.randint(0, 3000)),
                    f"{rng.randint(0, 99)}.{rng.randint(0, 99):02}",
                )
            )
        case "measure":
            return f"{_number(writer)}{rng.choice((' ', ' ', ''))}{rng.choice(_MEASURES)}"
        case "percent":
            part = rng.choice(("", ".5", ",5", ",25"))
            return f"{rng.randint(0, 99)}{part}{rng.choice((' %', '%'))}"
        case "name":
            title = rng.choice(("", "", *_TITLES[writer.language]))
            return f"{title} {writer.pick('first')} {writer.pick('last')}".strip()
        case "company":
            return writer.company()
        case "place":
            street = f"{writer.pick('street')} {rng.randint(1, 199)}"
            return rng.choice(
                (writer.pick("city"), street, f"{street}, {writer.digits(5)} {writer.pick('city')}")
            )
        case "phone":
            return _phone(writer)
        case "mail" | "web":
            host = re.sub(r"[^a-z]", "", writer.pick("last").lower()) or "firma"
            host += rng.choice((".example", ".com", ".de", ".fr", ".co.uk"))
            return (
                f"{rng.choice(('info', 'office', 'kontakt', 'service'))}@{host}"
                if concept.kind == "mail"
                else f"www.{host}"
            )
        case "plate":
            return (
                f"{_letters(rng, 2)}{rng.choice(('-', ' '))}{_letters(rng, 2)} {writer.digits(3)}"
            )
        case "iban":
            return (
                f"{rng.choice(('DE', 'FR', 'GB'))}{writer.digits(2)} "
                + " ".join(writer.digits(4) for _ in range(4))
                + f" {writer.digits(2)}"
            )
        case _:
            return _code(writer)


def _phone(writer: Writer) -> str:
    groups = " ".join(writer.digits(3) for _ in range(3))
    abroad = f"+{writer.rng.choice((44, 49, 33))} {groups}"
    pairs = " ".join(writer.digits(2) for _ in range(5))
    return writer.rng.choice((f"0{writer.digits(4)} {writer.digits(6)}", abroad, pairs))


def _time(writer: Writer) -> str:
    hour, minute = (
        writer.rng.randint(0, 23),
        writer.rng.choice((0, 15, 30, writer.rng.randint(0, 59))),
    )
    if writer.language == "fr":
        return f"{hour}h{minute:02}"
    text = f"{hour:02}:{minute:02}"
    return f"{text} Uhr" if writer.language == "de" and writer.rng.random() < 0.5 else text


def _number(writer: Writer) -> str:
    mark = "." if writer.language == "en" else ","
    whole = str(writer.rng.randint(0, 9999))
    return whole if writer.rng.random() < 0.5 else f"{whole}{mark}{writer.rng.randint(0, 999)}"


def _code(writer: Writer) -> str:
    rng = writer.rng
    parts = [
        rng.choice(
            (
                writer.digits(rng.randint(1, 8)),
                _letters(rng, rng.randint(1, 3)),
                writer.digits(rng.randint(2, 4)),
            )
        )
        for _ in range(rng.randint(1, 4))
    ]
    text = rng.choice(("-", "/", " ", "")).join(parts)
    return text if any(map(str.isdigit, text)) else f"{text}-{writer.digits(4)}"


def _letters(rng: random.Random, count: int) -> str:
    return "".join(rng.choices(string.ascii_uppercase, k=count))


def _other_digits(text: str, rng: random.Random) -> str:
    """Return an example with other digits; none becomes or was a zero."""
    return re.sub(
        r"\d",
        lambda one: one[0] if one[0] == "0" or rng.random() < 0.3 else rng.choice("123456789"),
        text,
    )
