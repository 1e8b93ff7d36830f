"""One run from its folder to a measured adapter, as a generator of events.

Loaded by the training process only.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import torch
from accelerate import Accelerator, PartialState
from accelerate.utils import parse_flag_from_env

from finetune import (
    candidates,
    endings,
    four_bit,
    laid_flat,
    loop,
    page_angles,
    placing,
    ranks,
    remains,
    replay,
    runs,
    steps,
)
from finetune.base_model import fast_encoding, load_base, mixed, place
from finetune.checkpoint import Checkpoints
from finetune.disk import Disk, save
from finetune.errors import AdapterInvalid, NothingToTrain
from finetune.estimate import first_step_bytes, four_bit_refusal
from finetune.features import Features
from finetune.fingerprint import base_fingerprint
from finetune.hindrances import Breath, Hindrances, Machine, this_machine
from finetune.kept import KeptPages
from finetune.lessons import Lesson, lesson_of
from finetune.measuring import measure
from finetune.naming import learn_names
from finetune.plan import TrainPlan
from finetune.protocol import (
    NOTHING_KEPT,
    Control,
    Ended,
    Event,
    Measured,
    Placed,
    Preparing,
    StepEvent,
)
from finetune.runs import RunRow
from finetune.saving import save_adapter
from finetune.trainer import Looked, TorchLearner
from vlm import device, learned_names, parted
from vlm.errors import ModelUnsupported
from vlm.loader import LoadedModel

_FEATURES = "features"


def train(
    run: Path, plan: TrainPlan, rows: list[RunRow], disk: Disk, say: Callable[[Event], None]
) -> Iterator[Event]:
    """Train, save the adapter, measure it; the last event is `Measured` when that came to its end.

    Else it is `Ended` or what was said while it was measured: the run can be started again then.

    Among several processes only the main one writes, and only its events count.

    Args:
        run: The run folder.
        plan: What to do.
        rows: All rows of the run.
        disk: Keeps what must not be lost.
        say: Takes events that happen in the middle of a step.

    Raises:
        DeskError: When the run cannot be done.
        OSError: When a disk cannot be written for another reason than being full.
    """
    if plan.threads:
        torch.set_num_threads(plan.threads)
    wished, plan = plan.precision, _suited(run, plan, disk)
    slow = ", in 32 bits because this processor is slow in 16" if plan.precision != wished else ""
    yield Preparing(f"Loading the model{slow}", 0.0)
    accelerator = Accelerator(mixed_precision=mixed(plan.precision))
    machine, kind = _machine(accelerator.device), accelerator.device.type
    breath = Breath(machine, say, lambda: device.release(kind))
    rows = yield from laid_flat.shown(run, plan.base, rows, disk, breath, accelerator)
    kept = yield from _learn(run, plan, rows, disk, accelerator, machine, breath)
    leads = accelerator.is_main_process
    accelerator.end_training()
    if not leads or kept is None or not any(row.side == "held_out" for row in rows):
        return
    world = _world(run, Hindrances(machine, 0, plan.on_battery))

    def between() -> Generator[StepEvent, None, bool]:
        breath()
        return (yield from loop.obey(kept.step, world, "leave")) != "leave"

    watched_too = not any(row.side == "watch" for row in rows)
    learned, said = learned_names.read(run), ""
    if learned.questions:
        chosen = yield from candidates.choose(run, plan, rows, learned, kept.step, between, breath)
        if chosen is None:
            return
        said, watched_too = chosen, False  # without watched documents the weights stay unused
    gate = yield from measure(run, plan, rows, between, breath, watched_too)
    if gate is not None:
        live = learned_names.read(run / runs.ADAPTER)
        reasons = (*gate.reasons, said) if said else gate.reasons
        gate = msgspec.structs.replace(gate, reasons=reasons, names=live.sentences)
        save(disk, run / runs.GATE, [msgspec.json.encode(gate)])
        yield Measured(gate.passed, " ".join(gate.reasons))


def _learn(
    run: Path,
    plan: TrainPlan,
    rows: list[RunRow],
    disk: Disk,
    accelerator: Accelerator,
    machine: Machine,
    breath: Breath,
) -> Generator[Event, None, Ended | None]:
    """Take all steps and save the best adapter; return how it ended, None with nothing learned."""
    _require_all(plan, rows)
    over, whole = ranks.agreed(accelerator, partial(remains.over, run))()
    if over is not None and whole:  # only what it learned is to be measured
        yield over
        return over
    if accelerator.is_main_process:
        remains.forget_measures(run, disk)
    hindrances = Hindrances(
        machine, first_step_bytes(plan, [row.box for row in runs.watched(rows)]), plan.on_battery
    )
    world = _world(run, hindrances, accelerator)
    if accelerator.is_main_process:
        flat = parted.reads_parts(Path(plan.base))
        yield from page_angles.look(run, rows, disk, breath, flat)
    accelerator.wait_for_everyone()
    taught = yield from _taught(run, plan, rows, disk, accelerator, world, breath)
    if taught is None:
        yield endings.before_steps()
        return None
    learner = _learner(run, plan, taught, disk, accelerator, breath)
    named = ranks.agreed(accelerator, lambda: bool(learned_names.read(run).questions))()
    if accelerator.is_main_process and named:
        candidates.keep_untaught(partial(save_adapter, learner.wrapped), run)
    checkpoints = Checkpoints(run / runs.CHECKPOINTS, disk)
    keeper = checkpoints if accelerator.is_main_process else ranks.Follower(checkpoints)
    ended = over
    if ended is None:
        ended = yield from steps.take(plan, learner, keeper, world, hindrances, breath, named)
    if ended.kept_step == NOTHING_KEPT:
        return None
    if accelerator.is_main_process:
        # What this process has not learned is in no learner yet.
        best = keeper.best() if over is None else remains.weights(run, checkpoints)
        if best is not None:
            learner.restore_adapter(best)
        save_adapter(learner.wrapped, run / runs.ADAPTER)
        endings.keep(run, disk, ended)
    return ended


def _require_all(plan: TrainPlan, rows: list[RunRow]) -> None:
    """Refuse a run that cannot be taught.

    Raises:
        NothingToTrain: When it has no rows to learn from, or none to measure on.
        AdapterInvalid: When its base is another one by now.
    """
    if {row.side for row in runs.watched(rows)} != {"train", "watch"}:
        raise NothingToTrain("This run has no examples to learn from, or none to measure on.")
    base = Path(plan.base)
    if base_fingerprint(base) != plan.base_fingerprint:
        raise AdapterInvalid(f"The model in {base} is not the one this run was started with.")
    if not plan.weights and not parted.reads_parts(base):
        raise NothingToTrain(f"{base.name} is not asked by names, so weights have to learn.")


def _taught(
    run: Path,
    plan: TrainPlan,
    rows: list[RunRow],
    disk: Disk,
    accelerator: Accelerator,
    world: loop.Surroundings,
    breathe: Callable[[], None],
) -> Generator[Event, None, list[RunRow] | None]:
    """Return what is taught: the rows, or for a model that reads pages in parts those parts.

    Decided once a run and kept in its folder; None when the person stops meanwhile.
    """
    once = ranks.agreed(accelerator, partial(remains.is_placed, run, disk))()
    whole = sum(row.box is None for row in runs.watched(rows))
    if once or not parted.reads_parts(Path(plan.base)):
        return runs.read_taught(run)
    if not whole:
        taught = runs.watched(rows)
        shown = [one for row in taught for one in placing.shown_in_box(row, plan.weights)]
        return taught if (yield from learn_names(run, shown, disk, accelerator, world)) else None
    found = yield from placing.place_all(run, plan, rows, lambda: loop.obey(0, world), breathe)
    if found is None:
        return None
    if not (yield from learn_names(run, found.shown, disk, accelerator, world)):
        return None
    left = placing.learnable(found.rows) if plan.weights else found.rows
    taught = ranks.agreed(accelerator, lambda: left)()  # each has read: what the main one did
    if accelerator.is_main_process:
        save(disk, run / runs.TAUGHT, [msgspec.json.encode(row) + b"\n" for row in taught])
    learned = sum(row.side == "train" for row in taught)
    placed = len({row.id.rpartition("#")[0] for row in taught if row.part is not None})
    if plan.weights:
        yield Placed(placed, whole, plan.all_steps(learned))
    return taught


def _world(
    run: Path, hindrances: Hindrances, accelerator: Accelerator | None = None
) -> loop.Surroundings:
    """Return what a run looks at: with an accelerator, all its processes see the same."""

    def asked() -> Control:
        return runs.asked(run)

    if accelerator is None:
        return loop.Surroundings(asked, asked, hindrance=hindrances.now)
    return loop.Surroundings(
        ranks.agreed(accelerator, asked),
        asked,
        hindrance=ranks.agreed(accelerator, hindrances.now),
    )


def _suited(run: Path, plan: TrainPlan, disk: Disk) -> TrainPlan:
    """Return the plan in numbers that this machine is not slow with.

    Processors without instructions for bfloat16 take up to a hundred times as long with it.
    """
    # The first state that is made decides whether several processes find each other.
    state = PartialState(cpu=parse_flag_from_env("ACCELERATE_USE_CPU"))
    if plan.precision != "bfloat16" or state.device != torch.device("cpu"):
        return plan
    with state.main_process_first():  # it measures and writes, the others read
        fast = fast_encoding(run, disk) == torch.bfloat16
    return plan if fast else msgspec.structs.replace(plan, precision="float32")


def _machine(place: torch.device) -> Machine:
    """Return what hinders a run on this device: its own memory counts."""
    machine = this_machine()
    if place.type != "cuda":
        return machine
    return replace(
        machine,
        free_bytes=lambda: device.free_bytes("cuda"),
        total_bytes=lambda: int(torch.cuda.mem_get_info()[1]),
        held_bytes=torch.cuda.memory_allocated,
    )


def _learner(
    run: Path,
    plan: TrainPlan,
    rows: list[RunRow],
    disk: Disk,
    accelerator: Accelerator,
    breathe: Callable[[], None],
) -> TorchLearner:
    train = [row for row in rows if row.side == "train"]
    watch = [row for row in rows if row.side == "watch"]
    loaded = _base(run, plan, disk, accelerator)
    own, drawn = replay.rows_and_pictures(plan.replayed(len(train)), plan.seed)
    guard, more = replay.watched(plan.seed) if plan.replay else ([], {})
    drawn |= more

    def picture_of(row: RunRow) -> bytes:
        return drawn[row.id] if row.id in drawn else runs.read_picture(run, row)

    def lessons(chosen: list[RunRow]) -> list[Lesson]:
        return [lesson_of(loaded, row, plan.splitting) for row in chosen]

    pages = KeptPages([*rows, *own, *guard], picture_of, plan.seed, page_angles.kept(run))
    folder = run / _FEATURES if plan.caches_features else None
    features = Features(loaded, pages, folder, disk, breathe)
    taught, watched = lessons([*train, *own]), Looked(lessons(watch), lessons(guard))
    return TorchLearner(plan, loaded, taught, watched, features, accelerator, breathe)


def _base(run: Path, plan: TrainPlan, disk: Disk, accelerator: Accelerator) -> LoadedModel:
    kind = accelerator.device.type
    encode = torch.float32
    if plan.caches_features and plan.precision == "auto" and kind == "cpu":
        with accelerator.main_process_first():  # it measures and writes, the others read
            encode = fast_encoding(run, disk)
    if not plan.four_bit:
        return load_base(Path(plan.base), place(plan.precision, kind, encode))
    if reason := four_bit_refusal(kind == "cuda"):
        raise ModelUnsupported(reason)
    loaded = load_base(Path(plan.base), place("bfloat16", "cpu"))
    four_bit.shrink(loaded.model, kind)
    return loaded
