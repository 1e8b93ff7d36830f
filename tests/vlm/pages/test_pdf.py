from __future__ import annotations

import pytest

from tests.vlm.pages import samples
from tests.vlm.pages.samples import RED, WHITE
from vlm.errors import PasswordNeeded, UnreadableDocument
from vlm.pages import limits, words
from vlm.pages.pdf import PdfPages, looks_like_pdf
from vlm.types import WHOLE_PAGE, Box, PageSize, Quarter


def opened(data: bytes, password: str | None = None) -> PdfPages:
    return PdfPages(memoryview(data), "a.pdf", password)


def one_page(content: bytes, more: bytes = b"", page: bytes = b"") -> bytes:
    """A PDF whose only page, 200 by 100 points, has the given content."""
    return samples.raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % more,
        b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 200 100]>>",
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>%s>>" % page,
        samples.stream(content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )


def red_area(pages: PdfPages, width: int, height: int, turn: Quarter) -> tuple[int, int, int, int]:
    """Where the red pixels of a drawing are: left, top, right, bottom, the last two exclusive."""
    drawn = pages.draw(0, WHOLE_PAGE, width, height, turn)
    found = [
        (x, y)
        for y in range(height)
        for x in range(width)
        if samples.pixel(drawn, width, x, y) == RED
    ]
    xs, ys = [x for x, _ in found], [y for _, y in found]
    return min(xs), min(ys), max(xs) + 1, max(ys) + 1


class TestDrawing:
    @pytest.mark.parametrize(
        ("turn", "size", "area"),
        [
            (0, (200, 100), (120, 20, 180, 60)),
            (90, (100, 200), (40, 120, 80, 180)),
            (180, (200, 100), (20, 40, 80, 80)),
            (270, (100, 200), (20, 20, 60, 80)),
        ],
    )
    def test_the_persons_turn(
        self, turn: Quarter, size: tuple[int, int], area: tuple[int, int, int, int]
    ) -> None:
        assert red_area(opened(samples.pdf()), *size, turn) == area

    @pytest.mark.parametrize(
        ("rotation", "size", "area"),
        [
            (0, (200, 100), (120, 20, 180, 60)),
            (90, (100, 200), (40, 120, 80, 180)),
            (180, (200, 100), (20, 40, 80, 80)),
            (270, (100, 200), (20, 20, 60, 80)),
        ],
    )
    def test_the_documents_own_rotation(
        self, rotation: int, size: tuple[int, int], area: tuple[int, int, int, int]
    ) -> None:
        pages = opened(samples.pdf(rotation=rotation))
        assert pages.size(0) == PageSize(*size)
        assert red_area(pages, *size, 0) == area

    def test_a_box_is_drawn_edge_to_edge_at_any_scale(self) -> None:
        pages = opened(samples.pdf())
        drawn = pages.draw(0, Box(0.6, 0.2, 0.9, 0.6), 301, 7, 0)
        assert bytes(drawn) == bytes(RED) * 301 * 7
        left = pages.draw(0, Box(0.5, 0.2, 0.6, 0.6), 20, 40, 0)
        assert bytes(left) == bytes(WHITE) * 800

    def test_a_box_on_a_turned_page_is_meant_before_the_turn(self) -> None:
        drawn = opened(samples.pdf()).draw(0, Box(0.6, 0.2, 0.9, 0.6), 40, 60, 90)
        assert bytes(drawn) == bytes(RED) * 2400

    def test_pages_with_an_origin_of_their_own(self) -> None:
        content = b"1 0 0 rg 150 150 10 10 re f"
        pages = opened(one_page(content, page=b"/MediaBox[100 100 300 200]"))
        assert pages.size(0) == PageSize(200.0, 100.0)
        assert red_area(pages, 200, 100, 0) == (50, 40, 60, 50)

    def test_only_the_crop_box_is_the_page(self) -> None:
        content = b"1 0 0 rg 0 0 200 100 re f"
        pages = opened(one_page(content, page=b"/CropBox[50 50 150 100]"))
        assert pages.size(0) == PageSize(100.0, 50.0)
        assert red_area(pages, 100, 50, 0) == (0, 0, 100, 50)

    def test_cmyk_ink_and_form_fields_are_drawn(self) -> None:
        pages = opened(samples.form("1234"))
        assert samples.pixel(pages.draw(0, WHOLE_PAGE, 200, 100, 0), 200, 190, 90) == RED
        assert [word[0] for word in pages.words(0)] == ["1234"]
        black = opened(one_page(b"0 0 0 1 k 0 0 200 100 re f")).draw(0, WHOLE_PAGE, 1, 1, 0)
        assert max(black) < 60

    def test_a_drawing_command_that_fails_leaves_the_rest(self) -> None:
        pages = opened(one_page(b"1 0 0 rg 0 0 100 100 re f /Gone Do (x) Tj Q Q Q"))
        assert red_area(pages, 200, 100, 0) == (0, 0, 100, 100)


class TestWords:
    def test_turned_pages_give_boxes_as_shown(self) -> None:
        upright = words.clean(opened(samples.pdf()).words(0))[0].box
        turned = words.clean(opened(samples.pdf(rotation=90)).words(0))[0].box
        expected = (1 - upright.y1, upright.x0, 1 - upright.y0, upright.x1)
        found = (turned.x0, turned.y0, turned.x1, turned.y1)
        assert found == pytest.approx(expected, abs=0.02)

    def test_invisible_text_of_a_scan_is_read(self) -> None:
        pages = opened(one_page(b"BT /F 12 Tf 3 Tr 20 50 Td (Total 12,50) Tj ET"))
        assert [word[0] for word in pages.words(0)] == ["Total", "12,50"]

    def test_text_outside_the_page_is_not(self) -> None:
        pages = opened(one_page(b"BT /F 12 Tf 20 50 Td (in) Tj 400 400 Td (out) Tj ET"))
        assert [word.text for word in words.clean(pages.words(0))] == ["in"]

    def test_positions_that_are_no_numbers_give_no_boxes_off_the_page(self) -> None:
        content = b"BT /F 1e38 Tf 1e38 0 0 1e38 1e38 1e38 Tm (huge) Tj ET BT /F 0 Tf (none) Tj ET"
        for word in words.clean(opened(one_page(content)).words(0)):
            assert 0 <= word.box.x0 < word.box.x1 <= 1

    def test_no_text_no_words(self) -> None:
        assert list(opened(one_page(b"0 0 1 1 re f")).words(0)) == []


class TestHostileDocuments:
    def test_the_header_decides(self) -> None:
        assert looks_like_pdf(b"x" * 1000 + b"%PDF-1.4" + b"x" * 99)
        assert not looks_like_pdf(b"x" * 1020 + b"%PDF-1.4")

    def test_scripts_do_not_run(self) -> None:
        script = b"/OpenAction<</S/JavaScript/JS(this.numPages = 0; while (true) {})>>"
        pages = opened(one_page(b"1 0 0 rg 0 0 200 100 re f", more=script))
        assert red_area(pages, 200, 100, 0) == (0, 0, 200, 100)

    def test_a_page_that_cannot_be_found_measures_like_letter_and_is_named_when_drawn(self) -> None:
        data = samples.raw_pdf(
            b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"
        )
        pages = opened(data)
        assert pages.size(0) == PageSize(612.0, 792.0)
        with pytest.raises(UnreadableDocument, match=r"Page 1 of a\.pdf is damaged"):
            pages.draw(0, WHOLE_PAGE, 10, 10, 0)

    def test_a_claim_of_countless_pages_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "PAGES", 3)
        with pytest.raises(UnreadableDocument, match="claims to have 4 pages"):
            opened(samples.pdf(pages=4))

    def test_sizes_stay_positive_and_finite(self) -> None:
        for box in (b"[0 0 0 0]", b"[0 0 1e30 1e30]", b"[5 5 5 9]", b"[0 0 (a) 1]"):
            size = opened(one_page(b"", page=b"/MediaBox" + box)).size(0)
            assert 0 < size.width <= 1e6
            assert 0 < size.height <= 1e6


class TestPasswords:
    def test_missing_wrong_and_right(self) -> None:
        data = samples.locked("geheim")
        with pytest.raises(PasswordNeeded, match="Enter its password"):
            opened(data)
        with pytest.raises(PasswordNeeded, match="Check capital letters"):
            opened(data, "Geheim")
        assert opened(data, "geheim").count == 1
        assert opened(data, "owner").count == 1

    def test_other_spellings_of_the_same_characters_fit(self) -> None:
        assert opened(samples.locked("aIX"), "\u00aa\u2168\u00ad").count == 1

    def test_an_empty_password_opens_without_asking(self) -> None:
        assert opened(samples.locked("")).count == 1


def test_complaints_about_a_document_are_printed_nowhere(
    capfd: pytest.CaptureFixture[str],
) -> None:
    data = one_page(b"1 0 0 rg 0 0 100 100 re f /Gone Do ((( BT /F2 1 Tf (x) Tj")
    opened(data[:-40]).draw(0, WHOLE_PAGE, 10, 10, 0)
    assert capfd.readouterr() == ("", "")
