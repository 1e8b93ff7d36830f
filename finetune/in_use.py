"""Which tuned versions read a person's documents before a run: what it learns has to beat these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from finetune import choice, runs
from finetune.adapters import Adapter, AdapterLibrary
from finetune.errors import RunDamaged
from finetune.types import BY_PAGE, Example, InUse


def readers(
    setting: str,
    examples: Iterable[Example],
    base_fingerprint: str,
    library: AdapterLibrary,
    runs_root: Path,
) -> dict[str, InUse]:
    """Return by the ids of examples the version that reads each now; the base reads the others.

    A version that learned from a document tells nothing about it: there the base is compared with.

    Args:
        setting: The name of a version, `BY_PAGE`, or "" for the model as it came.
        examples: To be measured on.
        base_fingerprint: Of the model that learns; versions of others read nothing.
        library: The versions.
        runs_root: Holds the run folders, which tell what a version learned from.
    """
    if not setting:
        return {}
    fitting = [
        adapter
        for adapter in library.all()
        if adapter.card.base_fingerprint == base_fingerprint and not adapter.trouble
    ]
    known: dict[str, _Known] = {}
    found: dict[str, InUse] = {}
    for example in examples:
        adapter = _reader(setting, example, fitting, base_fingerprint)
        if adapter is None:
            continue
        if adapter.name not in known:
            known[adapter.name] = _Known.of(adapter, runs_root)
        if not known[adapter.name].has(example):
            found[example.id] = InUse(adapter.name, adapter.folder)
    return found


def _reader(
    setting: str, example: Example, fitting: list[Adapter], base_fingerprint: str
) -> Adapter | None:
    name: str | None = setting
    if setting == BY_PAGE:
        name = choice.choose(example.page_hash, fitting, base_fingerprint).adapter
    return next((adapter for adapter in fitting if adapter.name == name), None)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a version learned from: documents, where its run is still there, and looks of pages."""

    documents: frozenset[str]
    looks: frozenset[str]

    @classmethod
    def of(cls, adapter: Adapter, runs_root: Path) -> _Known:
        looks = frozenset(adapter.card.looks)
        if not adapter.card.run:
            return cls(frozenset(), looks)
        try:
            rows = runs.read_rows(runs_root / adapter.card.run)
        except RunDamaged:  # discarded since
            return cls(frozenset(), looks)
        learned = frozenset(row.document for row in rows if row.side != "held_out")
        return cls(learned, frozenset())  # they tell it exactly

    def has(self, example: Example) -> bool:
        return example.document in self.documents or example.page_hash in self.looks
