"""Gives the program the streams that whoever started it has closed.

Without them the next file that is opened would be taken for the output, and what the program says
would be written into it.
"""

from __future__ import annotations

import os
import sys

_NAMES = ("stdin", "stdout", "stderr")


def fill() -> None:
    """Let input, output and errors that are closed, as by ``>&-``, come from and go to nowhere.

    Must run before any file is opened.
    """
    for number, name in enumerate(_NAMES):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the system gives the lowest number that is free
        if getattr(sys, name) is None:
            mode = "r" if number == 0 else "w"
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
