"""Weights in bfloat16, computed in float32: the same answers as in float32 altogether."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from tests import small, tiny
from tests.drawn import DrawnPages
from tests.vlm.answering import EXACT, NEVER, answered, last, question
from tests.vlm.families import plain
from vlm import widened
from vlm.device import Placement
from vlm.engine import Engine
from vlm.protocol import Load, Loaded

NARROW = Placement("cpu", torch.bfloat16, torch.bfloat16, "Memory is short, so all is bfloat16.")
KINDS = ("gemma3", "idefics3", "internvl", "llava_onevision", "mllama", "qwen2_5_vl", "qwen3_vl")


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(13,), (1, 13), (5, 13), (2, 3, 13)])
def test_a_layer_computes_what_its_rounded_weights_say(
    shape: tuple[int, ...], bias: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(widened, "PIECE", 40)  # three rows, and at the end fewer
    exact = nn.Linear(13, 10, bias)
    narrow = nn.Linear(13, 10, bias).to(torch.bfloat16)
    with torch.no_grad():
        narrow.weight.copy_(exact.weight)
        exact.weight.copy_(narrow.weight)
        if bias:
            exact.bias.copy_(narrow.bias)
    made = widened.Widened(narrow.requires_grad_(False))
    count = torch.Size(shape).numel()
    ours, theirs = (torch.linspace(-1, 1, count).view(shape) for _ in range(2))
    ours.requires_grad_()
    theirs.requires_grad_()
    found, expected = made(ours), exact(theirs)
    assert found.dtype == torch.float32
    assert found.is_contiguous()
    torch.testing.assert_close(found, expected)
    for one in (found, expected):
        (one**2).sum().backward()
    assert ours.grad is not None
    torch.testing.assert_close(ours.grad, theirs.grad)


def start(folder: Path, placement: Placement) -> Engine:
    answerer = Engine(DrawnPages(), 2**24, lambda _device: placement)
    event = last(answerer.load(Load(1, str(folder)), NEVER))
    assert isinstance(event, Loaded), event
    sight = answerer.sight
    assert sight is not None
    sight.selftest.skip()
    return answerer


@pytest.mark.parametrize("kind", KINDS)
def test_answers_are_those_of_float32(
    kind: str, tmp_path: Path, one_thread: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(widened, "bfloat16_gain", lambda: 0.01)
    monkeypatch.setattr(widened, "PIECE", 1000)  # or no embedding were large enough to stay
    folder = tmp_path / kind
    if kind == "idefics3":
        tiny.save("idefics3", folder)
    else:
        small.save(kind, folder)
    plain.load(folder).to(torch.bfloat16).save_pretrained(folder)
    expected = answered(start(folder, EXACT), question())
    answerer = start(folder, NARROW)
    found = answered(answerer, question())
    assert found.text == expected.text
    assert found.confidence == pytest.approx(expected.confidence, rel=1e-4)
    sight = answerer.sight
    assert sight is not None
    model, reason = sight.loaded.model, sight.loaded.info.reason
    held = [one for one in model.parameters() if one.dtype == torch.bfloat16]
    share = sum(one.numel() for one in held) / sum(one.numel() for one in model.parameters())
    assert share > 0.7  # all but convolutions, norms and what is small
    assert "computes in float32" in reason


@pytest.mark.parametrize(
    ("placement", "gain", "better"),
    [
        (NARROW, 0.01, True),
        (NARROW, 2.5, False),
        (EXACT, 0.01, False),
        (Placement("cuda", torch.bfloat16, torch.bfloat16, "A card."), 0.01, False),
    ],
)
def test_only_a_slow_processor_that_is_short_of_memory_needs_it(
    placement: Placement, gain: float, better: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(widened, "bfloat16_gain", lambda: gain)
    assert widened.is_better(placement) is better
