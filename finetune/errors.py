"""What can go wrong while tuning and what a person can do about it.

DeskError (vlm.errors)
└─ TuningError                carries a stable `code` and one plain sentence
   ├─ StoreTooNew             the examples were written by a newer version of the program
   ├─ StoreUnusable           the examples cannot be read or written
   ├─ ListUnreadable          a list of rows that cannot be read at all
   ├─ RunBusy                 this run is already being worked on by another process
   ├─ RunDamaged              a run folder that lacks something or was changed
   ├─ EngineRefused            the engine cannot load the model or answer; `told` is its code
   ├─ NothingToTrain          the plan or the rows leave nothing to learn
   ├─ AdapterInvalid          a folder that is no adapter or an unsafe one
   └─ AdapterUnknown          no adapter of that name in the library
"""

from __future__ import annotations

from vlm.errors import DeskError


class TuningError(DeskError):
    """Something about tuning that a person can act on."""

    code = "tuning"


class StoreTooNew(TuningError):
    """The examples were written by a newer version of the program."""

    code = "store_too_new"


class StoreUnusable(TuningError):
    """The examples cannot be read or written."""

    code = "store_unusable"


class ListUnreadable(TuningError):
    """A list of rows that cannot be read at all."""

    code = "list_unreadable"


class RunBusy(TuningError):
    """Another process works on this run."""

    code = "run_busy"


class RunDamaged(TuningError):
    """A run folder that lacks something or was changed."""

    code = "run_damaged"


class NothingToTrain(TuningError):
    """The plan or the rows leave nothing to learn."""

    code = "nothing_to_train"


class AdapterInvalid(TuningError):
    """A folder that is no adapter, or an unsafe one."""

    code = "adapter_invalid"


class AdapterUnknown(TuningError):
    """No adapter of that name in the library."""

    code = "adapter_unknown"


class EngineRefused(TuningError):
    """The engine cannot load the model or answer a question.

    Args:
        told: The code of its own error.
        message: Its sentence.
    """

    code = "engine_refused"

    def __init__(self, told: str, message: str) -> None:
        super().__init__(message)
        self.told = told
