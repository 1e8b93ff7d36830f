"""How the learning of a run ended, kept in its folder: one that goes on then only measures."""

from __future__ import annotations

from pathlib import Path

import msgspec

from finetune.disk import Disk, save
from finetune.protocol import NOTHING_KEPT, Ended, Outcome

FILE = "ended.json"

_BEFORE: dict[Outcome, str] = {
    "stopped": "Stopped before the first step",
    "diverged": "The numbers overflowed in the first step",
}
_ADVICE: dict[Outcome, str] = {"diverged": " Try a lower learning rate."}


def keep(run: Path, disk: Disk, ended: Ended) -> None:
    """Keep how learning ended, once what it is about to measure is on the disk.

    Without it a run that was stopped, and left while it was measured, would learn on when it is
    started again, and its answers would be those of different weights.

    Raises:
        OSError: When it cannot be written.
    """
    save(disk, run / FILE, [msgspec.json.encode(ended)])


def kept(run: Path) -> Ended | None:
    """Return how learning ended; None where it did not, or nobody can read how."""
    try:
        return msgspec.json.decode((run / FILE).read_bytes(), type=Ended)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def told(ended: Ended, named: bool) -> Ended:
    """Say of a run that took no step what is kept of it; of others what they say themselves.

    Args:
        ended: How it ended.
        named: Whether it had learned names.
    """
    if ended.step > 0:
        return ended
    what = "the names that it learned are kept" if named else "nothing was learned"
    text = f"{_BEFORE.get(ended.outcome, 'No step was taken')}; {what}."
    text += _ADVICE.get(ended.outcome, "")
    return Ended(ended.outcome, 0, 0 if named else NOTHING_KEPT, text)


def without_steps(named: bool) -> Ended:
    """Return the end of a run whose weights are not to learn."""
    if named:
        text = "What your documents tell is learned; the model is as it was."
        return Ended("finished", 0, 0, text)
    text = "Nothing on these documents comes again or stands at a label of its own."
    return Ended("finished", 0, NOTHING_KEPT, text)


def before_steps(named: bool = False) -> Ended:
    """Return the end of a run that a person stopped before its first step."""
    return told(Ended("stopped", 0, 0, ""), named)
