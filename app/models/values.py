"""What the models window shows and says. Plain values, no widgets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from vlm.catalogue import Model
from vlm.hub import ModelName
from vlm.memory import Machine, Need
from vlm.speeds import Speed


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model that the person wants to read with: its folder and what to call it."""

    folder: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A model with what it needs here and how fast it was, None before its first answer.

    `names` says what documents call things, where a version that had learned that was merged in.
    """

    model: Model
    need: Need
    speed: Speed | None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A model of which some bytes are here; `weights` is 0 when the hub did not say."""

    name: ModelName
    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Listing:
    """What was found on this computer."""

    machine: Machine
    entries: tuple[Entry, ...]
    unfinished: tuple[Unfinished, ...]


class Stage(Enum):
    """How far a model on its way is."""

    ASKING = "asking"
    MOVING = "moving"
    PAUSING = "pausing"
    PAUSED = "paused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Arriving:
    """A model on its way, as its row shows it.

    Attributes:
        name: Which one.
        stage: How far it is.
        words: What happens now, or why it does not.
        fraction: Of its bytes, in [0, 1]; -1 while unknown.
        need: What it will need; None while unknown.
    """

    name: ModelName
    stage: Stage
    words: str
    fraction: float = -1.0
    need: Need | None = None


def same_folder(one: str | Path, other: str | Path) -> bool:
    """Tell whether two paths are the same folder."""
    return Path(one).resolve() == Path(other).resolve()
