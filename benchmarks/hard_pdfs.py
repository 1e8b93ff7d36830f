"""Runs a folder of hard documents through the page client and prints how each one ended.

`python -m benchmarks.hard_pdfs FOLDER [--json]`: FOLDER holds `manifest.jsonl`, one object a line
with `file` (its last part is looked for in FOLDER and FOLDER/files) and perhaps `password`; a
folder without a manifest is taken file by file. Each document must end in a shown page or a
named sentence within 12 seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from vlm.errors import DeskError
from vlm.pages.client import PageClient
from vlm.types import WHOLE_PAGE, PageRef

MOST_SECONDS = 12.0
LONG_EDGE = 1000


@dataclass(frozen=True)
class Outcome:
    """How one document ended. `code` is "shown" or an error's; seconds are of wall time.

    `words` is their number, or -1 with `text_code` saying why they could not be read.
    """

    file: str
    code: str
    sentence: str
    pages: int
    open_seconds: float
    shown_seconds: float
    text_seconds: float
    words: int
    text_code: str
    blank: bool

    @property
    def seconds(self) -> float:
        """Until the page or the sentence was there."""
        return self.shown_seconds


def documents(folder: Path) -> Iterator[tuple[Path, str | None]]:
    """Yield the files of a folder with their passwords."""
    manifest = folder / "manifest.jsonl"
    if not manifest.exists():
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            yield path, None
        return
    for line in manifest.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        name = Path(row["file"]).name
        path = folder / "files" / name
        if not path.exists():
            path = folder / name
        yield path, None
        if row.get("password"):
            yield path, row["password"]


def run(client: PageClient, path: Path, password: str | None) -> Outcome:
    """Open a document, draw its first page, read its words; time each."""
    name = path.name if password is None else f"{path.name} (with its password)"
    began = time.perf_counter()
    opened = shown = 0.0
    pages = 0
    try:
        document = client.open(str(path), password)
        opened, pages = time.perf_counter() - began, document.page_count
        size = document.first_size
        scale = LONG_EDGE / max(size.width, size.height)
        width, height = max(1, round(size.width * scale)), max(1, round(size.height * scale))
        page = client.render(PageRef(str(path), 0), WHOLE_PAGE, width, height)
    except DeskError as error:
        shown = time.perf_counter() - began
        client.close(str(path))
        return Outcome(name, error.code, str(error), pages, opened, shown, 0.0, -1, "", False)
    shown = time.perf_counter() - began
    words, text_code = -1, ""
    try:
        words = len(client.words(PageRef(str(path), 0)))
    except DeskError as error:
        text_code = f"{error.code}: {error}"
    text = time.perf_counter() - began - shown
    client.close(str(path))
    blank = page.data == b"\xff" * len(page.data)
    return Outcome(name, "shown", "", pages, opened, shown, text, words, text_code, blank)


def table(outcomes: list[Outcome]) -> Iterator[str]:
    """Yield the lines of the report."""
    by_code = Counter(outcome.code for outcome in outcomes)
    yield f"{len(outcomes)} documents"
    for code, count in by_code.most_common():
        yield f"  {count:4d}  {code}"
    shown = [outcome for outcome in outcomes if outcome.code == "shown"]
    yield f"of the shown: {sum(o.blank for o in shown)} blank pages,"
    yield f"  {sum(o.words > 0 for o in shown)} with words,"
    yield f"  {sum(o.words == 0 for o in shown)} without,"
    yield f"  {sum(o.words < 0 for o in shown)} whose text could not be read"
    yield ""
    yield "Slowest until shown or explained (seconds), then their text:"
    for outcome in sorted(outcomes, key=lambda o: -o.seconds)[:10]:
        times = f"{outcome.seconds:6.2f}  {outcome.text_seconds:6.2f}"
        yield f"  {times}  {outcome.code:20s} {outcome.file}"
    yield ""
    yield "Sentences:"
    sentences: dict[str, list[str]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.code != "shown" or outcome.text_code:
            what = outcome.sentence or outcome.text_code
            sentences[what.replace(outcome.file, "FILE")].append(outcome.file)
    for sentence, names in sorted(sentences.items(), key=lambda item: -len(item[1])):
        yield f"  {len(names):4d}  {sentence}  e.g. {names[0]}"
    yield ""
    late = sum(outcome.seconds > MOST_SECONDS for outcome in outcomes)
    yield f"Over {MOST_SECONDS:.0f} seconds: {late}"


def main() -> int:
    """Run the benchmark; return 1 when a document took too long."""
    parser = argparse.ArgumentParser(
        description="Run a folder of hard documents through the page client."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="print one object per document")
    parser.add_argument("--match", default="", help="only files whose name contains this")
    chosen = parser.parse_args()
    outcomes: list[Outcome] = []
    with PageClient() as client:
        for path, password in documents(chosen.folder):
            if chosen.match in path.name:
                outcomes.append(run(client, path, password))
        jail = client.jail
    if chosen.json:
        for outcome in outcomes:
            print(json.dumps(asdict(outcome)))
    else:
        print(jail)
        print("\n".join(table(outcomes)))
    return int(any(outcome.seconds > MOST_SECONDS for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
