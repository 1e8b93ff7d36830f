from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.vlm.pages import samples
from vlm.errors import (
    DocumentMissing,
    DocumentTooLarge,
    PasswordNeeded,
    UnreadableDocument,
)
from vlm.pages import canvas, limits
from vlm.pages.client import Deadlines, PageClient
from vlm.types import WHOLE_PAGE, Box, Document, PageRef, PageSize

BLUE = (0, 0, 255)


class TestOpening:
    def test_tells_kind_pages_and_size_of_a_pdf(self, client: PageClient, tmp_path: Path) -> None:
        path = samples.saved(tmp_path, "a.pdf", samples.pdf(pages=3))
        assert client.open(path) == Document(path, "pdf", 3, PageSize(200.0, 100.0))

    def test_says_what_the_page_process_cannot_do(self, client: PageClient, tmp_path: Path) -> None:
        client.open(samples.saved(tmp_path, "a.pdf", samples.pdf()))
        assert client.jail.startswith("The page reader ")

    def test_goes_by_content_not_by_name(self, client: PageClient, tmp_path: Path) -> None:
        path = samples.saved(tmp_path, "a.jpg", b"junk before\n" + samples.pdf())
        assert client.open(path).kind == "pdf"

    @pytest.mark.parametrize(
        ("name", "data", "sentence"),
        [
            (
                "empty.pdf",
                b"",
                "empty.pdf is empty: there is nothing in the file. Ask for",
            ),
            ("a.docx", b"PK\x03\x04 not for us", "a.docx is not a document that can be read here"),
            (
                "torn.pdf",
                b"%PDF-1.7\nnothing else",
                "torn.pdf is damaged .* made it and save it again",
            ),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg is not a document"),
        ],
    )
    def test_refuses_what_is_no_document(
        self, client: PageClient, tmp_path: Path, name: str, data: bytes, sentence: str
    ) -> None:
        path = samples.saved(tmp_path, name, data)
        with pytest.raises(UnreadableDocument, match=sentence):
            client.open(path)

    def test_a_pdf_without_pages_is_refused(self, client: PageClient, tmp_path: Path) -> None:
        data = samples.raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>")
        path = samples.saved(tmp_path, "none.pdf", data)
        with pytest.raises(UnreadableDocument, match=r"none\.pdf has no pages"):
            client.open(path)

    def test_a_missing_file_is_named(self, client: PageClient, tmp_path: Path) -> None:
        with pytest.raises(DocumentMissing, match=r"gone\.pdf is no longer where it was"):
            client.open(str(tmp_path / "gone.pdf"))

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
    def test_a_pipe_is_refused_without_waiting(self, client: PageClient, tmp_path: Path) -> None:
        path = tmp_path / "pipe.pdf"
        os.mkfifo(path)
        with pytest.raises(UnreadableDocument, match="not a file but a device"):
            client.open(str(path))

    def test_names_of_files_may_hold_anything(self, client: PageClient, tmp_path: Path) -> None:
        name = os.fsdecode("straße\n\u202efdp.".encode() + b"\xff\xfe.pdf")
        path = str(tmp_path / name)
        Path(path).write_bytes(samples.pdf())
        assert client.open(path).page_count == 1
        Path(path).write_bytes(b"no longer a document")
        with pytest.raises(UnreadableDocument) as caught:
            client.open(path)
        assert "\n" not in str(caught.value)
        str(caught.value).encode()


class TestPasswords:
    def test_a_locked_document_asks_then_opens_and_is_remembered(
        self, client: PageClient, tmp_path: Path
    ) -> None:
        path = samples.saved(tmp_path, "locked.pdf", samples.locked("geheim"))
        with pytest.raises(PasswordNeeded, match=r"locked\.pdf is locked"):
            client.open(path)
        with pytest.raises(PasswordNeeded, match="This password does not open"):
            client.open(path, "falsch")
        assert client.open(path, "geheim").page_count == 1
        client.close(path)
        assert client.words(PageRef(path, 0))[0].text == "Hello"

    def test_passwords_given_later_are_found(self, tmp_path: Path) -> None:
        path = samples.saved(tmp_path, "locked.pdf", samples.locked("geheim"))
        known: dict[str, str] = {}
        with PageClient(known) as client:
            with pytest.raises(PasswordNeeded):
                client.render(PageRef(path, 0), WHOLE_PAGE, 10, 10)
            known[path] = "geheim"
            assert client.render(PageRef(path, 0), WHOLE_PAGE, 10, 10).width == 10

    def test_a_password_that_no_text_encoding_holds_is_wrong(
        self, client: PageClient, tmp_path: Path
    ) -> None:
        path = samples.saved(tmp_path, "locked.pdf", samples.locked("geheim"))
        with pytest.raises(PasswordNeeded, match="does not open"):
            client.open(path, "\ud800")


class TestPages:
    def test_sizes_end_with_the_document(self, client: PageClient, tmp_path: Path) -> None:
        path = samples.saved(tmp_path, "a.pdf", samples.pdf(pages=3))
        assert client.sizes(path, 1, 10) == (PageSize(200.0, 100.0),) * 2
        assert client.sizes(path, 0, 0) == ()

    def test_a_page_beyond_the_end_is_named(self, client: PageClient, tmp_path: Path) -> None:
        path = samples.saved(tmp_path, "a.pdf", samples.pdf(pages=2))
        for page in (2, -1):
            with pytest.raises(
                UnreadableDocument, match=rf"a\.pdf has no page {page + 1}; it has 2"
            ):
                client.render(PageRef(path, page), WHOLE_PAGE, 10, 10)

    def test_a_box_fills_the_drawing(self, client: PageClient, tmp_path: Path) -> None:
        path = samples.saved(tmp_path, "a.pdf", samples.pdf())
        drawn = client.render(PageRef(path, 0), Box(0.6, 0.2, 0.9, 0.6), 30, 20)
        assert (drawn.width, drawn.height, drawn.data) == (30, 20, bytes(samples.RED) * 600)

    def test_words_stand_where_the_page_shows_them(
        self, client: PageClient, tmp_path: Path
    ) -> None:
        path = samples.saved(tmp_path, "a.pdf", samples.pdf())
        hello, world, one = client.words(PageRef(path, 0, 90))
        assert [hello.text, world.text, one.text] == ["Hello", "world", "1"]
        assert hello.box.contains(0.12, 0.35)
        assert hello.box.x1 < world.box.x0

    def test_pictures_have_no_words(self, client: PageClient, tmp_path: Path) -> None:
        image = samples.encoded(Image.new("RGB", (40, 20), BLUE), "PNG")
        path = samples.saved(tmp_path, "a.png", image)
        assert client.open(path).kind == "image"
        assert client.words(PageRef(path, 0)) == ()
        assert client.render(PageRef(path, 0), WHOLE_PAGE, 4, 2).data == bytes(BLUE) * 8

    def test_pixels_also_come_without_shared_memory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(canvas, "create", lambda: None)
        path = samples.saved(tmp_path, "a.pdf", samples.pdf())
        with PageClient() as client:
            drawn = client.render(PageRef(path, 0), Box(0.6, 0.2, 0.9, 0.6), 1500, 1000)
        assert drawn.data == bytes(samples.RED) * 1_500_000

    def test_more_pixels_than_allowed_are_refused(self, client: PageClient, tmp_path: Path) -> None:
        path = samples.saved(tmp_path, "a.pdf", samples.pdf())
        with pytest.raises(DocumentTooLarge, match="at most 16 million"):
            client.render(PageRef(path, 0), WHOLE_PAGE, 4001, 4000)
        assert len(client.render(PageRef(path, 0), WHOLE_PAGE, 4000, 4000).data) == 48_000_000

    def test_a_drawing_without_pixels_is_our_bug(self, client: PageClient) -> None:
        with pytest.raises(ValueError, match="0 by 5"):
            client.render(PageRef("a.pdf", 0), WHOLE_PAGE, 0, 5)


class TestFilesThatChange:
    def test_a_changed_file_is_read_anew(self, client: PageClient, tmp_path: Path) -> None:
        path = samples.saved(tmp_path, "a.pdf", samples.pdf(pages=1))
        client.open(path)
        samples.saved(tmp_path, "a.pdf", samples.pdf(pages=4))
        assert client.open(path).page_count == 4

    def test_a_file_that_vanished_is_still_shown_while_open(
        self, client: PageClient, tmp_path: Path
    ) -> None:
        path = samples.saved(tmp_path, "a.pdf", samples.pdf())
        client.open(path)
        Path(path).unlink()
        assert client.words(PageRef(path, 0))
        client.close(path)
        with pytest.raises(DocumentMissing):
            client.words(PageRef(path, 0))

    def test_a_file_cut_short_under_the_reader_is_a_sentence_and_then_works_again(
        self, client: PageClient, tmp_path: Path
    ) -> None:
        data = samples.pdf(pages=2)
        path = samples.saved(tmp_path, "a.pdf", data)
        client.open(path)
        with Path(path).open("r+b") as file:
            file.truncate(0)
        with pytest.raises(UnreadableDocument, match=r"a\.pdf is empty"):
            client.render(PageRef(path, 1), WHOLE_PAGE, 10, 10)
        samples.saved(tmp_path, "a.pdf", data)
        assert client.words(PageRef(path, 1))[2].text == "2"


def test_deadlines_are_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        Deadlines(page=0)


def test_importing_the_client_loads_no_library_for_documents() -> None:
    heavy = "('PIL', 'pymupdf', 'numpy')"
    code = f"import sys, vlm.pages.client; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code]) == b"[]\n"


def test_every_drawing_fits_the_canvas() -> None:
    assert canvas.BYTES == 3 * limits.RENDER_PIXELS
