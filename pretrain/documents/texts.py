"""What is written on the synthetic documents: lists drawn once from Faker, and random strings.

``texts.json`` travels with the code, so the machine that trains needs no Faker. One tenth of every
list, chosen by a hash of the entry, is never used in training.
"""

import hashlib
import json
import random
from functools import lru_cache
from pathlib import Path
from typing import Literal

LISTS = Path(__file__).with_name("texts.json")

Language = Literal["en", "de", "fr"]
LOCALES: dict[Language, str] = {"en": "en_US", "de": "de_DE", "fr": "fr_FR"}
KINDS = ("words", "first", "last", "company", "street", "city")

DIGITS = "0123456789"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ACCENTED = "äöüßÄÖÜàâçéèêëîïôœùû"
MARKS = ".,:;-/()'\"!?%&+*#@=€$£"


def is_held_out(entry: str) -> bool:
    """Tell whether an entry is kept for measuring: one in ten, by its own hash."""
    return hashlib.sha256(entry.encode()).digest()[0] % 10 == 0


def write_lists(path: Path = LISTS, seed: int = 7) -> None:
    """Draw the lists from Faker (needed here only) and write them, sorted, as JSON."""
    from faker import Faker

    lists: dict[str, dict[str, list[str]]] = {}
    for language, locale in LOCALES.items():
        faker = Faker(locale)
        faker.seed_instance(seed)
        makers = {
            "words": (faker.word, 1500),
            "first": (faker.first_name, 300),
            "last": (faker.last_name, 400),
            "company": (faker.company, 400),
            "street": (faker.street_name, 400),
            "city": (faker.city, 400),
        }
        lists[language] = {
            kind: sorted({make() for _ in range(3 * count)})[:: 3 if count < 1500 else 1]
            for kind, (make, count) in makers.items()
        }
    path.write_text(json.dumps(lists, ensure_ascii=False, indent=0), encoding="utf-8")


@lru_cache(maxsize=2)
def _lists(held_out: bool) -> dict[str, dict[str, list[str]]]:
    everything = json.loads(LISTS.read_text(encoding="utf-8"))
    return {
        language: {
            kind: [entry for entry in entries if is_held_out(entry) == held_out]
            for kind, entries in kinds.items()
        }
        for language, kinds in everything.items()
    }


class Writer:
    """Invents text with one random state; held-out entries only when measuring.

    Args:
        rng: the only source of chance.
        held_out: write with the tenth of the lists that training never sees.
    """

    def __init__(self, rng: random.Random, held_out: bool = False) -> None:
        self.rng = rng
        self._lists = _lists(held_out)
        self.language: Language = rng.choices(("en", "de", "fr"), weights=(6, 3, 1))[0]

    def pick(self, kind: str) -> str:
        """Return one entry of a list of :data:`KINDS` in the writer's language."""
        return self.rng.choice(self._lists[self.language][kind])

    def digits(self, count: int) -> str:
        """Return ``count`` random digits."""
        return "".join(self.rng.choices(DIGITS, k=count))

    def noise(self, length: int) -> str:
        """Return ``length`` characters no language model can guess, in word-like groups."""
        kind = self.rng.random()
        if kind < 0.35:
            pool = DIGITS
        elif kind < 0.6:
            pool = LETTERS
        elif kind < 0.8:
            pool = DIGITS + LETTERS
        else:
            pool = DIGITS * 2 + LETTERS + ACCENTED + MARKS
        groups = []
        while length > 0:
            size = min(length, self.rng.randint(1, 9))
            groups.append("".join(self.rng.choices(pool, k=size)))
            length -= size + 1
        return " ".join(groups)

    def amount(self) -> str:
        """Return an amount of money in the language's notation, mostly without its currency."""
        value = f"{self.rng.randint(0, 99)}" if self.rng.random() < 0.6 else self._thousands()
        cents = self.digits(2)
        text = f"{value}.{cents}" if self.language == "en" else f"{value},{cents}"
        mark = self.rng.random()
        if mark < 0.15:
            return f"{self.rng.choice('$£€')}{text}"
        if mark < 0.3:
            return f"{text} {self.rng.choice(('EUR', '€', 'USD', 'CHF'))}"
        return text

    def _thousands(self) -> str:
        value = self.rng.randint(100, 99999)
        separator = {"en": ",", "de": ".", "fr": " "}[self.language]
        return f"{value:,}".replace(",", separator) if self.rng.random() < 0.5 else str(value)

    def date(self) -> str:
        """Return a date of 1990 to 2039 in one of the language's notations."""
        day, month = self.rng.randint(1, 28), self.rng.randint(1, 12)
        year = self.rng.randint(1990, 2039)
        if self.language == "de":
            return f"{day:02d}.{month:02d}.{year}"
        styles = (f"{day:02d}/{month:02d}/{year}", f"{year}-{month:02d}-{day:02d}")
        return self.rng.choice((*styles, f"{day:02d}-{month:02d}-{year}"))

    def natural(self, length: int) -> str:
        """Return at most about ``length`` characters of words, names, numbers, in some order."""
        makers = (self.amount, self.date, lambda: self.pick("company"), self.name, self.address)
        if self.rng.random() < 0.4:
            return self.rng.choice(makers)()[: max(length, 1)].rstrip()
        words = [self.pick("words")]
        while len(" ".join(words)) < length:
            words.append(self.pick("words"))
        text = " ".join(words)[:length].rstrip() or words[0][:1]
        case = self.rng.random()
        if case < 0.5:
            return text
        return text.upper() if case < 0.65 else text[:1].upper() + text[1:]

    def name(self) -> str:
        """Return a person's name."""
        return f"{self.pick('first')} {self.pick('last')}"

    def address(self) -> str:
        """Return one line of an address."""
        if self.language == "de":
            return f"{self.pick('street')} {self.rng.randint(1, 199)}"
        return f"{self.rng.randint(1, 1999)} {self.pick('street')}"
