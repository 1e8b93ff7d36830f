"""Passwords of encrypted documents, from a file that a person wrote. Never logged, never kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from vlm.errors import BatchUnusable
from vlm.system_refusals import reason

FORM = "a document's name, a tab and its password"


@dataclass(frozen=True, slots=True)
class Passwords:
    """Passwords by document, and the names that no document has; `repr` shows neither password.

    Attributes:
        by_path: As the batch names its documents.
        unknown: Names in the file that fit nothing.
    """

    by_path: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    unknown: tuple[str, ...] = ()


def read(file: Path, folder: Path, documents: Iterable[Path]) -> Passwords:
    """Read a file of passwords.

    Args:
        file: Lines of a name, a tab and a password, in UTF-8. A name is a document's path below the
            folder, or its last part, which may be that of several.
        folder: Where the documents are.
        documents: All of them.

    Raises:
        BatchUnusable: When the file cannot be read or a line has no tab. The sentence holds no
            password.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BatchUnusable(f"The passwords in {file} cannot be read: {reason(error)}.") from error
    named: dict[str, list[str]] = {}
    for document in documents:
        for name in {document.name, _below(folder, document)}:
            named.setdefault(name, []).append(str(document))
    found: dict[str, str] = {}
    unknown: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name, tab, password = line.partition("\t")
        if not tab:
            raise BatchUnusable(f"Line {number} of {file} has no tab; each line is {FORM}.")
        for path in named.get(name.strip(), ()):
            found[path] = password
        if name.strip() not in named:
            unknown.append(name.strip())
    return Passwords(found, tuple(unknown))


def _below(folder: Path, document: Path) -> str:
    return document.relative_to(folder).as_posix()
