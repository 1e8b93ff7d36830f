"""Fields beyond the usual sixteen: known ones by many names, and ones with any name at all.

A model that has learnt sixteen fields answers a question about another with one of them. What a
label says must be found among the words of the question; invented labels leave no other way.
"""

from collections.abc import Callable

from pretrain.documents.fields import FIELDS, MEANINGLESS, Field, number
from pretrain.documents.texts import Language, Writer, training_words

KNOWN_SHARE = 0.45
"""Of the other fields in training, those of :data:`MORE`; the rest have invented names."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _count(writer: Writer) -> str:
    return str(writer.rng.randint(1, 99))


def _time(writer: Writer) -> str:
    rng = writer.rng
    text = f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"
    return f"{text}:{rng.randint(0, 59):02d}" if rng.random() < 0.3 else text


def _period(writer: Writer) -> str:
    if writer.rng.random() < 0.5:
        return f"{writer.rng.randint(1, 12):02d}/{writer.rng.randint(1990, 2039)}"
    return f"{writer.date()} - {writer.date()}"


def _measure(writer: Writer) -> str:
    unit = writer.rng.choice(("kg", "g", "kWh", "m", "m²", "l", "km", "pcs", "h", "t"))
    value = writer.digits(writer.rng.randint(1, 4)).lstrip("0") or "0"
    if writer.rng.random() < 0.4:
        value += ("." if writer.language == "en" else ",") + writer.digits(writer.rng.randint(1, 2))
    return f"{value} {unit}"


def _days(writer: Writer) -> str:
    unit = {"en": "days", "de": "Tage", "fr": "jours"}[writer.language]
    return f"{writer.rng.choice((7, 10, 14, 15, 20, 30, 45, 60, 90))} {unit}"


def _code(writer: Writer) -> str:
    letters = "".join(writer.rng.choices(LETTERS, k=writer.rng.randint(1, 4)))
    digits = writer.digits(writer.rng.randint(2, 6))
    return writer.rng.choice((f"{letters}-{digits}", f"{letters}{digits}", f"{digits}{letters}"))


def _bic(writer: Writer) -> str:
    return "".join(writer.rng.choices(LETTERS, k=8))


def _sheets(writer: Writer) -> str:
    most = writer.rng.randint(1, 20)
    word = {"en": "of", "de": "von", "fr": "sur"}[writer.language]
    return f"{writer.rng.randint(1, most)} {writer.rng.choice((word, '/'))} {most}"


def _method(writer: Writer) -> str:
    return writer.rng.choice(
        ("Visa", "Mastercard", "Cash", "Bar", "PayPal", "EC", "Invoice", "Rechnung", "Debit")
    )


def _site(writer: Writer) -> str:
    name = "".join(c for c in writer.pick("last").lower() if "a" <= c <= "z") or "shop"
    return f"www.{name}.{writer.rng.choice(('com', 'de', 'fr', 'org', 'net'))}"


def _phone(writer: Writer) -> str:
    return f"0{writer.digits(writer.rng.randint(2, 4))} {writer.digits(writer.rng.randint(5, 8))}"


def _words(writer: Writer) -> str:
    words = " ".join(writer.pick("words") for _ in range(writer.rng.randint(1, 3)))
    return writer.rng.choice((words, words.upper(), words[:1].upper() + words[1:]))


def _postcode(writer: Writer) -> str:
    return writer.digits(5)


def _country(writer: Writer) -> str:
    names = {
        "en": ("Ireland", "Canada", "Malaysia", "United Kingdom", "USA", "India"),
        "de": ("Deutschland", "Österreich", "Schweiz", "Polen"),
        "fr": ("France", "Belgique", "Suisse", "Maroc"),
    }
    return writer.rng.choice(names[writer.language])


def _more(
    key: str, en: str, de: str, fr: str, value: Callable[[Writer], str], asks: tuple[str, ...] = ()
) -> Field:
    """Describe a field by its labels, several parted by ``|``."""
    labels: dict[Language, tuple[str, ...]] = {
        "en": tuple(en.split("|")),
        "de": tuple(de.split("|")),
        "fr": tuple(fr.split("|")),
    }
    plain = f"What is the {labels['en'][0].rstrip('.').lower()}?"
    return Field(key, labels, (plain, *asks, f"Which {labels['en'][0]} is given?"), value)


MORE: tuple[Field, ...] = (
    _more("order", "Order no.|Order number|PO", "Bestellnr.|Auftragsnr.", "N° de commande", number),
    _more("client", "Customer no.|Client ID", "Kundennr.|Kundennummer", "N° client", number),
    _more(
        "delivered",
        "Delivery date|Delivered on|Ship date",
        "Lieferdatum|Geliefert am",
        "Date de livraison|Livré le",
        Writer.date,
        ("When was it delivered?",),
    ),
    _more("reference", "Reference|Ref.|Your ref.", "Ihr Zeichen|Referenz", "Référence", _code),
    _more("contact", "Contact|Attn.", "Ansprechpartner|Kontakt", "Contact", Writer.name),
    _more(
        "cashier",
        "Cashier|Served by|Clerk",
        "Kassierer|Bedient von",
        "Caissier|Servi par",
        lambda writer: writer.pick("first"),
        ("Who served?", "Who is the cashier?"),
    ),
    _more(
        "change",
        "Change|Change due",
        "Rückgeld|Zurück",
        "Rendu|Monnaie",
        Writer.amount,
        ("How much change was given?",),
    ),
    _more(
        "cash",
        "Cash|Tendered|Paid",
        "Bar|Gegeben|Bezahlt",
        "Espèces|Payé",
        Writer.amount,
        ("How much was paid?",),
    ),
    _more("card", "Card|Credit card", "Karte|Kartenzahlung", "Carte|Carte bancaire", Writer.amount),
    _more("discount", "Discount|Rebate", "Rabatt|Skonto", "Remise|Rabais", Writer.amount),
    _more(
        "shipping",
        "Shipping|Postage|Delivery charge",
        "Versand|Versandkosten|Porto",
        "Frais de port|Livraison",
        Writer.amount,
    ),
    _more("deposit", "Deposit|Prepaid", "Anzahlung", "Acompte", Writer.amount),
    _more("balance", "Balance|Balance due", "Saldo|Offen", "Solde|Reste dû", Writer.amount),
    _more("opening", "Opening balance", "Anfangssaldo", "Solde initial", Writer.amount),
    _more("closing", "Closing balance", "Endsaldo|Schlusssaldo", "Solde final", Writer.amount),
    _more("rounding", "Rounding|Rounding adj.", "Rundung", "Arrondi", Writer.amount),
    _more("each", "Unit price|Price", "Einzelpreis|Preis", "Prix unitaire|Prix", Writer.amount),
    _more("fee", "Fee|Service charge|Service", "Gebühr|Entgelt", "Frais|Service", Writer.amount),
    _more("rent", "Rent|Monthly rent", "Miete|Kaltmiete", "Loyer", Writer.amount),
    _more("gross", "Gross pay|Salary", "Bruttolohn|Gehalt", "Salaire brut", Writer.amount),
    _more("net_pay", "Net pay|Take-home pay", "Nettolohn|Auszahlung", "Net payé", Writer.amount),
    _more(
        "born",
        "Date of birth|Born|Birth date",
        "Geburtsdatum|Geboren am",
        "Date de naissance|Né le",
        Writer.date,
        ("When was the person born?",),
    ),
    _more("period", "Period|Billing period", "Zeitraum|Leistungszeitraum", "Période", _period),
    _more("time", "Time", "Uhrzeit|Zeit", "Heure", _time, ("What time is it?",)),
    _more("table", "Table|Table no.", "Tisch|Tisch-Nr.", "Table", _count),
    _more("room", "Room|Room no.", "Zimmer|Zimmer-Nr.", "Chambre", _count),
    _more("guests", "Guests|Covers|Pax", "Gäste|Personen", "Couverts", _count),
    _more("contract", "Contract no.|Agreement no.", "Vertragsnr.", "N° de contrat", number),
    _more("policy", "Policy no.|Policy number", "Versicherungsnr.", "N° de police", _code),
    _more("case", "Case no.|File no.", "Aktenzeichen|Az.", "N° de dossier", _code),
    _more("meter", "Meter no.|Meter", "Zählernr.|Zähler", "N° de compteur", _code),
    _more("weight", "Weight|Net weight", "Gewicht|Nettogewicht", "Poids|Poids net", _measure),
    _more("usage", "Usage|Consumption", "Verbrauch", "Consommation", _measure),
    _more("country", "Country", "Land", "Pays", _country),
    _more("postcode", "Postcode|ZIP|Zip code", "PLZ|Postleitzahl", "Code postal", _postcode),
    _more("bic", "BIC|SWIFT", "BIC", "BIC", _bic),
    _more("bank", "Bank|Bank name", "Bank|Kreditinstitut", "Banque", Writer.company),
    _more("site", "Website|Web|Internet", "Webseite|Internet|Web", "Site web|Internet", _site),
    _more("fax", "Fax", "Fax|Telefax", "Fax|Télécopie", _phone),
    _more("terms", "Payment terms|Terms", "Zahlungsziel", "Conditions|Délai", _days),
    _more("method", "Payment method|Paid by|Payment", "Zahlungsart", "Paiement", _method),
    _more("project", "Project|Subject|Re", "Projekt|Betreff", "Projet|Objet", _words),
    _more("department", "Department|Dept.", "Abteilung", "Service", _words),
    _more("sheet", "Page|Sheet", "Seite|Blatt", "Page", _sheets),
    _more("patient", "Patient|Patient name", "Patient|Versicherter", "Patient", Writer.name),
    _more("doctor", "Doctor|Physician", "Arzt|Ärztin", "Médecin", Writer.name),
    _more("plate", "Plate no.|Registration", "Kennzeichen", "Immatriculation", _code),
    _more("serial", "Serial no.|S/N", "Seriennr.|Seriennummer", "N° de série", _code),
    _more("article", "Item no.|SKU|Article no.", "Artikelnr.|Art.-Nr.", "Réf. article", _code),
    _more("signed", "Approved by|Signed by", "Genehmigt von", "Signé par", Writer.name),
)

VALUES: tuple[Callable[[Writer], str], ...] = (
    *(field.value for field in FIELDS),
    _words,
    _words,
    _code,
    _measure,
    _count,
    _time,
    Writer.name,
    Writer.amount,
    Writer.amount,
    lambda writer: writer.noise(writer.rng.randint(3, 9)),
)
"""What stands behind an invented label."""


def _word(writer: Writer) -> str:
    """Pick a word; when measuring, one that training has in no language, however it is written."""
    word = writer.pick("words")
    while writer.held_out and word.lower() in training_words():
        word = writer.pick("words")
    return word


def invented(writer: Writer) -> Field:
    """Invent a field of one or two words of a list, with a value of any kind."""
    rng = writer.rng
    name = MEANINGLESS[0]
    while name.capitalize() in MEANINGLESS:
        name = " ".join(_word(writer) for _ in range(rng.choice((1, 1, 2))))
    case = rng.random()
    if case < 0.75:
        name = name[:1].upper() + name[1:]
    elif case < 0.9:
        name = name.upper()
    labels: dict[Language, tuple[str, ...]] = {"en": (name,), "de": (name,), "fr": (name,)}
    questions = (f"What is the {name}?", f"{name}?", f"Which {name} is given?")
    return Field(f"named {name}", labels, questions, rng.choice(VALUES))


def another(writer: Writer, held_out: bool) -> Field:
    """Return a field beyond the usual ones; if held out, only invented ones of new words."""
    if not held_out and writer.rng.random() < KNOWN_SHARE:
        return writer.rng.choice(MORE)
    return invented(writer)


def ask_other(text: str, writer: Writer, held_out: bool) -> str:
    """Ask for a field beyond the usual ones whose name a text does not have.

    Args:
        text: everything that is written.
        writer: invents the name.
        held_out: use the phrasing kept for measuring.
    """
    written = text.lower()
    while True:
        field = another(writer, held_out)
        names = [name for names in field.labels.values() for name in names]
        if not any(name.lower() in written for name in names):
            return field.ask(writer.rng, held_out)
