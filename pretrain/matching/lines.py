"""Lines that are named by somebody or something: no bank knows such names, only the words tell.

"Café De Lindeboom, Bruges ... 62.18": the question has a word or two of the name.
"""

import random

from pretrain.documents.texts import MONTHS, Language, Writer
from pretrain.matching.bank import ROW, Concept

NAME = "lines"

_LABELS: dict[str, dict[Language, tuple[str, ...]]] = {
    "amount": {
        "en": ("Amount", "Price", "Total", "Cost", "GBP", "Charge"),
        "de": ("Betrag", "Preis", "EUR", "Kosten", "Summe"),
        "fr": ("Montant", "Prix", "EUR", "Coût", "Total"),
    },
    "date": {
        "en": ("Date", "On", "Due", "Day"),
        "de": ("Datum", "Am", "Tag", "Fällig"),
        "fr": ("Date", "Le", "Jour", "Échéance"),
    },
    "count": {
        "en": ("Qty", "Number", "Quantity", "Pcs", "Count"),
        "de": ("Menge", "Anzahl", "Stück", "Stk."),
        "fr": ("Qté", "Nombre", "Quantité", "Nb"),
    },
    "measure": {
        "en": ("Result", "Reading", "Value", "Weight", "Measured"),
        "de": ("Ergebnis", "Wert", "Gewicht", "Messwert", "Verbrauch"),
        "fr": ("Résultat", "Valeur", "Poids", "Mesure"),
    },
    "name": {
        "en": ("Name", "By", "Contact", "Person"),
        "de": ("Name", "Von", "Ansprechpartner", "Person"),
        "fr": ("Nom", "Par", "Contact", "Personne"),
    },
    "code": {
        "en": ("No.", "Ref.", "Code", "Number"),
        "de": ("Nr.", "Nummer", "Kennung", "Art.-Nr."),
        "fr": ("N°", "Réf.", "Code", "Numéro"),
    },
    "time": {
        "en": ("Time", "Starts", "At"),
        "de": ("Uhrzeit", "Beginn", "Zeit"),
        "fr": ("Heure", "Début", "Horaire"),
    },
}
_QUESTIONS: dict[str, dict[Language, tuple[str, ...]]] = {
    "amount": {
        "en": (
            "How much was {row}?",
            "What did {row} cost?",
            "How much did I spend at {row}?",
            "What is the price of {row}?",
            "How much was charged for {row}?",
            "{row}, how much?",
        ),
        "de": (
            "Wie viel kostet {row}?",
            "Was hat {row} gekostet?",
            "Wie hoch ist der Betrag für {row}?",
            "Wie viel wurde für {row} bezahlt?",
            "{row}, wie viel?",
        ),
        "fr": (
            "Combien coûte {row} ?",
            "Quel est le prix de {row} ?",
            "Combien pour {row} ?",
            "Quel montant pour {row} ?",
            "Combien a-t-on payé pour {row} ?",
        ),
    },
    "date": {
        "en": ("When was {row}?", "On which day was {row}?", "What is the date of {row}?"),
        "de": ("Wann war {row}?", "An welchem Tag ist {row}?", "Welches Datum hat {row}?"),
        "fr": ("Quand {row} ?", "Quelle est la date de {row} ?", "Quel jour pour {row} ?"),
    },
    "count": {
        "en": ("How many {row}?", "How many {row} are there?", "What number of {row}?"),
        "de": ("Wie viele {row}?", "Welche Anzahl {row}?", "Wie oft {row}?"),
        "fr": ("Combien de {row} ?", "Quel nombre de {row} ?", "Quelle quantité de {row} ?"),
    },
    "measure": {
        "en": ("What was {row}?", "How high is {row}?", "What did they measure for {row}?"),
        "de": ("Wie hoch ist {row}?", "Welcher Wert bei {row}?", "Was wurde bei {row} gemessen?"),
        "fr": ("Quelle est la valeur de {row} ?", "Combien pour {row} ?", "Quel résultat, {row} ?"),
    },
    "name": {
        "en": ("Who did {row}?", "Who is in charge of {row}?", "Whose name is at {row}?"),
        "de": ("Wer macht {row}?", "Wer ist für {row} zuständig?", "Von wem ist {row}?"),
        "fr": ("Qui s'occupe de {row} ?", "Qui a fait {row} ?", "De qui est {row} ?"),
    },
    "code": {
        "en": ("What is the number of {row}?", "Which reference has {row}?", "Code of {row}?"),
        "de": ("Welche Nummer hat {row}?", "Wie lautet die Nummer von {row}?"),
        "fr": ("Quel est le numéro de {row} ?", "Quelle référence a {row} ?"),
    },
    "time": {
        "en": ("At what time is {row}?", "When does {row} start?", "What time is {row}?"),
        "de": ("Um wie viel Uhr ist {row}?", "Wann beginnt {row}?"),
        "fr": ("À quelle heure est {row} ?", "À quelle heure commence {row} ?"),
    },
}
_VALUES = {
    "amount": ("62.18", "1.204,00 €", "£7.50"),
    "date": ("12.03.2024", "3 May 2025", "2026-01-09"),
    "count": ("4", "12", "160"),
    "measure": ("4.4", "2.1 mm", "52,8 m²", "71,406 miles", "38,9 °C"),
    "name": ("M. Osei", "Frau Keller", "L. Dupuis"),
    "code": ("K-2041", "881 204", "R-2025-04"),
    "time": ("10:15", "14:30 Uhr", "9h00"),
}
COLUMNS: tuple[Concept, ...] = tuple(
    Concept(f"{kind} of a line", kind, _LABELS[kind], _QUESTIONS[kind], _VALUES[kind], NAME)  # type: ignore[arg-type]
    for kind in _LABELS
)
"""What may stand in a named line."""


def name_of_line(writer: Writer) -> str:
    """Return a name of one to four words for a line."""
    rng, pick = writer.rng, writer.pick
    match rng.randrange(8):
        case 0:
            return f"{pick('company')} {pick('city')}"
        case 1:
            return f"{pick('first')} {pick('last')}"
        case 2:
            return f"{pick('words').capitalize()} {rng.randint(1, 60)}"
        case 3:
            month = rng.choice(MONTHS[writer.language].split()).capitalize()
            return f"{month} {rng.randint(2015, 2030)}"
        case 4:
            return f"{pick('words').capitalize()} {pick('words')}, {pick('words')}"
        case 5:
            return f"{rng.randint(1, 9)} {pick('last')} {pick('words')}"
        case 6:
            return pick("company")
        case _:
            more = [pick("words") for _ in range(rng.randint(0, 2))]
            return " ".join([pick("words").capitalize(), *more])


def part_of(name: str, rng: random.Random) -> str:
    """Return some words of a line's name that follow each other, as people shorten it."""
    words = name.split()
    long = [n for n, word in enumerate(words) if len(word) > 3]
    if len(words) < 2 or not long or rng.random() < 0.4:
        return name
    start = rng.choice(long)
    return " ".join(words[start : start + rng.randint(1, 2)]).strip(",")


def named(question: str, row: str, rng: random.Random, known: bool) -> str:
    """Return a question with the name of a line in it.

    Args:
        question: With ``{row}``.
        row: The line's name.
        rng: The only source of chance.
        known: Whether the name is of the bank, and said as it stands there.
    """
    said = row if known else part_of(row, rng)
    return question.replace(ROW, said if rng.random() < 0.7 else said.lower())
