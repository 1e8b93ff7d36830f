"""The command line: `vlm-desk train` and `vlm-desk adapters`. The window's tuning, no Qt."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from finetune import cli_adapters, cli_train
from finetune.cli_exit import EXIT_CODES, FAILED, INTERRUPTED
from vlm import system_refusals
from vlm.errors import DeskError

EPILOG = """\
exit codes:
  0  done; for train: and better on the held-out documents
  1  the program's folder cannot be used, the disk is full, or an error of the program's own
  2  the command line is wrong
  3  the list of rows cannot be read, or none of its rows can be used
  5  there is no usable model, or the adapter does not fit it
  6  not enough memory
  8  the examples do not allow training; the reasons are printed
  9  trained, but not proven better; the adapter is kept and marked so
  130  interrupted; the run goes on where it was with --resume
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except DeskError as error:
        print(error, file=sys.stderr)
        return EXIT_CODES.get(error.code, FAILED)
    except OSError as error:
        if not system_refusals.foreseen(error):
            raise
        print(system_refusals.sentence(error), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vlm-desk",
        description="Teach a model on your own documents, and keep what it learned.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    cli_train.register(commands, EPILOG)
    cli_adapters.register(commands, EPILOG)
    return parser


if __name__ == "__main__":
    sys.exit(main())
