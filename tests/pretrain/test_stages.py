"""What the steps of a level are made of."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pretrain import stages, tokenizer
from pretrain.fonts import FontFile
from pretrain.reader import to_device
from pretrain.train import Run
from tests.pretrain.test_train import plan

LEVELS = stages.STAGES["lines"].levels
LEVEL = LEVELS[-1]
FONTS = (FontFile("pillow-default", None),)


def test_crops_of_one_batch_are_alike_so_that_little_is_padded() -> None:
    source = stages.Source(replace(LEVEL, strips_share=0.0), FONTS, 4, 512)
    padding = tokenizer.special(tokenizer.PAD)
    tokens = [source.draw(index).input_ids for index in range(16)]
    lost = sum((ids == padding).sum() for ids in tokens) / sum(ids.size for ids in tokens)
    assert lost < 0.25


def test_some_steps_teach_patches_alone_the_same_ones_after_a_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels = tuple(replace(one, dense=0.5) for one in stages.STAGES["lines"].levels)
    halved = replace(stages.STAGES["lines"], levels=levels)
    monkeypatch.setitem(stages.STAGES, "lines", halved)
    run = Run(plan(tmp_path, "lines", 1))
    counted = []
    for index in range(40):
        run.at = replace(run.at, batch=index)
        counted.append(run.weights)
    assert 10 < counted.count(stages.DENSE) < 30
    again = Run(plan(tmp_path, "lines", 1))
    again.at = replace(again.at, batch=7)
    assert again.weights == counted[7]


def test_a_step_on_patches_alone_leaves_the_decoder_as_it_is(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    strips = [level.name for level in LEVELS].index("strips")
    run = Run(replace(plan(tmp_path, "lines", 1), level=strips))
    before = {name: value.detach().clone() for name, value in run.reader.named_parameters()}
    run.step(to_device(run.source().draw(0), run.device), stages.DENSE)
    changed = {
        name.split(".")[2]
        for name, value in run.reader.named_parameters()
        if name.startswith("model.") and not torch.equal(value, before[name])
    }
    assert changed == {"vision_model", "connector"}


def test_wordings_are_taught_to_what_writes_and_not_to_what_sees(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    run = Run(replace(plan(tmp_path, "lines", 1), level=len(LEVELS) - 1))
    assert run.level.name == "wordings"
    before = {name: value.detach().clone() for name, value in run.reader.named_parameters()}
    run.step(to_device(run.source().draw(0), run.device), run.weights)
    changed = {
        name
        for name, value in run.reader.named_parameters()
        if name.startswith("model.") and not torch.equal(value, before[name])
    }
    assert any("text_model" in name for name in changed)
    assert any("perceiver_resampler" in name for name in changed)
    assert not any("vision_model" in name or "modality_projection" in name for name in changed)
