from __future__ import annotations

import msgspec
import pytest

from finetune import plan
from finetune.plan import TrainPlan


def test_everything_a_person_may_change_is_explained() -> None:
    chosen = plan.preset("thorough", "mine", "/models/x", "f" * 64)
    explained = [field for field, _value, _words in plan.explain(chosen)]
    fixed = {"name", "base", "base_fingerprint"}
    assert set(explained) == set(TrainPlan.__struct_fields__) - fixed
    assert len(explained) == len(set(explained))
    assert all(words.endswith(".") for _field, _value, words in plan.explain(chosen))


def test_presets_are_what_they_say() -> None:
    quick = plan.preset("quick", "mine", "/models/x", "f")
    thorough = plan.preset("thorough", "mine", "/models/x", "f")
    assert quick.caches_features
    assert not thorough.caches_features
    assert (thorough.method, thorough.connector, thorough.trains_vision) == ("dora", "frozen", True)
    assert (quick.learning_rate, thorough.learning_rate) == (2e-4, 1e-4)
    assert msgspec.json.decode(msgspec.json.encode(quick), type=TrainPlan) == quick
    names = plan.preset("names", "mine", "/models/x", "f")
    assert quick.weights
    assert not names.weights
    assert names.all_steps(100) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [("rank", 0), ("learning_rate", 1.0), ("epochs", 0), ("micro_batch", 9), ("name", " ")],
)
def test_numbers_outside_their_limits_are_refused(field: str, value: object) -> None:
    good = plan.preset("quick", "mine", "/models/x", "f")
    with pytest.raises(ValueError, match=field if field != "name" else "name"):
        msgspec.structs.replace(good, **{field: value})


def test_steps_cover_every_row_each_epoch() -> None:
    chosen = msgspec.structs.replace(plan.preset("quick", "m", "b", "f"), epochs=3, batch=8)
    assert [chosen.steps(rows) for rows in (1, 8, 9)] == [3, 3, 6]
