"""Models fetched by this program on disk: unfinished ones, and the step that makes one whole.

    models/OWNER/NAME/                 a whole model; `origin.json` says what it is and its hashes
    models/.partial/OWNER--NAME/       one on its way: checked files, and FILE.part

A part becomes a model by one rename, so a killed process never leaves half a model among whole
ones. Knows no network.
"""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from vlm import paths, safety, whole_file
from vlm.errors import FetchFailed
from vlm.hub import HubFile, ModelName, Plan

ORIGIN = "origin.json"
_PARTIAL = ".partial"
_GOING = ".going-"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A model of which some bytes are here."""

    name: ModelName
    plan: Plan
    done_bytes: int


class Part:
    """A model on its way, in its own folder.

    Args:
        folder: Made when the plan is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def plan(self) -> Plan | None:
        """Return what was decided earlier, None when there is nothing to continue."""
        return read_origin(self.folder)

    def keep(self, plan: Plan) -> None:
        """Start anew with a plan; what an earlier one left is deleted.

        Raises:
            OSError: If the disk cannot be written.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)
        for file in plan.files:
            self.whole(file).parent.mkdir(exist_ok=True, mode=0o700)
        whole_file.write(self.folder / ORIGIN, msgspec.json.format(msgspec.json.encode(plan)))

    def whole(self, file: HubFile) -> Path:
        """Return where a checked file is."""
        return self.folder / file.name

    def growing(self, file: HubFile) -> Path:
        """Return where a file grows."""
        return self.folder / f"{file.name}.part"

    def is_whole(self, file: HubFile) -> bool:
        """Tell whether a file is here and was checked."""
        path = self.whole(file)
        return path.is_file() and path.stat().st_size == file.size

    def done_bytes(self, plan: Plan) -> int:
        """Return how many of the plan's bytes are on disk."""
        total = 0
        for file in plan.files:
            if self.is_whole(file):
                total += file.size
            elif self.growing(file).is_file():
                total += min(self.growing(file).stat().st_size, file.size)
        return total


class Store:
    """The folder with the program's own models."""

    def __init__(self) -> None:
        self.root = paths.data_dir() / "models"
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def folder(self, name: ModelName) -> Path:
        """Return where a whole model is or will be."""
        return self.root / name.owner / name.name

    def part(self, name: ModelName) -> Part:
        """Return the model on its way."""
        return Part(self._partial / f"{name.owner}--{name.name}")

    def unfinished(self) -> tuple[Unfinished, ...]:
        """Return what can be continued, by name."""
        found: list[Unfinished] = []
        for folder in sorted(self._partial.iterdir()) if self._partial.is_dir() else ():
            part = Part(folder)
            owner, _, name = folder.name.partition("--")
            if name and (plan := part.plan()) is not None:
                found.append(Unfinished(ModelName(owner, name), plan, part.done_bytes(plan)))
        return tuple(found)

    def discard(self, name: ModelName) -> None:
        """Delete what has arrived of a model.

        Raises:
            FetchFailed: If it is being fetched at the moment.
        """
        with self.claimed(name):
            shutil.rmtree(self.part(name).folder, ignore_errors=True)

    @contextlib.contextmanager
    def claimed(self, name: ModelName) -> Generator[None]:
        """Hold a model for this process alone; the system lets go of it when the process ends.

        Raises:
            FetchFailed: If another one holds it.
        """
        self._partial.mkdir(exist_ok=True, mode=0o700)
        lock = FileLock(
            self._partial / f"{name.owner}--{name.name}.lock", timeout=0, thread_local=False
        )
        try:
            lock.acquire()
        except Timeout as error:
            raise FetchFailed(f"{name.id} is already being fetched.") from error
        try:
            yield
        finally:
            lock.release()

    def finish(self, name: ModelName) -> Path:
        """Put a part in its place, instead of an older version.

        Raises:
            OSError: If the disk cannot be written, or on Windows the old one is in use.
        """
        folder, part = self.folder(name), self.part(name).folder
        folder.parent.mkdir(exist_ok=True, mode=0o700)
        old = self._partial / f"{_GOING}{uuid.uuid4().hex}"
        if folder.exists():
            folder.replace(old)
        part.replace(folder)
        shutil.rmtree(old, ignore_errors=True)
        return folder

    def delete(self, folder: Path) -> None:
        """Delete a whole model; it is gone from its place at once even if deleting takes a while.

        Raises:
            OSError: If it cannot be deleted.
        """
        self._partial.mkdir(exist_ok=True, mode=0o700)
        going = self._partial / f"{_GOING}{uuid.uuid4().hex}"
        folder.replace(going)
        shutil.rmtree(going)
        with contextlib.suppress(OSError):  # the owner's other models are still there
            folder.parent.rmdir()

    def sweep(self) -> None:
        """Delete what a process that was killed while deleting has left."""
        for going in self._partial.glob(f"{_GOING}*"):
            shutil.rmtree(going, ignore_errors=True)

    @property
    def _partial(self) -> Path:
        return self.root / _PARTIAL


def read_origin(folder: Path) -> Plan | None:
    """Return where a model came from, None when this program did not fetch it."""
    try:
        plan = msgspec.json.decode((folder / ORIGIN).read_bytes(), type=Plan)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return plan if all(safety.is_allowed(file.name) for file in plan.files) else None
