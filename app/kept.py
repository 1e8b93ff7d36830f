"""One value in a small file that only its owner reads: a convenience, never what must not be lost.

What the batch window asked last, what was chosen while labelling, the server that was remembered.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from app import safe_file

Value = TypeVar("Value", bound=msgspec.Struct)

_log = logging.getLogger(__name__)


class Kept(Generic[Value]):
    """Reads and writes the file.

    Args:
        path: The file; need not exist.
        kind: What it holds.
    """

    def __init__(self, path: Path, kind: type[Value]) -> None:
        self._path = path
        self._kind = kind

    def load(self) -> Value | None:
        """Return what is kept; None for nothing.

        A file that cannot be read or understood holds nothing: it costs only that, and a line in
        the log. The next `save` replaces it.
        """
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=self._kind)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            _log.warning("What %s keeps is not known: %s", self._path.name, type(error).__name__)
            return None

    def save(self, value: Value | None, durable: bool = True) -> None:
        """Keep a value, or with None nothing.

        Args:
            value: All of it.
            durable: Wait for the disk, so that it also outlives a power cut.

        Raises:
            OSError: When the file cannot be written or removed; what was kept still is.
        """
        if value is None:
            self._path.unlink(missing_ok=True)
        else:
            safe_file.write(self._path, msgspec.json.encode(value), durable)
