from __future__ import annotations

import json
from pathlib import Path

import pytest

from finetune import importing
from finetune.errors import ListUnreadable
from finetune.types import Row, RowProblem
from vlm.types import Box


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    (tmp_path / "scans").mkdir()
    for name in ("a.pdf", "b.png"):
        (tmp_path / "scans" / name).write_bytes(name.encode())
    return tmp_path


def _read(file: Path) -> tuple[list[Row], dict[int, str]]:
    found = list(importing.read(file))
    rows = [row for row in found if isinstance(row, Row)]
    return rows, {row.line: row.sentence for row in found if isinstance(row, RowProblem)}


def _jsonl(papers: Path, *rows: object) -> Path:
    file = papers / "rows.jsonl"
    file.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows))
    return file


def test_jsonl_of_the_known_form(papers: Path) -> None:
    row = {"file": "scans/a.pdf", "page": 2, "question": "Total?", "answers": ["1", "1.00"]}
    file = _jsonl(papers, {**row, "id": "x", "box": [0, 0.1, 0.5, 0.2], "type": "money"}, "", row)
    rows, problems = _read(file)
    assert problems == {}
    assert rows[0].id == "x"
    assert rows[0].page.path == str((papers / "scans/a.pdf").resolve())
    assert (rows[0].page.page, rows[0].box) == (2, Box(0, 0.1, 0.5, 0.2))
    assert (rows[0].answers, rows[1].line) == (("1", "1.00"), 3)


def test_files_may_lie_beside_the_lists_folder(papers: Path) -> None:
    (papers / "lists").mkdir()
    file = papers / "lists" / "rows.jsonl"
    file.write_text(json.dumps({"file": "scans/a.pdf", "question": "T?", "answer": 12.5}))
    rows, problems = _read(file)
    assert problems == {}
    assert rows[0].answers == ("12.5",)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"file": "scans/none.pdf"}, "no file “scans/none.pdf”"),
        ({"file": 3}, "does not name a file"),
        ({"file": "x" * 5000}, "no file “" + "x" * 80 + "…”"),
        ({"file": "half \ud83d.pdf"}, "no file “half \N{REPLACEMENT CHARACTER}.pdf”"),
        ({"page": -1}, "no page number"),
        ({"page": 10**30}, "no page number"),
        ({"page": "9" * 5000}, "9…” is no page number"),
        ({"page": True}, "no page number"),
        ({"question": " "}, "no question"),
        ({"answers": []}, "no answer"),
        ({"answers": ["x", ""]}, "no answer"),
        ({"answers": [None]}, "no answer"),
        ({"box": [0, 0, 2, 1]}, "four fractions"),
        ({"box": [0, 0, 1]}, "four fractions"),
        ({"box": "all"}, "four fractions"),
        ({"box": [0, 0, None, 1]}, "four fractions"),
        ({"box": [0, 0, 10**400, 1]}, "four fractions"),
    ],
)
def test_each_bad_row_says_why(papers: Path, change: dict[str, object], says: str) -> None:
    good = {"file": "scans/a.pdf", "question": "T?", "answers": ["1"]}
    rows, problems = _read(_jsonl(papers, good, {**good, **change}, good))
    assert len(rows) == 2
    assert list(problems) == [2]
    assert says in problems[2]


def test_characters_that_no_file_holds_are_left_out(papers: Path) -> None:
    row = {"file": "scans/a.pdf", "question": "T\0?", "answers": ["1 \ud83d", "1"], "id": "\0x"}
    rows, problems = _read(_jsonl(papers, row, {**row, "answers": "\0"}))
    assert (rows[0].question, rows[0].id) == ("T?", "x")
    assert rows[0].answers == ("1 \N{REPLACEMENT CHARACTER}", "1")
    assert "no answer" in problems[2]
    turns = [{"from": "human", "value": "T\0?"}, {"from": "gpt", "value": "1 \ud83d"}]
    rows, _ = _read(_jsonl(papers, {"image": "scans/a.pdf", "conversations": turns}))
    assert (rows[0].question, rows[0].answers) == ("T?", ("1 \N{REPLACEMENT CHARACTER}",))


def test_lines_that_are_no_objects(papers: Path) -> None:
    rows, problems = _read(_jsonl(papers, "{", "[1]", "null", "[" * 100_000))
    assert rows == []
    assert list(problems) == [1, 2, 3, 4]


def test_csv_with_questions(papers: Path) -> None:
    file = papers / "list.csv"
    file.write_text(
        "\ufefffile;page;question;answer;x0;y0;x1;y1\r\n"
        "scans/a.pdf;2;Total?;12,50;0;0;0.5;0.5\r\n"
        "scans/a.pdf;;Date?;May 1;;;;\r\n"
        "scans/a.pdf;0;Date?;May 1;;;;\r\n"
        "scans/a.pdf;1;Date?;May 1;0;0;x;1\r\n"
        "scans/a.pdf;1;Date?;May 1;;;;;;\r\n",
        encoding="utf-8",
    )
    rows, problems = _read(papers / "list.csv")
    assert [(row.page.page, row.answers, row.box) for row in rows] == [
        (1, ("12,50",), Box(0, 0, 0.5, 0.5)),
        (0, ("May 1",), None),
    ]
    assert list(problems) == [4, 5, 6]
    assert "pages count from 1" in problems[4]
    assert "no number" in problems[5]
    assert "more cells" in problems[6]


def test_csv_with_a_column_for_each_question(papers: Path) -> None:
    (papers / "scans" / "fields.csv").write_text("file,total,due date\na.pdf,12,\nb.png,7,May 1\n")
    rows, problems = _read(papers / "scans")
    assert problems == {}
    assert [(row.question, row.answers[0]) for row in rows] == [
        ("What is the total?", "12"),
        ("What is the total?", "7"),
        ("What is the due date?", "May 1"),
    ]


def test_csv_cells_may_span_lines(papers: Path) -> None:
    (papers / "l.csv").write_text('file,question,answer\nscans/a.pdf,Address?,"One Road\nTown"\n')
    rows, problems = _read(papers / "l.csv")
    assert problems == {}
    assert rows[0].answers == ("One Road\nTown",)


def test_conversations_of_both_spellings(papers: Path) -> None:
    llava = {
        "id": "c",
        "image": "scans/b.png",
        "conversations": [
            {"from": "human", "value": "<image>\nTotal?"},
            {"from": "gpt", "value": "12"},
            {"from": "human", "value": "Date?"},
            {"from": "gpt", "value": "May 1"},
        ],
    }
    other = {
        "images": ["scans/b.png"],
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "<image>Who?"},
            {"role": "assistant", "content": "ACME"},
        ],
    }
    bad: list[object] = [
        {**other, "images": ["scans/b.png"] * 2},
        {**other, "images": ["gone.png"]},
        {"image": "scans/b.png"},
        {**other, "messages": [{"role": "user", "content": "Who?"}]},
        {**other, "messages": [{"role": "user", "content": ["parts"]}]},
        {**other, "video": "x.mp4"},
        7,
    ]
    (papers / "l.json").write_text(json.dumps([llava, other, *bad]))
    rows, problems = _read(papers / "l.json")
    assert [(row.id, row.question, row.answers[0]) for row in rows] == [
        ("c-0", "Total?", "12"),
        ("c-1", "Date?", "May 1"),
        ("", "Who?", "ACME"),
    ]
    assert list(problems) == [3, 4, 5, 6, 7, 8, 9]
    assert "2 images" in problems[3]
    assert "video" in problems[8]


def test_conversations_one_a_line_and_in_parts(papers: Path) -> None:
    def turn(role: str, *parts: object) -> dict[str, object]:
        return {"role": role, "content": list(parts)}

    asked = turn("user", {"type": "image"}, {"type": "text", "text": "Total?"})
    told = turn("assistant", {"type": "text", "text": "12"})
    good = {"images": ["scans\\b.png"], "messages": [asked, told]}
    rows, problems = _read(
        _jsonl(
            papers,
            good,
            {**good, "messages": [turn("user", {"type": "audio"}), told]},
            {**good, "messages": [asked]},
            {"file_name": "scans/a.pdf", "question": "Date?", "answers": ["May 1"]},
        )
    )
    assert [(row.line, row.question, row.answers) for row in rows] == [
        (1, "Total?", ("12",)),
        (4, "Date?", ("May 1",)),
    ]
    assert rows[0].page.path == str((papers / "scans/b.png").resolve())
    assert "lacks a speaker or a text" in problems[2]
    assert "no question followed by an answer" in problems[3]


def test_json_may_be_a_list_of_rows(papers: Path) -> None:
    good = {"file": "scans/a.pdf", "question": "T?", "answer": "1"}
    (papers / "l.json").write_text(json.dumps([good, {**good, "page": "x"}, {"answer": "1"}]))
    rows, problems = _read(papers / "l.json")
    assert [row.answers for row in rows] == [("1",)]
    assert "no page number" in problems[2]
    assert "does not name a file" in problems[3]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("l.txt", b"x", "no list"),
        ("l.json", b"{", "not JSON"),
        ("l.json", b"{}", "list of conversations"),
        ("l.csv", b"name,question\n", "no column named"),
        ("l.csv", b"file,question\n", "none named"),
        ("l.csv", b'file,"question\nscans/a.pdf,T?\n', "first line"),
        ("l.csv", b"file,question," + b"x" * 200_000 + b"\n", "first line"),
        ("l.jsonl", b"\xff\xfe{", "UTF-8"),
    ],
)
def test_lists_that_cannot_be_read(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ListUnreadable, match=says):
        list(importing.read(tmp_path / name))


def test_a_folder_needs_exactly_one_list(papers: Path) -> None:
    with pytest.raises(ListUnreadable, match="found none"):
        list(importing.read(papers))
    with pytest.raises(ListUnreadable, match=r"gone\.jsonl"):
        list(importing.read(papers / "gone.jsonl"))
