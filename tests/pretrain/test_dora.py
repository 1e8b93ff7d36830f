import torch

from pretrain import dora, model


def outputs(net: torch.nn.Module) -> torch.Tensor:
    pixels = torch.linspace(-1, 1, 3 * 32 * 64).reshape(1, 3, 32, 64)
    with torch.no_grad():
        seen = net.get_submodule("model.vision_model")(pixel_values=pixels)
    hidden: torch.Tensor = seen.last_hidden_state
    return hidden


def test_a_fresh_adapter_changes_nothing_and_merging_keeps_what_was_learned() -> None:
    net = model.build(model.PRESETS["tiny"]).eval()
    before, names = outputs(net), dict(net.named_parameters()).keys()
    assert dora.attach(net, rank=4) == 2 * 6 + 2 * 7
    assert torch.allclose(outputs(net), before, atol=1e-5)
    for name, parameter in net.named_parameters():
        if name.endswith(("0.b", "0.magnitude")):
            torch.nn.init.normal_(parameter, 1.0, 0.1)
    learned = outputs(net)
    assert not torch.allclose(learned, before, atol=1e-2)
    dora.merge(net)
    assert torch.allclose(outputs(net), learned, atol=1e-5)
    assert dict(net.named_parameters()).keys() == names


def test_only_adapters_and_connector_learn() -> None:
    net = model.build(model.PRESETS["tiny"])
    dora.attach(net, rank=4)
    learning = [name for name, one in net.named_parameters() if one.requires_grad]
    assert all("connector" in name or ".0." in name for name in learning)
    assert any("perceiver_resampler.latents" in name for name in learning)
    assert not any("connector" in name and "parametrizations" in name for name in learning)


def test_the_row_norms_are_the_magnitudes() -> None:
    weight = torch.randn(5, 7)
    adapter = dora.Dora(weight, rank=2, scale=2.0)
    torch.nn.init.normal_(adapter.b)
    assert torch.allclose(adapter(weight).norm(dim=1), weight.norm(dim=1), atol=1e-5)
