"""What a training run will do, as one frozen value, and every number of it in plain words."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from vlm.types import Value

Method = Literal["dora", "lora"]
Connector = Literal["frozen", "adapter", "full"]
Precision = Literal["auto", "float32", "bfloat16"]


class TrainPlan(Value, frozen=True):
    """Everything that decides a run besides its rows; `explain` says what each field does.

    Raises:
        ValueError: When a number is outside its limits; the message names it.
    """

    name: str
    base: str
    base_fingerprint: str
    method: Method = "dora"
    rank: int = 16
    alpha: int = 32
    dropout: float = 0.0
    trains_vision: bool = True
    connector: Connector = "full"
    learning_rate: float = 2e-4
    warmup_steps: int = 10
    weight_decay: float = 0.0
    clip: float = 1.0
    neftune: float = 0.0
    epochs: int = 8
    batch: int = 8
    micro_batch: int = 2
    views: int = 4
    watch_every: int = 10
    patience: int = 5
    splitting: bool = True
    longest_answer: int = 256
    precision: Precision = "auto"
    gradient_checkpointing: bool = False
    threads: int = 0
    seed: int = 0
    replay: float = 0.15
    four_bit: bool = False
    on_battery: bool = False
    weights: bool = True

    def __post_init__(self) -> None:
        for field, (low, high) in LIMITS.items():
            number = getattr(self, field)
            if not low <= number <= high:
                raise ValueError(f"{field} is {number}; it lies between {low} and {high}")
        if self.micro_batch > self.batch:
            raise ValueError("micro_batch is larger than batch")
        if not self.name.strip():
            raise ValueError("a run needs a name")

    @property
    def caches_features(self) -> bool:
        """Whether pictures are encoded once: so when nothing before the text model learns."""
        return not self.trains_vision and self.connector == "frozen"

    def steps(self, rows: int) -> int:
        """Return how many steps `rows` examples take, those of the program's own among them."""
        return self.epochs * max(1, -(-rows // self.batch)) if self.weights else 0

    def all_steps(self, rows: int) -> int:
        """Return how many steps a run on `rows` of the person's takes, with the program's own."""
        return self.steps(rows + self.replayed(rows))

    def replayed(self, rows: int) -> int:
        """Return how many examples of the program's own are learned from beside `rows`."""
        return math.ceil(rows * self.replay / (1 - self.replay))


LIMITS: dict[str, tuple[float, float]] = {
    "rank": (1, 256),
    "alpha": (1, 1024),
    "dropout": (0.0, 0.5),
    "learning_rate": (1e-7, 1e-2),
    "warmup_steps": (0, 10_000),
    "weight_decay": (0.0, 1.0),
    "clip": (0.01, 100.0),
    "neftune": (0.0, 50.0),
    "epochs": (1, 1000),
    "batch": (1, 1024),
    "micro_batch": (1, 1024),
    "views": (1, 32),
    "watch_every": (1, 10_000),
    "patience": (1, 1000),
    "longest_answer": (1, 4096),
    "threads": (0, 512),
    "seed": (0, 2**31 - 1),
    "replay": (0.0, 0.5),
}
"""Smallest and largest value of each number, both included."""

_WORDS: dict[str, str] = {
    "method": "DoRA learns how far and in which direction each weight moves; LoRA only the "
    "movement. DoRA is closer to training everything and costs a little more time.",
    "rank": "How many directions each layer may move in. More can learn more, and can also "
    "memorise a few documents instead of learning from them.",
    "alpha": "How strongly the learned movement counts; twice the rank is usual.",
    "dropout": "Share of inputs left out at random while learning. With few steps 0 works best.",
    "trains_vision": "Whether the part that sees learns too. It helps with unusual print and "
    "scans; without it pictures are encoded once, and every step is several times faster.",
    "connector": "The part between seeing and reading: left alone, moved by an adapter, or "
    "trained completely, as the authors of this kind of model did with very many documents; with "
    "few that unlearns reading.",
    "learning_rate": "How far each step goes. Too high makes the run diverge, too low learns "
    "nothing in the time there is.",
    "warmup_steps": "Steps over which the rate rises from 0, so that the first ones do no harm.",
    "weight_decay": "Pulls learned weights towards 0 at every step; 0 leaves them alone.",
    "clip": "No step goes further than this length, whatever its gradient.",
    "neftune": "Noise added to the words while learning, which can make answers less rigid; "
    "0 is none, 5 is usual.",
    "epochs": "How often every example is seen.",
    "batch": "Examples whose lessons are averaged into one step.",
    "micro_batch": "Examples computed at once; fewer need less memory and give the same step.",
    "views": "How many slightly shifted, scaled and shaded copies of each picture are learned "
    "from, so that the model does not depend on exact pixels. The first is the picture itself.",
    "watch_every": "Steps between two looks at examples that are not learned from.",
    "patience": "Looks without improvement after which the run ends early.",
    "splitting": "Whether pages are shown in parts and as a whole, as they are when asking.",
    "longest_answer": "Tokens the model may use for one answer.",
    "precision": "Numbers of 16 bits where the machine is fast with them, else of 32.",
    "gradient_checkpointing": "Computes parts twice instead of remembering them: about a third "
    "slower, much less memory.",
    "threads": "Processor threads to use; 0 leaves it to the machine. Resuming with another "
    "number may round differently.",
    "seed": "Decides the order of examples and everything else that is left to chance.",
    "replay": "Share of small drawn forms of the program's own among what is learned from, so that "
    "the model does not forget them over your documents; 0.1 to 0.2 is usual.",
    "four_bit": "Keeps the text model in 4-bit numbers: about a quarter of the memory, a little "
    "less exact. Needs a graphics card with CUDA and the package bitsandbytes.",
    "on_battery": "Whether the run goes on while the computer lives on its battery; else it waits "
    "until it is plugged in.",
    "weights": "Whether the model itself learns. Without that a run learns what documents call "
    "things and who sends them, which takes minutes and leaves the model as it is.",
}


def explain(plan: TrainPlan) -> tuple[tuple[str, str, str], ...]:
    """Return field, value and a plain sentence for everything that a person may change."""
    return tuple((field, str(getattr(plan, field)), words) for field, words in _WORDS.items())


Preset = Literal["names", "quick", "thorough"]
PRESETS: tuple[Preset, ...] = ("names", "quick", "thorough")


def preset(kind: Preset, name: str, base: str, base_fingerprint: str) -> TrainPlan:
    """Return the plan of a preset.

    Names: no weights learn, see `names`; for a model that is asked part by part. Quick: only the
    text model learns, pictures are encoded once. Thorough: both backbones learn
    by DoRA. The connector is left alone: trained completely, as in the paper of the model, it
    unlearned reading on a dozen documents, see docs/tuning.md.
    """
    thorough = msgspec.structs.replace(
        TrainPlan(name, base, base_fingerprint), connector="frozen", learning_rate=1e-4
    )
    if kind == "thorough":
        return thorough
    quick = msgspec.structs.replace(
        thorough,
        trains_vision=False,
        learning_rate=2e-4,
        rank=8,
        alpha=16,
        epochs=6,
        views=3,
        patience=4,
    )
    return quick if kind == "quick" else msgspec.structs.replace(quick, rank=1, weights=False)
