"""What becomes of page processes: of those that hang or die, and with the program."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import psutil
import pytest

from tests.vlm.pages import samples
from vlm import children
from vlm.errors import (
    PageCrashed,
    PageTimeout,
)
from vlm.pages.client import DOCUMENTS, Deadlines, PageClient
from vlm.types import WHOLE_PAGE, PageRef


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


@contextlib.contextmanager
def _impatient(deadlines: Deadlines) -> Generator[None]:
    """Give pages half a second meanwhile: no more is needed where they never end."""
    page, text = deadlines.page, deadlines.text
    for name, seconds in (("page", 0.5), ("text", 0.5)):
        object.__setattr__(deadlines, name, seconds)
    yield
    for name, seconds in (("page", page), ("text", text)):
        object.__setattr__(deadlines, name, seconds)


class TestBadPages:
    def test_a_page_without_end_is_given_up_and_the_next_one_works(self, tmp_path: Path) -> None:
        path = samples.saved(tmp_path, "endless.pdf", samples.endless_pdf())
        deadlines = Deadlines(open=60, page=60, text=60, first=120)
        with PageClient(deadlines=deadlines) as client:
            assert client.open(path).page_count == 2
            late = r"Drawing page 1 of endless\.pdf took longer"
            with _impatient(deadlines), pytest.raises(PageTimeout, match=late):
                client.render(PageRef(path, 0), WHOLE_PAGE, 20, 10)
            assert client.render(PageRef(path, 1), WHOLE_PAGE, 2, 1).data == bytes(samples.RED) * 2
            late = r"Reading the text of page 1 of endless\.pdf"
            with _impatient(deadlines), pytest.raises(PageTimeout, match=late):
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
        assert psutil.wait_procs(list(killed), 60)[1] == []
        assert len(killed) == 2
        assert client.words(PageRef(path, 0))

    def test_stopping_ends_a_job_that_is_running(self, tmp_path: Path) -> None:
        path = samples.saved(tmp_path, "endless.pdf", samples.endless_pdf())
        client = PageClient(deadlines=Deadlines(open=60, page=60, first=120))
        client.open(path)

        def stop_when_busy() -> None:
            _busy_process()
            client.stop()

        stopper = threading.Thread(target=stop_when_busy)
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
        assert psutil.wait_procs(processes, 60)[1] == []


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
