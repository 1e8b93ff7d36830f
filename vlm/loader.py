"""Loads a model folder and an adapter for it: safetensors only, no code from disk, no network.

Everything is examined before memory is taken; weights that are missing are an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForImageTextToText
from transformers.utils import logging as transformers_logging

from vlm import adapters, cards, device, learned_names, packed, parted, prompt, safety, widened
from vlm.device import Placement
from vlm.errors import ModelIncomplete
from vlm.families import FAMILIES
from vlm.families.family import Family
from vlm.learned_names import NO_NAMES, LearnedNames
from vlm.types import ModelInfo, Precision

_SPARSE = 0.5
"""A folder whose weights are fewer than this fraction of what its config asks for is incomplete."""

_UNUSABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    ImportError,
    StrictDataclassError,
    SafetensorError,
)
"""What the library raises about a folder whose contents make no model."""


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model in memory, ready to be asked.

    Attributes:
        model: In evaluation mode, its adapter in its weights.
        processor: Tokenizer, image processor and chat template.
        family: How to talk to it.
        placement: Where it is and why.
        info: The same for people.
        key: Changes whenever answers could: folder, adapter, device, number format, packing.
        sees: Changes whenever what the model makes of an image could: as `key`, but with the
            adapter only where it touches the encoder.
        files: Changes when the model's files do.
        worn: The adapter in its weights.
        own: What an adapter had learned of names that was merged into the base.
    """

    model: Any
    processor: Any
    family: Family
    placement: Placement
    info: ModelInfo
    key: tuple[str, ...]
    sees: tuple[str, ...]
    files: tuple[tuple[str, int, int], ...]
    worn: adapters.Worn | None = None
    own: LearnedNames = NO_NAMES

    @property
    def reads(self) -> str:
        """Names what answers, shared with no other weights, also after a restart."""
        return hashlib.sha256(repr((self.key, self.files)).encode()).hexdigest()

    @property
    def names(self) -> LearnedNames:
        """What the person's own documents call things, as the adapter learned it."""
        worn = self.worn.fitted.names if self.worn is not None else NO_NAMES
        return learned_names.both(worn, self.own)


@dataclass(frozen=True, slots=True)
class _Room:
    """Where a model goes.

    Attributes:
        placement: With the reasons for it.
        options: What `from_pretrained` is told about it; empty where the weights are moved after.
        several: Whether it lies on several cards.
    """

    placement: Placement
    options: dict[str, Any] = field(default_factory=dict)
    several: bool = False


def check(folder: Path, adapter: str | None) -> tuple[safety.ModelFolder, Path | None]:
    """Look at a model and an adapter without loading them.

    Returns:
        What is known of the model, and the adapter's folder.

    Raises:
        ModelIncomplete: If the folder lacks something or holds something unsafe.
        ModelUnsupported: If no family knows it.
        AdapterMismatch: If there is no such adapter.
    """
    found = safety.examine(folder)
    safety.require_type(found, tuple(FAMILIES))
    safety.require_parts(folder)
    return found, adapters.find(adapter) if adapter is not None else None


def load(
    folder: Path, adapter: str | None, placement: Placement, precision: Precision = "exact"
) -> Generator[str, None, LoadedModel]:
    """Load a model; yields what is being done, and returns the model.

    Args:
        folder: Holds the checkpoint.
        adapter: A tuned version of it, by name or folder.
        placement: Where to.
        precision: "fast" and "8bit" pack the weights on a GPU where that is possible.

    Raises:
        ModelIncomplete: If the folder lacks something or holds something unsafe.
        ModelUnsupported: If no family knows it.
        OutOfMemory: If it cannot fit.
        AdapterMismatch: If the adapter is for another model.
    """
    found, tuned = check(folder, adapter)
    files = stamp(folder)
    room = _room(found, placement, precision, tuned is not None)
    yield "Reading the model"
    bare = _read(found, room, files)
    if tuned is None:
        return _wearing(bare, None, None)
    yield "Adding what was learned"
    fitted = adapters.fit(bare.model, tuned)
    return _wearing(bare, adapter, adapters.put_on(bare.model, fitted))


def may_switch(loaded: LoadedModel, folder: Path) -> bool:
    """Tell whether `switch` can give another version of the model in `folder` at once."""
    kept = loaded.worn is None or loaded.worn.own is not None
    kept = kept and not getattr(loaded.model, "is_quantized", False)
    return (
        kept
        and Path(loaded.info.folder).resolve() == folder.resolve()
        and (loaded.files == stamp(folder))
    )


def switch(loaded: LoadedModel, adapter: str | None) -> Generator[str, None, LoadedModel]:
    """Give a model another adapter, or none; yields what is being done, and returns the model.

    The base stays in memory: none of its files is read. What was loaded must not be used after.

    Raises:
        AdapterMismatch: If the adapter is for another model; nothing has changed then.
    """
    model = loaded.model
    fitted = adapters.fit(model, adapters.find(adapter)) if adapter is not None else None
    yield "Changing what was learned"
    if loaded.worn is not None:
        adapters.take_off(model, loaded.worn)
    return _wearing(loaded, adapter, adapters.put_on(model, fitted) if fitted else None)


def stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return names, times and sizes of a model's files: another value when it is another model."""
    files = sorted([*folder.glob("*.safetensors"), *folder.glob("*.json")])
    stats = [(file.name, file.stat()) for file in files]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def _room(
    found: safety.ModelFolder, placement: Placement, precision: Precision, tuned: bool
) -> _Room:
    """Make sure that a model fits where it goes: packed, over several cards, or as it is.

    Raises:
        OutOfMemory: If it does not.
    """
    placement, packing = packed.choose(placement, precision, tuned)
    if packing:
        needed = int(found.weights * packed.SHARES[precision])
        return _Room(device.fit(needed, placement, found.folder.name), packing)
    placement, laid = cards.lay_out(found.weights, placement)
    if laid:
        return _Room(placement, laid, several=True)
    return _Room(device.fit(found.weights, placement, found.folder.name))


def _read(
    found: safety.ModelFolder, room: _Room, files: tuple[tuple[str, int, int], ...]
) -> LoadedModel:
    """Read processor and weights into the room, and say what they are; no adapter yet.

    Raises:
        ModelIncomplete: If the folder lacks something that its config asks for, or what was merged
            into it has damaged names.
        ModelUnsupported: If the family refuses the checkpoint.
    """
    folder, family, placement = found.folder, FAMILIES[found.model_type], room.placement
    with _plainly(folder):
        config = AutoConfig.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False
        )
        _require_all(found, config)
        processor = family.processor(folder, config)
        both: Any = AutoModelForImageTextToText.from_pretrained(
            str(folder),
            config=config,
            dtype=placement.dtype,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
            **room.options,
        )
    model, missing = both
    _require_loaded(folder, missing)
    if not room.options:  # else its weights are there already
        model = model.to(placement.device)
    model = model.eval().requires_grad_(False)
    family.encoder(model).to(placement.encode)
    if widened.is_better(placement):
        placement = widened.widen(model, placement)
        room = replace(room, placement=placement)
    _end_turns(model, processor)
    info = _described(folder, family, room, model)
    own = parted.names_of(folder)
    return LoadedModel(model, processor, family, placement, info, (), (), files, own=own)


def _end_turns(model: Any, processor: Any) -> None:
    """Let an answer also end where its turn does, which not every checkpoint's settings say."""
    end = prompt.end_of_turn(processor)
    for writer in (model, getattr(model, "language_model", None)):
        config = getattr(writer, "generation_config", None)
        if config is None or end is None:
            continue
        ends = config.eos_token_id
        if ends is None:
            ends = processor.tokenizer.eos_token_id
        listed = [one for one in (ends if isinstance(ends, list) else [ends]) if one is not None]
        config.eos_token_id = [*listed, end] if end not in listed else listed


def _described(folder: Path, family: Family, room: _Room, model: Any) -> ModelInfo:
    """Say for people what was loaded."""
    return ModelInfo(
        name=folder.resolve().name,
        folder=str(folder),
        family=family.name,
        parameters=sum(weight.numel() for weight in model.parameters()),
        device=room.placement.device,
        dtype=room.placement.dtype_name,
        reason=room.placement.reason,
        splits=family.abilities.splits,
        small=parted.reads_parts(folder),
        elsewhere=cards.elsewhere(room.placement, room.several),
    )


def _wearing(loaded: LoadedModel, adapter: str | None, worn: adapters.Worn | None) -> LoadedModel:
    """Say of a model which adapter is in its weights now."""
    packing = packed.name_of(loaded.model)
    place = (loaded.placement.device, loaded.placement.dtype_name, *filter(None, [packing]))
    where = (str(Path(loaded.info.folder).resolve()), *place)
    name = adapters.identity(worn.fitted.folder) if worn is not None else ""
    looks = {id(weight) for weight in loaded.family.encoder(loaded.model).parameters()}
    names = worn.fitted.touched if worn is not None else frozenset[str]()
    weights = dict(loaded.model.named_parameters(remove_duplicate=False))
    looks_anew = any(id(weights[one]) in looks for one in names)
    return replace(
        loaded,
        info=msgspec.structs.replace(loaded.info, adapter=adapter),
        key=(*where, name),
        sees=(*where, name if looks_anew else ""),
        worn=worn,
    )


def _require_all(found: safety.ModelFolder, config: Any) -> None:
    """Refuse a config that asks for far more weights than there are, before memory is taken."""
    with torch.device("meta"):
        skeleton = AutoModelForImageTextToText.from_config(config, trust_remote_code=False)
    asked = sum(weight.numel() for weight in skeleton.parameters())
    if found.weights < _SPARSE * asked:
        raise ModelIncomplete(
            f"{found.folder} holds {found.weights:,} of the {asked:,} weights that its config.json "
            "asks for. Fetch the model again."
        )


def _require_loaded(folder: Path, info: dict[str, Any]) -> None:
    """Refuse a model of which some weights were not in the folder: they would be random."""
    missing = sorted(map(str, info.get("missing_keys", ())))
    wrong = sorted(str(row[0]) for row in info.get("mismatched_keys", ()))
    if missing or wrong:
        names = ", ".join([*missing, *wrong][:3])
        raise ModelIncomplete(
            f"{folder} lacks {len(missing) + len(wrong)} of the model's weights, {names} among "
            "them. Fetch the model again."
        )


@contextlib.contextmanager
def _plainly(folder: Path) -> Generator[None]:
    """Quiet the library, and turn what it raises about a folder's contents into a sentence."""
    bars = transformers_logging.is_progress_bar_enabled()
    level = transformers_logging.get_verbosity()
    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity(logging.ERROR)
    try:
        yield
    except _UNUSABLE as error:
        raise ModelIncomplete(
            f"The model in {folder} cannot be loaded: {_first_line(error)}"
        ) from error
    except RuntimeError as error:
        if device.shortage(error, "cpu") is not None:
            raise
        raise ModelIncomplete(
            f"The weights in {folder} do not fit its config.json: {_first_line(error)}"
        ) from error
    finally:
        transformers_logging.set_verbosity(level)
        if bars:
            transformers_logging.enable_progress_bar()


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200]
