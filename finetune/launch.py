"""How the training process is started; whoever starts it decides what starts programs."""

from __future__ import annotations

import sys
from pathlib import Path

from vlm import children

MERGE = "--merge"
"""First argument of the process when it shall write a merged model instead of training."""

COUNT, WHOLE = "--count", "whole"
"""First argument of the process when it shall count what rows cost; last one to split no page."""

NEW_SESSION = sys.platform != "win32"
"""Pass as `start_new_session`, so that closing the terminal does not end the run."""


def train_command(run: Path) -> list[str]:
    """Return the command that trains a run; its output is lines of `finetune.protocol`."""
    return [*children.command("training"), str(run)]


def merge_command(base: Path, adapter: Path, target: Path) -> list[str]:
    """Return the command that writes a merged model; its output is `Preparing` and `Failed`."""
    return [*children.command("training"), MERGE, str(base), str(adapter), str(target)]


def count_command(base: Path, rows: Path, splitting: bool) -> list[str]:
    """Return the command that counts what rows cost a model; its output is `costs.COSTS`.

    Args:
        base: A model folder.
        rows: A file of `runs.RunRow` in lines.
        splitting: Whether pages may be shown in parts.
    """
    whole = [] if splitting else [WHOLE]
    return [*children.command("training"), COUNT, str(base), str(rows), *whole]
