"""Saves a training run in one file and reads it back, so that a run stopped anywhere resumes.

The file is written beside the old one, fsynced and renamed over it: at every moment one complete
checkpoint exists.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import Optimizer

FILE = "checkpoint.safetensors"

ADOPTED = "adopted"
"""Stage of a checkpoint that was made of published weights: any stage may start from it."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a run stands.

    Attributes:
        stage: name of the stage.
        level: number of the curriculum level within the stage.
        batch: index of the next batch of that level.
        step: optimizer steps made in this stage.
        samples: samples seen in this stage.
        seconds: time spent training in this stage.
        preset: size of the model.
        seed: what all data come from.
    """

    stage: str
    level: int
    batch: int
    step: int
    samples: int
    seconds: float
    preset: str
    seed: int


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _optimizer_tensors(optimizers: list[Optimizer]) -> dict[str, Tensor]:
    """Flatten the optimizers' states to ``optimizer/<which>/<parameter>/<name>``."""
    flat = {}
    for which, optimizer in enumerate(optimizers):
        for parameter, state in optimizer.state_dict()["state"].items():
            for name, value in state.items():
                flat[f"optimizer/{which}/{parameter}/{name}"] = torch.as_tensor(value)
    return flat


def save(
    folder: Path,
    position: Position,
    reader: nn.Module,
    average: dict[str, Tensor],
    optimizers: list[Optimizer],
) -> None:
    """Write the checkpoint into ``folder``, replacing the one before only when complete."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, Tensor] = {
        f"reader/{name}": value for name, value in reader.named_parameters()
    }
    tensors |= {f"average/{name}": value for name, value in average.items()}
    tensors |= _optimizer_tensors(optimizers)
    tensors["random/torch"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["random/cuda"] = torch.cuda.get_rng_state()
    plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    new = folder / f"{FILE}.new"
    save_file(plain, new, metadata={"position": json.dumps(asdict(position))})
    _sync(new)
    new.replace(folder / FILE)
    _sync(folder)


def begin(folder: Path, reader: nn.Module, preset: str) -> Position:
    """Write the checkpoint of a run that begins with these weights; any stage may start from it."""
    at = Position(ADOPTED, 0, 0, 0, 0, 0.0, preset, 0)
    average = {name: value.detach().clone() for name, value in reader.named_parameters()}
    save(folder, at, reader, average, [])
    return at


def position_of(folder: Path) -> Position:
    """Read only where the run in ``folder`` stands."""
    with safe_open(folder / FILE, framework="pt") as file:
        return Position(**json.loads(file.metadata()["position"]))


@torch.no_grad()
def load_weights(folder: Path, reader: nn.Module, averaged: bool) -> Position:
    """Copy a checkpoint's weights (or their running average) into ``reader``."""
    kind = "average" if averaged else "reader"
    with safe_open(folder / FILE, framework="pt") as file:
        for name, parameter in reader.named_parameters():
            parameter.copy_(file.get_tensor(f"{kind}/{name}"))
        return Position(**json.loads(file.metadata()["position"]))


def load_average(folder: Path, average: dict[str, Tensor]) -> None:
    """Copy a checkpoint's running average of the weights into ``average``."""
    with safe_open(folder / FILE, framework="pt") as file:
        for name, value in average.items():
            value.copy_(file.get_tensor(f"average/{name}"))


def load_optimizers(folder: Path, optimizers: list[Optimizer]) -> None:
    """Restore the optimizers and the random states of a run that continues its stage."""
    states: list[dict[int, dict[str, Tensor]]] = [{} for _ in optimizers]
    with safe_open(folder / FILE, framework="pt") as file:
        for key in file.keys():  # noqa: SIM118 - safe_open is no mapping
            if key.startswith("optimizer/"):
                _, which, parameter, name = key.split("/")
                states[int(which)].setdefault(int(parameter), {})[name] = file.get_tensor(key)
            elif key == "random/torch":
                torch.set_rng_state(file.get_tensor(key))
            elif key == "random/cuda" and torch.cuda.is_available():
                torch.cuda.set_rng_state(file.get_tensor(key))
    for optimizer, state in zip(optimizers, states, strict=True):
        if not state:  # a checkpoint that was carried without them
            continue
        whole = optimizer.state_dict()
        optimizer.load_state_dict({"state": state, "param_groups": whole["param_groups"]})


PART_BYTES = 15 * 2**20
"""Largest part of a carried checkpoint: what a borrowed machine gives back in one file."""


def carry(folder: Path, target: Path, part_bytes: int = PART_BYTES) -> list[Path]:
    """Write the averaged weights alone, in bfloat16 and in parts, to be carried elsewhere.

    Args:
        folder: of a checkpoint.
        target: gets ``carried-0.safetensors`` and so on.
        part_bytes: no part is larger, as long as no single tensor is.
    """
    target.mkdir(parents=True, exist_ok=True)
    parts: list[dict[str, Tensor]] = [{}]
    used = 0
    with safe_open(folder / FILE, framework="pt") as file:
        position = file.metadata()["position"]
        for key in sorted(file.keys()):
            if not key.startswith("average/"):
                continue
            tensor = file.get_tensor(key).to(torch.bfloat16)
            size = tensor.numel() * tensor.element_size()
            if parts[-1] and used + size > part_bytes:
                parts.append({})
                used = 0
            parts[-1][key.removeprefix("average/")] = tensor
            used += size
    written = []
    for index, part in enumerate(parts):
        path = target / f"carried-{index}.safetensors"
        save_file(part, path, metadata={"position": position})
        written.append(path)
    return written


def unpack(source: Path, folder: Path) -> Position:
    """Make a checkpoint of what :func:`carry` wrote; its optimizers start afresh."""
    weights: dict[str, Tensor] = {}
    position = ""
    for path in sorted(source.glob("carried-*.safetensors")):
        with safe_open(path, framework="pt") as file:
            position = file.metadata()["position"]
            for key in file.keys():  # noqa: SIM118 - safe_open is no mapping
                weights[key] = file.get_tensor(key).float()
    if not weights:
        raise FileNotFoundError(f"{source} holds no carried-*.safetensors")
    folder.mkdir(parents=True, exist_ok=True)
    both = {f"average/{name}": value for name, value in weights.items()}
    both |= {f"reader/{name}": value.clone() for name, value in weights.items()}
    save_file(both, folder / FILE, metadata={"position": position})
    return Position(**json.loads(position))
