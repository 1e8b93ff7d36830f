"""`vlm-desk models`: what is on this machine, getting a model by name, removing one."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vlm import amounts, catalogue, hub, memory
from vlm.added import AddedFolders
from vlm.catalogue import Model
from vlm.errors import (
    DeskError,
    DiskFull,
    ModelGated,
    ModelIncomplete,
    ModelUnknown,
    ModelUnsupported,
    ServerBusy,
    ServerUnreachable,
)
from vlm.fetch_events import Event, Fetched, Moved, Planned, Waiting
from vlm.hub import ModelName
from vlm.memory import Need
from vlm.parts import Store
from vlm.removal import remove
from vlm.speeds import Speed, Speeds

DONE, FAILED, REFUSED, NETWORK, DISK, NO_ANSWER, INTERRUPTED = 0, 1, 5, 8, 9, 10, 130
EXIT_CODES = """exit codes:
  0    done
  1    the model cannot be fetched or deleted; the sentence says why
  2    the command line is wrong
  5    there is no such model, or it is one that this program does not run
  8    the server cannot be reached or is busy; what has arrived is kept
  9    the disk is full; what has arrived is kept
  10   nobody confirmed the removal
  130  interrupted; what has arrived is kept, the same command continues
"""


def register(commands: Any) -> None:
    """Add `models` to the program's commands.

    Args:
        commands: What `ArgumentParser.add_subparsers` returned. The parsed arguments get `run`,
            which takes them and returns the exit code.
    """
    parser = commands.add_parser(
        "models",
        help="list, get and remove models",
        description="Lists the models on this machine, gets one by name, removes one.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True)
    show = _action(actions, "list", "what is on this machine and whether it fits", _list)
    show.add_argument("--json", action="store_true", help="as JSON")
    get = _action(
        actions, "get", "fetch a model, or continue; the only command that connects", _get
    )
    get.add_argument("name", help="like HuggingFaceTB/SmolVLM-256M-Instruct[@VERSION]")
    gone = _action(actions, "remove", "delete a model from the disk", _remove)
    gone.add_argument("name", help="as `list` shows it, or its folder")
    gone.add_argument("--yes", action="store_true", help="do not ask")
    add = _action(actions, "add", "also look for models in a folder of yours", _add)
    add.add_argument("folder", type=Path)
    log = _action(actions, "connections", "every connection that was made", _connections)
    log.add_argument("--json", action="store_true", help="as JSON")


def _action(
    actions: Any, name: str, words: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(
        name,
        help=words,
        description=f"{words[0].upper()}{words[1:]}.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, server=hub.HOME, plain_local=False)
    return parser


def _list(arguments: argparse.Namespace) -> int:
    speeds = Speeds()
    machine = memory.look(speeds.cpu_bytes_per_weight())
    measured = speeds.read()
    rows = [
        (model, memory.need(model.weights, machine), measured.get(model.folder.resolve()))
        for model in catalogue.scan()
    ]
    if arguments.json:
        print(json.dumps([_as_json(*row) for row in rows], indent=2))
        return DONE
    for row in rows:
        print("\n".join(_as_text(*row)))
    for part in Store().unfinished():
        done, total = amounts.size(part.done_bytes), amounts.size(part.plan.total_bytes)
        print(f"{part.name.id}\n  unfinished: {done} of {total}; `get` continues")
    if not rows:
        print("There are no models on this machine. `vlm-desk models get NAME` fetches one.")
    return DONE


def _as_json(model: Model, need: Need, speed: Speed | None) -> dict[str, object]:
    return {
        "name": model.name,
        "folder": str(model.folder),
        "place": model.place.name.lower(),
        "family": model.family,
        "disk_bytes": model.disk_bytes,
        "parameters": model.weights,
        "commit": model.commit,
        "runs": model.runnable,
        "problem": model.problem,
        "fit": need.fit.value,
        "needs_bytes": need.bytes,
        "first_token_s": speed.first_token_s if speed else None,
        "tokens_per_second": speed.tokens_per_second if speed else None,
    }


def _as_text(model: Model, need: Need, speed: Speed | None) -> list[str]:
    what = ", ".join(part for part in (model.family, amounts.size(model.disk_bytes)) if part)
    lines = [model.name, f"  {what}; {model.place.value}"]
    lines.append(f"  {need.sentence}." if model.runnable else f"  Cannot run here. {model.problem}")
    if speed is not None:
        lines.append(f"  {speed.sentence}.")
    return [*lines, f"  {model.folder}"]


def _get(arguments: argparse.Namespace) -> int:
    # The HTTP library is only imported here, where a connection is wanted.
    from vlm.connections import ConnectionLog
    from vlm.download import Fetch
    from vlm.web import Web

    try:
        name = hub.parse(arguments.name)
        with Web(ConnectionLog(), plain_local=arguments.plain_local) as web:
            teller = _Teller(name)
            for event in Fetch(name, Store(), web, arguments.server).run():
                teller.tell(event)
    except DeskError as error:
        return _failed(error)
    except KeyboardInterrupt:
        print("\nInterrupted. The same command continues.", file=sys.stderr)
        return INTERRUPTED
    return DONE


class _Teller:
    """Writes the progress of a fetch to stderr, and in the end the folder to stdout."""

    def __init__(self, name: ModelName) -> None:
        self._name = name
        self._one_line = sys.stderr.isatty()
        self._every_s = 0.2 if self._one_line else 5.0
        self._said_at = 0.0

    def tell(self, event: Event) -> None:
        match event:
            case Planned(plan):
                size = amounts.size(plan.total_bytes)
                self._say(f"{plan.id} at {plan.commit[:12]}, {size}", end="\n")
                need = memory.need(plan.weights, memory.look())
                self._say(f"{need.sentence}.", end="\n")
            case Moved() | Waiting() if time.monotonic() - self._said_at >= self._every_s:
                self._said_at = time.monotonic()
                self._say(_progress(event), end="" if self._one_line else "\n")
            case Fetched(folder):
                self._say(f"{self._name.id} is here.", end="\n")
                print(folder)
            case _:
                return

    def _say(self, text: str, end: str) -> None:
        start = "\r\033[K" if self._one_line else ""
        print(f"{start}{text}", end=end, file=sys.stderr, flush=True)


def _progress(event: Moved | Waiting) -> str:
    if isinstance(event, Waiting):
        return f"{event.why}: {amounts.duration(event.seconds)}"
    done = f"{amounts.size(event.done_bytes)} of {amounts.size(event.total_bytes)}"
    if event.checking:
        return f"{done}, checking what is here already"
    left = f", {amounts.duration(event.seconds_left)} left" if event.seconds_left else ""
    return f"{done}, {amounts.size(event.bytes_per_second)}/s{left}"


def _remove(arguments: argparse.Namespace) -> int:
    wanted = arguments.name
    found = [
        model
        for model in catalogue.scan()
        if wanted == model.name or Path(wanted).resolve() == model.folder.resolve()
    ]
    if len(found) != 1:
        return _discard(wanted) if not found else _ambiguous(found)
    (model,) = found
    if not arguments.yes and not _confirmed(model):
        return NO_ANSWER
    try:
        remove(model)
    except DeskError as error:
        return _failed(error)
    print(f"{model.name} is deleted; {amounts.size(model.disk_bytes)} are free again.")
    return DONE


def _discard(wanted: str) -> int:
    """Delete what has arrived of a model that is not whole."""
    store = Store()
    for part in store.unfinished():
        if part.name.id == wanted:
            try:
                store.discard(part.name)
            except DeskError as error:
                return _failed(error)
            print(f"What had arrived of {wanted} is deleted.")
            return DONE
    print(f"There is no model {wanted!r} on this machine.", file=sys.stderr)
    return REFUSED


def _ambiguous(found: list[Model]) -> int:
    print("There are several; name the folder:", file=sys.stderr)
    for model in found:
        print(f"  {model.folder}", file=sys.stderr)
    return REFUSED


def _confirmed(model: Model) -> bool:
    size = amounts.size(model.disk_bytes)
    print(f"{model.folder}\n{model.name}, {size}, {model.place.value}.", file=sys.stderr)
    print("Delete its files? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _add(arguments: argparse.Namespace) -> int:
    if not any(catalogue.find_below(arguments.folder)):
        print(f"There is no model in {arguments.folder}.", file=sys.stderr)
        return REFUSED
    AddedFolders().add(arguments.folder)
    return DONE


def _connections(arguments: argparse.Namespace) -> int:
    from vlm.connections import ConnectionLog

    rows = ConnectionLog().read()
    if arguments.json:
        print(json.dumps([{name: getattr(row, name) for name in row.__slots__} for row in rows]))
        return DONE
    for row in rows:
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(row.time))
        size = "" if row.bytes is None else amounts.size(row.bytes)
        print(f"{when}  {row.host}  {row.purpose}  {size}  {row.outcome}")
    if not rows:
        print("No connection was ever made.")
    return DONE


def _failed(error: DeskError) -> int:
    print(f"\n{error}" if sys.stderr.isatty() else str(error), file=sys.stderr)
    match error:
        case ModelUnknown() | ModelGated() | ModelUnsupported() | ModelIncomplete():
            return REFUSED
        case ServerUnreachable() | ServerBusy():
            return NETWORK
        case DiskFull():
            return DISK
        case _:
            return FAILED
