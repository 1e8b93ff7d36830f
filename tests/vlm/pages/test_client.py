from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from tests.vlm.pages import samples
from vlm import children
from vlm.errors import (
    DocumentMissing,
    DocumentTooLarge,
    PageCrashed,
    PageTimeout,
    PasswordNeeded,
    UnreadableDocument,
)
from vlm.pages import canvas, limits
from vlm.pages.client import DOCUMENTS, Deadlines, PageClient
from vlm.types import WHOLE_PAGE, Box, Document, PageRef, PageSize

BLUE = (0, 0, 255)


def _page_processes() -> set[psutil.Process]:
    return set(psutil.Process().children())


def _busy_process() -> psutil.Process:
    """Wait for the page process whose memory grows: the one with the endless page."""
    moment = threading.Event()
    while True:
        for process in _page_processes():
            if process.memory_info().rss > 150_000_000:
                return process
        moment.wait(0.01)


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


class TestBadPages:
    def test_a_page_without_end_is_given_up_and_the_next_one_works(self, tmp_path: Path) -> None:
        path = samples.saved(tmp_path, "endless.pdf", samples.endless_pdf())
        with PageClient(deadlines=Deadlines(page=0.5, text=0.5)) as client:
            assert client.open(path).page_count == 2
            with pytest.raises(PageTimeout, match=r"Drawing page 1 of endless\.pdf took longer"):
                client.render(PageRef(path, 0), WHOLE_PAGE, 20, 10)
            assert client.render(PageRef(path, 1), WHOLE_PAGE, 2, 1).data == bytes(samples.RED) * 2
            with pytest.raises(PageTimeout, match=r"Reading the text of page 1 of endless\.pdf"):
                client.words(PageRef(path, 0))
            assert client.words(PageRef(path, 1)) == ()

    def test_opening_has_a_deadline(self, tmp_path: Path) -> None:
        path = samples.saved(tmp_path, "a.pdf", samples.pdf())
        with (
            PageClient(deadlines=Deadlines(open=1e-9)) as client,
            pytest.raises(PageTimeout, match=r"Opening a\.pdf took longer than 1e-09 seconds"),
        ):
            client.open(path)

    def test_a_process_that_ends_while_drawing_is_a_sentence_and_the_next_page_works(
        self, tmp_path: Path
    ) -> None:
        path = samples.saved(tmp_path, "endless.pdf", samples.endless_pdf())
        with PageClient(deadlines=Deadlines(page=60, first=60)) as client:
            client.open(path)
            killer = threading.Thread(target=lambda: _busy_process().kill())
            killer.start()
            with pytest.raises(PageCrashed, match=r"Drawing page 1 of endless\.pdf made the page"):
                client.render(PageRef(path, 0), WHOLE_PAGE, 20, 10)
            killer.join()
            drawn = client.render(PageRef(path, 1), WHOLE_PAGE, 2, 1)
        assert drawn.data == bytes(samples.RED) * 2

    def test_processes_that_end_while_idle_are_not_noticed(
        self, client: PageClient, tmp_path: Path
    ) -> None:
        path = samples.saved(tmp_path, "a.pdf", samples.pdf())
        client.open(path)
        client.settle()
        killed = _page_processes()
        for process in killed:
            process.kill()
        psutil.wait_procs(list(killed), 0.2)
        assert len(killed) == 2
        assert client.words(PageRef(path, 0))

    def test_stopping_ends_a_job_that_is_running(self, tmp_path: Path) -> None:
        path = samples.saved(tmp_path, "endless.pdf", samples.endless_pdf())
        client = PageClient()
        client.open(path)
        stopper = threading.Timer(0.3, client.stop)
        stopper.start()
        with pytest.raises(PageCrashed, match="the program is closing"):
            client.render(PageRef(path, 0), WHOLE_PAGE, 20, 10)
        stopper.join()
        with pytest.raises(PageCrashed, match="the program is closing"):
            client.open(path)


class TestProcesses:
    def test_their_number_is_bounded(self, client: PageClient, tmp_path: Path) -> None:
        paths = [
            samples.saved(tmp_path, f"{number}.pdf", samples.pdf(pages=number + 1))
            for number in range(DOCUMENTS + 2)
        ]
        assert [client.open(path).page_count for path in paths] == [1, 2, 3, 4, 5]
        client.settle()
        assert len(_page_processes()) == DOCUMENTS + 1
        assert client.words(PageRef(paths[0], 0))

    def test_stop_ends_them_all(self, tmp_path: Path) -> None:
        before = _page_processes()
        with PageClient() as client:
            client.open(samples.saved(tmp_path, "a.pdf", samples.pdf()))
            assert _page_processes() > before
        assert _page_processes() == before

    def test_a_process_that_cannot_start_is_a_sentence(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        path = samples.saved(tmp_path, "a.pdf", samples.pdf())
        command = [sys.executable, "-c", "raise SystemExit(3)"]
        monkeypatch.setattr(children, "command", lambda name: command)
        with PageClient() as client, pytest.raises(PageCrashed, match="does not start"):
            client.open(path)

    @pytest.fixture
    def program(self, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
        """A program that has a document open and waits."""
        path = samples.saved(tmp_path, "a.pdf", samples.pdf())
        lines = (
            "import sys",
            "from vlm.pages.client import PageClient",
            "client = PageClient()",
            f"client.open({path!r})",
            "client.settle()",
            "print('open', flush=True)",
            "sys.stdin.read()",
        )
        command = [sys.executable, "-c", "\n".join(lines)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
            yield running
            running.kill()

    def test_they_end_with_the_program_however_it_ends(
        self, program: subprocess.Popen[bytes]
    ) -> None:
        assert program.stdout is not None
        assert program.stdout.readline() == b"open\n"
        processes = psutil.Process(program.pid).children()
        assert len(processes) == 2
        program.kill()
        assert psutil.wait_procs(processes, 5)[1] == []


def test_deadlines_are_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        Deadlines(page=0)


def test_importing_the_client_loads_no_library_for_documents() -> None:
    heavy = "('PIL', 'pymupdf', 'numpy')"
    code = f"import sys, vlm.pages.client; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code]) == b"[]\n"


def test_every_drawing_fits_the_canvas() -> None:
    assert canvas.BYTES == 3 * limits.RENDER_PIXELS


LIMITED = """
import resource, sys
from vlm.errors import PageCrashed
from vlm.pages.client import PageClient
resource.setrlimit(resource.RLIMIT_AS, (60_000_000, 60_000_000))
with PageClient() as client:
    try:
        client.open(sys.argv[1])
    except PageCrashed as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere this limit is not kept")
def test_where_no_page_process_fits_into_memory_it_is_not_said_to_be_broken(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LIMITED, samples.saved(tmp_path, "a.pdf", samples.pdf())]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert said.startswith("There is too little memory for the page reader.")
