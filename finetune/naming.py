"""Learns names in a run, in parts between which a person may pause or stop it."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from pathlib import Path

from accelerate import Accelerator

from finetune import loop, names, ranks
from finetune.disk import Disk, save
from finetune.hashing import note
from finetune.protocol import Event, NamesLearned, Preparing
from finetune.shown_pages import Shown
from vlm import learned_names


def learn_names(
    run: Path,
    shown: list[Shown],
    disk: Disk,
    accelerator: Accelerator,
    world: loop.Surroundings,
) -> Generator[Event, None, bool]:
    """Learn what the documents call things, and keep it in the run folder.

    Among several processes the main one learns; return False when the person stops meanwhile.
    """
    go_on = ranks.agreed(accelerator, partial(names.go_on, names.learning(shown)))
    said, now = None, go_on(0.0)
    while isinstance(now, names.Progress):
        if (yield from loop.obey(0, world)) == "stop":
            return False
        text = f"Learning names: {now.done} of {now.total} questions"
        told = Preparing(text, now.done / now.total)
        if told != said:
            yield told
        said, now = told, go_on(names.AT_ONCE_SECONDS)
    if now.questions and accelerator.is_main_process:
        save(disk, run / learned_names.NAMES, [learned_names.written(now)])
        note(disk, run, (learned_names.NAMES,))
        yield NamesLearned(now.sentences)
    return True
