"""Towns of addresses of several countries."""

from __future__ import annotations

import pytest

from vlm.towns import town_in


@pytest.mark.parametrize(
    ("address", "town"),
    [
        ("14 rue des Tilleuls\n38000 Grenoble", "Grenoble"),
        ("Kanaalweg 118\n3526 KM Utrecht\nNederland", "Utrecht"),
        ("D-63571 Gelnhausen", "Gelnhausen"),
        ("75371 Paris Cedex 08", "Paris"),
        ("Seestr. 4\n8002 Zürich", "Zürich"),
        ("410 Oak Ave North\nSeattle, WA 98109-5210, US", "Seattle"),
        ("52 Harbour Lane\nBristol BS1 6XN", "Bristol"),
        ("77 Queen Street\nOttawa ON K1P 5E7", "Ottawa"),
        ("TAMAN BARU, 81100 JOHOR BAHRU, JOHOR", "JOHOR BAHRU"),
        ("Near the station\nFirst floor", ""),
        ("", ""),
    ],
)
def test_the_town_beside_a_postcode(address: str, town: str) -> None:
    assert town_in(address) == town
