"""`vlm-desk train`: from a list of rows to a measured adapter in the library."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from finetune import hygiene, importing, in_use, negatives, plan, runs
from finetune import split as splitting
from finetune.adapters import Adapter, AdapterLibrary
from finetune.cli_adapters import model_folder
from finetune.cli_exit import EXIT_CODES, FAILED, INTERRUPTED, NO_ROWS, NOT_BETTER, REFUSED
from finetune.disk import sweep_folders
from finetune.effort import questions_of
from finetune.errors import ListUnreadable, RunDamaged
from finetune.estimate import Estimate, estimate
from finetune.examples import ExampleStore
from finetune.fingerprint import base_fingerprint
from finetune.gate import Gate
from finetune.gathering import Gathered, gather
from finetune.launch import NEW_SESSION, train_command
from finetune.plan import TrainPlan
from finetune.protocol import (
    EVENTS,
    Control,
    Ended,
    Event,
    Failed,
    Measured,
    Measuring,
    NamesLearned,
    Paused,
    Placed,
    Preparing,
    StepDone,
    Waiting,
    Watched,
)
from finetune.split import Split
from finetune.tokens import counter
from finetune.types import Example, InUse, RowProblem
from vlm import paths
from vlm.errors import AdapterMismatch
from vlm.pages.client import PageClient


def register(commands: Any, epilog: str) -> None:
    """Add the command to a parser's commands."""
    parser = commands.add_parser(
        "train",
        help="teach a model on a list of rows",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rows", metavar="ROWS", help=".jsonl, .csv or .json, or a folder with one")
    parser.add_argument("--name", required=True, metavar="N", help="what the adapter is called")
    parser.add_argument("--held-out", metavar="ROWS", help="measured on; default: a fifth of ROWS")
    parser.add_argument("--preset", choices=plan.PRESETS, default="quick", help="default quick")
    parser.add_argument("--model", metavar="DIR", help="the folder of a checkpoint")
    parser.add_argument(
        "--in-use", default="", metavar="N", help="the adapter that reads now; it is to be beaten"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default 0")
    parser.add_argument(
        "--resume", action="store_true", help="go on with the last run of this name"
    )
    parser.add_argument(
        "--on-battery", action="store_true", help="go on while the computer lives on its battery"
    )
    parser.add_argument("--json", action="store_true", help="print the measure as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train, measure, keep; returns the exit code."""
    library = AdapterLibrary()
    library.require_free(arguments.name)
    root = paths.data_dir() / "runs"
    folder = _last(root, arguments.name) if arguments.resume else None
    if folder is None:
        if arguments.resume:
            print(f"There is no run of “{arguments.name}” yet; a new one starts.", file=sys.stderr)
        frozen = _freeze(arguments, root)
        if isinstance(frozen, int):
            return frozen
        folder = frozen
    runs.ask(folder, Control(anyway=arguments.on_battery))
    code = _follow(folder)
    if code != 0:
        return code
    if (folder / runs.ADAPTER).exists() and not (folder / runs.GATE).exists():
        print("It has learned but is not measured yet; go on with --resume.", file=sys.stderr)
        return INTERRUPTED
    adapter = library.adopt(folder)
    gate = msgspec.json.decode((folder / runs.GATE).read_bytes(), type=Gate)
    _report(adapter, gate, arguments.json)
    return 0 if gate.passed else NOT_BETTER


@dataclass(frozen=True, slots=True)
class _Lists:
    train: list[Example]
    held_out: list[Example]


def _freeze(arguments: argparse.Namespace, root: Path) -> Path | int:
    """Read, look over and freeze; return the run folder, or the exit code of a refusal."""
    base = model_folder(arguments.model)
    chosen = plan.preset(arguments.preset, arguments.name, str(base), base_fingerprint(base))
    chosen = msgspec.structs.replace(chosen, seed=arguments.seed, on_battery=arguments.on_battery)
    count = counter(base)
    sweep_folders(paths.cache_dir())  # of processes that were killed: they hold pictures
    work = Path(tempfile.mkdtemp(prefix="train-", suffix=".part", dir=paths.cache_dir()))
    try:
        with ExampleStore(work / "examples.db") as store, PageClient() as pages:
            lists = _Lists(
                _gather(Path(arguments.rows), pages, store, "train"),
                _gather(Path(arguments.held_out), pages, store, "held-out")
                if arguments.held_out
                else [],
            )
            if not lists.train:
                print("None of the rows can be used.", file=sys.stderr)
                return NO_ROWS
            printed = store.printed_pages()
            divided = _sides(lists, arguments.seed, printed)
            pairs, sides = negatives.with_borrowed(lists.train, divided, chosen.seed)
            for negative, shown in pairs:
                store.add(negative, store.crop(shown))
            everything = [*lists.train, *(negative for negative, _ in pairs), *lists.held_out]
            refusals = hygiene.refusals(everything, sides, count, chosen.longest_answer)
            for refusal in refusals:
                print(f"{refusal.sentence} {refusal.advice}", file=sys.stderr)
            if refusals:
                return REFUSED
            used = _in_use(arguments.in_use, chosen, everything, sides, root)
            learned, tested = (
                questions_of(everything, set(ids), printed) for ids in (sides.train, sides.held_out)
            )
            guess = estimate(chosen, learned, tested, versions=3 if used else 2)
            _announce(sides, hygiene.preview(everything, sides, count), guess)
            return runs.freeze(root, chosen, everything, sides, store.crop, used)
    finally:
        shutil.rmtree(work)


def _gather(file: Path, pages: PageClient, store: ExampleStore, which: str) -> list[Example]:
    found: list[Example] = []
    try:
        rows = list(importing.read(file.absolute()))
    except ListUnreadable as error:
        raise ListUnreadable(f"The {which} list: {error}") from error
    for number, item in enumerate(gather(rows, pages), 1):
        if isinstance(item, RowProblem):
            print(f"{file.name}, row {item.line}: {item.sentence}", file=sys.stderr)
        else:
            found.append(_keep(store, item, which))
        print(f"{number} of {len(rows)} rows", end="\r", file=sys.stderr)
    return found


def _keep(store: ExampleStore, item: Gathered, which: str) -> Example:
    """Keep an example; both lists may use the same ids."""
    example = msgspec.structs.replace(item.example, id=f"{which}-{item.example.id}")
    store.add(example, item.crop)
    return example


def _sides(lists: _Lists, seed: int, texts: splitting.Texts) -> Split:
    if lists.held_out:
        return splitting.given(lists.train, lists.held_out, texts)
    return splitting.split(lists.train, seed, texts=texts)


def _in_use(
    name: str, chosen: TrainPlan, everything: list[Example], sides: Split, root: Path
) -> dict[str, InUse]:
    """Return the adapter that is to be beaten, by the examples it is compared on.

    Raises:
        DeskError: When there is none of that name, or it is for another model.
    """
    if not name:
        return {}
    library = AdapterLibrary()
    card = library.get(name).card
    if card.base_fingerprint != chosen.base_fingerprint:
        raise AdapterMismatch(f"“{name}” was made for {card.base}, not for the model that learns.")
    held = set(sides.held_out)
    tested = [example for example in everything if example.id in held]
    return in_use.readers(name, tested, chosen.base_fingerprint, library, root)


def _announce(sides: Split, preview: hygiene.Preview, guess: Estimate) -> None:
    print(
        f"{preview.count('train')} examples of {sides.train_documents} documents to learn from, "
        f"{preview.count('held_out')} of {sides.held_out_documents} to be measured on. "
        f"About {guess.memory_bytes / 1e9:.1f} GB of memory and "
        f"{max(1, round(guess.seconds / 60))} minutes to learn, "
        f"{max(1, round(guess.testing_seconds / 60))} to be measured.",
        file=sys.stderr,
    )
    for reason in guess.reasons:
        print(reason, file=sys.stderr)


def _last(root: Path, name: str) -> Path | None:
    """Return the newest run of a name; damaged ones have none."""
    for folder in runs.found(root):
        try:
            if runs.read_plan(folder).name == name:
                return folder
        except RunDamaged:
            continue
    return None


def _follow(folder: Path) -> int:
    """Start the process and show what it says; an interrupt ends it after its step."""
    last: Event | None = None
    interrupted = False
    process = subprocess.Popen(
        train_command(folder), stdout=subprocess.PIPE, start_new_session=NEW_SESSION
    )
    with process:
        assert process.stdout is not None
        while True:
            try:
                line = process.stdout.readline()
            except KeyboardInterrupt:
                interrupted = True
                process.kill()
                print("\nInterrupted; go on with --resume.", file=sys.stderr)
                continue
            if not line:
                break
            last = EVENTS.read(line)
            _show(last)
    if interrupted:
        return INTERRUPTED
    if isinstance(last, Failed):
        return EXIT_CODES.get(last.code, FAILED)
    return 0 if process.returncode == 0 else FAILED


def _show(event: Event) -> None:
    text = ""
    end = "\n"
    match event:
        case Preparing():
            text, end = f"{event.text} ({event.fraction:.0%})", "\r"
        case StepDone():
            left = f", {event.seconds_left / 60:.0f} min left" if event.seconds_left >= 0 else ""
            text, end = f"step {event.step}: loss {event.loss:.3f}{left}", "\r"
        case Watched():
            text = f"step {event.step}: held-out loss {event.score:.3f} (best: {event.best_step})"
        case Paused():
            text = f"Paused. {event.why}"
        case Waiting() | Ended() | Measured():
            text = event.text
        case Placed():
            text = f"Found the answers of {event.found} of {event.rows} rows about whole pages"
            if 0 < event.found < event.rows:
                text += "; the others are left out"
        case NamesLearned():
            text = "\n".join(event.sentences)
        case Measuring():
            text, end = f"{event.done} of {event.total} questions asked", "\r"
        case Failed():
            text = event.message
        case _:
            return
    print(text, end=end, file=sys.stderr)


def _report(adapter: Adapter, gate: Gate, as_json: bool) -> None:
    if as_json:
        found = {"adapter": msgspec.to_builtins(adapter), "gate": msgspec.to_builtins(gate)}
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for name, score in (("ANLS", gate.anls), ("exact match", gate.exact)):
        gain = score.gain
        print(
            f"{name:<12} {score.before:.3f} -> {score.after:.3f}  "
            f"(gain {gain.value:+.3f}, 95 % between {gain.low:+.3f} and {gain.high:+.3f})"
        )
    if gate.as_it_came is not None:
        names = " and ".join(f"“{name}”" for name in gate.in_use)
        print(f"Before is {names}; ANLS of the model as it came: {gate.as_it_came.before:.3f}")
    print(f"{len(gate.fixed)} fixed, {len(gate.broken)} broken, {len(gate.unchanged)} unchanged")
    for name in gate.names:
        print(name)
    for advice in gate.advice:
        print(advice)
    print(f"Kept as “{adapter.name}”.")
