from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from tests import tiny
from tests.vlm.test_adapters import made
from vlm import cli, cli_eval, models, paths
from vlm.cli import main
from vlm.cli_eval import Row, read_rows
from vlm.engine import Engine
from vlm.types import Box

Checkpoint = Callable[[tiny.Kind], Path]


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "invoice.pdf"
    with pymupdf.open() as pdf:
        pdf.new_page().insert_text((72, 100), "Total 12.50", fontsize=12)
        pdf.save(path)
    return path


def test_the_exit_codes_are_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ([], ["ask"], ["batch"], ["eval"]):
        with pytest.raises(SystemExit) as ended:
            main([*command, "--help"])
        assert ended.value.code == 0
        text = capsys.readouterr().out
        for code in {0, 1, 2, 130, cli.INCOMPLETE, *cli.EXIT_CODES.values()}:
            assert f"\n  {code}  " in text


def test_pages_count_from_one_and_the_help_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["ask", "--help"])
    assert "counted from 1" in capsys.readouterr().out
    for wrong in ("0", "-1", "x", "1.5"):
        with pytest.raises(SystemExit) as ended:
            main(["ask", "a.pdf", "What?", f"--page={wrong}"])
        assert ended.value.code == 2


@pytest.mark.parametrize("crop", ["0,0,1", "0,0,2,1", "a,b,c,d", "0.5,0,0.5,1", "nan,0,1,1"])
def test_a_crop_that_is_no_box_is_wrong_usage(crop: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["ask", "a.pdf", "What?", "--crop", crop])
    assert ended.value.code == 2


def test_without_a_model_it_says_how_to_name_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(models, "default_folder", lambda: None)
    assert main(["ask", "a.pdf", "What?"]) == 5
    assert "--model DIR" in capsys.readouterr().err


def test_an_answer_with_all_that_is_known_of_it(
    checkpoint: Checkpoint, document: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = str(checkpoint("marked"))
    given = ["ask", str(document), "Total?", "--model", model, "--device", "cpu"]
    assert main([*given, "--json", "--crop", "0,0,1,0.5"]) == 0
    out, errors = capsys.readouterr()
    found = json.loads(out)
    assert set(found) == {
        "answer", "confidence", "evidence", "stop", "model", "adapter", "visual_tokens",
        "effective_dpi", "timings",
    }  # fmt: skip
    assert set(found["evidence"]) == {"kind", "page", "box", "boxes"}
    assert found["evidence"]["page"] == 1
    assert set(found["timings"]) >= {
        "open", "render", "encode", "prefill", "first_token", "tokens_per_second",
    }  # fmt: skip
    assert found["model"] == "marked"
    assert found["timings"]["first_token"] > 0
    assert "Answering" in errors

    assert main(given) == 0
    plain, _ = capsys.readouterr()
    assert plain.strip()
    assert "Answering" not in plain


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"file": "gone.pdf"}, 3),
        ({"page": "9"}, 7),
        ({"question": " "}, 7),
        ({"model": "/nowhere"}, 5),
        ({"adapter": "nobody"}, 5),
    ],
)
def test_what_goes_wrong_has_its_exit_code_and_a_sentence(
    checkpoint: Checkpoint,
    document: Path,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, str],
    code: int,
) -> None:
    given = {
        "file": str(document),
        "question": "What?",
        "page": "1",
        "model": str(checkpoint("marked")),
    } | changes
    arguments = ["ask", given["file"], given["question"], "--page", given["page"]]
    arguments += ["--model", given["model"]]
    if "adapter" in given:
        arguments += ["--adapter", given["adapter"]]
    assert main(arguments) == code
    out, errors = capsys.readouterr()
    assert out == ""
    assert errors.strip().endswith(".")


def test_a_document_that_is_not_there_waits_for_no_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "load", None)
    assert main(["ask", str(tmp_path / "gone.pdf"), "What?"]) == 3
    assert "no longer where it was" in capsys.readouterr().err


def rows_file(folder: Path, *rows: dict[str, object]) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def test_rows_are_asked_and_scored(
    checkpoint: Checkpoint, document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = {"page": 0, "question": "Total?", "company": "ignored"}
    path = rows_file(
        tmp_path / "set",
        {"id": "a", "file": "invoice.pdf", "answers": ["\u0001 never"], **common},
        {"id": "b", "file": "gone.pdf", "answers": ["12.50"], **common},
        {"id": "c", "file": "gone.pdf", "answers": ["12.50"], **common},
    )
    given = ["eval", str(path), "--model", str(checkpoint("marked")), "--limit", "2"]
    assert main([*given, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] == 2
    assert found["exact"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert [row["id"] for row in found["wrong"]] == ["a", "b"]
    assert found["wrong"][0]["error"] == "", "the file was found from the folder above"
    assert "gone.pdf" in found["wrong"][1]["error"]

    assert main(given) == 0
    text = capsys.readouterr().out
    assert "ANLS" in text
    assert "95 % between" in text
    assert "12.50" in text


def test_rows_are_scored_with_a_tuned_version(
    checkpoint: Checkpoint, document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(paths.data_dir() / "adapters" / "mine", checkpoint("marked"), 1)
    row: dict[str, object] = {"id": "a", "file": "invoice.pdf", "question": "Total?"}
    row["answers"] = ["\u0001 never"]
    path = rows_file(document.parent / "set", row)
    given = ["eval", str(path), "--model", str(checkpoint("marked"))]
    said: list[str] = []
    for more, name in (([], None), (["--adapter", "mine"], "mine")):
        assert main([*given, *more, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["model"], found["adapter"]) == ("marked", name)
        said.append(found["wrong"][0]["answer"])
    assert said[0] != said[1]
    rows_file(document.parent / "set", {**row, "box": [0.0, 0.0, 1.0, 0.2]})
    assert main([*given, "--json"]) == 0
    part = json.loads(capsys.readouterr().out)["wrong"][0]["answer"]
    assert part != said[0], "the part is asked about, not the page"
    assert main([*given, "--adapter", "mine"]) == 0
    assert capsys.readouterr().out.startswith("1 row, read by marked + mine\n")
    assert main([*given, "--adapter", "nobody"]) == 5
    assert "no adapter called nobody" in capsys.readouterr().err


def test_an_answer_may_hold_what_looks_like_the_end_of_a_line(tmp_path: Path) -> None:
    row = {"id": "1", "file": "a", "question": "q", "answers": ["one\u2028two\x85three"]}
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row, ensure_ascii=False) + "\r\n", encoding="utf-8", newline="")
    assert [one.answers for one in read_rows(path)] == [["one\u2028two\x85three"]]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "no rows"),
        ("{", "line 1"),
        ('{"id": 1, "file": "a", "question": "q", "answers": []}', "no answers"),
        ('\n{"id": 1, "file": "a", "answers": ["x"]}', "line 2"),
        ('{"id": 1, "file": "a", "question": "q", "answers": ["x"], "box": [0, 0, 2, 1]}', "box"),
    ],
)
def test_rows_that_cannot_be_read_are_named(tmp_path: Path, text: str, part: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(text)
    with pytest.raises(ValueError, match=part):
        read_rows(path)
    assert main(["eval", str(path), "--model", "anything"]) == 7


def test_a_file_is_looked_for_beside_the_rows_first(tmp_path: Path) -> None:
    rows = tmp_path / "set" / "rows.jsonl"
    row = Row("1", "set/files/a.jpg", "q", ["x"])
    assert cli_eval.locate(row, rows) == tmp_path / "set/files/a.jpg"
    beside = tmp_path / "set/set/files"
    beside.mkdir(parents=True)
    (beside / "a.jpg").touch()
    assert cli_eval.locate(row, rows) == beside / "a.jpg"


def test_the_doctor_says_what_will_run(
    monkeypatch: pytest.MonkeyPatch, checkpoint: Checkpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(models, "shipped_folders", lambda: (checkpoint("marked"),))
    assert main(["doctor"]) == 0
    text = capsys.readouterr().out
    assert "will run" in text
    assert "torch 2." in text
    monkeypatch.setattr(models, "shipped_folders", lambda: ())
    assert main(["doctor"]) == 5


def test_a_crop_is_read_as_fractions() -> None:
    assert cli._crop("0.1,0.2,0.3,0.4") == Box(0.1, 0.2, 0.3, 0.4)  # pyright: ignore[reportPrivateUsage]


def test_a_small_models_answer_about_a_page_says_in_which_part_it_was_read(
    checkpoint: Checkpoint,
    document: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vlm.models.is_shipped", lambda folder: True)
    model = str(checkpoint("marked"))
    assert (
        main(["ask", str(document), "Total?", "--model", model, "--device", "cpu", "--json"]) == 0
    )
    out, errors = capsys.readouterr()
    left, top, right, end = json.loads(out)["evidence"]["read_in"]
    assert 0 <= left < right <= 1
    assert end - top < 0.5, "a part, not the page"
    assert "Looking at part 1 of" in errors
