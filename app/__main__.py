"""The command `vlm-desk`: the window, a command line, or one of the program's own processes.

Imports only what the chosen way needs: the window must be on screen before anything heavy loads.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from vlm import closed_streams
from vlm.yielding_cores import yield_cores

COMMANDS = ("ask", "batch", "eval", "models", "doctor")
TUNING = ("train", "adapters")
"""Commands of `finetune`."""
USAGE_ERROR = 2
NO_WINDOW = 3
INTERRUPTED = 130
UNREAD = 141
"""The exit code where nobody reads the output any more, as of programs that SIGPIPE ends."""
SAMPLE_QUESTION = "What is the invoice number?"
SAMPLE_CROP = "0.545,0.16,0.925,0.186"
"""The part of the sample's first page that holds the answer: the small model reads crops."""
USAGE = """\
usage: vlm-desk [FILE ...] [--page N] [--sample]
       vlm-desk COMMAND ...

Opens the desk with these PDF files or pictures; a desk that is already open takes them over.

  --page N     show page N of the first file, counted from 1
  --sample     open the sample document; without a display, answer a question about it here
  --version    print the version
  -h, --help   print this

commands: {commands}; each has its own --help
exit codes: 0 done, 1 the program's folder cannot be used, 2 wrong usage, 3 no window can be shown
here, 4 an open desk does not answer, 130 interrupted
"""


class _Misused(Exception):
    """The command line makes no sense; the message says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit code."""
    closed_streams.fill()
    given = list(sys.argv[1:] if arguments is None else arguments)
    yield_cores()
    if given[:1] == ["--child"]:
        return _child(given[1:])
    try:
        code = _run(given)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:  # before there was anything that could be ended properly
        return INTERRUPTED
    except BrokenPipeError:  # whoever read the output has enough of it, like `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD


def _run(given: list[str]) -> int:
    if given and given[0] in COMMANDS:
        from vlm.cli import main as command_line

        return command_line(given)
    if given and given[0] in TUNING:
        from finetune.cli import main as tuning_line

        return tuning_line(given)
    if "-h" in given or "--help" in given:
        sys.stdout.write(USAGE.format(commands=", ".join(COMMANDS + TUNING)))
        return 0
    if given == ["--version"]:
        from importlib.metadata import version

        sys.stdout.write(f"vlm-desk {version('vlm-desk')}\n")
        return 0
    try:
        files, page, sample = _read(given)
    except _Misused as error:
        sys.stderr.write(f"vlm-desk: {error}\n")
        return USAGE_ERROR
    return _window(files, page, sample)


def _child(given: list[str]) -> int:
    from vlm import children

    if given[:1] == ["training"]:
        from finetune.worker import main as training

        return training(given[1:])
    if len(given) != 1 or given[0] not in children.NAMES:
        sys.stderr.write(f"vlm-desk: --child takes one of {', '.join(children.NAMES)}\n")
        return USAGE_ERROR
    # Ctrl+C in a terminal reaches all processes; the program itself ends its children.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return children.run(given[0])


def _read(given: list[str]) -> tuple[list[str], int | None, bool]:
    """Return files, page from 0, and whether the sample is wanted."""
    files: list[str] = []
    page: int | None = None
    sample = False
    rest = iter(given)
    for word in rest:
        if word == "--":
            files.extend(rest)
        elif word == "--sample":
            sample = True
        elif word == "--page" or word.startswith("--page="):
            page = _page(word.partition("=")[2] or next(rest, ""))
        elif word.startswith("-") and word != "-":
            raise _Misused(f"unknown option {word}; see vlm-desk --help")
        else:
            files.append(word)
    return files, page, sample


def _page(word: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise _Misused("--page needs a page number, counted from 1")
    return int(word) - 1


def _window(files: list[str], page: int | None, sample: bool) -> int:
    from app import display

    sentence = display.obstacle(os.environ)
    if sentence:
        sys.stderr.write(sentence + "\n")
        return _answer_sample() if sample else NO_WINDOW
    from app.main import run
    from app.shell import Start
    from app.single import Wish
    from vlm.pages.files import as_text

    absolute = (os.path.abspath(file) for file in files)  # noqa: PTH100 - links stay links
    here = tuple(as_text(file) for file in absolute)
    return run(Start(Wish(here, page), sample))


def _answer_sample() -> int:
    from pathlib import Path

    import assets
    from vlm.cli import main as command_line

    sys.stderr.write(f"Asking about the sample here instead: {SAMPLE_QUESTION}\n")
    sample = Path(assets.__file__).parent / "sample.pdf"
    return command_line(["ask", str(sample), SAMPLE_QUESTION, "--crop", SAMPLE_CROP])


if __name__ == "__main__":
    sys.exit(main())
