"""How the engine process ended, in plain words for a person and in places for the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from app.process import Ended, How
from vlm.shortage import is_said

PLACES = 6
"""How many of the last places in the code go to the log when the engine crashed."""


@dataclass(frozen=True, slots=True)
class EngineExit:
    """How the engine ended, in a plain sentence, and whether it is being started again."""

    ended: Ended
    sentence: str
    restarting: bool


def sentence(ended: Ended) -> str:
    """Say in plain words how the engine ended."""
    match ended.how:
        case How.NOT_STARTED:
            return "The reader could not be started. Reinstalling the program may help."
        case How.STOPPED:
            return "The reader was stopped."
        case How.CRASHED if ended.code == 9:
            return (
                "The system ended the reader, most likely because memory ran out. "
                "Closing other programs or choosing a smaller model helps."
            )
        case How.CRASHED | How.FAILED if is_said(ended.complaints):
            return (
                "The reader ended because memory ran out. Closing other programs or choosing a "
                "smaller model helps."
            )
        case How.CRASHED | How.FAILED | How.FINISHED:
            return "The reader ended unexpectedly."
        case How.TALKED_TOO_LONG:
            return "The reader sent a message that this window does not accept."
        case _:
            assert_never(ended.how)


def places(complaints: str) -> str:
    """Return where in the code it went wrong, without the messages: they may quote a document."""
    lines = [line.strip() for line in complaints.splitlines()]
    files = [line for line in lines if line.startswith('File "')][-PLACES:]
    kind = lines[-1].partition(":")[0] if files else ""
    return "; ".join([*files, kind] if kind else files) or "none"
