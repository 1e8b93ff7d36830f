"""Names learned end to end: correct answers on letters, tune in a step, ask about a new letter.

The model is the one that comes with the program; pages, examples, run folder, training and engine
are the real ones. The letters call things as no list of the program does.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pymupdf
import pytest

from finetune import gathering, hygiene, regression, runs, split, training
from finetune import plan as plans
from finetune.adapters import AdapterLibrary
from finetune.disk import RealDisk
from finetune.errors import NothingToTrain
from finetune.examples import ExampleStore
from finetune.fingerprint import base_fingerprint
from finetune.gate import Gate
from finetune.gathering import Gathered
from finetune.plan import Preset
from finetune.protocol import NOTHING_KEPT, Ended, Event, Measured, NamesLearned, StepDone
from finetune.tokens import counter
from finetune.types import Row
from tests.vlm.answering import NEVER, in_float32, last
from vlm import models, paths
from vlm.engine import Engine
from vlm.pages.client import PageClient
from vlm.protocol import Ask, Done, Load, Loaded
from vlm.types import PageRef, Question

ASKED = "What is the Kennwort?"
WORDS = ("Haus", "Garten", "Wiese", "Fluss", "Berg", "Wolke", "Stein", "Blatt", "Vogel", "Licht")
DECOYS = ("Rubrik", "Sparte", "Quelle", "Losung")


@dataclass(frozen=True)
class Letter:
    file: Path
    right: str


def letters(folder: Path, count: int, mark: str = "Chiffre") -> list[Letter]:
    """Draw letters that look apart; what is asked for stands behind a word of their own.

    Lines of the same kind stand around it, in any order.
    """
    found: list[Letter] = []
    for number in range(count):
        chance = random.Random(f"{mark} {number}")
        said = [
            f"{chance.choice(WORDS)} {chance.choice(WORDS)} {letter}"
            for letter in chance.sample("ABCDEFGH", len(DECOYS) + 1)
        ]
        lines = [f"{name}: {text}" for name, text in zip((mark, *DECOYS), said, strict=True)]
        chance.shuffle(lines)
        document = pymupdf.open()
        page = document.new_page(width=420, height=595)
        y = chance.randrange(60, 180)
        for text in ("Kontor Brandt", *lines):
            page.insert_text((50, y), text, fontsize=chance.choice((10, 11, 12)))
            y += chance.randrange(26, 50)
        for _ in range(chance.randrange(2, 9)):
            line = " ".join(chance.choices(WORDS, k=chance.randrange(3, 8)))
            page.insert_text((50 + chance.randrange(60), y), line, fontsize=10)
            y += chance.randrange(16, 30)
        file = folder / f"{mark}-{number}.pdf"
        document.save(file)
        document.close()
        found.append(Letter(file, said[0]))
    return found


@pytest.fixture
def few_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regression, "COUNT", 2)
    monkeypatch.setattr("vlm.device.choose", in_float32)


def answer(engine: Engine, letter: Letter) -> str:
    question = Question(ASKED, PageRef(str(letter.file), 0), None, True, 32)
    done = last(engine.ask(Ask(1, question), NEVER))
    assert isinstance(done, Done), done
    return done.answer.text


def frozen(
    model: Path, corrected: list[tuple[Letter, str]], learned: int, preset: Preset = "quick"
) -> Path:
    """Freeze a run about corrected letters: the first are learned from and watched."""
    plan = msgspec.structs.replace(
        plans.preset(preset, "mine", str(model), base_fingerprint(model)),
        epochs=1,
        batch=64,
        views=1,
        longest_answer=32,
        on_battery=True,
        threads=1,
    )
    rows = [
        Row(1, PageRef(str(one.file), 0), ASKED, (right,), kind="correction")
        for one, right in corrected
    ]
    with ExampleStore(paths.data_dir() / "examples.db") as store:
        with PageClient() as pages:
            for found in gathering.gather(rows, pages):
                assert isinstance(found, Gathered)
                store.add(found.example, found.crop)
        order = {str(one.file): place for place, (one, _) in enumerate(corrected)}
        every = sorted(store.all(), key=lambda example: order[example.page.path])
        sides = split.given(every[:learned], every[learned:])
        assert not hygiene.refusals(every, sides, counter(model), plan.longest_answer)
        return runs.freeze(paths.data_dir() / "runs", plan, every, sides, store.crop)


def train(run: Path) -> list[Event]:
    def unsaid(event: Event) -> None:
        raise AssertionError(event)

    plan, rows = runs.read_plan(run), runs.read_rows(run)
    return list(training.train(run, plan, rows, RealDisk(), unsaid))


@pytest.fixture
def model() -> Path:
    found = models.default_folder()
    assert found is not None
    return found


@pytest.fixture
def engine(model: Path) -> Iterator[Engine]:
    made = Engine(PageClient(), 2**24, in_float32)
    assert isinstance(last(made.load(Load(0, str(model), None, precision="exact"), NEVER)), Loaded)
    yield made
    made.close()


@pytest.mark.timeout(600)  # a real model reads pages part by part, on a machine that may be busy
@pytest.mark.usefixtures("few_fixed")
def test_a_name_that_only_these_documents_use_is_learned_and_used(
    tmp_path: Path, model: Path, engine: Engine
) -> None:
    drawn = letters(tmp_path, 16)
    known = drawn[:12]
    new = next(one for one in drawn[12:] if answer(engine, one) != one.right)
    run = frozen(model, [(one, one.right) for one in known], learned=7)
    said = train(run)
    learned = [event.sentences for event in said if isinstance(event, NamesLearned)]
    sentence = "“Kennwort” stands behind “Chiffre:” (7 documents)"
    assert learned == [(sentence,)]
    gate = msgspec.json.decode((run / runs.GATE).read_bytes(), type=Gate)
    assert isinstance(said[-1], Measured)
    assert gate.passed, gate.reasons
    assert all(row.exact_after for row in gate.rows)
    assert len(gate.fixed) >= 3
    assert gate.names == (sentence,)
    adapter = AdapterLibrary().adopt(run)
    assert adapter.names == (sentence,)
    loading = Load(2, str(model), adapter.name, precision="exact")
    assert isinstance(last(engine.load(loading, NEVER)), Loaded)
    assert answer(engine, new) == new.right
    assert isinstance(
        last(engine.load(Load(3, str(model), None, precision="exact"), NEVER)), Loaded
    )
    assert answer(engine, new) != new.right, "the base is as it was"


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("few_fixed")
def test_the_gate_refuses_names_that_hurt_documents_not_learned_from(
    tmp_path: Path, model: Path, engine: Engine
) -> None:
    """What is held out calls something else by the learned name, and the model was right there."""
    known = letters(tmp_path, 6)
    traps = letters(tmp_path, 6, "Kennwort")
    for number, trap in enumerate(traps):
        with pymupdf.open(trap.file) as document:
            document[0].insert_text((50, 30), f"Chiffre: nichts {number}", fontsize=11)
            document.saveIncr()
    assert answer(engine, traps[0]) == traps[0].right
    run = frozen(model, [(one, one.right) for one in (*known, *traps)], learned=6)
    train(run)
    gate = msgspec.json.decode((run / runs.GATE).read_bytes(), type=Gate)
    assert gate.names
    assert not gate.passed
    assert gate.broken


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("few_fixed")
def test_names_are_learned_alone_from_all_documents_and_the_model_stays_as_it_is(
    tmp_path: Path, model: Path
) -> None:
    drawn = letters(tmp_path, 17)
    run = frozen(model, [(one, one.right) for one in drawn], 12, "names")
    watched = [row for row in runs.read_rows(run) if row.side == "watch"]
    said = train(run)
    assert not any(isinstance(event, StepDone) for event in said)
    assert [event for event in said if isinstance(event, Ended)] == [
        Ended("finished", 0, 0, "What your documents tell is learned; the model is as it was.")
    ]
    (learned,) = (event.sentences for event in said if isinstance(event, NamesLearned))
    assert learned == ("“Kennwort” stands behind “Chiffre:” (12 documents)",)
    assert watched, "they are learned from too"
    gate = msgspec.json.decode((run / runs.GATE).read_bytes(), type=Gate)
    assert gate.passed, gate.reasons
    assert "the model as it came" in gate.reasons[-1]
    again = train(run)
    assert isinstance(again[-1], Measured), "a run that is over is measured"
    assert not any(isinstance(event, NamesLearned) for event in again)


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("few_fixed")
def test_where_documents_tell_nothing_of_their_own_a_run_of_names_says_so(
    tmp_path: Path, model: Path
) -> None:
    drawn = letters(tmp_path, 10)
    run = frozen(model, [(one, "Nirgendwo hier") for one in drawn], 5, "names")
    (ended,) = (event for event in train(run) if isinstance(event, Ended))
    assert ended.kept_step == NOTHING_KEPT
    assert "comes again" in ended.text
    assert not (run / runs.ADAPTER).exists()


def test_a_model_that_is_not_asked_by_names_needs_weights(tmp_path: Path, model: Path) -> None:
    drawn = letters(tmp_path, 10)
    run = frozen(model, [(one, one.right) for one in drawn], 5, "names")
    other = tmp_path / "other"
    shutil.copytree(model, other)
    plan = msgspec.structs.replace(
        runs.read_plan(run), base=str(other), base_fingerprint=base_fingerprint(other)
    )
    with pytest.raises(NothingToTrain, match="weights have to learn"):
        list(training.train(run, plan, runs.read_rows(run), RealDisk(), lambda _event: None))
