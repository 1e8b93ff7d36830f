"""The fields of business documents: what documents and people call them, and what values they have.

In English, German and French, some in Dutch, Spanish and Italian.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vlm.answer_forms import Form
from vlm.label_words import words_of
from vlm.value_shapes import Shape

LESS = 0.8
"""What a name counts that other fields have as well, such as "No." for an invoice's number."""

Place = Literal["behind", "below"]
"""Where a value stands: in the row behind its label, or in one of the rows under it."""


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
        shape: What its value looks like, more closely than its form; None where nothing is known.
    """

    form: Form | None
    names: tuple[tuple[tuple[str, ...], float], ...]
    last: bool = False
    party: bool = False
    rightmost: bool = False
    learned: Place | None = None
    shape: Shape | None = None

    @property
    def seller(self) -> bool:
        """Whether it is the one whose page it is."""
        return self.party and (("seller",), 1.0) in self.names


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is known, and what people call it, the first name for all of them."""

    asked: tuple[tuple[str, ...], ...]
    named: Named


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
    shape: Shape | None = None,
) -> Field:
    names = [
        (one, LESS**tier)
        for tier, some in enumerate((sure, shared, seldom))
        for one in _phrases(some)
    ]
    shape = shape or ("code" if form == "number" else form)
    named = Named(form, tuple(names), last, party, rightmost, shape=shape)
    return Field(_phrases(f"{asked}|{sure}"), named)


FIELDS = (
    _field(
        "number",
        "document number|number of the invoice|what number|bill number|receipt number",
        "invoice number|invoice no|invoice nr|invoice id|invoice num|rechnungsnummer|"
        "rechnungsnr|rechnungs nr|rechnungs nummer|rechnung nr|rechnung nummer|facture n|"
        "n de facture|numéro de facture|facture no|factuurnummer|número de factura|numero fattura|"
        "bill no|bill number|receipt no|receipt number|receipt nr|reçu n|tax invoice no|inv no|"
        "belegnummer|beleg nr|bon nr|rg nr|re nr|factuur nr|factuur|booking id|booking no",
        "doc no|reference no|numéro|document no|document number|"
        "invoice|rechnung|gutschrift|credit note|facture|nummer|"
        "number|nr|no",
    ),
    _field(
        "date",
        "invoice date|when was it issued|when issued|date of the receipt|date of the invoice|"
        "which date|what date|when was the invoice|invoice issued|was this issued|was it written|"
        "was it sent|when was this written|wann ausgestellt|wann wurde|date|datum",
        "invoice date|date of invoice|date of issue|issue date|date issued|bill date|receipt date|"
        "rechnungsdatum|ausstellungsdatum|ausgestellt am|belegdatum|date de facture|"
        "date de facturation|date d émission|émise le|factuurdatum|fecha de factura|data fattura|"
        "issued on|statement date",
        "date|datum|fecha|data|dated|vom|le",
    ),
    _field(
        "date",
        "when is it due|when must it be paid|until when|must be paid|payable until|by when|"
        "when do i have to pay|when do we have to pay|when do i need to pay|when must i pay|"
        "when should i pay|when to pay|payment deadline|bis wann|wann muss ich zahlen|"
        "wann ist zu zahlen|zu zahlen bis|pour quand",
        "due date|date due|payment due|payment due date|pay by|payable by|fällig am|fällig|"
        "fälligkeit|fälligkeitsdatum|zahlbar bis|zahlungsziel|échéance|date d échéance|"
        "payable avant|à payer avant le|à régler avant le|date limite de paiement|vervaldatum|"
        "te betalen voor|payment due by|vencimiento|scadenza",
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
        "montant eur ht|prix ht|exclusief btw|excl btw|excl vat|excl tax|amount excl tax|"
        "rechnungssumme ohne ust|rechnungssumme ohne mwst|zwischensumme|warenwert|totaal excl btw|"
        "base imponible|imponibile",
        "net|taxable amount|goods total|subtotaal",
        last=True,
    ),
    _field(
        "amount",
        "how much tax|total tax|tax|steuer",
        "tax amount|vat amount|total tax|total vat|sales tax|gst amount|steuerbetrag|mwst betrag|"
        "ust betrag|mwst|ust|umsatzsteuer|mehrwertsteuer|montant tva|total tva|tva|vat|gst|btw|iva|"
        "summe steuer|zzgl mwst|zzgl ust|hst|btw bedrag",
        "tax|steuer|taxes",
        last=True,
        rightmost=True,
    ),
    _field(
        "amount",
        "including tax|in total|how much is it|how much must be paid|to be paid|how much|total|"
        "final amount|final price|do i owe|do we owe|is owed|does it cost|did it cost|wie viel|"
        "wieviel|was kostet es|wie hoch ist die rechnung|combien|summe|gesamt|montant total",
        "grand total|total amount|total due|amount due|balance due|amount payable|total payable|"
        "amount to pay|total incl tax|total incl vat|total including tax|total including vat|"
        "total incl gst|total ttc|montant ttc|montant eur ttc|net à payer|somme à payer|"
        "invoice total|te betalen|te voldoen|gesamtbetrag|gesamtsumme|rechnungsbetrag|"
        "endbetrag|endsumme|bruttobetrag|bruttosumme|brutto|gesamt brutto|summe brutto|"
        "gesamtbetrag brutto|zu zahlen|zu zahlender betrag|totaal incl btw|importe total|totale",
        "total|summe|gesamt|zahlbetrag|montant total|totaal|amount|betrag|montant",
        last=True,
        rightmost=True,
    ),
    _field(
        "percent",
        "tax rate|rate of tax|how many percent|what percentage",
        "tax rate|vat rate|rate of vat|gst rate|steuersatz|mwst satz|ust satz|umsatzsteuersatz|"
        "mehrwertsteuersatz|taux|taux de tva|taux tva|btw tarief|tipo de iva|aliquota",
        "mwst|ust|umsatzsteuer|mehrwertsteuer|tva|vat|gst|btw|iva|tax|sales tax",
    ),
    _field(
        "number",
        "iban|account number",
        "iban|konto|account|account no|kontonummer|compte",
        shape="iban",
    ),
    _field(
        "number", "swift|bic|bank code", "bic|swift|swift code|swift bic|bic swift", shape="bic"
    ),
    _field(
        "number",
        "vat number|vat id|tax id|tax number|vat registration|gst number|gstin",
        "vat id|vat no|vat number|vat reg no|vat registration number|ust id nr|ust idnr|ust id|"
        "ustid|umsatzsteuer id|tva intracommunautaire|n tva|numéro de tva|btw nr|btw nummer|"
        "n de tva|tva intra communautaire|tax id|tax no|tax number|"
        "gst reg no|gst no|gst id no|gst number|gstin|company vat|vatin",
        "steuernummer|steuernr|steuer nr|st nr|identifiant tva|vat tin|service tax|gst hst no",
        "vat|btw|tva|ust|iva",
        shape="tax_id",
    ),
    _field(
        "number",
        "order number|order id|purchase order",
        "order number|order no|order id|order nr|purchase order|po number|po no|bestellnummer|"
        "bestell nr|bestellung|auftragsnummer|auftrags nr|auftrag|n de commande|commande n|"
        "bestelnummer|ordernummer|your po|po|order ref|customer order|votre commande|réf commande|"
        "référence commande|bon de commande|bestelbon",
        "order|commande",
    ),
    _field(
        "number",
        "customer number|customer id|client number",
        "customer number|customer no|customer id|client no|client number|kundennummer|kunden nr|"
        "kundennr|n client|numéro client|code client|klantnummer|klant nr|account number",
    ),
    _field(
        "number",
        "phone|telephone|phone number",
        "telefonnummer|telefon nr|rufnummer|mobilnummer|handynummer|numéro de téléphone|"
        "telefoonnummer|tel fax|phone fax|telephone fax|telefon fax|phone|phone no|telephone|"
        "telephone no|tel|telefon|téléphone|tél|mobile|mobil|telefoon",
        "call|t",
        shape="phone",
    ),
    _field(
        "number",
        "fax number|fax|telefax",
        "fax|fax no|fax nr|fax number|faxnummer|telefax|tel fax|phone fax|telephone fax|"
        "telefon fax|facsimile|télécopie",
        shape="phone",
    ),
    _field(
        None,
        "website|web|internet|homepage|web page",
        "website|web address|web site|homepage|www|url|webseite|internetadresse|"
        "internet address|site web|site internet|pagina web|sito web|sitio web",
        "web|internet",
        shape="web",
    ),
    _field("mail", "e mail|email", "e mail|email|mail|courriel|e mail address|email address"),
    _field(
        "name",
        "seller|supplier|vendor|who issued|who sold|company name|which company|verkäufer|firma|"
        "wer hat ausgestellt|vendeur|who sent|who wrote|who billed|sender|absender|issuer|payee|"
        "invoice from|bill from|receipt from|who is it from|who is this from|from whom|from who|"
        "who do i pay|who do we pay|zahlungsempfänger|von wem|émetteur|de qui",
        "seller|supplier|vendor|sold by|issued by|verkäufer|lieferant|rechnungssteller|"
        "rechnungsersteller|aussteller|vendeur|fournisseur|leverancier|company|company name|firma|"
        "société",
        "from|von|de|account holder|kontoinhaber|titulaire du compte|titulaire",
        party=True,
    ),
    _field(
        "name",
        "buyer|customer|client|who is billed|billed to|käufer|kunde|acheteur|recipient|invoice for|"
        "who is it for|who is this for|addressed to|who has to pay|who must pay|who pays|an wen|"
        "empfänger|destinataire",
        "buyer|customer|client|bill to|billed to|invoice to|sold to|käufer|kunde|rechnung an|"
        "leistungsempfänger|rechnungsempfänger|rechnungsadresse|auftraggeber|acheteur|facturé à|"
        "customer name|client name|klant|kundenname",
        "recipient|empfänger|an|to|attn",
        "name",
        party=True,
    ),
    _field(
        "address",
        "where is it located|where are they",
        "address|adresse|anschrift|street|street address|straße|strasse|postal address|adres|"
        "indirizzo|dirección|rue",
    ),
    _field(None, "in which city|which town", "city|town|ort|stadt|ville", shape="town"),
    _field(
        None,
        "how many items|how many pieces",
        "quantity|qty|menge|anzahl|quantité|qté|number of items|aantal",
        "items",
        shape="count",
    ),
    _field(
        "name",
        "payment method|how is it paid|how was it paid",
        "payment method|method of payment|payment mode|paid by|zahlungsart|zahlungsweise|"
        "mode de paiement|moyen de paiement|mode de règlement|règlement par|payment type|paid via|"
        "paid through|betaalwijze|betaalmethode|forma de pago|modalità di pagamento",
        "terms of payment|règlement|paiement|betaling",
    ),
)
