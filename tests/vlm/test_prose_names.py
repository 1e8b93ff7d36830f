"""Names in sentences."""

from __future__ import annotations

import pytest

from vlm.prose_names import names_in, roles_in
from vlm.stems import Language


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("en", "The depot was built by the engineer Wilhelm Aster.", ["Wilhelm Aster"]),
        (
            "en",
            "In May it was funded by the Portuguese Sleep Foundation.",
            ["Portuguese Sleep Foundation"],
        ),
        ("en", "I told the foreman, a Mr Leckie, on Monday.", ["Mr Leckie"]),
        (
            "en",
            "Ms. Claire Dubois and Castell & Sons Joinery Ltd signed.",
            ["Claire Dubois", "Castell & Sons Joinery Ltd"],
        ),
        ("en", "Neither party may do so.", []),
        (
            "de",
            "Der Sachverständige Dipl.-Ing. Kranz hat das Getriebe untersucht.",
            ["Dipl.-Ing. Kranz"],
        ),
        ("de", "Die Leitung übernimmt ab Januar Dr. Markus Thiele.", ["Dr. Markus Thiele"]),
        (
            "de",
            "Die Hausverwaltung Lindenhof GmbH und Herr Jonas Wegener.",
            ["Hausverwaltung Lindenhof GmbH", "Jonas Wegener"],
        ),
        ("de", "Die Kündigung bedarf der Schriftform.", []),
        ("fr", "Elle a été fondée par la biologiste Hélène Roussel.", ["Hélène Roussel"]),
        ("fr", "Madame Élodie Marchand est la locataire.", ["Élodie Marchand"]),
    ],
)
def test_names_are_found(language: Language, text: str, names: list[str]) -> None:
    assert [text[start:end] for start, end in names_in(text, language)] == names


def test_roles_are_found_with_their_article() -> None:
    text = "Repairs are borne by the Tenant; die Kosten trägt der Mieter."
    assert [text[start:end] for start, end in roles_in(text)] == ["the Tenant", "der Mieter"]
