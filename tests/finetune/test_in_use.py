"""Which tuned versions read documents now, and that a run is measured against those."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from finetune import in_use, measuring, regression, runs
from finetune.adapter_check import CONFIG, WEIGHTS
from finetune.adapters import CARD, AdapterLibrary, Card
from finetune.gate import Gate
from finetune.split import Split
from finetune.types import BY_PAGE, Example, InUse
from tests import tiny
from tests.finetune import tuning
from tests.finetune.made import crop_of, example
from tests.finetune.papers import frozen
from tests.vlm.answering import NEVER, in_float32, last
from vlm import paths
from vlm.cancel import returned
from vlm.engine import Engine
from vlm.pages.client import PageClient
from vlm.protocol import Ask, Done, Load, Loaded
from vlm.types import Question

LOOK, OTHER = f"{0:064x}", f"{(1 << 256) - 1:064x}"


def version(name: str, **card: Any) -> InUse:
    """Put a version into the library that has nothing but a card and files to copy."""
    folder = paths.data_dir() / "adapters" / name
    folder.mkdir(parents=True)
    settings: dict[str, Any] = {"passed": True, "made_at": 1.0, **card}
    made = Card("base", "f", "d", "dora", 8, **settings)
    (folder / CARD).write_bytes(msgspec.json.encode(made))
    (folder / CONFIG).write_text("{}")
    (folder / WEIGHTS).write_bytes(name.encode())
    return InUse(name, str(folder))


def shown(number: int, look: str = LOOK) -> Example:
    return msgspec.structs.replace(example(number, f"d{number}"), page_hash=look)


def readers(setting: str, examples: list[Example], base: str = "f") -> dict[str, InUse]:
    root = paths.data_dir() / "runs"
    return in_use.readers(setting, examples, base, AdapterLibrary(), root)


def test_the_version_that_is_set_reads_all_documents_of_its_model() -> None:
    one, other = shown(1), shown(2, OTHER)
    mine = version("mine")
    assert readers("mine", [one, other]) == {one.id: mine, other.id: mine}
    assert readers("", [one, other]) == {}
    assert readers("gone", [one, other]) == {}
    assert readers("mine", [one, other], base="g") == {}


def test_each_page_may_choose_its_own() -> None:
    version("unproven", passed=False, looks=(LOOK,))
    first = version("first", looks=(f"{1:064x}",))
    second = version("second", looks=(f"{(1 << 256) - 4:064x}",))
    some = [shown(1), shown(2, OTHER), shown(3, f"{(1 << 128) - 1:064x}")]
    assert readers(BY_PAGE, some) == {some[0].id: first, some[1].id: second}


def test_of_versions_that_learned_from_one_page_the_newest_is_chosen() -> None:
    version("a older", made_at=1.0, looks=(f"{1:064x}",))
    newer = version("b newer", made_at=2.0, looks=(f"{1:064x}",))
    assert readers(BY_PAGE, [one := shown(1)]) == {one.id: newer}


def test_nothing_is_compared_on_what_a_version_learned_from() -> None:
    learned, watched, held = shown(1), shown(2), shown(3)
    sides = Split((learned.id,), (watched.id,), (held.id,), 2, 1)
    plan = tuning.plan_of(paths.data_dir())
    root = paths.data_dir() / "runs"
    run = runs.freeze(root, plan, [learned, watched, held], sides, lambda _: crop_of())
    mine = version("mine", run=run.name, looks=(LOOK,))
    assert readers("mine", [learned, watched, held]) == {held.id: mine}
    runs.discard(run)
    other = shown(4, OTHER)
    assert readers("mine", [learned, held, other]) == {other.id: mine}, "looks tell it then"


def test_a_frozen_run_keeps_what_reads_now(tmp_path: Path) -> None:
    mine = version("mine")
    one, other = shown(1), shown(2)
    plan = tuning.plan_of(tmp_path)
    sides = Split((one.id,), (), (other.id,), 1, 1)
    run = runs.freeze(tmp_path, plan, [one, other], sides, lambda _: crop_of(), {other.id: mine})
    AdapterLibrary().remove("mine")
    assert {row.id: row.reader for row in runs.read_rows(run)} == {one.id: "", other.id: "mine"}
    assert (run / runs.IN_USE / "mine" / WEIGHTS).read_bytes() == b"mine"


def test_before_is_what_a_person_uses_and_the_base_is_told_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regression, "COUNT", 2)
    monkeypatch.setattr("vlm.device.choose", in_float32)
    base = tiny.save("marked", tmp_path / "marked")
    run = frozen(tmp_path, base)
    used = run / runs.IN_USE / "mine"
    used.parent.mkdir()
    tuning.learn_at_random(run, by=0.3)
    (run / runs.ADAPTER).rename(used)
    tuning.learn_at_random(run)
    rows = runs.read_rows(run)
    read = [msgspec.structs.replace(row, reader="mine") for row in rows[:3]] + rows[3:]
    plan = runs.read_plan(run)
    gate = returned(measuring.measure(run, plan, read, tuning.go))
    assert isinstance(gate, Gate)
    assert gate.in_use == ("mine",)
    assert gate.as_it_came is not None
    assert gate.as_it_came.after == gate.anls.after
    lines = (run / "answers.jsonl").read_text().splitlines()
    said = {(which, id): text for which, id, text in map(json.loads, lines)}
    counts = [sum(which == one for which, _ in said) for one in ("before", "in use: mine", "after")]
    assert counts == [len(rows) + 2, 3, len(rows) + 2]
    engine = Engine(PageClient(), 2**24, in_float32)
    loading = Load(1, plan.base, str(used), precision="exact")
    assert isinstance(last(engine.load(loading, NEVER)), Loaded)
    by_id = {row.id: row for row in gate.rows}
    for row in read:
        judged = by_id[row.id]
        assert judged.reader == row.reader
        wanted = said["before", row.id]
        if row.reader:
            assert row.page is not None
            asked = Question(row.question, row.page, row.box, plan.splitting, plan.longest_answer)
            done = last(engine.ask(Ask(2, asked), NEVER))
            assert isinstance(done, Done)
            wanted = done.answer.text
            assert wanted != said["before", row.id], "else the base could have been asked"
        assert judged.before == wanted
    engine.close()
