"""Questions about running text, answered with the words of the page."""

from __future__ import annotations

import pytest

from tests.vlm.written_pages import BAIL, CONTRACT, MIETVERTRAG, written
from vlm.prose_answers import Prose, Quoted, prose_of, quoted
from vlm.sentences import sentences_of

LETTER = """
Northfield Borough Council

Thank you for your application of 4 August 2023 for a single-storey extension. The Planning
Committee considered it at its meeting on 14 September and decided to grant permission. The roof
must be covered with slate because the house stands in a conservation area. Work has to begin
within three years of the date of this letter, otherwise the permission lapses. Your case officer
is Daniel Okafor, whom you can reach by telephone on 01632 960 455. The meeting took place at the
Town Hall, 1 Civic Square, Northfield.

Yours sincerely,

Helen Braithwaite

Head of Planning
"""

URTEIL = """
In dem Rechtsstreit der Frau Petra Sommer, Klägerin, gegen die Autohaus Brenner KG, Beklagte, hat
das Amtsgericht Marburg auf die mündliche Verhandlung vom 17. März 2022 für Recht erkannt:

Die Beklagte wird verurteilt, an die Klägerin 3.260,40 Euro nebst Zinsen in Höhe von fünf
Prozentpunkten über dem Basiszinssatz zu zahlen. Von den Kosten des Rechtsstreits trägt die
Klägerin ein Viertel und die Beklagte drei Viertel. Die Klage ist überwiegend begründet, weil der
Mangel bereits bei Übergabe vorhanden war. Der Sachverständige Dipl.-Ing. Kranz hat das Getriebe
untersucht. Die Eröffnungsrede hielt Kulturdezernentin Birgit Halberstadt. Seit dem 1. April 2017
besteht das Arbeitsverhältnis, das zum 31. Mai 2026 endet.
"""

REPORT = """
L'association Rivières Vivantes compte aujourd'hui 1 240 adhérents, soit une hausse de 12 % par
rapport à l'année précédente. Elle a été fondée en 1998 par la biologiste Hélène Roussel et son
siège se trouve à Grenoble. En raison des inondations, la fête de la rivière, prévue le 17 juillet,
a dû être annulée. La principale dépense a été l'achat d'un bateau pour 54 700 euros.
"""


def page(text: str) -> Prose:
    return prose_of(sentences_of(written(text)))


def told(question: str, text: str) -> str | None:
    found = quoted(question, page(text))
    return found.text if found is not None else None


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("What is the notice period?", CONTRACT, "three months"),
        ("How much is the deposit?", CONTRACT, "2,300.00 pounds"),
        ("What is the monthly rent?", CONTRACT, "1,150.00 pounds"),
        ("Who is the landlord?", CONTRACT, "Harrow Estates Ltd"),
        ("Who is the tenant?", CONTRACT, "Claire Dubois"),
        ("When does the tenancy start?", CONTRACT, "1 April 2024"),
        ("When was the agreement signed?", CONTRACT, "14 March 2024"),
        ("How long is the fixed period?", CONTRACT, "24 months"),
        ("What law governs the agreement?", CONTRACT, "the laws of England and Wales"),
        ("Who pays for minor repairs?", CONTRACT, "the Tenant"),
        ("When is the rent payable?", CONTRACT, "the third working day of each month"),
        ("Wie hoch ist die Kaution?", CONTRACT, "2,300.00 pounds"),
        ("Wer ist die Vermieterin?", MIETVERTRAG, "Hausverwaltung Lindenhof GmbH"),
        ("Wer ist der Mieter?", MIETVERTRAG, "Jonas Wegener"),
        ("Wie hoch ist die Grundmiete?", MIETVERTRAG, "945,00 Euro"),
        ("Wie lang ist die Kündigungsfrist?", MIETVERTRAG, "drei Monaten"),
        ("Wie groß ist die Wohnung?", MIETVERTRAG, "78,5 m²"),
        ("Wer zahlt die Schönheitsreparaturen?", MIETVERTRAG, "der Mieter"),
        ("Qui est le bailleur ?", BAIL, "Immobilière du Parc SARL"),
        ("Qui est la locataire ?", BAIL, "Élodie Marchand"),
        ("Quel est le montant du loyer ?", BAIL, "890 euros"),
        ("Quelle est la durée du bail ?", BAIL, "trois ans"),
        ("Quand le bail commence-t-il ?", BAIL, "1er février 2024"),
        ("Quand faut-il payer le loyer ?", BAIL, "le 5 de chaque mois"),
        ("When did the committee meet?", LETTER, "14 September"),
        ("Who is the case officer?", LETTER, "Daniel Okafor"),
        ("Who signed the letter?", LETTER, "Helen Braithwaite"),
        ("What is the phone number of the case officer?", LETTER, "01632 960 455"),
        ("When must work begin?", LETTER, "within three years of the date of this letter"),
        ("Where did the meeting take place?", LETTER, "1 Civic Square, Northfield"),
        ("Wer ist die Klägerin?", URTEIL, "Petra Sommer"),
        ("Wer ist die Beklagte?", URTEIL, "Autohaus Brenner KG"),
        ("Wie viel muss die Beklagte zahlen?", URTEIL, "3.260,40 Euro"),
        ("Wer hielt die Eröffnungsrede?", URTEIL, "Birgit Halberstadt"),
        ("Wer hat das Getriebe untersucht?", URTEIL, "Dipl.-Ing. Kranz"),
        ("Wann endet das Arbeitsverhältnis?", URTEIL, "31. Mai 2026"),
        ("Combien d'adhérents compte l'association ?", REPORT, "1 240"),
        ("Qui a fondé l'association ?", REPORT, "Hélène Roussel"),
        ("En quelle année a-t-elle été fondée ?", REPORT, "1998"),
        ("Combien a coûté le bateau ?", REPORT, "54 700 euros"),
        ("Où se trouve le siège ?", REPORT, "Grenoble"),
    ],
)
def test_a_value_is_the_answer_where_the_question_wants_one(
    question: str, text: str, answer: str
) -> None:
    assert told(question, text) == answer


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "Are pets allowed?",
            CONTRACT,
            "The keeping of cats and dogs requires the prior written consent of the Landlord.",
        ),
        (
            "Peut-on sous-louer ?",
            BAIL,
            "La sous-location est interdite sauf accord écrit du Bailleur.",
        ),
        (
            "Wer trägt die Kosten des Rechtsstreits?",
            URTEIL,
            "Von den Kosten des Rechtsstreits trägt die Klägerin ein Viertel und die Beklagte drei"
            " Viertel.",
        ),
    ],
)
def test_else_the_sentence_is_the_answer(question: str, text: str, answer: str) -> None:
    assert told(question, text) == answer


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "Why must the roof be covered with slate?",
            LETTER,
            "because the house stands in a conservation area",
        ),
        (
            "Warum ist die Klage begründet?",
            URTEIL,
            "weil der Mangel bereits bei Übergabe vorhanden war",
        ),
        ("Pourquoi la fête a-t-elle été annulée ?", REPORT, "En raison des inondations"),
    ],
)
def test_a_reason_is_the_part_that_says_why(question: str, text: str, answer: str) -> None:
    assert told(question, text) == answer


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who is the guarantor?", CONTRACT),
        ("What is the interest rate?", CONTRACT),
        ("Wie hoch ist die Versicherungsprämie?", MIETVERTRAG),
        ("Qui est l'avocat ?", BAIL),
        ("What is the dose of caffeine?", LETTER),
    ],
)
def test_what_no_sentence_is_about_is_not_there(question: str, text: str) -> None:
    assert told(question, text) is None


def test_an_answer_knows_its_words_over_a_line_break() -> None:
    found = quoted("What is the notice period?", page(CONTRACT))
    assert isinstance(found, Quoted)
    assert [word.text for word in found.words] == ["three", "months'"]
    whole = quoted("Are pets allowed?", page(CONTRACT))
    assert whole is not None
    assert not whole.typed
    assert whole.words[0].text == "The", (
        "the number and the heading of the clause are no part of it"
    )


def test_misread_letters_are_forgiven_where_a_model_read_them() -> None:
    text = CONTRACT.replace("deposit", "depozit").replace("tenancy begins", "tenancv begins")
    prose = page(text)
    found = quoted("How much is the deposit?", prose, misread=True)
    assert found is not None
    assert found.text == "2,300.00 pounds"


def test_better_suited_sentences_score_higher() -> None:
    sure = quoted("What is the monthly rent?", page(CONTRACT))
    unsure = quoted("What is the monthly rent of the garage in Leeds?", page(CONTRACT))
    assert sure is not None
    assert unsure is None or unsure.score < sure.score


def test_a_form_has_no_running_text() -> None:
    prose = page("Invoice number: 17 | Total: 12,00 | Keller GmbH")
    assert not prose.exists
    assert page(CONTRACT).is_most
    assert quoted("What is the total?", prose_of(())) is None
