"""What a page is thought to cost, against what teaching counts with a real model's parts."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from transformers.image_processing_utils import select_best_resolution

from finetune import counting, runs
from finetune.page_cost import look_of
from tests import small
from tests.finetune.made import crop_of, example
from vlm.errors import ModelIncomplete
from vlm.families import FAMILIES
from vlm.joined_tiles import Joining
from vlm.types import PageSize

A4 = PageSize(595.44, 841.68)
PAGE = msgspec.structs.replace(runs.row_of(example(0), "train", crop_of(0)), size=A4, words=())
KINDS = ("blip-2", "gemma3", "internvl", "llava_next", "llava_onevision", "paligemma")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("models")
    return {kind: small.save(kind, root / kind) for kind in (*KINDS, "mllama")}


@pytest.mark.parametrize("splitting", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_costs_the_visual_tokens_that_are_taught(
    folders: dict[str, Path], kind: str, splitting: bool
) -> None:
    (cost,) = counting.count(folders[kind], [PAGE], splitting)
    assert look_of(folders[kind], cost.images, splitting).tokens == cost.visual_tokens


def test_a_question_costs_its_own_tokens_where_one_stands_for_the_page(
    folders: dict[str, Path],
) -> None:
    (cost,) = counting.count(folders["mllama"], [PAGE], True)
    longer = msgspec.structs.replace(PAGE, question=PAGE.question + "!" * 7)
    (more,) = counting.count(folders["mllama"], [longer], True)
    assert cost.visual_tokens > len(PAGE.question)
    assert cost.question_tokens > len(PAGE.question)
    assert more.question_tokens == cost.question_tokens + 7
    assert more.visual_tokens == cost.visual_tokens


@pytest.mark.parametrize("kind", ["llava_next", "llava_onevision"])
def test_joined_tiles_are_looked_at_one_by_one(folders: dict[str, Path], kind: str) -> None:
    """As many patches as the pixels that the model's own image processor cuts."""
    from transformers import AutoConfig

    folder = folders[kind]
    config = AutoConfig.from_pretrained(str(folder))
    family = FAMILIES[config.model_type]
    processor = family.processor(folder, config)
    joining: Joining = processor.joining
    size = joining.drawn(A4.width / 72, A4.height / 72, 150.0, True)
    pixels = family.pixels(processor, Image.new("RGB", size, "white"))["pixel_values"]
    found = look_of(folder, 1, True)
    assert found.patches == pixels.shape[1] * found.together
    assert pixels.shape[1] > 2


canvases = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 4)).map(lambda at: (at[0] * 336, at[1] * 336)),
    min_size=1,
    max_size=9,
)


@given(st.integers(10, 3000), st.integers(10, 3000), canvases)
def test_the_canvas_is_the_one_that_the_image_processor_chooses(
    width: int, height: int, choices: list[tuple[int, int]]
) -> None:
    across, down = Joining(336, 24, tuple(choices)).canvas(width, height)
    assert (down, across) == select_best_resolution((height, width), choices)


def test_a_config_that_makes_no_sense_is_not_followed(tmp_path: Path) -> None:
    config = {"vision_config": {"image_size": 64, "patch_size": 8}, "image_grid_pinpoints": [[8]]}
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert look_of(tmp_path, 5, True).tokens == 5 * 64
    (tmp_path / "config.json").write_text("[]")
    assert look_of(tmp_path, 1, True).tokens > 0
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ModelIncomplete):
        look_of(tmp_path, 1, True)
