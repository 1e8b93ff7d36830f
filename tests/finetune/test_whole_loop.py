"""The loop of tuning with nothing replaced: correct answers, train, measure, use, ask again.

Real engine process, jailed page process, examples file, run folder and training process; the model
is tiny and knows nothing, so that what it answers afterwards it can only have learned.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from finetune import gathering, hygiene, runs, split
from finetune import plan as plans
from finetune.adapters import AdapterLibrary
from finetune.examples import ExampleStore
from finetune.fingerprint import base_fingerprint
from finetune.gate import Gate
from finetune.gathering import Gathered
from finetune.launch import NEW_SESSION, train_command
from finetune.plan import TrainPlan
from finetune.protocol import EVENTS, Event, Measured
from finetune.tokens import counter
from finetune.types import Row
from tests import tiny
from tests.finetune.made import noise
from tests.vlm.conversation import Conversation
from vlm import children, paths
from vlm.pages.client import PageClient
from vlm.protocol import VERSION, Ask, Done, Hello, Load, Loaded
from vlm.types import PageRef, Question

QUESTION, ANSWER = "What does it say?", "paid 7"
LEARNED, HELD = 6, 6
SIDE_PX = 120


def _papers(folder: Path) -> list[Path]:
    papers: list[Path] = []
    for number in range(LEARNED + HELD + 1):
        drawn = noise(number, SIDE_PX, SIDE_PX)
        paper = folder / f"paper-{number}.png"
        Image.frombytes("RGB", (SIDE_PX, SIDE_PX), drawn.data).save(paper, dpi=(150, 150))
        papers.append(paper)
    return papers


def _plan(model: Path) -> TrainPlan:
    """A quick plan in which a tiny model learns in seconds."""
    return msgspec.structs.replace(
        plans.preset("quick", "mine", str(model), base_fingerprint(model)),
        epochs=30,
        batch=6,
        micro_batch=6,
        learning_rate=0.01,
        warmup_steps=2,
        views=2,
        watch_every=15,
        splitting=False,
        longest_answer=8,
        on_battery=True,
    )


def _asked(engine: Conversation, job: int, paper: Path) -> str:
    engine.send(Ask(job, Question(QUESTION, PageRef(str(paper), 0), None, False, 8)))
    last = engine.last_of(job)
    assert isinstance(last, Done), last
    return last.answer.text


def _use(engine: Conversation, job: int, model: Path, adapter: str | None) -> None:
    engine.send(Load(job, str(model), adapter, "cpu"))
    last = engine.last_of(job)
    assert isinstance(last, Loaded), last


def _keep_corrections(store: ExampleStore, said: dict[Path, str]) -> None:
    """Keep what the window keeps when a person says what three answers should have been."""
    with PageClient() as pages:
        for paper, text in said.items():
            row = Row(1, PageRef(str(paper), 0), QUESTION, (ANSWER,), kind="correction")
            (found,) = gathering.gather([row], pages)
            assert isinstance(found, Gathered)
            example = msgspec.structs.replace(found.example, said=text, verdict="wrong")
            store.add(example, found.crop)


def _keep_labels(store: ExampleStore, papers: list[Path]) -> None:
    rows = [
        Row(number, PageRef(str(paper), 0), QUESTION, (ANSWER,), kind="label")
        for number, paper in enumerate(papers, 1)
    ]
    with PageClient() as pages:
        for found in gathering.gather(rows, pages):
            assert isinstance(found, Gathered)
            store.add(found.example, found.crop)


def _train(run: Path) -> list[Event]:
    with subprocess.Popen(
        train_command(run), stdout=subprocess.PIPE, start_new_session=NEW_SESSION
    ) as process:
        assert process.stdout is not None
        return [EVENTS.read(line) for line in process.stdout]


@pytest.mark.timeout(300)  # three processes that load torch, on a machine that may be busy
def test_three_corrections_and_some_labels_change_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    model = tiny.save("idefics2", tmp_path / "model")
    papers = _papers(tmp_path)
    corrected, labelled, unseen = papers[:3], papers[3:-1], papers[-1]
    engine = Conversation(children.command("engine"), {})
    try:
        engine.send(Hello(VERSION))
        _use(engine, 1, model, None)
        before = {paper: _asked(engine, 2 + n, paper) for n, paper in enumerate(corrected)}
        assert ANSWER not in before.values()
        assert _asked(engine, 9, unseen) != ANSWER

        with ExampleStore(paths.data_dir() / "examples.db") as store:
            _keep_corrections(store, before)
            _keep_labels(store, labelled)
            everything = list(store.all())
            kept = {e.page.path: e.said for e in everything if e.kind == "correction"}
            assert kept == {str(paper): said for paper, said in before.items()}
            sides = split.split(everything, seed=0, held_out_share=0.5)
            chosen = _plan(model)
            assert not hygiene.refusals(everything, sides, counter(model), chosen.longest_answer)
            run = runs.freeze(paths.data_dir() / "runs", chosen, everything, sides, store.crop)

        last = _train(run)[-1]
        assert isinstance(last, Measured), last
        gate = msgspec.json.decode((run / runs.GATE).read_bytes(), type=Gate)
        assert last.passed, gate.reasons
        assert len(gate.fixed) == len(gate.rows) == HELD
        adapter = AdapterLibrary().adopt(run)

        _use(engine, 20, model, adapter.name)
        assert _asked(engine, 21, unseen) == ANSWER
        _use(engine, 22, model, None)
        assert _asked(engine, 23, corrected[0]) == before[corrected[0]], "the base is as it was"
    finally:
        engine.process.kill()
        engine.process.communicate()
