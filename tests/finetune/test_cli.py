from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import msgspec
import pytest

from finetune import cli, cli_adapters, cli_train, runs
from finetune.adapter_check import WEIGHTS
from finetune.adapters import CARD, AdapterLibrary
from finetune.cli_exit import FAILED, NO_MODEL, NO_ROWS, NOT_BETTER, REFUSED
from finetune.effort import Questions
from finetune.estimate import LEARNED_BYTES, estimate
from finetune.tokens import counter
from tests.app.adapters import made as versions
from tests.finetune import tuning
from tests.finetune.made import noise
from vlm import amounts, paths
from vlm.errors import ModelIncomplete


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose answers end at almost any token: random weights would ramble on."""
    found = tuning.base(tmp_path_factory.mktemp("base"))
    settings = json.loads((found / "generation_config.json").read_text())
    settings["eos_token_id"] = list(range(5, 200))
    (found / "generation_config.json").write_text(json.dumps(settings))
    return found


def _rows(folder: Path, documents: range, name: str = "rows.jsonl") -> Path:
    from PIL import Image

    lines: list[str] = []
    for number in documents:
        picture = noise(number, 300, 300)
        image = Image.frombytes("RGB", (300, 300), picture.data)
        image.save(folder / f"{number}.png", dpi=(300, 300))
        row = {"id": f"r{number}", "file": f"{number}.png", "page": 0}
        lines.append(json.dumps({**row, "question": "Total?", "answers": [f"{number}"]}))
    (folder / name).write_text("\n".join(lines))
    return folder / name


def test_from_rows_to_a_measured_adapter_in_the_library(
    tmp_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    rows = _rows(tmp_path, range(7))
    held = _rows(tmp_path, range(50, 55), "held.jsonl")
    seen_elsewhere = {"id": "known", "file": "50.png", "page": 0, "question": "Date?"}
    seen_elsewhere |= {"answers": ["Not on this page."], "kind": "negative"}
    rows.write_text(f"{rows.read_text()}\n{json.dumps(seen_elsewhere)}")
    command = ["train", str(rows), "--held-out", str(held), "--name", "mine", "--json"]
    command.append("--on-battery")
    code = cli.main([*command, "--model", str(folder)])
    said = capsys.readouterr()
    assert code == NOT_BETTER, said.err
    report = json.loads(said.out)
    assert report["adapter"]["name"] == "mine"
    assert report["adapter"]["card"]["documents"] == 7
    assert [row["id"] for row in report["gate"]["rows"]] == [
        f"held-out-r{n}" for n in range(50, 55)
    ]
    assert "7 examples of 7 documents to learn from, 5 of 5 to be measured on" in said.err
    assert cli.main(["adapters", "list"]) == 0
    assert capsys.readouterr().out.startswith("mine  (idefics2, ANLS 0.000 -> 0.000, not proven")
    assert cli.main([*command, "--model", str(folder)]) == NO_MODEL
    assert "already an adapter called “mine”" in capsys.readouterr().err
    out = str(tmp_path / "out")
    assert cli.main(["adapters", "export", "mine", out]) == 0
    assert cli.main(["adapters", "remove", "mine"]) == 0
    assert cli.main(["adapters", "import", out, "--name", "back", "--model", str(folder)]) == 0
    assert capsys.readouterr().out.startswith("back  (idefics2")
    assert cli.main(["adapters", "list", "--json"]) == 0
    assert [adapter["name"] for adapter in json.loads(capsys.readouterr().out)] == ["back"]
    assert not list(paths.cache_dir().iterdir())
    assert len(runs.found(paths.data_dir() / "runs")) == 1


def test_what_a_killed_process_left_of_its_lists_goes_after_a_day(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = _rows(tmp_path, range(2))
    command = ["train", str(rows), "--model", str(folder), "--name", "mine"]

    class Killed(BaseException):
        pass

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(cli_train, "_gather", kill)
        patch.setattr("finetune.cli_train.shutil.rmtree", lambda _: None)
        with pytest.raises(Killed):
            cli.main(command)
    (left,) = paths.cache_dir().iterdir()
    assert cli.main(command) != 0
    assert list(paths.cache_dir().iterdir()) == [left], "another process may be at work there"
    os.utime(left, (0, 0))
    assert cli.main(command) != 0
    assert not list(paths.cache_dir().iterdir())


def test_the_adapter_that_reads_now_can_be_named_and_is_to_be_beaten(
    tmp_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    adapter = AdapterLibrary().adopt(tuning.measured_run(tmp_path / "runs", folder, 0.1), "old")
    rows = _rows(tmp_path, range(7))
    held = _rows(tmp_path, range(50, 55), "held.jsonl")
    monkeypatch.setattr(cli_train, "_follow", lambda run: FAILED)
    command = ["train", str(rows), "--held-out", str(held), "--model", str(folder)]
    assert cli.main([*command, "--name", "new", "--in-use", "old"]) == FAILED
    (run,) = runs.found(paths.data_dir() / "runs")
    assert {(row.side, row.reader) for row in runs.read_rows(run)} == {
        ("train", ""),
        ("held_out", "old"),
    }
    copied = run / runs.IN_USE / "old" / WEIGHTS
    assert copied.read_bytes() == (Path(adapter.folder) / WEIGHTS).read_bytes()
    card = msgspec.structs.replace(adapter.card, instead_of=("first", "second"))
    (Path(adapter.folder) / CARD).write_bytes(msgspec.json.encode(card))
    capsys.readouterr()
    assert cli.main(["adapters", "list"]) == 0
    assert "better than “first” and “second”," in capsys.readouterr().out
    assert cli.main([*command, "--name", "new", "--in-use", "gone"]) != 0
    assert "no adapter called “gone”" in capsys.readouterr().err


def test_refusals_are_printed_before_anything_is_trained(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = _rows(tmp_path, range(3))
    with rows.open("a") as file:
        file.write('\n{"file": "gone.png", "question": "Q?", "answers": ["1"]}')
        file.write('\n{"file": "1.png", "question": "total?", "answers": ["999"]}')
    assert cli.main(["train", str(rows), "--name", "n", "--model", str(folder)]) == REFUSED
    said = capsys.readouterr().err
    assert "learn from 3 and be measured on 0" in said
    assert "row 4: There is no file “gone.png”" in said
    assert "two answers for the same place" in said
    assert runs.found(paths.data_dir() / "runs") == []
    assert not list(paths.cache_dir().iterdir())


def test_unusable_lists_and_models_have_their_exit_codes(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.jsonl").write_text("nothing\n")
    model = ["--name", "n", "--model", str(folder)]
    assert cli.main(["train", str(tmp_path / "empty.jsonl"), *model]) == NO_ROWS
    assert cli.main(["train", str(tmp_path / "gone.jsonl"), *model]) == NO_ROWS
    nowhere = ["--name", "n", "--model", str(tmp_path)]
    assert cli.main(["train", str(tmp_path / "empty.jsonl"), *nowhere]) == NO_MODEL
    assert cli.main(["adapters", "remove", "none"]) == NO_MODEL
    assert "no adapter called “none”" in capsys.readouterr().err


CHILD = """
import sys
print('{"kind":"preparing","text":"Writing the model","fraction":0.5}', flush=True)
if "full" in sys.argv[1]:
    print('{"kind":"failed","code":"adapter_mismatch","message":"It does not fit."}')
    sys.exit(1)
"""


def test_a_full_model_is_exported_by_a_process_that_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = versions.model(tmp_path / "base")
    versions.version("mine", base)

    def command(_base: Path, _adapter: Path, target: Path) -> list[str]:
        return [sys.executable, "-c", CHILD, target.name]

    monkeypatch.setattr(cli_adapters, "merge_command", command)
    export = ["adapters", "export", "mine", "--merged", "--model", str(base)]
    assert cli.main([*export, str(tmp_path / "out")]) == 0
    assert "Writing the model (50%)" in capsys.readouterr().err
    assert cli.main([*export, str(tmp_path / "full")]) == NO_MODEL
    assert "It does not fit." in capsys.readouterr().err


def test_help_lists_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["--help"], ["train", "--help"], ["adapters", "export", "--help"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(command)
        assert ended.value.code == 0
        assert "not proven better" in capsys.readouterr().out


def test_tokens_are_counted_as_the_model_does(folder: Path, tmp_path: Path) -> None:
    count = counter(folder)
    tokenizer = tuning.loaded(folder).processor.tokenizer
    for text in ("12.50 €", "", "What is the total?"):
        assert count(text) == len(tokenizer(text, add_special_tokens=False)["input_ids"])
    with pytest.raises(ModelIncomplete):
        counter(tmp_path)


HUNDRED = Questions(100, 100, 100, 100)


def test_the_estimate_knows_what_learns_and_what_costs(folder: Path, tmp_path: Path) -> None:
    from finetune.attach import attach, learning

    for changes in ({}, {"trains_vision": True, "connector": "full"}, {"method": "lora"}):
        plan = tuning.plan_of(folder, **changes)
        model = tuning.loaded(folder).model
        attach(model, plan)
        learned = learning(model).values()
        exact = sum(weight.numel() for weight in learned)
        found = estimate(plan, HUNDRED, flops=1e9)
        assert found.learned_numbers == pytest.approx(exact, rel=0.05)
        taken = sum(weight.numel() * weight.element_size() for weight in learned)
        assert taken == exact * LEARNED_BYTES
        said = f"takes about {amounts.size(found.learned_numbers * LEARNED_BYTES)} on disk."
        assert found.reasons[0].endswith(said)
    quick = estimate(tuning.plan_of(folder), HUNDRED, flops=1e9)
    slow = estimate(tuning.plan_of(folder, trains_vision=True), HUNDRED, flops=1e9)
    small = estimate(
        tuning.plan_of(folder, trains_vision=True, gradient_checkpointing=True), HUNDRED, flops=1e9
    )
    assert slow.seconds > quick.seconds
    assert small.memory_bytes < slow.memory_bytes
    shared = estimate(tuning.plan_of(folder), Questions(100, 100, 25, 25), flops=1e9)
    assert 0.2 * quick.seconds < shared.seconds < quick.seconds
    assert 0 < slow.step_bytes < slow.memory_bytes
    assert quick.fits == (quick.memory_bytes <= quick.free_bytes)
    with pytest.raises(ModelIncomplete):
        estimate(tuning.plan_of(tmp_path), HUNDRED)
