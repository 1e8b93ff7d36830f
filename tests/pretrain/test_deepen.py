import pytest
import torch

from pretrain import fonts, model, stages
from pretrain.deepen import deepen
from pretrain.quick import choose_attention
from pretrain.reader import Reader, Weights, to_device

DEEPER = model.Preset(32, 3, 2, 32, 3, 2, 64, 2, longest_edge_px=256)
READ = Weights(patch=0.3, latent=0.5, answer=1.0)
"""A preset with one more layer in each part than "tiny" has."""


def loss_of(reader: Reader) -> torch.Tensor:
    choose_attention(reader.model, guided=False, device=torch.device("cpu"))
    source = stages.Source(stages.STAGES["lines"].levels[1], fonts.load(None).seen, 3, 64)
    reader.eval()
    loss, _ = reader.forward(to_device(source.draw(0), torch.device("cpu")), READ)
    return loss


def test_a_deeper_model_computes_the_same_and_every_new_weight_can_learn() -> None:
    shallow = Reader.fresh("tiny", seed=4)
    deep = deepen(shallow, DEEPER)
    assert model.parameters_of(deep.model) > model.parameters_of(shallow.model)
    loss = loss_of(deep)
    assert torch.equal(loss, loss_of(shallow))
    torch.autograd.backward(loss)
    ends = [one for name, one in deep.named_parameters() if "out_proj.weight" in name]
    assert all(one.grad is not None and one.grad.abs().sum() > 0 for one in ends)


@pytest.mark.parametrize(
    ("preset", "says"),
    [
        (model.Preset(32, 1, 2, 32, 2, 2, 64, 1, longest_edge_px=256), "shallower"),
        (model.Preset(64, 3, 2, 64, 3, 2, 128, 2, longest_edge_px=256), "not as wide"),
    ],
)
def test_what_is_no_deeper_is_refused(preset: model.Preset, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        deepen(Reader.fresh("tiny", seed=0), preset)
