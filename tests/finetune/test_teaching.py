from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch import Tensor

from finetune.attach import attach, learning
from finetune.base_model import load_base, place
from finetune.disk import RealDisk
from finetune.features import Features
from finetune.kept import KeptPages
from finetune.lessons import Lesson, lesson_of
from finetune.runs import RunRow
from finetune.teaching import loss_sum
from finetune.trainer import Looked, TorchLearner
from tests.finetune import tuning
from tests.finetune.made import png_of


def _pages(rows: list[RunRow]) -> KeptPages:
    return KeptPages(rows, lambda row: png_of(int(row.picture)))


def _embedded(folder: Path, noise: float, training: bool) -> tuple[Tensor, Tensor]:
    """Return what goes into the text model, and which of it are picture tokens."""
    loaded = tuning.loaded(folder)
    wrapped = attach(loaded.model, tuning.plan_of(folder))
    wrapped.train(training)
    lesson = lesson_of(loaded, tuning.row(1), False)
    features = Features(loaded, _pages([tuning.row(1)]), None, RealDisk()).of(lesson, 0)
    seen: list[Tensor] = []

    def look(_: Any, __: Any, named: dict[str, Tensor]) -> None:
        seen.append(named["inputs_embeds"].detach().clone())

    hook = loaded.model.model.text_model.register_forward_pre_hook(look, with_kwargs=True)
    torch.manual_seed(0)
    image = int(loaded.processor.image_token_id)
    loss_sum(loaded.model, image, [lesson], [features], noise)
    hook.remove()
    return seen[0][0], torch.tensor(lesson.ids) == image


def test_noise_is_put_on_the_words_while_learning_and_on_nothing_else(tmp_path: Path) -> None:
    folder = tuning.base(tmp_path)
    plain, pictures = _embedded(folder, 0.0, training=True)
    noisy, _ = _embedded(folder, 5.0, training=True)
    asked, _ = _embedded(folder, 5.0, training=False)
    assert bool(pictures.any())
    moved = (noisy - plain).abs()
    assert float(moved[pictures].max()) == 0.0
    limit = 5.0 / (len(plain) * plain.shape[1]) ** 0.5
    assert 0.5 * limit < float(moved[~pictures].max()) <= limit * 1.001
    assert torch.equal(asked, plain)


class _Apart(Features):
    """Has every question look at its picture for itself."""

    def key(self, lesson: Lesson, view: int) -> str:
        return lesson.row.id


def _asked_thrice(number: int) -> list[RunRow]:
    """Return three questions about one picture."""
    row = tuning.row(number)
    return [
        msgspec.structs.replace(row, id=f"{row.id}{part}", question=f"{part}?") for part in "abc"
    ]


@pytest.mark.parametrize(("trains_vision", "connector"), [(True, "full"), (False, "adapter")])
def test_questions_about_one_picture_look_at_it_once_with_the_same_gradients(
    tmp_path: Path, trains_vision: bool, connector: str
) -> None:
    folder = tuning.base(tmp_path)
    rows = [*_asked_thrice(1), *_asked_thrice(2)]
    plan = tuning.plan_of(
        folder,
        trains_vision=trains_vision,
        connector=connector,
        batch=6,
        micro_batch=2,
        views=1,
        clip=100.0,
    )
    gradients: list[dict[str, Tensor]] = []
    for kind, looks in ((Features, 2), (_Apart, 6)):
        loaded = tuning.loaded(folder)
        lessons = [lesson_of(loaded, row, False) for row in rows]
        features = kind(loaded, _pages(rows), None, RealDisk())
        accelerator = Accelerator(cpu=True)
        learner = TorchLearner(plan, loaded, lessons, Looked(lessons[:1]), features, accelerator)
        looked: list[int] = []
        tower = loaded.model.model.vision_model
        hook = tower.register_forward_hook(lambda *_, seen=looked: seen.append(1))
        assert learner.step(0).examples == 6
        hook.remove()
        assert len(looked) == looks
        weights = learning(learner.wrapped)
        gradients.append({n: w.grad for n, w in weights.items() if w.grad is not None})
    assert gradients[0].keys() == gradients[1].keys()
    for name, gradient in gradients[1].items():
        error = (gradients[0][name] - gradient).norm() / gradient.norm().clamp_min(1e-12)
        assert float(error) < 1e-5, name


@pytest.fixture
def sixteen_bits() -> Iterator[Accelerator]:
    """An accelerator of another precision than those of the other tests in this process."""
    AcceleratorState._reset_state(reset_partial_state=True)  # pyright: ignore[reportPrivateUsage]
    yield Accelerator(cpu=True, mixed_precision="bf16")
    AcceleratorState._reset_state(reset_partial_state=True)  # pyright: ignore[reportPrivateUsage]


def test_in_sixteen_bits_it_learns_the_same_and_goes_on_bit_by_bit(
    tmp_path: Path, sixteen_bits: Accelerator
) -> None:
    folder = tuning.base(tmp_path)
    rows = [tuning.row(number) for number in range(3)]
    plan = tuning.plan_of(
        folder,
        precision="bfloat16",
        trains_vision=True,
        learning_rate=0.005,
        rank=8,
        alpha=16,
        epochs=16,
        views=1,
    )

    def learner() -> TorchLearner:
        loaded = load_base(folder, place("bfloat16", "cpu"))
        lessons = [lesson_of(loaded, row, False) for row in rows]
        features = Features(loaded, _pages(rows), None, RealDisk())
        return TorchLearner(plan, loaded, lessons, Looked(lessons[:1]), features, sixteen_bits)

    whole = learner()
    weights = learning(whole.wrapped)
    assert {weight.dtype for weight in weights.values()} == {torch.float32}
    losses = [whole.step(number).loss for number in range(16)]
    assert losses[-1] < 0.7 * losses[0]
    first, second = learner(), learner()
    assert [first.step(number).loss for number in range(4)] == losses[:4]
    second.restore(first.state())
    assert [second.step(number).loss for number in range(4, 8)] == losses[4:8]
