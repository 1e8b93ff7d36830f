from __future__ import annotations

from pathlib import Path

import pytest
import torch

from finetune import order
from tests.finetune import tuning


def _bytes(tensors: object) -> dict[str, bytes]:
    assert isinstance(tensors, dict)
    return {name: bytes(raw.data) for name, raw in tensors.items()}


@pytest.mark.parametrize(
    "changes",
    [{}, {"trains_vision": True, "connector": "full", "dropout": 0.1, "neftune": 5.0}],
    ids=["quick", "thorough"],
)
def test_restored_at_any_step_it_goes_on_bit_by_bit(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    folder = tuning.base(tmp_path)
    plan = tuning.plan_of(folder, **changes)
    whole = tuning.learner_of(plan, tuning.loaded(folder), tmp_path / "features")
    states = [whole.state()]
    for number in range(whole.steps):
        taught = whole.step(number)
        assert taught.loss > 0
        whole.watch()
        states.append(whole.state())
    assert whole.steps == 4
    for start in (0, 2):
        other = tuning.learner_of(plan, tuning.loaded(folder), tmp_path / "features")
        if start:
            other.restore(states[start])
        for number in range(start, whole.steps):
            other.step(number)
        assert _bytes(other.state()) == _bytes(states[-1])
    assert _bytes(states[1]) != _bytes(states[2])


def test_it_learns_what_it_is_taught(tmp_path: Path) -> None:
    folder = tuning.base(tmp_path)
    plan = tuning.plan_of(
        folder, epochs=40, batch=4, micro_batch=4, learning_rate=0.01, views=1, rank=8, alpha=16
    )
    learner = tuning.learner_of(plan, tuning.loaded(folder), tmp_path / "features")
    losses = [learner.step(number).loss for number in range(40)]
    assert losses[-1] < 0.1 * losses[0]


@pytest.mark.parametrize("changes", [{}, {"trains_vision": True, "connector": "full"}])
def test_what_is_forgotten_counts_against_a_step(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    folder = tuning.base(tmp_path)
    long = {"epochs": 40, "batch": 4, "micro_batch": 4, "rank": 8, "alpha": 16}
    plan = tuning.plan_of(folder, learning_rate=0.01, views=1, **long, **changes)
    alone = tuning.learner_of(plan, tuning.loaded(folder), tmp_path / "f")
    guarded = tuning.learner_of(plan, tuning.loaded(folder), tmp_path / "f", guard=2)
    assert guarded.watch() == alone.watch(), "nothing is forgotten before the first step"
    learns = [name for name, weight in guarded.wrapped.named_parameters() if weight.requires_grad]
    for number in range(40):
        assert guarded.step(number).loss == alone.step(number).loss
    forgot = guarded.watch() - alone.watch()
    assert forgot > 0.1
    assert learns == [n for n, weight in guarded.wrapped.named_parameters() if weight.requires_grad]
    later = tuning.learner_of(plan, tuning.loaded(folder), tmp_path / "f", guard=2)
    later.restore(guarded.state())
    assert later.watch() == guarded.watch(), "what was before is that of the model as it came"


def test_kept_features_train_as_fresh_ones_do(tmp_path: Path) -> None:
    folder = tuning.base(tmp_path)
    plan = tuning.plan_of(folder)
    kept = tuning.learner_of(plan, tuning.loaded(folder), tmp_path / "features")
    assert [done for done, _ in kept.prepare()] == list(range(4 * 2 + 1))
    fresh = tuning.learner_of(plan, tuning.loaded(folder))
    for number in range(3):
        assert kept.step(number).loss == pytest.approx(fresh.step(number).loss, rel=1e-5)
    files = sorted((tmp_path / "features").iterdir())
    assert len(files) == 9
    files[0].write_bytes(files[0].read_bytes()[:-1])
    again = tuning.learner_of(plan, tuning.loaded(folder), tmp_path / "features")
    assert [again.step(n).loss for n in range(2)] == [
        pytest.approx(loss) for loss in [_loss_of(plan, folder, tmp_path, n) for n in range(2)]
    ]


def _loss_of(plan: object, folder: Path, tmp_path: Path, number: int) -> float:
    learner = tuning.learner_of(tuning.plan_of(folder), tuning.loaded(folder))
    for earlier in range(number):
        learner.step(earlier)
    return learner.step(number).loss


def test_micro_batches_change_nothing_but_memory(tmp_path: Path) -> None:
    folder = tuning.base(tmp_path)
    losses: list[list[float]] = []
    for micro in (1, 3):
        plan = tuning.plan_of(folder, micro_batch=micro)
        learner = tuning.learner_of(plan, tuning.loaded(folder), tmp_path / "features")
        losses.append([learner.step(number).loss for number in range(3)])
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_a_loss_that_is_no_number_changes_nothing(tmp_path: Path) -> None:
    folder = tuning.base(tmp_path)
    learner = tuning.learner_of(tuning.plan_of(folder), tuning.loaded(folder), tmp_path / "f")
    learner.step(0)
    before = _bytes(learner.state())
    bias = learner.wrapped.base_model.model.lm_head.weight
    with torch.no_grad():
        kept = bias.clone()
        bias.fill_(float("nan"))
    taught = learner.step(1)
    assert taught.loss != taught.loss
    assert _bytes(learner.state()) == before
    with torch.no_grad():
        bias.copy_(kept)
    assert learner.step(1).loss > 0


def test_gradient_checkpointing_gives_the_same_losses(tmp_path: Path) -> None:
    folder = tuning.base(tmp_path)
    losses: list[list[float]] = []
    for on in (False, True):
        plan = tuning.plan_of(folder, gradient_checkpointing=on, trains_vision=True)
        learner = tuning.learner_of(plan, tuning.loaded(folder))
        losses.append([learner.step(number).loss for number in range(2)])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_an_epoch_takes_everything_once_and_views_move_on() -> None:
    ten = order.apart(10)
    seen = [pair for step in range(4) for pair in order.batch_of(step, ten, 3, 4, seed=1)]
    assert sorted(index for index, _ in seen) == list(range(10))
    again = [pair for step in range(4, 8) for pair in order.batch_of(step, ten, 3, 4, seed=1)]
    assert [index for index, _ in seen] != [index for index, _ in again]
    assert all(dict(again)[index] == (view + 1) % 4 for index, view in seen)


def test_questions_about_one_picture_stand_together_with_one_view() -> None:
    groups = order.together(["a", "b", "a", "c", *["b"] * 5])
    assert groups == [[0, 2], [1, 4, 5, 6], [3], [7, 8]]
    seen = [pair for step in range(3) for pair in order.batch_of(step, groups, 3, 4, seed=1)]
    assert sorted(index for index, _ in seen) == list(range(9))
    view = dict(seen)
    assert all(len({view[index] for index in group}) == 1 for group in groups)


def test_the_rate_rises_then_falls_to_a_tenth() -> None:
    rates = [order.rate(step, 100, 1.0, 10) for step in range(101)]
    assert rates[:10] == sorted(rates[:10])
    assert rates[10] == 1.0
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[100] == pytest.approx(0.1)
    assert order.rate(0, 1, 1.0, 10) == 1.0
