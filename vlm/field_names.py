"""What the fields of business documents are called, by documents and by those who ask. Pure.

A person asks for the invoice number, and the page says "Rechnungs-Nr."; a small model knows few of
these names. They are in English, German and French, some in Dutch, Spanish and Italian.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from vlm.answer_forms import Form
from vlm.finding import telling
from vlm.likeness import alike

LESS = 0.8
"""What a name counts that other fields have as well, such as "No." for an invoice's number."""

LEAST_MISREAD = 7
"""Letters of a word that is known with some of them wrong."""

_ENDINGS = frozenset(("rechnung", "gutschrift"))
"""Words that also count as the ends of longer ones."""

SAYS_NOTHING = frozenset(
    ("given", "printed", "stated", "written", "stands", "says", "value", "text", "line")
)
"""Words of questions that no label has, beside those of every sentence."""

Place = Literal["behind", "below"]
"""Where a value stands: in the row behind its label, or in one of the rows under it."""

_PARENTHESES = re.compile(r"\([^()]*\)")
_TOKEN = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r"[\"“„«](.+?)[\"”“»]")


@dataclass(frozen=True, slots=True)
class Named:
    """A field that is asked for.

    Attributes:
        form: Of its value; None where nothing is known of it.
        names: What it is called on documents, each as words in small letters, with what the name
            counts, in (0, 1].
        last: Whether the last such value of a page is meant, as of a sum, rather than the first.
        party: Whether it is one of those whom the document is between: its name may stand below.
        rightmost: Whether the last value of a row is meant: behind rate and base stands the tax.
        learned: Where the value stands, for a name that was learned from a person's documents and
            has no accents; None for one of this module, whose value stands behind or below.
    """

    form: Form | None
    names: tuple[tuple[tuple[str, ...], float], ...]
    last: bool = False
    party: bool = False
    rightmost: bool = False
    learned: Place | None = None

    @property
    def seller(self) -> bool:
        """Whether it is the one whose page it is."""
        return self.party and (("seller",), 1.0) in self.names


@dataclass(frozen=True, slots=True)
class _Field:
    asked: tuple[tuple[str, ...], ...]
    named: Named


@lru_cache(maxsize=4096)
def folded(word: str) -> str:
    """Return a word in small letters without accents: "Référence" and "reference" are one."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def words_of(text: str) -> tuple[str, ...]:
    """Return a text's words in small letters, without marks and what stands in parentheses."""
    return tuple(_TOKEN.findall(_PARENTHESES.sub(" ", text).casefold()))


def _phrases(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(words_of(one) for one in text.split("|") if words_of(one))


def _field(
    form: Form | None,
    asked: str,
    sure: str,
    shared: str = "",
    seldom: str = "",
    last: bool = False,
    party: bool = False,
    rightmost: bool = False,
) -> _Field:
    names = [
        (one, LESS**tier)
        for tier, some in enumerate((sure, shared, seldom))
        for one in _phrases(some)
    ]
    return _Field(_phrases(f"{asked}|{sure}"), Named(form, tuple(names), last, party, rightmost))


_FIELDS = (
    _field(
        "number",
        "document number|number of the invoice|what number|bill number|receipt number",
        "invoice number|invoice no|invoice nr|invoice id|invoice num|rechnungsnummer|"
        "rechnungsnr|rechnungs nr|rechnungs nummer|rechnung nr|rechnung nummer|facture n|"
        "n de facture|numéro de facture|facture no|factuurnummer|número de factura|numero fattura|"
        "bill no|bill number|receipt no|receipt number|receipt nr|reçu n|tax invoice no|inv no|"
        "belegnummer|beleg nr|bon nr|rg nr|re nr",
        "document no|document number|invoice|rechnung|gutschrift|credit note|facture|nummer|"
        "number|nr|no",
    ),
    _field(
        "date",
        "invoice date|when was it issued|when issued|date of the receipt|date of the invoice|"
        "which date|what date|when was the invoice|date|datum",
        "invoice date|date of invoice|date of issue|issue date|date issued|bill date|receipt date|"
        "rechnungsdatum|ausstellungsdatum|ausgestellt am|belegdatum|date de facture|"
        "date de facturation|date d émission|factuurdatum|fecha de factura|data fattura",
        "date|datum|fecha|data|dated|vom|le",
    ),
    _field(
        "date",
        "when is it due|when must it be paid|until when|must be paid|payable until",
        "due date|date due|payment due|payment due date|pay by|payable by|fällig am|fällig|"
        "fälligkeit|fälligkeitsdatum|zahlbar bis|zahlungsziel|échéance|date d échéance|"
        "payable avant|vervaldatum|vencimiento|scadenza",
        "due",
    ),
    _field(
        "date",
        "when was it delivered",
        "delivery date|date of delivery|lieferdatum|leistungsdatum|liefer und leistungsdatum|"
        "date de livraison",
    ),
    _field(
        "amount",
        "before tax|without tax|excluding tax|net of tax|untaxed",
        "subtotal|sub total|net amount|net total|total net|amount before tax|total before tax|"
        "untaxed amount|total excl tax|total excl vat|total excl|total excluding vat|"
        "total without vat|total ht|montant ht|sous total|total hors taxes|summe netto|netto|"
        "nettobetrag|nettosumme|netto betrag|netto summe|gesamt netto|gesamtbetrag netto|"
        "rechnungssumme ohne ust|rechnungssumme ohne mwst|zwischensumme|warenwert|totaal excl btw|"
        "base imponible|imponibile",
        "net|taxable amount",
        last=True,
    ),
    _field(
        "amount",
        "how much tax|total tax|tax|steuer",
        "tax amount|vat amount|total tax|total vat|sales tax|gst amount|steuerbetrag|mwst betrag|"
        "ust betrag|mwst|ust|umsatzsteuer|mehrwertsteuer|montant tva|total tva|tva|vat|gst|btw|iva|"
        "summe steuer|zzgl mwst|zzgl ust",
        "tax|steuer|taxes",
        last=True,
        rightmost=True,
    ),
    _field(
        "amount",
        "including tax|in total|how much is it|how much must be paid|to be paid|how much|total|"
        "summe|gesamt|montant total",
        "grand total|total amount|total due|amount due|balance due|amount payable|total payable|"
        "amount to pay|total incl tax|total incl vat|total including tax|total including vat|"
        "total incl gst|total ttc|montant ttc|net à payer|gesamtbetrag|gesamtsumme|rechnungsbetrag|"
        "endbetrag|endsumme|bruttobetrag|bruttosumme|brutto|gesamt brutto|summe brutto|"
        "gesamtbetrag brutto|zu zahlen|zu zahlender betrag|totaal incl btw|importe total|totale",
        "total|summe|gesamt|zahlbetrag|montant total|totaal|amount|betrag|montant",
        last=True,
        rightmost=True,
    ),
    _field("number", "iban|account number", "iban|konto|account|account no|kontonummer|compte"),
    _field("number", "swift|bic|bank code", "bic|swift|swift code|swift bic|bic swift"),
    _field(
        "number",
        "vat number|vat id|tax id|tax number|vat registration|gst number|gstin",
        "vat id|vat no|vat number|vat reg no|vat registration number|ust id nr|ust idnr|ust id|"
        "ustid|umsatzsteuer id|tva intracommunautaire|n tva|numéro de tva|btw nr|btw nummer|"
        "tax id|tax no|tax number|gst reg no|gst no|gst id no|gst number|gstin|company vat|vatin",
        "steuernummer|steuernr|steuer nr|st nr",
    ),
    _field(
        "number",
        "order number|order id|purchase order",
        "order number|order no|order id|order nr|purchase order|po number|po no|bestellnummer|"
        "bestell nr|bestellung|auftragsnummer|auftrags nr|auftrag|n de commande|commande n|"
        "bestelnummer",
        "order",
    ),
    _field(
        "number",
        "customer number|customer id|client number",
        "customer number|customer no|customer id|client no|client number|kundennummer|kunden nr|"
        "kundennr|n client|numéro client|klantnummer",
    ),
    _field(
        "number",
        "phone|telephone|phone number",
        "phone|phone no|telephone|telephone no|tel|telefon|téléphone|tél|mobile|mobil|telefoon",
    ),
    _field("mail", "e mail|email", "e mail|email|mail|courriel|e mail address|email address"),
    _field(
        "name",
        "seller|supplier|vendor|who issued|who sold|company name|which company|verkäufer|firma|"
        "wer hat ausgestellt|vendeur",
        "seller|supplier|vendor|sold by|issued by|verkäufer|lieferant|rechnungssteller|"
        "rechnungsersteller|aussteller|vendeur|fournisseur|leverancier|company|company name|firma|"
        "société",
        "from|von|de",
        party=True,
    ),
    _field(
        "name",
        "buyer|customer|client|who is billed|billed to|käufer|kunde|acheteur|recipient",
        "buyer|customer|client|bill to|billed to|invoice to|sold to|käufer|kunde|rechnung an|"
        "leistungsempfänger|rechnungsempfänger|rechnungsadresse|auftraggeber|acheteur|facturé à|"
        "customer name|client name|klant|kundenname",
        "recipient|empfänger|an|to|attn",
        "name",
        party=True,
    ),
    _field(None, "in which city|which town", "city|town|ort|stadt|ville"),
    _field(
        "name",
        "payment method|how is it paid|how was it paid",
        "payment method|method of payment|payment mode|paid by|zahlungsart|zahlungsweise|"
        "mode de paiement|moyen de paiement|payment type",
    ),
)


ASKED = tuple(field.asked for field in _FIELDS)
"""How people call each field that is known here, the first name for all of them."""


def quoted_in(question: str) -> str:
    """Return the name in quotation marks that a question has; "" where it has none."""
    found = _QUOTED.search(question)
    return found[1].strip() if found is not None and words_of(found[1]) else ""


def asks_for_seller(question: str) -> bool:
    """Tell whether a question asks whose page it is: who sells, or sends the bill."""
    wanted = named_in(question)
    return wanted is not None and wanted.seller


def named_in(question: str) -> Named | None:
    """Return the field that a question asks for.

    Args:
        question: As a person asks it. A name in quotation marks is looked for as it is.

    Returns:
        A known field by the longest of its names that the question has, else one called by the
        question's telling words; None where it has none.
    """
    if quoted := quoted_in(question):
        return Named(None, ((words_of(quoted), 1.0),))
    said = words_of(question)
    best, length = None, 0
    for field in _FIELDS:
        for phrase in field.asked:
            size = sum(map(len, phrase))
            if size > length and at(phrase, said) is not None and _is_known(phrase):
                best, length = field.named, size
    if best is not None:
        return best
    own = tuple(word for word in telling(question) if word not in SAYS_NOTHING)
    return Named(None, ((own, 1.0),)) if own else None


_GENERIC = (
    "nummer|globale nummer|menge|quantity|qty|position|positions|pos|artikel|artikelbezeichnung|"
    "beschreibung|description|item|items|page|seite|currency|währung|address|anschrift|adresse|"
    "hinweis|bemerkungen|bemerkung|unit|einheit|price|preis|betreff|subject|payment mode"
)
_LABELS = frozenset(
    [phrase for field in _FIELDS for phrase, counts in field.named.names if counts == 1.0]
    + list(_phrases(_GENERIC))
)


def is_label(text: str) -> bool:
    """Tell whether a text is what some field is called, and nothing else."""
    return words_of(text) in _LABELS


def _is_known(phrase: tuple[str, ...]) -> bool:
    """Tell whether a phrase of a question says what is asked for: "le" and "an" do not."""
    return sum(map(len, phrase)) > 2


def at(phrase: tuple[str, ...], said: tuple[str, ...], misread: bool = False) -> int | None:
    """Return where the words of a phrase stand in a row; None where they do not.

    Args:
        phrase: In small letters.
        said: The same.
        misread: Whether some letters may be wrong, as a model reads them.
    """
    for start in range(len(said) - len(phrase) + 1):
        pairs = zip(phrase, said[start : start + len(phrase)], strict=True)
        if all(_is_word(one, word, misread) for word, one in pairs):
            return start
    return None


def _is_word(said: str, word: str, misread: bool) -> bool:
    """Tell whether a word was meant; a short one that is misread may be any other: "Keller"."""
    long = misread and len(word) >= LEAST_MISREAD
    return said == word or _ends(said, word) or (long and alike(word, said))


def _ends(said: str, word: str) -> bool:
    """Tell whether a compound is one of a thing: "Teilrechnung" is a "Rechnung"."""
    return word in _ENDINGS and said.endswith(word)
