"""`vlm-desk adapters`: list, export, import and remove what was learned."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from finetune.adapters import Adapter, AdapterLibrary
from finetune.cli_exit import EXIT_CODES, FAILED
from finetune.errors import AdapterInvalid
from finetune.launch import merge_command
from finetune.protocol import EVENTS, Failed, Preparing
from vlm import models
from vlm.errors import ModelIncomplete
from vlm.system_refusals import reason


def register(commands: Any, epilog: str) -> None:
    """Add the command to a parser's commands."""
    shared = {"epilog": epilog, "formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = commands.add_parser("adapters", help="the trained versions of a model", **shared)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    listing = actions.add_parser("list", help="show all adapters", **shared)
    listing.add_argument("--json", action="store_true", help="print all that is known of them")
    listing.set_defaults(run=_list)

    export = actions.add_parser("export", help="write an adapter to a folder", **shared)
    export.add_argument("name", metavar="NAME")
    export.add_argument("target", metavar="FOLDER", help="new or empty")
    export.add_argument("--merged", action="store_true", help="as a full model of its own")
    export.add_argument("--model", metavar="DIR", help="the model it belongs to, for --merged")
    export.set_defaults(run=_export)

    bring = actions.add_parser("import", help="take over an adapter from a folder", **shared)
    bring.add_argument("folder", metavar="FOLDER", help="a peft folder with safetensors")
    bring.add_argument("--name", metavar="NAME", help="its name here; default the folder's")
    bring.add_argument("--model", metavar="DIR", help="the model it is for")
    bring.set_defaults(run=_import)

    remove = actions.add_parser("remove", help="remove an adapter for good", **shared)
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=_remove)


def model_folder(named: str | None) -> Path:
    """Return the model to use.

    Raises:
        ModelIncomplete: If none is named and none came with the program.
    """
    found = Path(named) if named is not None else models.default_folder()
    if found is None:
        raise ModelIncomplete(
            "No model came with this program. Name the folder of one: --model DIR."
        )
    return found.absolute()


def _list(arguments: argparse.Namespace) -> int:
    found = AdapterLibrary().all()
    if arguments.json:
        print(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2))
        return 0
    for adapter in found:
        print(_line(adapter))
        for sentence in (*adapter.names, *([adapter.trouble] if adapter.trouble else [])):
            print(f"  {sentence}")
    if not found:
        print("There are no adapters yet.", file=sys.stderr)
    return 0


def _line(adapter: Adapter) -> str:
    card = adapter.card
    day = time.strftime("%Y-%m-%d", time.localtime(card.made_at))
    score = "not measured"
    if card.anls is not None:
        score = f"ANLS {card.anls.before:.3f} -> {card.anls.after:.3f}"
        than = " and ".join(f"“{name}”" for name in card.instead_of)
        if not card.passed:
            score += ", not proven better"
        elif than:
            score += ", better"
        score += f" than {than}" if than else ""
    return f"{adapter.name}  ({card.base}, {score}, {adapter.size / 1e6:.1f} MB, {day})"


def _export(arguments: argparse.Namespace) -> int:
    library, target = AdapterLibrary(), Path(arguments.target).absolute()
    if not arguments.merged:
        try:
            library.export(arguments.name, target)
        except OSError as error:
            raise AdapterInvalid(f"{target} cannot be written: {reason(error)}.") from error
        return 0
    adapter = library.get(arguments.name)
    command = merge_command(model_folder(arguments.model), Path(adapter.folder), target)
    code = FAILED
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            event = EVENTS.read(line)
            if isinstance(event, Preparing):
                print(f"{event.text} ({event.fraction:.0%})", file=sys.stderr)
            elif isinstance(event, Failed):
                print(event.message, file=sys.stderr)
                code = EXIT_CODES.get(event.code, FAILED)
    return 0 if process.returncode == 0 else code


def _import(arguments: argparse.Namespace) -> int:
    base = model_folder(arguments.model)
    adapter = AdapterLibrary().bring(Path(arguments.folder).absolute(), base, arguments.name)
    print(_line(adapter))
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    AdapterLibrary().remove(arguments.name)
    return 0
