"""Running text as words of a page, for tests."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from vlm.types import Box, Word

LETTER, HIGH, APART = 0.009, 0.009, 0.012
"""Width of a letter, height of a word, and from one line to the next, as shares of the page."""


def written(text: str, letters: int = 80, x: float = 0.08, y: float = 0.05) -> tuple[Word, ...]:
    """Return the words of a text in lines of so many letters; an empty line parts paragraphs.

    Args:
        text: Paragraphs; a "|" within breaks the line there.
        letters: Of a line, at most.
        x: Where lines begin.
        y: Where the first one is.
    """
    return tuple(_words(text, letters, x, y))


def _words(text: str, letters: int, x: float, y: float) -> Iterator[Word]:
    for paragraph in text.strip().split("\n\n"):
        for part in " ".join(paragraph.split()).split("|"):
            for line in textwrap.wrap(part.strip(), letters, break_on_hyphens=False):
                left = x
                for word in line.split():
                    right = left + LETTER * len(word)
                    yield Word(word, Box(left, y, min(right, 1.0), y + HIGH))
                    left = right + LETTER
                y += APART
        y += APART


CONTRACT = """
RENTAL AGREEMENT

This agreement is made on 14 March 2024 between Harrow Estates Ltd, 12 Mill Lane, York YO1 7EP
(the "Landlord") and Ms. Claire Dubois (the "Tenant").

1. Term. The tenancy begins on 1 April 2024 and is concluded for a fixed period of 24 months.

2. Rent. The monthly rent is 1,150.00 pounds, payable in advance on the third working day of each
month. The Tenant pays a deposit of 2,300.00 pounds before moving in.

3. Notice. After the fixed period either party may terminate this agreement by giving three months'
written notice to the end of a calendar month.

4. Pets. The keeping of cats and dogs requires the prior written consent of the Landlord.

5. Repairs. Minor repairs up to an amount of 80 pounds in each case are borne by the Tenant.

6. Governing law. This agreement is governed by the laws of England and Wales.
"""

MIETVERTRAG = """
Mietvertrag über Wohnraum

Zwischen der Hausverwaltung Lindenhof GmbH, Kastanienallee 18, 10435 Berlin, nachfolgend
„Vermieterin“ genannt, und Herrn Jonas Wegener, nachfolgend „Mieter“ genannt, wird folgender
Mietvertrag geschlossen.

§ 1 Mietsache. Vermietet wird die Wohnung im 3. Obergeschoss des Hauses Gleimstraße 52, 10437
Berlin. Die Wohnfläche beträgt 78,5 m².

§ 2 Miete. Die monatliche Grundmiete beträgt 945,00 Euro. Die Miete ist spätestens am dritten
Werktag eines jeden Monats zu zahlen.

§ 3 Kündigung. Der Mieter kann das Mietverhältnis mit einer Frist von drei Monaten kündigen.

§ 4 Reparaturen. Die Schönheitsreparaturen trägt der Mieter.
"""

BAIL = """
CONTRAT DE LOCATION

Le présent bail est conclu le 12 janvier 2024 entre la société Immobilière du Parc SARL, dont le
siège est situé 3 rue des Tilleuls à Lyon, ci-après dénommée « le Bailleur », et Madame Élodie
Marchand, ci-après dénommée « la Locataire ».

Article 1 – Durée. Le bail est conclu pour une durée de trois ans et prend effet le 1er février
2024.

Article 2 – Loyer. Le loyer mensuel s'élève à 890 euros, charges non comprises. Il est payable
d'avance, au plus tard le 5 de chaque mois.

Article 3 – Sous-location. La sous-location est interdite sauf accord écrit du Bailleur.
"""
