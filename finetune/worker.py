"""The training process: ``python -m finetune.worker RUN_DIR``, or one of several by torchrun.

It has a session of its own, so closing the window does not end it; it never opens the database.
What it says goes to its output and to the run's log, see `finetune.protocol`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from pathlib import Path

from finetune import runs
from finetune.checkpoint import Checkpoints
from finetune.disk import FULL, Disk, RealDisk
from finetune.errors import EngineRefused, RunDamaged, TuningError
from finetune.event_log import EventLog
from finetune.launch import COUNT, MERGE, WHOLE
from finetune.lock import RunLock
from finetune.protocol import VERSION, Event, Failed, Started
from vlm.errors import DeskError, OutOfMemory
from vlm.host import OFFLINE
from vlm.shortage import is_said
from vlm.system_refusals import foreseen, sentence
from vlm.wire import write

log = logging.getLogger(__name__)

_GONE = Failed(
    RunDamaged.code,
    "The folder of this run is not there any more, and with it what it learned. Start a new run.",
)

DONE, FAILED, USAGE = 0, 1, 2
_USAGE = (
    f"usage: RUN_DIR | {MERGE} BASE_DIR ADAPTER_DIR TARGET_DIR | {COUNT} BASE_DIR ROWS_FILE "
    f"[{WHOLE}]\n"
)


def main(argv: list[str] | None = None) -> int:
    """Train the run named by the first argument to its end, and measure what it learned.

    With ``--merge BASE_DIR ADAPTER_DIR TARGET_DIR`` write a merged model instead, with ``--count
    BASE_DIR ROWS_FILE [whole]`` say what rows cost a model, see `finetune.costs` and `launch`.

    Returns:
        `DONE` when the run came to an end, `FAILED` when it could not, `USAGE` for wrong
        arguments.
    """
    os.environ.update(OFFLINE)
    arguments = sys.argv[1:] if argv is None else argv
    if arguments[:1] == [MERGE] and len(arguments) == 4:
        return _merge(*map(Path, arguments[1:]))
    if arguments[:1] == [COUNT] and len(arguments) in (3, 4):
        return _count(Path(arguments[1]), Path(arguments[2]), arguments[3:] != [WHOLE])
    if len(arguments) != 1:
        sys.stderr.write(_USAGE)
        return USAGE
    # peft 0.21 reads a property that transformers 5.23 is going to rename: nothing for a person.
    warnings.filterwarnings("ignore", r"`is_gradient_checkpointing`", FutureWarning)
    pipe = _claim_output()
    _leave_window()
    return work(Path(arguments[0]), RealDisk(), pipe, leads=os.environ.get("RANK", "0") == "0")


def work(run: Path, disk: Disk, pipe: int | None, leads: bool = True) -> int:
    """Do what `main` does, with the disk and the pipe given.

    Args:
        run: The run folder.
        disk: Keeps checkpoints and the log.
        pipe: Where to say what happens, or None.
        leads: Whether this is the process that writes, of several.
    """
    events = EventLog(run, disk, pipe) if leads else None
    lock: RunLock | None = None
    try:
        plan, rows = runs.read_plan(run), runs.read_rows(run)
        if events is not None:
            lock = RunLock(run)
            taught = sum(row.side == "train" for row in runs.read_taught(run))
            _start(run, disk, events, plan.all_steps(taught))
        # Heavy, so only once the run is ours.
        from finetune import training

        say = events.emit if events is not None else _unheard
        for event in training.train(run, plan, rows, disk, say):
            say(event)
        return DONE
    except Exception as error:  # noqa: BLE001  # the process's edge: it ends with a sentence
        _say(events if lock else None, pipe, _failure(error) if run.is_dir() else _GONE)
    finally:
        if lock is not None:
            lock.release()
    return FAILED


def _failure(error: Exception) -> Failed:
    """Return what to say of an error; one that nobody foresaw is logged."""
    if isinstance(error, DeskError):
        code = error.told if isinstance(error, EngineRefused) else error.code
        return Failed(code, str(error))
    if isinstance(error, OSError) and error.errno in FULL:
        text = "The disk is full. Free some space and start the run again; nothing is lost."
        return Failed(TuningError.code, text)
    if isinstance(error, OSError) and error.errno:
        if not foreseen(error):
            log.error("the system refused something to the training process", exc_info=error)
        text = f"{sentence(error)} Then start the run again; what was saved is not lost."
        return Failed(TuningError.code, text)
    if isinstance(error, MemoryError) or is_said(str(error)):
        text = (
            "The memory is not enough. Choose a smaller micro_batch or gradient_checkpointing, or "
            "close other programs; nothing that was learned is lost."
        )
        return Failed(OutOfMemory.code, text)
    log.error("the training process failed", exc_info=error)
    text = "Training ended because of a fault in this program; what was saved is not lost."
    return Failed(DeskError.code, text)


def _merge(base: Path, adapter: Path, target: Path) -> int:
    pipe = _claim_output()
    try:
        from finetune import merging  # heavy

        for event in merging.merge(base, adapter, target):
            _say(None, pipe, event)
        return DONE
    except Exception as error:  # noqa: BLE001  # the process's edge: it ends with a sentence
        _say(None, pipe, _failure(error))
    finally:
        os.close(pipe)
    return FAILED


def _count(base: Path, file: Path, splitting: bool) -> int:
    pipe = _claim_output()
    try:
        from finetune import counting  # heavy

        for cost in counting.count(base, runs.read_row_file(file), splitting):
            os.write(pipe, write(cost))
        return DONE
    except BrokenPipeError:  # the window does not want to know any more
        return DONE
    except Exception as error:  # noqa: BLE001  # the process's edge: it ends with a sentence
        _say(None, pipe, _failure(error))
    finally:
        os.close(pipe)
    return FAILED


def _start(run: Path, disk: Disk, events: EventLog, steps: int) -> None:
    newest = Checkpoints(run / runs.CHECKPOINTS, disk).newest()
    step = newest.progress.step if newest else 0
    events.rewind(step)
    events.emit(Started(VERSION, step, steps, os.getpid()))


def _say(events: EventLog | None, pipe: int | None, event: Event) -> None:
    """Say the last event; write it down only if the run is ours."""
    if events is not None:
        with contextlib.suppress(OSError):  # it was said, and the log may be what failed
            events.emit(event)
    elif pipe is not None:
        with contextlib.suppress(OSError):  # nobody listens any more
            os.write(pipe, write(event))


def _unheard(_: Event) -> None:
    """Only the process that leads is listened to."""


def _claim_output() -> int:
    """Keep the output for events; whatever libraries print goes to the errors."""
    pipe = os.dup(1)
    os.dup2(2, 1)
    return pipe


def _leave_window() -> None:
    """Live on when the window closes, and let what the person does go first."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(PermissionError):  # already leads a session of its own
        os.setsid()
    os.nice(5)


if __name__ == "__main__":
    sys.exit(main())
