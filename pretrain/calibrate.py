"""Makes a saved model as sure of its answers as it is right, without changing any of them.

One temperature for all scores (Guo et al., arXiv 1706.04599), fitted on answers to drawn questions
that neither training nor measuring uses. It is divided out of the weights of the norm before the
output layer, so that every program that runs the model has it.
"""

import logging
import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from pretrain import scores, testset
from pretrain.asking import SavedModel
from pretrain.fonts import FontSet
from pretrain.mix import WEIGHTS

log = logging.getLogger(__name__)

NORM = "model.text_model.norm.weight"
SEED = "calibration"
LEAST, MOST, STEPS = 0.5, 4.0, 71
"""Temperatures that are tried, evenly by their logarithms."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer with what it was chosen from.

    Attributes:
        logits: ``(steps, vocabulary)`` float32; the highest of each step was chosen.
        right: whether the answer is the wanted one.
    """

    logits: Tensor
    right: bool

    def confidence(self, temperature: float) -> float:
        """Return the product of the chosen tokens' probabilities at a temperature, in [0, 1]."""
        chosen = (self.logits / temperature).softmax(-1).amax(-1)
        return float(chosen.double().prod())


def fit(told: Sequence[Told]) -> float:
    """Return the temperature at which confidence predicts best which answers are right.

    Best is the lowest mean cross-entropy. 1 means that nothing should change.

    Raises:
        ValueError: There are no answers, or they are all right or all wrong.
    """
    if len({one.right for one in told}) < 2:
        raise ValueError("a temperature needs both right and wrong answers")
    span = math.log(MOST / LEAST) / (STEPS - 1)
    tried = [LEAST * math.exp(span * step) for step in range(STEPS)]
    return min(tried, key=lambda temperature: _surprise(told, temperature))


def _surprise(told: Sequence[Told], temperature: float) -> float:
    """Return the mean of -log of what was given to how an answer turned out, in nats."""
    total = 0.0
    for one in told:
        sure = min(max(one.confidence(temperature), 1e-6), 1 - 1e-6)
        total -= math.log(sure if one.right else 1 - sure)
    return total / len(told)


def ask(model: SavedModel, fonts: FontSet, count: int) -> list[Told]:
    """Ask about fields, fields by new names and strips, ``count`` of each in every condition."""
    told: list[Told] = []
    for condition in testset.conditions(fonts):
        for draw in (testset.forms, testset.other_forms, testset.strips):
            for sample in draw(condition, count, SEED):
                images = testset.images_of(sample)
                most = len(sample.answer) + 12
                text, logits = model.scored(images, sample.question, most)
                told.append(Told(logits, text == sample.answer))
    return told


def cool(folder: Path, target: Path, temperature: float) -> None:
    """Save a model whose logits are divided by a temperature; all else is as in ``folder``.

    Raises:
        ValueError: The model has no such norm before its output.
    """
    weights = load_file(folder / WEIGHTS)
    if NORM not in weights:
        raise ValueError(f"{folder} has no weights called {NORM}")
    shutil.copytree(folder, target, dirs_exist_ok=True)
    norm = weights[NORM]
    weights[NORM] = (norm.float() / temperature).to(norm.dtype)
    save_file(weights, target / WEIGHTS, metadata={"format": "pt"})


def calibrate(folder: Path, target: Path, fonts: FontSet, count: int, device: str = "cpu") -> float:
    """Fit the temperature of a saved model and save it with that divided out; return it.

    Args:
        folder: written by :func:`pretrain.export.export`.
        target: made when missing; its other files stay.
        fonts: seen and held out.
        count: questions of each kind in every condition.
        device: where the model is asked.
    """
    told = ask(SavedModel(folder, device), fonts, count)
    temperature = fit(told)
    right = [one.right for one in told]
    for name, value in (("as it is", 1.0), ("calibrated", temperature)):
        error = scores.calibration_error([one.confidence(value) for one in told], right)
        log.info("%s: temperature %.3f, calibration error %.3f", name, value, error)
    with torch.no_grad():
        cool(folder, target, temperature)
    return temperature
