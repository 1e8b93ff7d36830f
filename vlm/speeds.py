"""How fast each model was on this machine, from the answers it gave. One small file.

Also remembers in which number format the processor runs models, which says how much they need.
"""

from __future__ import annotations

import contextlib
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from vlm import memory, paths, whole_file
from vlm.types import ModelInfo, Timings

KEPT = 9
"""Latest answers per model; the median of them is shown."""
_AT_ONCE_S = 0.05
"""Seconds that nobody notices."""


@dataclass(frozen=True, slots=True)
class Speed:
    """The median over the latest answers of a model.

    Attributes:
        device: Where it ran: "cpu", "cuda" or "mps".
        first_token_s: From the question to the beginning of the answer, seconds.
        tokens_per_second: Word pieces a second after the first; 0.0 when no answer had two.
        answers: How many were counted.
    """

    device: str
    first_token_s: float
    tokens_per_second: float
    answers: int

    @property
    def sentence(self) -> str:
        """The same in words."""
        soon = self.first_token_s < _AT_ONCE_S
        start = f"Starts to answer {'at once' if soon else f'after {self.first_token_s:.1f} s'}"
        if self.tokens_per_second <= 0:
            return start
        return f"{start}, then {self.tokens_per_second:.0f} word pieces a second"


class _Row(msgspec.Struct):
    device: str
    first_token: list[float] = []
    tokens_per_second: list[float] = []


class _File(msgspec.Struct):
    version: int = 1
    cpu_dtype: str = ""
    models: dict[str, _Row] = {}


class Speeds:
    """Keeps what was measured.

    Args:
        path: The file; None for the program's own.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or paths.data_dir() / "speeds.json"

    def note(self, model: ModelInfo, timings: Timings) -> None:
        """Note an answer's timings. One small write; a file that cannot be written is left.

        Answers about pages whose text was never begun (no first token) say nothing.
        """
        if timings.first_token <= 0:
            return
        file = self._read()
        key = str(Path(model.folder).resolve())
        row = file.models.get(key)
        if row is None or row.device != model.device:
            row = file.models[key] = _Row(model.device)
        row.first_token = [*row.first_token, timings.first_token][-KEPT:]
        if timings.tokens_per_second > 0:
            rates = [*row.tokens_per_second, timings.tokens_per_second]
            row.tokens_per_second = rates[-KEPT:]
        if model.device == "cpu":
            file.cpu_dtype = model.dtype
        self._write(file)

    def forget(self, folder: Path) -> None:
        """Forget a model that was removed."""
        file = self._read()
        if file.models.pop(str(folder.resolve()), None) is not None:
            self._write(file)

    def read(self) -> Mapping[Path, Speed]:
        """Return what was measured, by the models' resolved folders."""
        return {
            Path(folder): Speed(
                row.device,
                statistics.median(row.first_token),
                statistics.median(row.tokens_per_second) if row.tokens_per_second else 0.0,
                len(row.first_token),
            )
            for folder, row in self._read().models.items()
            if row.first_token
        }

    def cpu_bytes_per_weight(self) -> int:
        """Return how wide numbers are when a model runs on the processor, as last seen."""
        narrow = self._read().cpu_dtype in ("bfloat16", "float16")
        return memory.GPU_BYTES_PER_WEIGHT if narrow else memory.CPU_BYTES_PER_WEIGHT

    def _read(self) -> _File:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_File)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return _File()  # measured again with the next answers

    def _write(self, file: _File) -> None:
        with contextlib.suppress(OSError):  # a measurement is not worth a message
            whole_file.write(self._path, msgspec.json.format(msgspec.json.encode(file)))
