"""`vlm-desk ask`: one question, its answer on stdout, what happens meanwhile on stderr."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec

from vlm import busy
from vlm.clean_text import clean_text
from vlm.cli import FAILED, INTERRUPTED, exit_code, model_folder
from vlm.coverage import coverage
from vlm.engine import Engine
from vlm.errors import PasswordNeeded
from vlm.pages import files
from vlm.pages.client import PageClient
from vlm.protocol import (
    Ask,
    Cancelled,
    Done,
    Event,
    Failed,
    Load,
    Loaded,
    Progress,
    Saw,
    TextDelta,
    Unlock,
)
from vlm.types import Answer, PageRef, PagesRead, Question

USAGE = 2
"""The exit code of argparse for a command line that is wrong."""


def run(arguments: argparse.Namespace) -> int:
    """Answer one question; returns the exit code. A run that trains meanwhile stands back."""
    with busy.answering():
        return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    folder = model_folder(arguments.model)
    path = str(Path(arguments.file).absolute())
    page = PageRef(path, arguments.page - 1)
    if arguments.all_pages and arguments.crop is not None:
        _say("A crop is a part of one page: leave --crop or --all-pages away.")
        return USAGE
    files.stamp(path)  # what cannot be opened should not wait for a model
    question = Question(
        clean_text(arguments.question),
        page,
        arguments.crop,
        splitting=not arguments.no_splitting,
        whole_document=arguments.all_pages,
    )
    cancel = threading.Event()
    engine = Engine(PageClient())
    try:
        load = Load(
            1, str(folder), arguments.adapter, arguments.device, precision=arguments.precision
        )
        code = _follow(engine.load(load, cancel), arguments.page, arguments.json)
        if code != 0:
            return code
        code = _follow(engine.ask(Ask(2, question), cancel), arguments.page, arguments.json)
        if code == exit_code(PasswordNeeded.code) and sys.stdin.isatty():
            engine.unlock(Unlock(path, getpass.getpass("Password: ", sys.stderr)))
            code = _follow(engine.ask(Ask(3, question), cancel), arguments.page, arguments.json)
        return code
    finally:
        engine.close()


def _follow(events: Iterator[Event], page: int, as_json: bool) -> int:
    """Print what a job reports; returns the exit code for its end."""
    for event in events:
        match event:
            case Progress():
                _say(event.text)
            case Saw():
                if event.warning:
                    _say(event.warning)
            case TextDelta():
                if not as_json and sys.stdout.isatty():
                    print(event.text, end="", flush=True)
            case Done():
                _print(event.answer, page, as_json)
            case Failed():
                _say(event.message)
                return exit_code(event.code)
            case Cancelled():
                return INTERRUPTED
            case Loaded():
                _say(f"{event.model.name}: {event.model.reason}")
            case _:
                return FAILED
    return 0


def _print(answer: Answer, page: int, as_json: bool) -> None:
    if as_json:
        print(json.dumps(as_dict(answer, page), ensure_ascii=False, indent=2))
        return
    if answer.read is not None:
        _print_read(answer, answer.read)
        return
    print("" if sys.stdout.isatty() else answer.text)
    _say(_check(answer))


def _print_read(answer: Answer, read: PagesRead) -> None:
    """Print an answer of a whole document with its page, and what the other pages answered."""
    if not read.found:
        print(answer.text)
        return
    print(f"{answer.text} (page {read.pages[0].page + 1})")
    for page in read.pages[1:]:
        if page.useful and page.text != answer.text:
            _say(f"Page {page.page + 1} answers: {page.text}")
    _say(coverage(read))
    _say(_check(answer))


def _check(answer: Answer) -> str:
    found = {
        "crop": "These words stand in the part you asked about.",
        "page": "These words stand on the page.",
        "absent": "These words do not stand on the page.",
        "no_text": "There is no text layer here to check the answer against.",
        "nothing": "The model found no answer here; it may have overlooked it.",
    }[answer.evidence.kind]
    if answer.evidence.part is not None and answer.evidence.kind == "crop":
        found = "These words stand on the page, in the part where they were read."
    repeated = (
        " The answer began to repeat itself and was cut." if answer.stop == "repetition" else ""
    )
    return f"{found} Confidence {answer.confidence:.0%}.{repeated}"


def as_dict(answer: Answer, page: int) -> dict[str, object]:
    """Return an answer as the JSON object that `--json` prints.

    Pages count from 1; boxes are page fractions, the first of them also alone as `box`. `read_in`
    is the part of the page that a small model read it in, where nobody named one: no proof.
    """
    boxes = [[box.x0, box.y0, box.x1, box.y1] for box in answer.evidence.boxes]
    read, part = answer.read, answer.evidence.part
    if read is not None and read.found:
        page = read.pages[0].page + 1
    return {
        "answer": answer.text,
        "confidence": answer.confidence,
        "evidence": {
            "kind": answer.evidence.kind,
            "page": page,
            "box": boxes[0] if boxes else None,
            "boxes": boxes,
            **({} if part is None else {"read_in": [part.x0, part.y0, part.x1, part.y1]}),
        },
        "stop": answer.stop,
        "model": answer.model,
        "adapter": answer.adapter,
        "visual_tokens": answer.visual_tokens,
        "effective_dpi": answer.effective_dpi,
        "timings": msgspec.to_builtins(answer.timings),
        **({} if read is None else {"read": _read_dict(read)}),
    }


def _read_dict(read: PagesRead) -> dict[str, object]:
    return {
        "found": read.found,
        "pages": read.page_count,
        "pages_searched": read.searched,
        "pages_not_read": read.unread,
        "answers": [
            {
                "page": one.page + 1,
                "answer": one.text,
                "confidence": one.confidence,
                "evidence": one.evidence.kind,
                "useful": one.useful,
            }
            for one in read.pages
        ],
    }


def _say(text: str) -> None:
    print(text, file=sys.stderr)
