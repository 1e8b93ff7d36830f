"""The fields of business documents: what they are called, what stands in them, how one asks.

Every field has several labels in three languages and several phrasings of its question, and is
asked for by its labels as well; the last phrasing of each is never used in training.
"""

import random
from collections.abc import Callable, Container
from dataclasses import dataclass

from pretrain.documents.prompts import loosely, wanted
from pretrain.documents.texts import Language, Writer

NOT_HERE = "Not on this page."
"""The answer when the page does not say."""

MEANINGLESS = ("From", "Von", "De", "Le")
"""Labels that mean nothing without the page."""


@dataclass(frozen=True, slots=True)
class Field:
    """One kind of field.

    Attributes:
        key: what it is called in scores.
        labels: what documents print before the value, by language.
        questions: phrasings; the last is held out.
        value: writes one.
    """

    key: str
    labels: dict[Language, tuple[str, ...]]
    questions: tuple[str, ...]
    value: Callable[[Writer], str]

    def ask(self, rng: random.Random, held_out: bool) -> str:
        """Return one phrasing of the question: one of the list, or composed from a label."""
        if held_out:
            return self.questions[-1]
        if rng.random() < 0.5:
            return loosely(rng.choice(self.questions[:-1]), rng)
        return wanted(self.names, rng)

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """What one calls it, by language: its labels that mean something on their own."""
        return {
            language: tuple(label for label in labels if label not in MEANINGLESS)
            for language, labels in self.labels.items()
        }


def number(writer: Writer) -> str:
    """Return the number of an invoice or another document."""
    style = writer.rng.random()
    if style < 0.4:
        return writer.digits(writer.rng.randint(4, 9))
    prefix = writer.rng.choice(("INV", "RE", "A", "No", "F", "R", "K", "B"))
    joint = writer.rng.choice(("-", "", "/", "-20"))
    return f"{prefix}{joint}{writer.digits(writer.rng.randint(3, 7))}"


def _phone(writer: Writer) -> str:
    length = writer.rng.choice((4, 6, 7))
    return f"+{writer.rng.randint(1, 49)} {writer.digits(3)} {writer.digits(length)}"


def _mail(writer: Writer) -> str:
    name = "".join(c for c in writer.pick("last").lower() if "a" <= c <= "z") or "office"
    host = writer.rng.choice(("mail", "post", "firm", "web"))
    return f"{name}@{host}.{writer.rng.choice(('com', 'de', 'fr', 'org'))}"


def _iban(writer: Writer) -> str:
    country = {"en": "GB", "de": "DE", "fr": "FR"}[writer.language]
    return " ".join([f"{country}{writer.digits(2)}", *(writer.digits(4) for _ in range(4))])


def _tax_id(writer: Writer) -> str:
    country = {"en": "GB", "de": "DE", "fr": "FR"}[writer.language]
    return f"{country}{writer.digits(9)}"


def _rate(writer: Writer) -> str:
    return f"{writer.rng.choice((5, 7, 10, 19, 20, 6, 8))}{writer.rng.choice(('%', ' %'))}"


def _count(writer: Writer) -> str:
    return str(writer.rng.randint(1, 99))


FIELDS: tuple[Field, ...] = (
    Field(
        "total",
        {
            "en": ("Total", "TOTAL", "Grand total", "Amount due", "Total amount"),
            "de": ("Gesamt", "Gesamtbetrag", "Summe", "Rechnungsbetrag", "Endbetrag"),
            "fr": ("Total", "Total TTC", "Montant total", "Net à payer"),
        },
        (
            "What is the total?",
            "What is the total amount?",
            "How much is the total?",
            "Total?",
            "What is the amount to pay?",
            "Which total is given?",
        ),
        Writer.amount,
    ),
    Field(
        "tax",
        {
            "en": ("VAT", "Tax", "Sales tax", "GST"),
            "de": ("MwSt.", "USt.", "Umsatzsteuer"),
            "fr": ("TVA", "Montant TVA"),
        },
        ("What is the tax?", "How much tax is charged?", "What is the VAT?", "Which tax is given?"),
        Writer.amount,
    ),
    Field(
        "subtotal",
        {
            "en": ("Subtotal", "Net amount", "Net"),
            "de": ("Zwischensumme", "Netto", "Nettobetrag"),
            "fr": ("Sous-total", "Total HT"),
        },
        ("What is the subtotal?", "What is the net amount?", "Which subtotal is given?"),
        Writer.amount,
    ),
    Field(
        "date",
        {
            "en": ("Date", "Invoice date", "DATE", "Date of issue"),
            "de": ("Datum", "Rechnungsdatum", "Ausgestellt am"),
            "fr": ("Date", "Date de facture", "Le"),
        },
        ("What is the date?", "When was it issued?", "Date?", "Which date is given?"),
        Writer.date,
    ),
    Field(
        "due",
        {
            "en": ("Due date", "Payable by", "Due"),
            "de": ("Fällig am", "Zahlbar bis"),
            "fr": ("Échéance", "Payable avant"),
        },
        ("When is it due?", "What is the due date?", "Until when must it be paid?"),
        Writer.date,
    ),
    Field(
        "number",
        {
            "en": ("Invoice no.", "Invoice number", "Invoice #", "Receipt no.", "Bill no."),
            "de": ("Rechnungsnr.", "Rechnung Nr.", "Rechnungsnummer", "Beleg-Nr."),
            "fr": ("Facture n°", "N° de facture", "Reçu n°"),
        },
        (
            "What is the invoice number?",
            "What is the document number?",
            "What number does it have?",
            "Which invoice number is given?",
        ),
        number,
    ),
    Field(
        "customer",
        {
            "en": ("Customer", "Bill to", "Client", "Name"),
            "de": ("Kunde", "Name", "Rechnung an"),
            "fr": ("Client", "Nom", "Facturé à"),
        },
        ("Who is the customer?", "What is the name?", "Who is billed?", "Which customer is given?"),
        Writer.name,
    ),
    Field(
        "company",
        {
            "en": ("Company", "From", "Seller", "Supplier"),
            "de": ("Firma", "Von", "Verkäufer"),
            "fr": ("Société", "Vendeur", "De"),
        },
        (
            "What is the company?",
            "What is the company name?",
            "Who is the seller?",
            "Which company is it?",
        ),
        Writer.company,
    ),
    Field(
        "address",
        {
            "en": ("Address", "Street"),
            "de": ("Adresse", "Straße", "Anschrift"),
            "fr": ("Adresse", "Rue"),
        },
        ("What is the address?", "What is the street?", "Which address is given?"),
        Writer.address,
    ),
    Field(
        "city",
        {"en": ("City", "Town"), "de": ("Ort", "Stadt"), "fr": ("Ville",)},
        ("What is the city?", "Which city is given?"),
        lambda writer: writer.pick("city"),
    ),
    Field(
        "phone",
        {"en": ("Phone", "Tel."), "de": ("Telefon", "Tel."), "fr": ("Tél.", "Téléphone")},
        ("What is the phone number?", "Which phone number is given?"),
        _phone,
    ),
    Field(
        "mail",
        {"en": ("E-mail", "Email"), "de": ("E-Mail",), "fr": ("E-mail", "Courriel")},
        ("What is the e-mail address?", "What is the email?", "Which e-mail address is given?"),
        _mail,
    ),
    Field(
        "iban",
        {"en": ("IBAN", "Account"), "de": ("IBAN", "Konto"), "fr": ("IBAN", "Compte")},
        ("What is the IBAN?", "What is the account number?", "Which IBAN is given?"),
        _iban,
    ),
    Field(
        "tax_id",
        {"en": ("VAT ID", "Tax ID"), "de": ("USt-IdNr.", "Steuernr."), "fr": ("N° TVA",)},
        ("What is the tax ID?", "What is the VAT number?", "Which tax ID is given?"),
        _tax_id,
    ),
    Field(
        "rate",
        {"en": ("Tax rate", "VAT rate"), "de": ("Steuersatz", "MwSt.-Satz"), "fr": ("Taux",)},
        ("What is the tax rate?", "Which tax rate is given?"),
        _rate,
    ),
    Field(
        "quantity",
        {"en": ("Quantity", "Qty", "Items"), "de": ("Menge", "Anzahl"), "fr": ("Quantité", "Qté")},
        ("What is the quantity?", "How many items?", "Which quantity is given?"),
        _count,
    ),
)

BY_KEY = {field.key: field for field in FIELDS}


def ask_absent(printed: Container[str], rng: random.Random, held_out: bool) -> str | None:
    """Ask for a field that a document does not have.

    Args:
        printed: keys of the fields it has.
        rng: the only source of chance.
        held_out: use the phrasing kept for measuring.

    Returns:
        The question; None when the document has all fields.
    """
    absent = [field for field in FIELDS if field.key not in printed]
    return rng.choice(absent).ask(rng, held_out) if absent else None


PLAIN = ("company", "date", "address", "mail")
"""Fields that documents also print without a label, told by how they look."""
