"""Adapters: what fine-tuning learned, kept beside a model and put into its weights.

Into the weights, because a DoRA adapter that stays beside them makes every token several times
slower. The base's own numbers are kept for the weights that an adapter touches, so that another
adapter, or none, needs no second reading of the model and going back is exact.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from vlm import file_hashes, learned_names, paths, safety
from vlm.adapter_patterns import PatternError, Patterns
from vlm.errors import AdapterMismatch, ModelIncomplete
from vlm.learned_names import NO_NAMES, LearnedNames

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
KEPT_SHARE = 0.5
"""Most of the free memory that the base's own numbers may fill; with less, none are kept."""

_STRANGE = (TypeError, ValueError, AttributeError, OverflowError, TimeoutError, PatternError)
"""What settings raise that have other kinds of values than they should."""

_PREFIX = "base_model.model."
_PAIRS = (("A.weight", "B.weight"), ("embedding_A", "embedding_B"))
_MAGNITUDES = ("magnitude_vector", "magnitude_vector.weight")


def find(name: str) -> Path:
    """Find an adapter by folder or by the name it has in the program's own folder.

    Raises:
        AdapterMismatch: If there is none, or it is incomplete.
    """
    for folder in (Path(name), paths.data_dir() / "adapters" / name):
        if (folder / CONFIG).is_file():
            if not (folder / WEIGHTS).is_file():
                raise AdapterMismatch(f"The adapter {name} has no {WEIGHTS}.")
            return folder
    raise AdapterMismatch(f"There is no adapter called {name}.")


def identity(folder: Path | None) -> str:
    """Return a text that changes when the adapter does; "" for none."""
    if folder is None:
        return ""
    stat = (folder / WEIGHTS).stat()
    names = learned_names.fingerprint(folder)
    return f"{folder.resolve()} {stat.st_mtime_ns} {stat.st_size} {names}".rstrip()


@dataclass(frozen=True, slots=True)
class _Step:
    """What becomes of one weight: `pair` and `magnitude` are names in the file, or `whole` is."""

    pair: tuple[str, str] | None = None
    scale: float = 1.0
    magnitude: str = ""
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Fitted:
    """An adapter that was compared with a model, layer by layer, and fits it.

    Attributes:
        folder: Of the adapter.
        steps: What becomes of each weight, by the weight's name.
        names: What was learned beside the weights.
    """

    folder: Path
    steps: Mapping[str, _Step] = field(repr=False)
    names: LearnedNames = NO_NAMES

    @property
    def touched(self) -> frozenset[str]:
        """Names of the model's weights that it changes."""
        return frozenset(self.steps)


@dataclass(frozen=True, slots=True)
class Worn:
    """An adapter that is in a model's weights.

    Attributes:
        fitted: The adapter.
        own: The base's own numbers, in main memory; None when there was no room for them.
    """

    fitted: Fitted
    own: dict[str, Tensor] | None


def fit(model: Any, folder: Path) -> Fitted:
    """Compare an adapter with a model; reads names and shapes only.

    Args:
        model: Of any of the families.
        folder: As `find` returned it.

    Raises:
        AdapterMismatch: If the adapter does not fit the model, or is damaged.
    """
    file_hashes.require(folder)
    names = learned_names.read(folder)
    try:
        settings = safety.read_settings(folder / CONFIG)
        shapes = safety.weights_in(folder / WEIGHTS).shapes
    except ModelIncomplete as error:
        raise AdapterMismatch(str(error)) from error
    if settings.get("peft_type") != "LORA":
        raise AdapterMismatch(f"{folder.name} is no LoRA or DoRA adapter.")
    try:
        with safe_open(folder / WEIGHTS, framework="pt"):
            pass  # what the library itself holds against the file
    except SafetensorError as error:
        raise AdapterMismatch(f"{folder / WEIGHTS} is damaged. Fetch it again.") from error
    try:
        return Fitted(folder, _Comparison(model, settings).steps(shapes), names)
    except (_DiffersError, *_STRANGE) as error:
        raise AdapterMismatch(
            f"The adapter {folder.name} was made for another model than this one. Choose that "
            "model, or no adapter."
        ) from error


@torch.no_grad()
def put_on(model: Any, fitted: Fitted) -> Worn:
    """Put an adapter into the weights of a model that wears none.

    The base's own numbers are kept for `take_off` where memory allows.

    Args:
        model: The one it was fitted to.
        fitted: As `fit` returned it.
    """
    weights = _weights(model)
    names = sorted(fitted.touched)
    size = sum(weights[name].nbytes for name in names)
    room = psutil.virtual_memory().available * KEPT_SHARE
    worn = Worn(fitted, {} if size <= room else None)
    try:
        with safe_open(fitted.folder / WEIGHTS, framework="pt") as file:
            for name in names:
                weight = weights[name]
                # The decoder lays weights out in its own way, and sums depend on the order.
                base = weight.detach().float().contiguous()
                changed = _changed(base, fitted.steps[name], file)
                if worn.own is not None:
                    worn.own[name] = _plain_copy(weight)
                weight.data = changed.to(weight.dtype)
    except BaseException:  # half an adapter would answer without anybody noticing
        if worn.own is not None:
            take_off(model, worn)
        raise
    return worn


@torch.no_grad()
def take_off(model: Any, worn: Worn) -> None:
    """Give a model the base's own numbers back, bit by bit.

    Raises:
        ValueError: If they were not kept.
    """
    if worn.own is None:
        raise ValueError("the base's own numbers were not kept")
    weights = _weights(model)
    for name, kept in reversed(worn.own.items()):  # a weight under two names: its first state last
        weights[name].data = kept.to(weights[name].device)


def _weights(model: Any) -> dict[str, Any]:
    """Return a model's weights under all their names."""
    return dict(model.named_parameters(remove_duplicate=False))


def _plain_copy(weight: Tensor) -> Tensor:
    """Copy to main memory, rows one after the other, sharing nothing."""
    return weight.detach().to("cpu", copy=True, memory_format=torch.contiguous_format)


def _changed(base: Tensor, step: _Step, file: Any) -> Tensor:
    """Return a weight with what was learned in it, float32 like `base` on its device."""

    def read(name: str) -> Tensor:
        tensor: Tensor = file.get_tensor(name)
        return tensor.to(base.device, torch.float32)

    if step.pair is None:
        return read(step.whole)
    down, up = read(step.pair[0]), read(step.pair[1])
    delta = up @ down
    if step.pair[0].endswith("embedding_A"):
        delta = delta.T
    moved = base + step.scale * delta
    if not step.magnitude:
        return moved
    # DoRA: each row has the learned length, whatever the pair did to it.
    length: Tensor = torch.linalg.norm(moved, dim=1, keepdim=True)
    return read(step.magnitude).view(-1, 1) / length * moved


class _DiffersError(Exception):
    """The adapter and the model do not belong together."""


class _Comparison:
    """Finds what an adapter's tensors do to a model's weights, refusing whatever is not clear."""

    def __init__(self, model: Any, settings: Mapping[str, Any]) -> None:
        self._shapes = {name: tuple(weight.shape) for name, weight in _weights(model).items()}
        self._linear = {
            name for name, part in model.named_modules() if isinstance(part, torch.nn.Linear)
        }
        self._settings = settings
        self._dora = bool(settings.get("use_dora"))
        self._saved: Sequence[str] = settings.get("modules_to_save") or ()
        self._patterns = Patterns()

    def steps(self, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, _Step]:
        """Return what becomes of each weight; `shapes` are those of the adapter's tensors."""
        layers: dict[str, dict[str, str]] = {}
        steps: dict[str, _Step] = {}
        for given in shapes:
            if not given.startswith(_PREFIX):
                raise _DiffersError
            name = given.removeprefix(_PREFIX).replace(".base_layer.", ".")
            layer, mark, part = name.partition(".lora_")
            if mark:
                layers.setdefault(layer, {})[part] = given
            elif self._shapes.get(name) != shapes[given] or not self._may_be_whole(name):
                raise _DiffersError
            else:
                steps[name] = _Step(whole=given)
        for layer, parts in layers.items():
            steps[f"{layer}.weight"] = self._pair(layer, parts, shapes)
        if not steps or any(self._aimed_at(name) and name not in layers for name in self._linear):
            raise _DiffersError
        return steps

    def _pair(
        self, layer: str, parts: dict[str, str], shapes: Mapping[str, tuple[int, ...]]
    ) -> _Step:
        down, up = next(pair for pair in (*_PAIRS, ("", "")) if pair[0] in parts or not pair[0])
        magnitude = next((name for name in _MAGNITUDES if name in parts), "")
        wanted = {down, up, magnitude} if self._dora else {down, up}
        lacking = self._dora and (not magnitude or down == "embedding_A")
        if not down or set(parts) != wanted or lacking:
            raise _DiffersError
        shape = self._shapes.get(f"{layer}.weight", ())
        rank = int(self._pattern("rank_pattern", layer, self._settings.get("r", 8)))
        alpha = float(self._pattern("alpha_pattern", layer, self._settings.get("lora_alpha", 8)))
        rows, columns = shape if len(shape) == 2 else (0, 0)
        if down == "embedding_A":
            rows, columns = columns, rows
        fits = (shapes[parts[down]], shapes[parts[up]]) == ((rank, columns), (rows, rank))
        if not fits or rank < 1 or (magnitude and shapes[parts[magnitude]] != (rows,)):
            raise _DiffersError
        scale = alpha / (math.sqrt(rank) if self._settings.get("use_rslora") else rank)
        return _Step((parts[down], parts[up]), scale, parts.get(magnitude, ""))

    def _pattern(self, key: str, layer: str, otherwise: Any) -> Any:
        """Return a layer's own value where the settings name one."""
        for pattern, value in (self._settings.get(key) or {}).items():
            if self._patterns.begins(rf"(.*\.)?({pattern})$", layer):
                return value
        return otherwise

    def _may_be_whole(self, name: str) -> bool:
        """Tell whether a weight may be given outright: in a saved part, or a bias."""
        if name.endswith(".bias") and self._settings.get("bias", "none") != "none":
            return True
        return self._is_saved(name)

    def _is_saved(self, name: str) -> bool:
        whole = (rf"(^|.*\.){part}($|\..*)" for part in self._saved)
        return any(self._patterns.begins(pattern, name) for pattern in whole)

    def _aimed_at(self, layer: str) -> bool:
        """Tell whether the settings say that a linear layer has a pair."""
        target = self._settings.get("target_modules")
        narrowed = ("exclude_modules", "layers_to_transform", "layers_pattern")
        if not target or target == "all-linear" or any(self._settings.get(k) for k in narrowed):
            return False
        if self._is_saved(layer):
            return False
        if isinstance(target, str):
            return self._patterns.is_whole(target, layer)
        return any(layer == part or layer.endswith(f".{part}") for part in target)
