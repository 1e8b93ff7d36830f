"""Writes the lines that stand on slips, invoices and forms, to be read: in training only.

Words in a row teach letters; these teach what stands on documents: labels with what follows them,
rows of goods, headings, companies with their numbers, times behind dates.
"""

from collections.abc import Callable

from pretrain.documents.fields import FIELDS
from pretrain.documents.more_fields import MORE
from pretrain.documents.texts import Writer

SLIP_SHARE = 0.25
"""Of natural text, how much is such lines, in training."""

HEADINGS = (
    "Tax Invoice",
    "Invoice",
    "Receipt",
    "Official Receipt",
    "Cash Bill",
    "Cash Sales",
    "Simplified Tax Invoice",
    "Copy",
    "Delivery Note",
    "Quotation",
    "Statement",
    "Order",
    "Description",
    "Qty Price Amount",
    "Item",
    "Page 1 of 2",
    "Thank you",
    "Thank you, please come again",
    "Goods sold are not returnable",
    "Sub Total",
    "Cash",
    "Change",
    "GST Summary",
    "Amount",
    "Rounding",
    "Total Sales",
    "Round Adj",
    "Customer Copy",
    "Payment",
    "Card",
    "Balance",
    "Rechnung",
    "Quittung",
    "Lieferschein",
    "Angebot",
    "Kassenbon",
    "Beleg",
    "Pos. Menge Bezeichnung Preis",
    "Übertrag",
    "Vielen Dank für Ihren Einkauf",
    "Mit freundlichen Grüßen",
    "Sehr geehrte Damen und Herren",
    "zzgl. MwSt.",
    "Gesamtbetrag",
    "Zwischensumme",
    "Seite 1 von 2",
    "Bankverbindung",
    "Gegeben",
    "Rückgeld",
    "Facture",
    "Reçu",
    "Ticket de caisse",
    "Devis",
    "Bon de livraison",
    "Désignation",
    "Montant TTC",
    "Total TTC",
    "Merci de votre visite",
    "Rendu",
    "Espèces",
    "Carte bancaire",
)
"""What stands by itself on documents."""


def _labelled(writer: Writer) -> str:
    field = writer.rng.choice((*FIELDS, *MORE))
    label = writer.rng.choice(field.labels[writer.language])
    between = writer.rng.choice((": ", ": ", " : ", " ", ":", ". ", " No: ", " #"))
    return f"{label}{between}{field.value(writer)}"


def _goods(writer: Writer) -> str:
    rng = writer.rng
    words = " ".join(writer.pick("words") for _ in range(rng.randint(1, 3)))
    count, price = rng.randint(1, 99), f"{rng.randint(0, 300)}.{writer.digits(2)}"
    code = writer.digits(rng.choice((4, 6, 12, 13)))
    rows = (
        f"{count} {words} {price}",
        f"{count} x {price}",
        f"{count} X {price} {price}",
        f"{code} {words}",
        f"{words} {price} {rng.choice('ABRSTZ')}",
        f"{count}x {words}",
        f"{words} {rng.randint(1, 900)}{rng.choice(('g', 'kg', 'ml', 'L', 'cm', 'pcs', ' St.'))}",
        f"{price} {rng.choice(('SR', 'ZR', 'T', 'S', 'A', '%'))}",
        code,
    )
    return rng.choice(rows)


def _company(writer: Writer) -> str:
    company = writer.company()
    if writer.rng.random() < 0.3:
        letter = writer.rng.choice("ADHKMPTVWX")
        company = f"{company} ({writer.digits(6)}-{letter})"
    return company


def _block(writer: Writer) -> str:
    return writer.rng.choice(writer.address_block().split("\n"))


def _moment(writer: Writer) -> str:
    rng = writer.rng
    time = f"{rng.randint(0, 23):02d}:{writer.digits(2)}"
    if rng.random() < 0.5:
        time += f":{writer.digits(2)}"
    return f"{writer.date()} {time}{rng.choice(('', '', ' AM', ' PM', 'PM', ' Uhr'))}"


LINES: tuple[tuple[int, Callable[[Writer], str]], ...] = (
    (7, _labelled),
    (5, _goods),
    (2, lambda writer: writer.rng.choice(HEADINGS)),
    (3, _company),
    (3, _block),
    (2, _moment),
)
"""What lines are of, and how often."""


def slip_line(writer: Writer) -> str:
    """Return a line as it stands on a slip, half of them in capitals."""
    makers = [make for _, make in LINES]
    text = writer.rng.choices(makers, weights=[weight for weight, _ in LINES])[0](writer)
    return text.upper() if writer.rng.random() < 0.5 else text
