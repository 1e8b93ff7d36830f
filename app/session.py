"""What was open when the program ended, and the file that remembers it; whole at every moment."""

from __future__ import annotations

import base64
from pathlib import Path

import msgspec

from app import safe_file
from app.viewer.state import ViewState
from vlm.system_refusals import reason

VERSION = 1
MOST_TABS = 50


class SavedTab(msgspec.Struct, frozen=True):
    """One open document: where the person was on it, and the question not yet asked."""

    path: str
    view: ViewState | None = None
    draft: str = ""


class Session(msgspec.Struct, frozen=True):
    """Everything that the next start brings back.

    `current` is the index of the tab in front. `versions` are the tuned versions that the person
    chose for a document, by its path, see `app.adapters.door`. `geometry` is Qt's own description
    of the window's place, in base 64; `side_width` is the asking panel's width in logical pixels,
    0 for its own.
    """

    tabs: tuple[SavedTab, ...] = ()
    current: int = 0
    geometry: str = ""
    side_width: int = 0
    history_shown: bool = False
    versions: dict[str, str] = {}
    version: int = VERSION


def pack(data: bytes) -> str:
    """Return bytes as text for a session."""
    return base64.b64encode(data).decode("ascii")


def unpack(text: str) -> bytes:
    """Undo `pack`; text that is none gives no bytes."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


class SessionFile:
    """Reads and writes the session.

    `complaint` is "" or the plain sentence to show after `load` found a file it could not use.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.complaint = ""

    def load(self) -> Session:
        """Read the file; a missing one is an empty session, a broken one is set aside."""
        try:
            session = msgspec.json.decode(self._path.read_bytes(), type=Session)
        except FileNotFoundError:
            return Session()
        except OSError as error:
            self.complaint = f"The last session could not be read: {reason(error)}."
            return Session()
        except (msgspec.DecodeError, UnicodeDecodeError):
            became = safe_file.set_aside(self._path)
            self.complaint = f"The last session could not be understood. It {became}."
            return Session()
        return msgspec.structs.replace(session, tabs=session.tabs[:MOST_TABS])

    def save(self, session: Session) -> None:
        """Write the file.

        Raises:
            OSError: When the folder cannot be written.
        """
        safe_file.write(self._path, msgspec.json.encode(session))

    def forget(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)
