"""The command line: `vlm-desk ask`, `batch`, `eval`, `models`, `doctor`. The engine, no Qt."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vlm import cli_models, family_names, models, shortage, system_refusals
from vlm.errors import (
    AdapterMismatch,
    BatchUnusable,
    DeskError,
    DocumentMissing,
    DocumentTooLarge,
    ModelIncomplete,
    ModelMissing,
    ModelUnsupported,
    OutOfMemory,
    PageCrashed,
    PageTimeout,
    PasswordNeeded,
    QuestionUnanswerable,
    UnreadableDocument,
)
from vlm.host import OFFLINE
from vlm.types import Box

EXIT_CODES = {
    UnreadableDocument.code: 3,
    DocumentTooLarge.code: 3,
    DocumentMissing.code: 3,
    PageTimeout.code: 3,
    PageCrashed.code: 3,
    PasswordNeeded.code: 4,
    ModelIncomplete.code: 5,
    ModelMissing.code: 5,
    ModelUnsupported.code: 5,
    AdapterMismatch.code: 5,
    OutOfMemory.code: 6,
    QuestionUnanswerable.code: 7,
    BatchUnusable.code: 9,
}
FAILED, INTERRUPTED = 1, 130
INCOMPLETE = 8
"""The exit code of a batch in which some documents could not be answered."""

_EPILOG = """\
exit codes:
  0  done
  1  the program's folder cannot be used, the disk is full, or an error of the program's own
  2  the command line is wrong
  3  the document is missing, broken, too large or took too long
  4  the document needs a password
  5  there is no usable model, or the adapter does not fit it
  6  not enough memory
  7  the question cannot be put: no such page or question set, or it is empty or too long
  8  batch: done, but some documents could not be read or answered; the table says why
  9  batch: the answers cannot be kept
  130  interrupted
"""

NO_MEMORY = "The memory is not enough. Close other programs or choose a smaller model."


class NoModelError(Exception):
    """No model was named and none came with the program."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    os.environ.update(OFFLINE)
    arguments = _parser().parse_args(argv)
    run: str = arguments.command
    try:
        if run == "ask":
            from vlm.cli_ask import run as run_ask

            return run_ask(arguments)
        if run == "batch":
            from vlm.cli_batch import run as run_batch

            return run_batch(arguments)
        if run == "eval":
            from vlm.cli_eval import run as run_eval

            return run_eval(arguments)
        if run == "models":
            return int(arguments.run(arguments))
        from vlm.cli_doctor import run as run_doctor

        return run_doctor(arguments)
    except NoModelError as error:
        print(error, file=sys.stderr)
        return EXIT_CODES[ModelIncomplete.code]
    except DeskError as error:
        print(error, file=sys.stderr)
        return exit_code(error.code)
    except OSError as error:
        if not system_refusals.foreseen(error):
            raise
        print(system_refusals.sentence(error), file=sys.stderr)
        return FAILED
    except (MemoryError, ImportError, RuntimeError) as error:  # a library may not even fit
        if not shortage.is_said(f"{type(error).__name__}: {error}"):
            raise
        print(NO_MEMORY, file=sys.stderr)
        return EXIT_CODES[OutOfMemory.code]
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


def exit_code(code: str) -> int:
    """Return the exit code for an error's code."""
    return EXIT_CODES.get(code, FAILED)


def model_folder(named: str | None) -> Path:
    """Return the model to use.

    Raises:
        NoModelError: If none is named and none came with the program.
    """
    if named is not None:
        return Path(named)
    found = models.default_folder()
    if found is None:
        raise NoModelError(
            "No model came with this program. Name the folder of one with --model DIR, in "
            f"safetensors form. This program runs {family_names.sentence()}."
        )
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vlm-desk",
        description="Ask questions about documents, answered by a model on this machine.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    shared = {"epilog": _EPILOG, "formatter_class": argparse.RawDescriptionHelpFormatter}

    ask = commands.add_parser("ask", help="answer a question about a page", **shared)  # type: ignore[arg-type]
    ask.add_argument("file", metavar="FILE", help="a PDF or a picture")
    ask.add_argument("question", metavar="QUESTION", help="what to ask")
    where = ask.add_mutually_exclusive_group()
    where.add_argument(
        "--page", type=_page, default=1, metavar="N", help="counted from 1; default 1"
    )
    where.add_argument(
        "--all-pages",
        action="store_true",
        help="find the pages to read in the whole document, and say how many were not read",
    )
    ask.add_argument(
        "--crop",
        type=_crop,
        metavar="x0,y0,x1,y1",
        help="ask about this part only: fractions of the page from its top left corner",
    )
    ask.add_argument("--no-splitting", action="store_true", help="faster, reads large print only")
    ask.add_argument("--json", action="store_true", help="print all that is known of the answer")
    _add_model(ask)

    _add_batch(commands, shared)

    evaluate = commands.add_parser("eval", help="score the answers to many questions", **shared)  # type: ignore[arg-type]
    evaluate.add_argument(
        "rows",
        metavar="ROWS.jsonl",
        help="lines of id, file, page (from 0), question, answers, and perhaps box (4 fractions)",
    )
    evaluate.add_argument("--limit", type=_page, metavar="N", help="only the first N rows")
    evaluate.add_argument("--json", action="store_true", help="print scores and rows as JSON")
    _add_model(evaluate)

    commands.add_parser("doctor", help="show what this machine has and what will run", **shared)  # type: ignore[arg-type]
    cli_models.register(commands)
    return parser


def _add_batch(commands: Any, shared: dict[str, Any]) -> None:
    batch = commands.add_parser(
        "batch",
        help="put the same questions to every document of a folder",
        description="Put the same questions to every document of a folder and the folders below. "
        "Each answer is kept at once: run the same again to go on after an interruption, or to "
        "ask only what is new or has changed.",
        **shared,
    )
    batch.add_argument("folder", metavar="FOLDER", help="PDFs and pictures")
    batch.add_argument(
        "--questions",
        required=True,
        metavar="SET",
        help="a question set, such as invoice or receipt, or a text or JSON file of questions",
    )
    batch.add_argument(
        "--out",
        metavar="FILE",
        help="a .csv, .json or .xlsx file for the table; CSV on the terminal without it",
    )
    batch.add_argument(
        "--password-file",
        metavar="FILE",
        help="passwords of encrypted documents: lines of a file name, a tab and the password; "
        "without it you are asked on the terminal",
    )
    batch.add_argument(
        "--engines",
        type=_page,
        metavar="N",
        help="how many engines answer side by side; default one for each graphics card",
    )
    batch.add_argument("--again", action="store_true", help="ask also what has been answered")
    _add_model(batch)


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="DIR", help="the folder of a checkpoint")
    parser.add_argument("--adapter", metavar="NAME", help="a trained version of it")
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="default auto"
    )
    parser.add_argument(
        "--precision",
        choices=("automatic", "exact", "fast", "8bit"),
        default="automatic",
        help="how exactly to compute answers: fast is 4 bits on a graphics card and 8 on a "
        "processor; default automatic",
    )


def _page(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return number


def _crop(text: str) -> Box:
    try:
        x0, y0, x1, y1 = (float(part) for part in text.split(","))
        return Box(x0, y0, x1, y1)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not x0,y0,x1,y1 with 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1"
        ) from error
