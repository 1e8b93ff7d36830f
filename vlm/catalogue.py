"""The models on this machine: our own, the hub's cache, folders that a person added.

Reads `config.json` and the headers of weights only; loads nothing and connects to nothing.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from vlm import family_names, models, parts, paths, safety
from vlm.added import AddedFolders
from vlm.errors import ModelIncomplete
from vlm.parts import Store
from vlm.system_refusals import reason

DEPTH = 4
"""How deep below an added folder models are looked for."""
_FOLDERS = 5_000


class Place(Enum):
    """Whose a model is."""

    SHIPPED = "comes with the program"
    OWN = "fetched by this program"
    CACHE = "fetched by other programs"
    ADDED = "in a folder that you added"


@dataclass(frozen=True, slots=True)
class Model:
    """A model folder on this machine.

    Attributes:
        folder: Where it is.
        name: What people call it: "owner/name" where that is known.
        place: Whose it is.
        family: Its family's name, or the type that its settings name, "" when there are none.
        disk_bytes: On disk.
        weights: How many numbers it has, 0 when that cannot be told.
        commit: Which version, "" when unknown.
        problem: A sentence that says why it cannot run here, "" when it can.
    """

    folder: Path
    name: str
    place: Place
    family: str
    disk_bytes: int
    weights: int
    commit: str = ""
    problem: str = ""

    @property
    def runnable(self) -> bool:
        """Whether the program can run it, memory aside."""
        return not self.problem


def cache_folder() -> Path:
    """Return the hub's cache that other programs on this machine share."""
    if cache := os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE"):
        return Path(cache).expanduser()
    if home := os.environ.get("HF_HOME"):
        return Path(home).expanduser() / "hub"
    if caches := os.environ.get("XDG_CACHE_HOME"):
        return Path(caches).expanduser() / "huggingface" / "hub"
    return Path.home() / ".cache" / "huggingface" / "hub"


def scan(
    store: Store | None = None, cache: Path | None = None, added: AddedFolders | None = None
) -> Iterator[Model]:
    """Find the models, one after the other: shipped, own, cache, added; each folder once.

    Args:
        store: The program's own; None for the usual one.
        cache: The hub's cache; None for the usual one.
        added: What the person added; None for the usual list.
    """
    seen: set[Path] = set()
    shipped = ((folder, Place.SHIPPED) for folder in models.shipped_folders())
    own = ((folder, Place.OWN) for folder in _own(store or Store()))
    cached = ((folder, Place.CACHE) for folder in _cached(cache or cache_folder()))
    others = (
        (folder, Place.ADDED)
        for top in (added or AddedFolders()).read()
        for folder in find_below(top)
    )
    for found in (shipped, own, cached, others):
        for folder, place in found:
            if (resolved := folder.resolve()) not in seen:
                seen.add(resolved)
                yield describe(folder, place)


def describe(folder: Path, place: Place) -> Model:
    """Describe one model folder."""
    origin = parts.read_origin(folder)
    cached = _cached_name(folder)
    name = display_name(folder)
    commit = origin.commit if origin else folder.name if cached else ""
    family = _family(folder)
    size = sum(_files(folder))
    try:
        found = safety.examine(folder)
        if found.model_type in family_names.NAMES:
            safety.require_parts(folder)
    except ModelIncomplete as error:
        return Model(folder, name, place, family, size, 0, commit, str(error))
    except OSError as error:
        problem = f"{folder} cannot be read: {reason(error)}."
        return Model(folder, name, place, family, size, 0, commit, problem)
    problem = ""
    if found.model_type not in family_names.NAMES:
        problem = f"It is {family_names.stranger(found.config)}"
    return Model(folder, name, place, family, size, found.weights, commit, problem)


def display_name(folder: Path) -> str:
    """Return what people call the model in a folder; in the hub's cache folders are hashes."""
    origin = parts.read_origin(folder)
    if origin is not None:
        return origin.id
    return _cached_name(folder) or _own_name(folder) or folder.resolve().name


def find_below(top: Path) -> Iterator[Path]:
    """Yield model folders in or below a folder, without following links."""
    waiting: list[tuple[Path, int]] = [(top, 0)]
    looked = 0
    while waiting and looked < _FOLDERS:
        folder, depth = waiting.pop()
        looked += 1
        if _has_settings(folder):
            yield folder
            continue
        if depth < DEPTH:
            waiting += [(below, depth + 1) for below in reversed(_folders(folder))]


def _has_settings(folder: Path) -> bool:
    try:
        return (folder / "config.json").is_file()
    except OSError:
        return False  # not ours to enter


def _folders(folder: Path) -> list[Path]:
    try:
        entries = [one for one in sorted(folder.iterdir()) if not one.name.startswith(".")]
        return [one for one in entries if one.is_dir() and not one.is_symlink()]
    except OSError:
        return []  # gone or not ours to read: then nothing there can be used


def _own(store: Store) -> Iterator[Path]:
    for owner in _folders(store.root):
        if _has_settings(owner):
            yield owner  # put there by hand
        else:
            yield from _folders(owner)


def _cached(cache: Path) -> Iterator[Path]:
    for repository in _folders(cache):
        if repository.name.startswith("models--"):
            yield from _folders(repository / "snapshots")


def _own_name(folder: Path) -> str:
    inside = folder.parent.parent == paths.data_dir() / "models"
    return f"{folder.parent.name}/{folder.name}" if inside else ""


def _cached_name(folder: Path) -> str:
    repository = folder.parent.parent
    if folder.parent.name != "snapshots" or not repository.name.startswith("models--"):
        return ""
    return repository.name.removeprefix("models--").replace("--", "/")


def _family(folder: Path) -> str:
    try:
        config: dict[str, Any] = safety.read_settings(folder / "config.json")
    except (ModelIncomplete, OSError):
        return ""
    kind = config.get("model_type")
    return family_names.NAMES.get(kind, kind) if isinstance(kind, str) else ""


def _files(folder: Path) -> Iterator[int]:
    """Yield the sizes of all files in a folder; a link counts as what it points to."""
    for path, _, names in os.walk(folder):
        for name in names:
            file = Path(path) / name
            with contextlib.suppress(OSError):  # gone meanwhile, or not ours to read
                if file.is_file():
                    yield file.stat().st_size
