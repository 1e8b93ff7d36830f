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
    errno.EISDIR: "a folder lies where a file should be. Move it away.",
    errno.EBUSY: "another program is using it. Close it there and try again.",
    errno.ETXTBSY: "another program is using it. Close it there and try again.",
    errno.EFBIG: "it is too large for this disk.",
    errno.ELOOP: "its links lead in circles. Choose another folder.",
    errno.ENOTEMPTY: "there are other files in it. Move them away.",
}
for _number in (
    errno.ESTALE,
    errno.ETIMEDOUT,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.ENOTCONN,
    errno.ECONNABORTED,
    errno.ECONNRESET,
):
    _GONE[_number] = "its disk in the network does not answer. Connect it and try again."
"""What a person can do something about only where the file is the person's own."""


_DATABASE = {
    3: _REASONS[errno.EACCES],
    5: "another program is using it. Close it there and try again.",
    6: "another program is using it. Close it there and try again.",
    7: "there is too little memory. Close some programs and try again.",
    8: "it can only be read. Check who may write there.",
    10: _REASONS[errno.EIO],
    11: "it is damaged. Bring it back from a backup, or move it away to begin anew.",
    13: _REASONS[errno.ENOSPC],
    14: "it, or its folder, cannot be opened. Check who may read and write there.",
    26: "it is damaged. Bring it back from a backup, or move it away to begin anew.",
}
"""By SQLite's primary result codes, https://sqlite.org/rescode.html, without loading SQLite."""


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
    why = ""
    if isinstance(error, OSError):
        number = error.errno or 0
        why = _REASONS.get(number) or _GONE.get(number) or _unknown(number)
    elif isinstance(code := getattr(error, "sqlite_errorcode", None), int):
        why = _DATABASE.get(code & 0xFF, "")
    return (why or str(error)).removesuffix(".")


def _unknown(number: int) -> str:
    """Return what to do about a refusal that says nothing to a person, "" for number 0."""
    name = errno.errorcode.get(number, f"error {number}")
    return f"the system refuses it ({name}). Try another folder or disk." if number else ""


def foreseen(error: OSError) -> bool:
    """Tell whether a person can do something about it, so that it is no bug of ours."""
    return error.errno in _REASONS
