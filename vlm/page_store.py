"""What a model made of pages, kept on disk across restarts within a budget of bytes.

Holds numbers only, under names that tell nothing; a file that is damaged counts as not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import time
from collections.abc import Callable
from pathlib import Path

import safetensors.torch
import torch
import transformers
from safetensors import SafetensorError
from torch import Tensor

FORM = 1
"""Of the files, and of how pages are made into numbers; another one finds nothing."""

SUFFIX = ".page"
LARGEST = 2**25
"""Bytes of one value; a larger one is made again as fast as it is read."""
KNOWN_S = 60.0
"""For so long the files that were found count as all there are, but for our own; other processes of
ours write there too."""

_CLOCKS_APART_S = 60.0
"""The clock of a disk in the network may be ahead of ours."""

_DIGEST = hashlib.sha256().digest_size


class PageStore:
    """A folder of tensors; the longest unused go first.

    Args:
        folder: Created when it is first written to.
        budget_bytes: For all files together.
    """

    def __init__(self, folder: Path, budget_bytes: int) -> None:
        self._folder = folder
        self._budget_bytes = budget_bytes
        self._known: dict[Path, tuple[float, int]] = {}
        self._looked_at = -math.inf

    def load(self, key: object) -> Tensor | None:
        """Return what was saved under a key, which counts as use, or None."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        body = content[_DIGEST:]
        if hashlib.sha256(body).digest() != content[:_DIGEST]:
            self._remove(path)
            return None
        try:
            value = safetensors.torch.load(body)["value"]
        except (SafetensorError, KeyError, ValueError):
            self._remove(path)
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        self._used(path, len(content))
        return value

    def save(self, key: object, value: Tensor) -> None:
        """Save a value, unless it is too large or the disk does not take it."""
        if value.nbytes > min(LARGEST, self._budget_bytes):
            return
        body = safetensors.torch.save({"value": value.detach().cpu().contiguous()})
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._make_room(len(body) + _DIGEST)
            self._write(self._path(key), hashlib.sha256(body).digest() + body)
        except OSError:
            return  # a full disk only means that the page is encoded again another time
        self._used(self._path(key), len(body) + _DIGEST)

    def has(self, key: object) -> bool:
        """Tell whether something is saved under a key."""
        return self._path(key).exists()

    def clear(self) -> None:
        """Remove everything."""
        for path in self._files():
            self._remove(path)
        self._known.clear()

    def _make_room(self, size: int) -> None:
        """Remove the longest unused files until another one fits."""
        if time.monotonic() - self._looked_at > KNOWN_S:
            self._known, self._looked_at = self._found(), time.monotonic()
        used = sum(size for _, size in self._known.values())
        for path, (_, freed) in sorted(self._known.items(), key=lambda one: one[1]):
            if used + size <= self._budget_bytes:
                return
            self._remove(path)
            used -= freed

    def _found(self) -> dict[Path, tuple[float, int]]:
        """Return when each file was used last, and its bytes.

        Those of a time to come are from before the clock was set back, and count as the oldest.
        """
        found: dict[Path, tuple[float, int]] = {}
        now = time.time() + _CLOCKS_APART_S
        for path in self._files():
            with contextlib.suppress(OSError):  # another process of ours removed it
                stat = path.stat()
                found[path] = (stat.st_mtime if stat.st_mtime <= now else 0.0, stat.st_size)
        return found

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file that only its owner reads; what a crash leaves half written is not found."""
        part = path.with_suffix(f".{os.getpid()}{SUFFIX}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        try:
            with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
                file.write(content)
            part.replace(path)
        except OSError:
            self._remove(part)  # else it would take the last room of a full disk
            raise

    def _files(self) -> list[Path]:
        return list(self._folder.glob(f"*{SUFFIX}")) if self._folder.is_dir() else []

    def _path(self, key: object) -> Path:
        versions = (FORM, torch.__version__, transformers.__version__)
        name = hashlib.sha256(repr((versions, key)).encode()).hexdigest()
        return self._folder / f"{name}{SUFFIX}"

    def _used(self, path: Path, size: int) -> None:
        self._known[path] = (time.time(), size)

    def _remove(self, path: Path) -> None:
        self._known.pop(path, None)
        with contextlib.suppress(OSError):
            path.unlink()


class Later:
    """What goes into a store, or nowhere, once nobody waits for an answer.

    Args:
        store: None for nowhere.
    """

    def __init__(self, store: PageStore | None) -> None:
        self._store = store
        self._unsaved: dict[object, Callable[[], Tensor]] = {}

    def use(self, store: PageStore | None) -> None:
        """Go on with another store, or with none; what waits is given up."""
        self._store = store
        self.forget()

    def load(self, key: object) -> Tensor | None:
        """Return what the store has under a key, or None."""
        return None if self._store is None else self._store.load(key)

    def add(self, key: object, value: Callable[[], Tensor]) -> None:
        """Let `save` write a value."""
        if self._store is not None:
            self._unsaved[key] = value

    def save(self) -> None:
        """Write what was added since the last time."""
        unsaved, self._unsaved = self._unsaved, {}
        if self._store is not None:
            for key, value in unsaved.items():
                self._store.save(key, value())

    def forget(self) -> None:
        """Give up what waits."""
        self._unsaved.clear()
