"""Text from documents, answers, file names and models is never taken for markup."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parent.parent.parent / "app"
FILES = sorted(APP.rglob("*.py"))
FORBIDDEN = {
    "QTextBrowser": "opens what its text links to",
    "QTextEdit": "takes pasted markup",
    "QMessageBox": "guesses whether its text is markup; use dialogs.ask",
    "QErrorMessage": "shows markup",
    "QWhatsThis": "shows markup",
    "QProgressDialog": "guesses whether its text is markup",
    "QInputDialog": "guesses whether its text is markup; use dialogs.ask",
    "RichText": "takes text for markup",
    "AutoText": "guesses whether text is markup",
    "MarkdownText": "takes text for markup",
    "setHtml": "takes text for markup",
    "appendHtml": "takes text for markup",
    "insertHtml": "takes text for markup",
    "setMarkdown": "takes text for markup",
    "setOpenExternalLinks": "opens what text links to",
    "openUrl": "opens what text links to",
    "QWebEngineView": "a browser",
    "QStaticText": "guesses whether its text is markup; set PlainText and say so here",
}
UNTRUSTED = {"path", "file", "answer", "question", "entry", "document", "message"}
"""Names in our code for values that somebody else wrote."""


def names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every name that the code uses, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.Name():
                yield node.id, node.lineno
            case ast.Attribute():
                yield node.attr, node.lineno
            case ast.alias():
                yield node.name.rpartition(".")[2], node.lineno
            case _:
                pass


def functions(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def is_label(node: ast.AST) -> bool:
    """Tell whether a label is made here: `QLabel(...)`, or `super().__init__` of one."""
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "QLabel"
    )


def labels_without_format(tree: ast.AST) -> list[int]:
    """Return the lines of functions that make more labels than they set to plain text."""
    bad: list[int] = []
    for function in functions(tree):
        made = [node for node in ast.walk(function) if is_label(node)]
        set_plain = [name for name, _ in names(function) if name == "PlainText"]
        if len(made) > len(set_plain):
            bad.append(made[0].lineno)  # type: ignore[attr-defined]
    return bad


def label_classes_without_format(tree: ast.AST) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "QLabel" for base in node.bases)
        and "PlainText" not in {name for name, _ in names(node)}
    ]


def raw_tooltips(tree: ast.AST) -> list[int]:
    """Return the lines of tooltips of f-strings or file names that are not made by `tip`."""
    bad: list[int] = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr not in ("setToolTip", "setTabToolTip", "showText"):
            continue
        used = {name for argument in node.args for name, _ in names(argument)}
        if used & UNTRUSTED and "tip" not in used:
            bad.append(node.lineno)
    return bad


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(APP)))
def test_only_plain_text_is_shown(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = {f"line {line}: {name}" for name, line in names(tree) if name in FORBIDDEN}
    assert found == set()
    assert labels_without_format(tree) == []
    assert label_classes_without_format(tree) == []
    assert raw_tooltips(tree) == []


def test_the_check_sees_what_it_is_for() -> None:
    code = """
from PySide6.QtWidgets import QMessageBox
class Name(QLabel):
    pass
def shown(path):
    label = QLabel(path)
    label.setToolTip(path)
"""
    tree = ast.parse(code)
    assert "QMessageBox" in {name for name, _ in names(tree)}
    assert labels_without_format(tree) == [6]
    assert label_classes_without_format(tree) == [3]
    assert raw_tooltips(tree) == [7]
