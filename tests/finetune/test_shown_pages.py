"""A label is found in exactly the cells that have it, however they are looked up."""

from __future__ import annotations

import pytest

from finetune.shown_pages import Sheets, Shown, ShownPages
from tests.vlm.test_labelled import page
from vlm.cancel import returned
from vlm.labelled import at_label
from vlm.learned_names import LearnedLabel
from vlm.page_cells import cells_of

PAGES = (
    page("Référence : 17|Seite 1", "Teilrechnung 4711|Rechnung 4712", "reference: 18"),
    page("Aktenzeihcen: 12 O 4/23|Az.: 13", "Unser Aktenzeichen 14", "Zeichen|Wert", "15|16"),
    page("Unser Zeichen|17", "Zeichen unser|18", "Keller 19"),
)


@pytest.mark.parametrize("misread", [False, True])
@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Référence", (1, 1)),
        ("reference", (1, 1)),
        ("Rechnung", (1, 1)),
        ("Aktenzeichen", (1, 1)),
        ("Unser Aktenzeichen", (1, 1)),
        ("Unser Zeichen", (1, 1)),
        ("Zeichen", (2, 2)),
        ("Heller", (0, 0)),
        ("Steuer", (0, 0)),
    ],
)
def test_a_label_is_found_where_looking_at_every_cell_finds_it(
    text: str, hits: tuple[int, int], misread: bool
) -> None:
    sheets = Sheets()
    shown = [Shown(str(n), "Nummer", ("x",), words, misread) for n, words in enumerate(PAGES)]
    pages = ShownPages([sheets.page(one) for one in shown])
    for place in ("behind", "below"):
        first, last = (LearnedLabel(text, place, None, last, 0, 0) for last in (False, True))
        found = {
            page.shown.document: (early, late)
            for page, early, late in returned(pages.at_label(first))
        }
        for one in shown:
            rows = cells_of(one.words)
            wanted = at_label(first, rows, misread), at_label(last, rows, misread)
            assert found.get(one.document, (None, None)) == wanted
        if place == "behind":
            assert len(found) == hits[misread]


def test_the_words_of_a_page_are_put_into_cells_once_for_all_questions_about_it() -> None:
    sheets = Sheets()
    one, other = (sheets.page(Shown("a", asked, ("x",), PAGES[0])) for asked in ("Nummer", "Datum"))
    assert one.rows is other.rows
