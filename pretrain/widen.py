"""Makes a wider model of a trained one that answers the same, so that training goes on from there.

Further channels of the two residual streams start at zero and are read by fresh weights; further
attention heads and hidden units compute something fresh that is not written yet. So the model is
the same function as before, and has more to learn with (after Chen, Goodfellow and Shlens,
"Net2Net", arXiv 1511.05641, with zeros in place of copies: norms count each channel once).
"""

import torch
from torch import Tensor, nn

from pretrain import model
from pretrain.deepen import ENDS
from pretrain.model import Preset
from pretrain.reader import Reader

_STREAMS = ("patch_embedding", "position_embedding", "embed_tokens", *ENDS)
"""What writes to a residual stream, by the names of the library."""


@torch.no_grad()
def widen(narrow: Reader, preset: Preset) -> Reader:
    """Return a reader of a wider preset that computes what ``narrow`` does, but for rounding.

    Args:
        narrow: the trained reader.
        preset: a size as deep, nowhere narrower, with attention heads as wide.

    Raises:
        ValueError: the preset is narrower, not as deep, or its heads are of another width.
    """
    wide = Reader(model.build(preset))
    known = dict(narrow.named_parameters())
    for index, head in enumerate(wide.heads):
        model.initialise(head, 1 + index)
    _check(narrow, wide)
    modules = dict(wide.named_modules())
    for name, parameter in wide.named_parameters():
        if name not in known or any(
            new < old for new, old in zip(parameter.shape, known[name].shape, strict=True)
        ):
            raise ValueError(f"The wider model is narrower, or not as deep, at {name}")
        owner, _, kind = name.rpartition(".")
        _fill(parameter, known[name], owner, kind, modules[owner])
    return wide


def _check(narrow: Reader, wide: Reader) -> None:
    """Raise unless both have as many parts, and heads of one width."""
    names = [{name for name, _ in one.named_parameters()} for one in (narrow, wide)]
    if names[0] != names[1]:
        raise ValueError("The wider model is not as deep.")
    old, new = narrow.model.config, wide.model.config
    for part in ("vision_config", "text_config"):
        ratios = {
            getattr(one, part).hidden_size / getattr(one, part).num_attention_heads
            for one in (old, new)
        }
        if len(ratios) > 1:
            raise ValueError(f"The attention heads of {part} are of another width.")


def _fill(parameter: nn.Parameter, old: Tensor, owner: str, kind: str, module: nn.Module) -> None:
    """Put the narrow model's values into the wide one's, and zeros where it must add nothing."""
    corner = tuple(slice(side) for side in old.shape)
    if "norm" in owner.rpartition(".")[2]:
        scale = 1.0 if kind == "bias" else (len(old) / len(parameter)) ** 0.5
        parameter.fill_(0.0 if kind == "bias" else scale)
        parameter[corner] = old * scale
        return
    if owner.endswith(_STREAMS) or kind == "latents":
        parameter.zero_()
        old = _centred(old, module) if ".vision_model." in owner else old
    elif kind == "bias":
        parameter.zero_()
    parameter[corner] = old


def _centred(old: Tensor, module: nn.Module) -> Tensor:
    """Take the mean over a stream's channels away, which layer norms do not see.

    With a mean of zero, further channels that are zero leave it where it is.
    """
    channels = 1 if isinstance(module, nn.Embedding) else 0
    return old - old.mean(dim=channels, keepdim=True)
