"""A model's confidence, fitted to how often it is right."""

import random
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from pretrain import fonts, testset
from pretrain.asking import SavedModel
from pretrain.calibrate import SEED, Told, cool, fit
from pretrain.cli import main
from pretrain.documents.wear import Wear
from pretrain.testset import Condition
from vlm.models import shipped_folders

SHIPPED = shipped_folders()[0]


def told(temperature: float, count: int = 400) -> list[Told]:
    """Answers of three steps that are right as often as a temperature says."""
    torch.manual_seed(0)
    rng = random.Random(0)
    found: list[Told] = []
    for _ in range(count):
        logits = torch.randn(3, 20) * 6
        sure = Told(logits, True).confidence(temperature)
        found.append(Told(logits, rng.random() < sure))
    return found


@pytest.mark.parametrize("temperature", [0.7, 1.0, 2.0])
def test_the_temperature_is_found_at_which_answers_are_right_as_often_as_said(
    temperature: float,
) -> None:
    assert fit(told(temperature)) == pytest.approx(temperature, rel=0.15)


def test_answers_that_are_all_right_say_nothing() -> None:
    with pytest.raises(ValueError, match="right and wrong"):
        fit([one for one in told(1.0) if one.right])


def test_a_cooled_model_answers_the_same_and_is_less_sure(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    cool(SHIPPED, tmp_path / "cooled", 2.0)
    before, after = SavedModel(SHIPPED), SavedModel(tmp_path / "cooled")
    clean = Condition("clean", Wear.NONE, fonts.load(None).seen)
    for sample in testset.forms(clean, 3):
        images = testset.images_of(sample)
        text, logits = before.scored(images, sample.question)
        same, cooled = after.scored(images, sample.question)
        assert same == text
        assert torch.allclose(cooled, logits / 2, atol=1e-3)
        sure = after.ask(images, sample.question).confidence
        assert sure < before.ask(images, sample.question).confidence


def test_the_shipped_model_is_calibrated_on_questions_that_measuring_does_not_ask(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clean = Condition("clean", Wear.NONE, fonts.load(None).seen)
    measured = {sample.question + sample.answer for sample in testset.strips(clean, 40)}
    fitted = {sample.question + sample.answer for sample in testset.strips(clean, 40, SEED)}
    answers = {one for one in measured & fitted if "Not on this page" not in one}
    assert not answers
    caplog.set_level("INFO")
    command = ["calibrate", str(SHIPPED), str(tmp_path / "out"), "--questions", "2"]
    assert main(command) == 0
    assert "calibration error" in caplog.text
    assert SavedModel(tmp_path / "out").parameters == SavedModel(SHIPPED).parameters


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    save_file({"a": torch.ones(1)}, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match="no weights called"):
        cool(tmp_path, tmp_path / "out", 2.0)
    assert not (tmp_path / "out").exists()
