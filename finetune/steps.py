"""Takes the steps of a run: looks at its pictures, learns, and tells how that ended.

Knows no run folder.
"""

from __future__ import annotations

from collections.abc import Generator

from finetune import endings, loop
from finetune.hindrances import Breath, Hindrances
from finetune.plan import TrainPlan
from finetune.protocol import Ended, Event, Preparing, StepDone
from finetune.trainer import TorchLearner


def take(
    plan: TrainPlan,
    learner: TorchLearner,
    keeper: loop.Keeper,
    world: loop.Surroundings,
    hindrances: Hindrances,
    breath: Breath,
    named: bool,
) -> Generator[Event, None, Ended]:
    """Look at all pictures and take all steps; return how it ended, which is said as well.

    Args:
        plan: What to do.
        learner: Takes the steps.
        keeper: Keeps what is learned, and knows what was learned before.
        world: What the person wants meanwhile.
        hindrances: Is told what a step takes.
        breath: Is told which step it is.
        named: Whether the run has learned names.
    """
    if not plan.weights:
        ended = endings.without_steps(named)
        yield ended
        return ended
    for done, total in learner.prepare():
        yield Preparing("Looking at the pictures", done / total)
        if (yield from loop.obey(0, world)) == "run":
            continue
        if keeper.newest() is None:
            ended = endings.before_steps(named)
            yield ended
            return ended
        break  # what was learned before needs no pictures to be kept
    schedule = loop.Schedule(learner.steps, plan.watch_every, plan.patience)
    end: Ended | None = None
    for event in loop.train(learner, schedule, keeper, world):
        if isinstance(event, StepDone):
            breath.step = event.step
            hindrances.took(event.memory_bytes)
        elif isinstance(event, Ended):
            event = end = endings.told(event, named)
        yield event
    assert end is not None
    return end
