"""What the window knows of tuned versions. Plain values, no widgets."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from finetune.types import BY_PAGE
from vlm.types import ModelInfo

if TYPE_CHECKING:
    from finetune.adapters import Adapter  # not while the main window comes up


@dataclass(frozen=True, slots=True)
class Version:
    """A tuned version, and whether it is one of the model that reads."""

    adapter: Adapter
    fits: bool

    @property
    def name(self) -> str:
        """What the person calls it."""
        return self.adapter.name


@dataclass(frozen=True, slots=True)
class Listing:
    """All versions, newest first; `base` is the fingerprint of the model that reads, or ""."""

    versions: tuple[Version, ...] = ()
    base: str = ""

    @property
    def fitting(self) -> tuple[Version, ...]:
        """Those of the model that reads."""
        return tuple(version for version in self.versions if version.fits)

    @property
    def choosable(self) -> bool:
        """Whether there are several to choose from by the page: they passed their measure."""
        return sum(bool(version.adapter.card.passed) for version in self.fitting) > 1


@dataclass(frozen=True, slots=True)
class Wearing:
    """Which version reads, and who decided so.

    Attributes:
        model: The model that reads, None while none does.
        setting: What is set for it: a name, "" for the base, `BY_PAGE`.
        override: What the person chose for the document in front: a name, "" for the base; None
            when they chose nothing.
        reason: Why this version reads this page, in a sentence; "" when it was not chosen by it.
    """

    model: ModelInfo | None = None
    setting: str = ""
    override: str | None = None
    reason: str = ""

    @property
    def by_page(self) -> bool:
        """Whether the version is chosen page by page."""
        return self.setting == BY_PAGE

    @property
    def active(self) -> str:
        """Name of the version that reads, "" for the base."""
        return (self.model.adapter or "") if self.model is not None else ""


@dataclass(frozen=True, slots=True)
class Tuned:
    """A version that was just taken over, and the folder of its model."""

    base: str
    adapter: Adapter


@dataclass(frozen=True, slots=True)
class Renamed:
    """A version that has another name now."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Written:
    """A version that was written as a peft folder."""

    name: str
    target: Path


@dataclass(frozen=True, slots=True)
class Exporting:
    """A full model being written: what is done now, `fraction` in [0, 1]."""

    name: str
    target: Path
    text: str = ""
    fraction: float = field(default=0.0)
