"""What the system can refuse the program's own files, in plain sentences with the next step."""

from __future__ import annotations

import errno
import os
from pathlib import Path

_REASONS = {
    errno.ENOSPC: "the disk is full. Free some space and try again.",
    errno.EDQUOT: "your share of the disk is used up. Free some space and try again.",
    errno.EROFS: "the disk can only be read. Check how it is mounted.",
    errno.EACCES: "that is not allowed. Check who may read and write there.",
    errno.EPERM: "that is not allowed. Check who may read and write there.",
    errno.ENOTDIR: "a file lies where a folder should be. Move it away.",
    errno.EEXIST: "a file lies where a folder should be. Move it away.",
    errno.ENAMETOOLONG: "the name is too long for this disk. Choose a shorter one.",
    errno.EMFILE: "too many files are open. Close some programs and try again.",
    errno.ENFILE: "too many files are open. Close some programs and try again.",
    errno.EIO: "the disk does not answer as it should. Look whether it still works.",
}

_GONE = {
    errno.ENOENT: "it, or its folder, is not there any more.",
    errno.ENODEV: "its disk is not there any more. Connect it and try again.",
    errno.ENXIO: "its disk is not there any more. Connect it and try again.",
}
"""What a person can do something about only where the file is the person's own."""


def sentence(error: OSError, what: str | os.PathLike[str] = "") -> str:
    """Say what was refused, why, and what a person can do about it.

    Args:
        error: What the system said.
        what: The file or folder meant where the error names none.
    """
    named = error.filename if isinstance(error.filename, str | Path) else what
    thing = os.fspath(named) or "its files"
    return f"VLM Desk cannot use {thing}: {reason(error)}."


def reason(error: Exception) -> str:
    """Say why a file cannot be used and what to do, as the end of a sentence without its dot."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not saved as UTF-8"
    if isinstance(error, OSError):
        number = error.errno or 0
        why = _REASONS.get(number) or _GONE.get(number) or error.strerror or str(error)
        return why.removesuffix(".")
    return str(error).removesuffix(".")


def foreseen(error: OSError) -> bool:
    """Tell whether a person can do something about it, so that it is no bug of ours."""
    return error.errno in _REASONS
