"""What a person may change of a plan, and what is refused."""

import msgspec
import pytest

from app.training import fields
from finetune.plan import LIMITS, preset

QUICK = preset("quick", "a", "/m", "f")
THOROUGH = preset("thorough", "a", "/m", "f")
BY_KEY = {field.key: field for field in fields.all_fields(QUICK)}


def test_every_number_with_limits_can_be_changed_and_stands_under_a_heading() -> None:
    assert set(LIMITS) <= set(BY_KEY)
    shown = [field.key for _, group in fields.grouped(tuple(BY_KEY.values())) for field in group]
    assert sorted(shown) == sorted(BY_KEY)


def test_a_field_that_no_heading_names_appears_under_more() -> None:
    new = fields.Field("new_thing", "New thing", "Something new.", "number")
    assert fields.grouped((new,)) == ((fields.MORE, (new,)),)


@pytest.mark.parametrize("field", BY_KEY.values(), ids=lambda field: field.key)
def test_what_a_plan_holds_can_be_typed_back(field: fields.Field) -> None:
    if field.kind in ("whole", "number"):
        held = fields.value(THOROUGH, field.key)
        assert field.read(fields.written(float(held))) == held


@pytest.mark.parametrize("text", ["", "many", "1.5", "0", "257", "nan", "inf", "-1"])
def test_what_a_rank_cannot_be_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        BY_KEY["rank"].read(text)


def test_a_comma_is_a_point() -> None:
    assert BY_KEY["learning_rate"].read(" 0,0005 ") == 0.0005


def test_limits_belong_to_what_is_allowed() -> None:
    assert (BY_KEY["rank"].read("1"), BY_KEY["rank"].read("256")) == (1, 256)


def test_numbers_that_do_not_go_together_are_named_as_a_person_knows_them() -> None:
    with pytest.raises(ValueError, match="“Examples at once” is larger than “Examples in a step”"):
        fields.changed(QUICK, {"micro_batch": QUICK.batch + 1})


def test_only_differences_are_compared() -> None:
    found = dict(fields.differences((QUICK, THOROUGH)))
    assert found["Learn to see"] == ("No", "Yes")
    assert "Between seeing and reading" not in found
    taught = msgspec.structs.replace(THOROUGH, connector="full")
    found = dict(fields.differences((QUICK, taught)))
    assert found["Between seeing and reading"] == ("Left alone", "Completely")
    assert "Longest step" not in found
    assert fields.differences((QUICK, QUICK)) == ()


@pytest.mark.parametrize("field", BY_KEY.values(), ids=lambda field: field.key)
def test_what_a_plan_holds_can_be_typed_back_in_germany(field: fields.Field, german: None) -> None:
    if field.kind in ("whole", "number"):
        held = fields.value(THOROUGH, field.key)
        text = fields.written(float(held))
        assert "." not in text
        assert field.read(text) == held


def test_thousands_that_are_set_apart_are_not_taken_for_decimals() -> None:
    assert BY_KEY["warmup_steps"].read("1,000") == 1000
