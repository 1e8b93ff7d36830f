"""What the models window says, in plain words."""

from __future__ import annotations

from pathlib import Path

from app import figures
from app.ask.values import LoadFailure
from vlm import amounts
from vlm.catalogue import Model, Place, display_name
from vlm.fetch_events import Moved, Waiting
from vlm.memory import Fit, Machine, Need

SUGGESTIONS = (
    ("HuggingFaceTB/SmolVLM-256M-Instruct", "smallest, for any computer"),
    ("ibm-granite/granite-docling-258M", "small, made for documents"),
    ("HuggingFaceTB/SmolVLM-500M-Instruct", "small"),
    ("HuggingFaceTB/SmolVLM2-2.2B-Instruct", "reads better, wants more memory"),
    ("HuggingFaceM4/idefics2-8b", "large, wants a large GPU"),
    ("HuggingFaceM4/Idefics3-8B-Llama3", "large, wants a large GPU"),
)
"""Open models of the families that run here; nothing is known of them but their names."""

OFFLINE = "Models run on this computer. Nothing is fetched until you press Get."
LOOKING = "Looking for models on this computer…"
NONE = "There is no model on this computer yet. Get one by its name, or add a folder."
EVERY_CONNECTION = "Every time this program asked a server for something, newest first."
NO_CONNECTION = (
    "No connection was ever made.\nThe program connects only when you press Get or use a server; "
    "each connection is then listed here."
)
ASKING = "Asking the server what the model consists of…"
PAUSING = "Pausing…"
PAUSED = "Paused"
BUG = "Something went wrong inside the program. The log says more."
FINISHING = "Checking that everything is there…"

_FITS = {
    Fit.YES: "Fits.",
    Fit.TIGHT: "Tight.",
    Fit.CPU_ONLY: "Too large for the GPU.",
    Fit.NO: "Too large.",
    Fit.UNKNOWN: "",
}
_PLACES = {
    Place.SHIPPED: "comes with the program",
    Place.OWN: "fetched by you",
    Place.CACHE: "fetched by another program",
    Place.ADDED: "in a folder of yours",
}


def machine(found: Machine) -> str:
    """Describe this computer: "16 GB of memory, NVIDIA RTX with 8 GB"."""
    text = f"This computer has {figures.as_here(amounts.memory(found.total))} of memory"
    if found.gpu is not None:
        return (
            f"{text} and {found.gpu.name} with {figures.as_here(amounts.memory(found.gpu.total))}."
        )
    return f"{text}, which its GPU shares." if found.shared else f"{text} and no NVIDIA GPU."


def about(model: Model) -> str:
    """Describe a model: family, size, parameters, whose it is."""
    parts = [model.family, f"{figures.size(model.disk_bytes)} on disk"]
    if model.weights:
        parts.append(f"{parameters(model.weights)} parameters")
    parts.append(_PLACES[model.place])
    return " · ".join(part for part in parts if part)


def parameters(count: int) -> str:
    """Write a number of parameters: "256 million", "8.4 billion"."""
    if count >= 995_000_000:
        return f"{figures.decimal(count / 1e9, 1)} billion"
    if count >= 1_000_000:
        return f"{count / 1e6:.0f} million"
    return figures.whole(count)


def fit(need: Need) -> str:
    """Say whether a model fits: "Too large. Needs about 21 GB of GPU memory; you have 8."."""
    said = f"{_FITS[need.fit]} {figures.sentence(need.sentence)}"
    return said.strip().rstrip(".") + "."


def failed(why: str) -> str:
    """Say that a model could not be loaded, why, and what helps."""
    advised = any(word in why for word in ("again", "choose", "Get "))
    what = "" if advised else " Get it again, or choose another model."
    return f"Could not be loaded. {figures.sentence(why)}{what}"


def went_back(failure: LoadFailure, reader: str) -> str:
    """Say which model could not be loaded, why, and which one reads instead."""
    name = display_name(Path(failure.folder))
    return f"{name} could not be loaded. {figures.sentence(failure.sentence)} {reader} reads again."


def moving(event: Moved) -> str:
    """Describe progress: "1.2 GB of 4.5 GB · 23 MB a second · about 3 minutes left"."""
    done = f"{figures.size(event.done_bytes)} of {figures.size(event.total_bytes)}"
    if event.checking:
        return f"{done} · checking what is here already"
    if event.done_bytes >= event.total_bytes:
        return FINISHING
    if event.bytes_per_second <= 0:
        return done
    speed = f"{done} · {figures.size(event.bytes_per_second)} a second"
    if event.seconds_left is None:
        return speed
    return f"{speed} · {amounts.duration(event.seconds_left)} left"


def waiting(event: Waiting) -> str:
    """Describe a wait: "The connection broke; trying again in 4 seconds"."""
    return f"{event.why}; trying again in {amounts.duration(event.seconds)}"


def paused(done: int, total: int) -> str:
    """Describe a model that waits to be continued."""
    return f"{PAUSED} · {figures.size(done)} of {figures.size(total)}"
