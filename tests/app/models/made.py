"""Model folders, entries and machines for the tests of the models window."""

from __future__ import annotations

import json
from pathlib import Path

from app.models.values import Entry, Listing
from tests.hub_server import safetensors
from vlm import memory
from vlm.catalogue import Model, Place
from vlm.memory import Gpu, Machine
from vlm.speeds import Speed

GB = 2**30
MACHINE = Machine(16 * GB, 12 * GB, Gpu("Card", 8 * GB, 7 * GB))


def make_folder(folder: Path, kind: str = "idefics3", weights: int = 1000) -> Path:
    """Make a folder that can be examined as a model."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": kind}))
    for name in ("preprocessor_config.json", "tokenizer.json"):
        (folder / name).write_text("{}")
    (folder / "model.safetensors").write_bytes(safetensors(weights))
    return folder


def entry(
    name: str = "owner/tiny",
    place: Place = Place.OWN,
    weights: int = 256_000_000,
    problem: str = "",
    speed: Speed | None = None,
) -> Entry:
    """Return an entry of a model that is nowhere on the disk."""
    model = Model(Path("/m") / name, name, place, "SmolVLM", 2 * weights, weights, "", problem)
    return Entry(model, memory.need(weights, MACHINE), speed)


def listing(*entries: Entry) -> Listing:
    """Return what was found on a machine with an 8 GB card."""
    return Listing(MACHINE, entries, ())
