"""Averages the weights of saved models that were trained one from another.

What is taught anew costs some of what was known; between both sets of weights lie better ones
(Wortsman et al., arXiv 2109.01903 and 2203.05482).
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

WEIGHTS = "model.safetensors"


def mix(folders: Sequence[Path], target: Path, shares: Sequence[float] | None = None) -> None:
    """Save the average of models; all else is as in the last one's folder.

    Args:
        folders: written by :func:`pretrain.export.export`, one or more, of one size.
        target: made when missing; its other files stay.
        shares: what each model counts, above 0, one for each; None for all alike.

    Raises:
        ValueError: the models have not the same weights, or there is not one share for each.
    """
    counts = [1.0] * len(folders) if shares is None else list(shares)
    if len(counts) != len(folders) or min(counts) <= 0:
        raise ValueError(f"{len(folders)} models need as many shares above 0")
    weights: dict[str, torch.Tensor] = {}
    total: dict[str, torch.Tensor] = {}
    for folder, count in zip(folders, counts, strict=True):
        weights = load_file(folder / WEIGHTS)
        if total and {name: one.shape for name, one in weights.items()} != {
            name: one.shape for name, one in total.items()
        }:
            raise ValueError(f"{folder} is another model than {folders[0]}; they have no average")
        for name, one in weights.items():
            total[name] = total.get(name, torch.zeros(one.shape)) + count * one.float()
    shutil.copytree(folders[-1], target, dirs_exist_ok=True)
    mean = {name: (one / sum(counts)).to(weights[name].dtype) for name, one in total.items()}
    save_file(mean, target / WEIGHTS, metadata={"format": "pt"})
