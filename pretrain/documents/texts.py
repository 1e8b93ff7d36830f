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

MONTHS: dict[Language, str] = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
FORMS: dict[Language, tuple[str, ...]] = {
    "en": ("Ltd", "Ltd.", "Inc.", "LLC", "& Sons", "Sdn Bhd", "Trading", "Co.", "Services"),
    "de": ("GmbH", "AG", "KG", "& Co. KG", "e.K.", "OHG", "GmbH & Co. KG", "Handel"),
    "fr": ("SARL", "SAS", "S.A.", "et Fils", "& Cie", "Services"),
}
"""What follows a company's name."""

BLOCK_SHARE = 0.6
"""Addresses under a name that go over several lines, in training."""


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


@lru_cache(maxsize=1)
def training_words() -> frozenset[str]:
    """Return the words that training may see, of all languages, in small letters."""
    return frozenset(word.lower() for kinds in _lists(False).values() for word in kinds["words"])


class Writer:
    """Invents text with one random state; held-out entries only when measuring.

    In training dates, amounts, names and sentences are also written in ways that the measured
    samples do not have, which were first and stay as they are so that scores can be compared.

    Args:
        rng: the only source of chance.
        held_out: write with the tenth of the lists that training never sees.
    """

    def __init__(self, rng: random.Random, held_out: bool = False) -> None:
        self.rng = rng
        self.held_out = held_out
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

    def varied(self, share: float) -> bool:
        """Tell whether to write in another way than the measured samples."""
        return not self.held_out and self.rng.random() < share

    def _cased(self, text: str, share: float) -> str:
        """Return text in capitals sometimes, in training only."""
        return text.upper() if self.varied(share) else text

    def amount(self) -> str:
        """Return an amount of money in the language's notation, mostly without its currency."""
        if self.varied(0.2):
            value = f"{self.rng.randint(0, 9999)}.{self.digits(2)}"
            code = self.rng.choice(("RM", "US$", "CHF", "EUR", "USD", "GBP", "Rs.", "kr", "$", "€"))
            text = f"{code}{self.rng.choice((' ', ''))}{value}"
            return self.rng.choice((text, f"-{value}", f"{value}-", text))
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
        if self.varied(0.4):
            return self._written(day, month, year)
        if self.language == "de":
            return f"{day:02d}.{month:02d}.{year}"
        styles = (f"{day:02d}/{month:02d}/{year}", f"{year}-{month:02d}-{day:02d}")
        return self.rng.choice((*styles, f"{day:02d}-{month:02d}-{year}"))

    def _written(self, day: int, month: int, year: int) -> str:
        """Return a date with its month's name or a short year."""
        name = MONTHS[self.language].split()[month - 1]
        short = name[:3].capitalize()
        joint = self.rng.choice("/.-")
        numbers = f"{day:02d}{joint}{month:02d}{joint}{year}"
        styles = (
            f"{day}{'.' * (self.language == 'de')} {name} {year}",
            f"{name.capitalize()} {day}, {year}",
            f"{day} {short} {year}",
            f"{day:02d}-{short}-{year % 100:02d}",
            f"{day}{joint}{month}{joint}{year % 100:02d}",
            numbers,
        )
        return self._cased(self.rng.choice(styles), 0.15)

    def company(self) -> str:
        """Return a company's name."""
        if self.varied(0.3):
            name = " ".join(self.pick("last") for _ in range(self.rng.choice((1, 1, 2))))
            if self.rng.random() < 0.5:
                word = self.pick("words").capitalize()
                name = self.rng.choice((f"{name} {word}", f"{word} {name}", f"{word} {name}"))
            text = f"{name} {self.rng.choice(FORMS[self.language])}"
        else:
            text = self.pick("company")
        return self._cased(text, 0.3)

    def sentence(self, length: int) -> str:
        """Return about ``length`` characters of running text with capitals, marks and numbers."""
        words: list[str] = []
        begins = True
        while len(" ".join(words)) < length:
            chance = self.rng.random()
            if chance < 0.08:
                word = self.name()
            elif chance < 0.14:
                word = self.digits(self.rng.randint(1, 4))
            else:
                word = self.pick("words")
            if begins or (self.language == "de" and self.rng.random() < 0.25):
                word = word[:1].upper() + word[1:]
            mark = self.rng.choices(("", ",", ".", ":", ";", "!", "?"), (80, 8, 8, 1, 1, 1, 1))[0]
            begins = mark in (".", "!", "?")
            words.append(f"({word})" if self.rng.random() < 0.02 else word + mark)
        return " ".join(words)[:length].rstrip() or words[0][:1]

    def natural(self, length: int) -> str:
        """Return at most about ``length`` characters of words, names, numbers, in some order."""
        if self.varied(0.25):
            return self.sentence(length)
        makers = (self.amount, self.date, self.company, self.name, self.address)
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
        first, last = self.pick("first"), self.pick("last")
        if self.varied(0.2):
            title = self.rng.choice(("Mr", "Ms", "Mrs.", "Dr.", "Herr", "Frau", "M.", "Mme"))
            styles = (f"{title} {last}", f"{first[0]}. {last}", f"{last}, {first}")
            return self.rng.choice((*styles, f"{first} {last}".upper()))
        return f"{first} {last}"

    def address(self) -> str:
        """Return one line of an address."""
        if self.language == "de":
            street = f"{self.pick('street')} {self.rng.randint(1, 199)}"
        else:
            street = f"{self.rng.randint(1, 1999)} {self.pick('street')}"
        if self.varied(0.4):
            place = f"{self.digits(5)} {self.pick('city')}"
            street = self.rng.choice((f"{street}, {place}", place, f"No. {street}", street))
        return self._cased(street, 0.2)

    def address_block(self) -> str:
        """Return an address as it stands under a name: often of several lines, in training only."""
        if not self.varied(BLOCK_SHARE):
            return self.address()
        rng = self.rng
        parts = [self.address(), f"{self.digits(5)} {self.pick('city')}"]
        if rng.random() < 0.4:
            parts.insert(1, f"{self.pick('words').capitalize()} {self.pick('street')}")
        if rng.random() < 0.25:
            parts.append(self.pick("city"))
        comma = rng.choice(("", "", ","))
        text = parts[0]
        for part in parts[1:]:
            text += ", " if rng.random() < 0.2 else f"{comma}\n"
            text += part
        return self._cased(f"{text}{rng.choice(('', '', '.'))}", 0.5)
