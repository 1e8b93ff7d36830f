"""The library of tuned adapters: one folder each, named as the person named it.

Every folder is a peft folder with a card beside it; plain peft loads it. Knows no torch.
"""

from __future__ import annotations

import filecmp
import itertools
import json
import re
import shutil
import time
import uuid
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from finetune import runs
from finetune.adapter_check import CONFIG, WEIGHTS, check, fits
from finetune.disk import RealDisk, save, sweep_folders
from finetune.errors import AdapterInvalid, AdapterUnknown, RunDamaged
from finetune.fingerprint import base_fingerprint
from finetune.gate import Gate, Score
from finetune.hashing import note
from vlm import file_hashes, learned_names, paths
from vlm.errors import AdapterMismatch
from vlm.learned_names import NAMES, LearnedNames
from vlm.system_refusals import reason
from vlm.types import Value

CARD = "card.json"
_NAME = re.compile(r"[\w][\w .-]{0,62}[\w]|[\w]")
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""What Windows takes for a device, whatever the folder."""
_PART = ".part"
_MOST_LOOKS = 200


class Card(Value, frozen=True):
    """What is known of an adapter.

    `base` is the model's name, the fingerprints name the exact model and the exact examples.
    `passed` is None for one that was never measured here. `looks` are perceptual hashes of pages
    it learned from; they choose an adapter for a page, see `finetune.choice`. `made_at` is seconds
    since 1970. `run` names the run it is from, "" when it is from elsewhere. `instead_of` names
    the tuned versions that answered before it was measured; none where the model as it came did.
    """

    base: str
    base_fingerprint: str
    data_fingerprint: str
    method: str
    rank: int
    made_at: float
    examples: int = 0
    documents: int = 0
    passed: bool | None = None
    anls: Score | None = None
    exact: Score | None = None
    fixed_set: Score | None = None
    looks: tuple[Annotated[str, Meta(pattern="^[0-9a-f]{64}$")], ...] = ()
    run: str = ""
    instead_of: tuple[str, ...] = ()


class Adapter(Value, frozen=True):
    """An adapter in the library; `size` in bytes.

    `names` say what documents call things, a sentence for each label that was learned; `trouble`
    why it cannot be used, in a sentence.
    """

    name: str
    folder: str
    size: int
    card: Card
    names: tuple[str, ...] = ()
    trouble: str = ""


class AdapterLibrary:
    """The adapters in the program's own folder."""

    def __init__(self) -> None:
        self._root = paths.data_dir() / "adapters"
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def all(self) -> list[Adapter]:
        """Return every adapter, newest first; folders that are none are passed over."""
        found: list[Adapter] = []
        for folder in self._root.iterdir():
            if folder.suffix != _PART and (folder / CARD).is_file():
                try:
                    found.append(_read(folder))
                except AdapterInvalid:
                    continue
        return sorted(found, key=lambda adapter: (-adapter.card.made_at, adapter.name))

    def get(self, name: str) -> Adapter:
        """Return one adapter.

        Raises:
            AdapterUnknown: When there is none of that name.
        """
        folder = self._root / name
        if not _NAME.fullmatch(name) or not (folder / CARD).is_file():
            raise AdapterUnknown(f"There is no adapter called “{name}”.")
        return _read(folder)

    def adopt(self, run: Path, name: str | None = None) -> Adapter:
        """Take over what a run learned, under the run's name or another.

        Raises:
            RunDamaged: When the run has no adapter yet, or that is not as it was saved.
            AdapterInvalid: When the name is taken or cannot be a name.
        """
        source = run / runs.ADAPTER
        if not (source / WEIGHTS).is_file():
            raise RunDamaged(f"The run {run.name} has learned nothing yet.")
        _require_whole(run)
        plan, rows = runs.read_plan(run), runs.read_rows(run)
        gate = _gate(run)
        taught = [row for row in rows if row.side == "train"]
        card = Card(
            base=Path(plan.base).name,
            base_fingerprint=plan.base_fingerprint,
            data_fingerprint=runs.data_fingerprint(rows),
            method=plan.method,
            rank=plan.rank,
            made_at=time.time(),
            examples=len(taught),
            documents=len({row.document for row in taught}),
            passed=gate.passed if gate else None,
            anls=gate.anls if gate else None,
            exact=gate.exact if gate else None,
            fixed_set=gate.fixed_set if gate else None,
            looks=tuple(sorted({row.page_hash for row in taught} - {""}))[:_MOST_LOOKS],
            run=run.name,
            instead_of=gate.in_use if gate else (),
        )
        settings = (source / CONFIG).read_bytes()
        names = learned_names.read(source)
        return self._put(name or plan.name, source / WEIGHTS, settings, card, names)

    def adopted(self, run: Path) -> Adapter | None:
        """Return the adapter that was taken over from a run, None when what it learned is not."""
        weights = run / runs.ADAPTER / WEIGHTS
        for adapter in self.all():
            own = Path(adapter.folder) / WEIGHTS
            known = adapter.card.run == run.name and weights.is_file()
            if known and filecmp.cmp(own, weights, shallow=False):
                return adapter
        return None

    def bring(self, folder: Path, base: Path, name: str | None = None) -> Adapter:
        """Take over an adapter folder from elsewhere.

        Args:
            folder: A peft folder, with or without a card of ours.
            base: The model it is to be used with.
            name: Its name here; the folder's when None.

        Raises:
            AdapterInvalid: When it is no adapter, or unsafe, or the name is taken.
            AdapterMismatch: When it was made for another model, or what it learned of names is
                damaged.
        """
        names = learned_names.read(folder)
        checked = check(folder)
        fingerprint = base_fingerprint(base)
        card = _card(folder) if (folder / CARD).is_file() else None
        if card is not None and card.base_fingerprint != fingerprint:
            raise AdapterMismatch(
                f"This adapter was made for {card.base}, not for the model in {base.name}."
            )
        fits(checked, base)
        if card is not None:
            card = msgspec.structs.replace(card, run="")  # it names nothing here
        else:
            card = Card(base.name, fingerprint, "", checked.method, checked.rank, time.time())
        settings = json.dumps(checked.settings, indent=2, sort_keys=True).encode()
        return self._put(name or folder.name, folder / WEIGHTS, settings, card, names)

    def rename(self, name: str, new: str) -> Adapter:
        """Give an adapter another name.

        Raises:
            AdapterUnknown: When there is none of that name.
            AdapterInvalid: When the new name is taken or cannot be a name.
        """
        folder = Path(self.get(name).folder)
        target = self._free(new)
        folder.rename(target)
        return _read(target)

    def remove(self, name: str) -> None:
        """Remove an adapter for good.

        Raises:
            AdapterUnknown: When there is none of that name.
        """
        folder = Path(self.get(name).folder)
        gone = self._root / f"{uuid.uuid4().hex}{_PART}"
        folder.rename(gone)
        shutil.rmtree(gone)

    def export(self, name: str, target: Path) -> None:
        """Write an adapter as a peft folder with its card; `target` must not exist or be empty.

        Raises:
            AdapterUnknown: When there is none of that name.
            AdapterInvalid: When there is something at the target.
            AdapterMismatch: When it is not as it was saved.
            OSError: When it cannot be written.
        """
        adapter = self.get(name)
        require_free(target)
        source = Path(adapter.folder)
        file_hashes.require(source)
        target.mkdir(parents=True, exist_ok=True)
        files = [file for file in (CONFIG, WEIGHTS, NAMES) if (source / file).exists()]
        for file in files:
            shutil.copyfile(source / file, target / file)
        without = msgspec.structs.replace(adapter.card, looks=(), run="")
        (target / CARD).write_bytes(msgspec.json.format(msgspec.json.encode(without)))
        note(RealDisk(), target, (*files, CARD))

    def free_name(self, wanted: str) -> str:
        """Return a name that can be given, as much like the wanted one as possible."""
        plain = re.sub(r"[^\w .-]", " ", wanted)[:56].strip(" .-") or "adapter"
        plain = plain.removesuffix(_PART)
        plain = f"adapter {plain}" if _DEVICE.fullmatch(plain) else plain
        taken = {path.name.casefold() for path in self._root.iterdir()}
        names = (plain if number == 1 else f"{plain} {number}" for number in itertools.count(1))
        return next(name for name in names if name.casefold() not in taken)

    def require_free(self, name: str) -> None:
        """Make sure that a name can be given.

        Raises:
            AdapterInvalid: When it is taken or cannot be a name.
        """
        self._free(name)

    def _free(self, name: str) -> Path:
        """Return the folder for a new name."""
        if not _NAME.fullmatch(name) or name.endswith(_PART) or _DEVICE.fullmatch(name):
            raise AdapterInvalid(
                f"“{name}” cannot be a name: use up to 64 letters, digits, blanks, - _ and dots."
                + (" Windows keeps this one for itself." if _DEVICE.fullmatch(name) else "")
            )
        if any(path.name.casefold() == name.casefold() for path in self._root.iterdir()):
            raise AdapterInvalid(f"There is already an adapter called “{name}”.")
        return self._root / name

    def _put(
        self, name: str, weights: Path, settings: bytes, card: Card, names: LearnedNames
    ) -> Adapter:
        """Write a new folder; it appears complete or not at all."""
        target = self._free(name)
        sweep_folders(self._root)
        part = self._root / f"{uuid.uuid4().hex}{_PART}"
        part.mkdir(mode=0o700)
        disk = RealDisk()
        try:
            save(disk, part / WEIGHTS, [weights.read_bytes()])
            save(disk, part / CONFIG, [settings])
            save(disk, part / CARD, [msgspec.json.encode(card)])
            if names.questions:  # written anew, as the settings are
                save(disk, part / NAMES, [learned_names.written(names)])
            note(disk, part, [file.name for file in part.iterdir()])
            part.rename(target)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        disk.fsync_folder(self._root)
        return _read(target)


def require_free(target: Path) -> None:
    """Make sure that nothing is overwritten.

    Raises:
        AdapterInvalid: When there is something at the target.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise AdapterInvalid(f"There is already something at {target}; name another folder.")


def _read(folder: Path) -> Adapter:
    card = _card(folder)
    try:
        size = sum(file.stat().st_size for file in folder.iterdir())
    except OSError as error:
        raise AdapterInvalid(f"{folder.name} cannot be read: {reason(error)}.") from error
    try:
        file_hashes.require(folder, (CARD, CONFIG))  # the weights are looked at when they are used
        names = learned_names.read(folder).sentences
    except AdapterMismatch as error:
        return Adapter(folder.name, str(folder), size, card, trouble=str(error))
    return Adapter(folder.name, str(folder), size, card, names)


def _require_whole(run: Path) -> None:
    """Make sure that what a run learned is as it was saved.

    Raises:
        RunDamaged: When it is not.
    """
    try:
        file_hashes.require(run / runs.ADAPTER)
    except AdapterMismatch as error:
        raise RunDamaged(
            f"What the run {run.name} learned is damaged: it is not as it was saved. Start the run "
            "again, or train anew."
        ) from error


def _card(folder: Path) -> Card:
    try:
        return msgspec.json.decode((folder / CARD).read_bytes(), type=Card)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AdapterInvalid(f"The card of {folder.name} cannot be read.") from error


def _gate(run: Path) -> Gate | None:
    try:
        return msgspec.json.decode((run / runs.GATE).read_bytes(), type=Gate)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RunDamaged(f"The measure of the run {run.name} cannot be read.") from error
