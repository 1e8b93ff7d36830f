"""What a person can set, its limits, and the file it is kept in. Knows no widgets."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from app import safe_file
from vlm.system_refusals import reason

VERSION = 1
SHORTEST_ANSWER = 16
LONGEST_ANSWER = 2048


class Scheme(Enum):
    """Which colours the window has."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Device(Enum):
    """Where the model runs; `AUTO` lets the engine choose and say why."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


class Exactness(Enum):
    """How exactly answers are computed; `AUTO` gives up a little where it brings much."""

    AUTO = "automatic"
    EXACT = "exact"
    FAST = "fast"
    EIGHT = "8bit"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a person can set.

    Raises:
        ValueError: When a value is outside its limits.
    """

    scheme: Scheme = Scheme.SYSTEM
    """Light, dark, or as the system has it at the moment."""
    model_folder: str = ""
    """Folder of the model to load at start; empty: the small model that comes with the program."""
    adapters: dict[str, str] = field(default_factory=dict[str, str])
    """Tuned version to read with, by the folder of its model; `*` lets each page decide."""
    device: Device = Device.AUTO
    """Where the model runs."""
    exactness: Exactness = Exactness.AUTO
    """How exactly answers are computed."""
    splitting: bool = True
    """Whether a page is cut into four quarters and the whole, which reads smaller text."""
    max_answer_tokens: int = 256
    """Longest answer in tokens, `SHORTEST_ANSWER` to `LONGEST_ANSWER`."""
    keep_history: bool = True
    """Whether questions and answers are kept on this machine."""
    hushed: tuple[str, ...] = ()
    """Names of small models of which the person does not want to be told again what they read."""
    restore_session: bool = True
    """Whether the next start opens what was open at the end."""

    def __post_init__(self) -> None:
        if not SHORTEST_ANSWER <= self.max_answer_tokens <= LONGEST_ANSWER:
            raise ValueError(
                f"an answer has {SHORTEST_ANSWER} to {LONGEST_ANSWER} tokens, "
                f"not {self.max_answer_tokens}"
            )


@dataclass(slots=True)
class SettingsFile:
    """Reads and writes the settings; keys it does not know survive.

    `complaint` is "" or the plain sentence to show after `load` found a file it could not use.
    """

    path: Path
    complaint: str = ""
    _rest: dict[str, Any] = field(default_factory=dict[str, Any])

    def load(self) -> Settings:
        """Read the file; a missing one means the defaults, a broken one is set aside."""
        try:
            values = msgspec.json.decode(self.path.read_bytes(), type=dict[str, Any])
            settings = msgspec.convert(values, Settings)
        except FileNotFoundError:
            return Settings()
        except OSError as error:
            why = reason(error)
            self.complaint = f"The settings could not be read, so the defaults apply: {why}."
            return Settings()
        except (msgspec.DecodeError, UnicodeDecodeError):
            became = safe_file.set_aside(self.path)
            self.complaint = (
                f"The settings file could not be understood. It {became}, and the defaults apply."
            )
            return Settings()
        known = {*Settings.__dataclass_fields__, "version"}
        self._rest = {key: value for key, value in values.items() if key not in known}
        return settings

    def save(self, settings: Settings) -> None:
        """Write the file.

        Raises:
            OSError: When the folder cannot be written.
        """
        values = {**self._rest, "version": VERSION, **msgspec.to_builtins(settings)}
        safe_file.write(self.path, msgspec.json.format(msgspec.json.encode(values)))
