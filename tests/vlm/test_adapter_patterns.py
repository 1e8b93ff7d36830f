"""Patterns in the settings of an adapter, as they come from anywhere."""

from __future__ import annotations

import time

import pytest

from vlm.adapter_patterns import PatternError, Patterns

NAME = "model.text_model.layers.10.self_attn.q_proj"
ENDLESS = r"(.*)(.*)(.*)(.*)(.*)(.*)\1\2[0-9]"


def test_patterns_mean_the_layers_that_peft_takes_them_for() -> None:
    patterns = Patterns()
    assert patterns.is_whole(r".*text_model.*(q|v)_proj", NAME)
    assert not patterns.is_whole(r".*text_model", NAME)
    assert patterns.begins(r"(.*\.)?(q_proj)$", NAME)
    assert not patterns.begins(r"(.*\.)?(proj)$", NAME)


def test_one_that_never_ends_is_given_up() -> None:
    patterns = Patterns(0.1)
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        patterns.is_whole(ENDLESS, NAME)
    with pytest.raises(TimeoutError):
        patterns.is_whole("a", "a")  # the time is that of all together
    assert time.monotonic() - start < 30


def test_what_is_no_pattern_is_refused() -> None:
    with pytest.raises(PatternError):
        Patterns().begins("(", NAME)
