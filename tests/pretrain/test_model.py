import pytest
import torch
from transformers import Idefics2ForConditionalGeneration

from pretrain import model
from pretrain.reader import Reader


def test_latents_start_different() -> None:
    built = model.build(model.PRESETS["tiny"])
    latents = built.model.connector.perceiver_resampler.latents
    cosine = torch.nn.functional.cosine_similarity(latents[None], latents[:, None], dim=-1)
    assert (cosine - torch.eye(len(latents))).abs().max() < 0.8


def test_the_same_seed_builds_the_same_model() -> None:
    first, again, other = (model.build(model.PRESETS["tiny"], seed) for seed in (1, 1, 2))
    pairs = zip(first.parameters(), again.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    assert not torch.equal(first.lm_head.weight, other.lm_head.weight)


@pytest.mark.parametrize(("name", "least", "most"), [("cpu", 4e6, 7e6), ("desk", 10e6, 20e6)])
def test_presets_have_the_size_they_promise(name: str, least: float, most: float) -> None:
    with torch.device("meta"):
        built = Idefics2ForConditionalGeneration(model.config_of(model.PRESETS[name]))
    assert least < model.parameters_of(built) < most


def test_positions_start_smooth() -> None:
    table = model.sinusoids(8, 32).reshape(8, 8, 32)
    near = (table[3, 3] - table[3, 4]).norm()
    far = (table[3, 3] - table[6, 7]).norm()
    assert near < far
    assert torch.unique(table.reshape(64, 32), dim=0).shape[0] == 64


def test_a_picture_gives_the_same_tokens_padded_or_not() -> None:
    reader = Reader(model.build(model.PRESETS["tiny"])).eval()
    pixels = torch.randint(0, 255, (2, 32, 96, 3), dtype=torch.uint8)
    with torch.no_grad():
        ours = reader.latents(reader.features(pixels))
        theirs = reader.model.get_image_features(
            (pixels.permute(0, 3, 1, 2).float() / 127.5 - 1)[:, None],
            torch.ones(2, 1, 32, 96, dtype=torch.long),
            return_dict=True,
        ).pooler_output
    stacked = torch.stack(list(theirs)).reshape(ours.shape)
    assert (ours - stacked).abs().max() < 1e-4
