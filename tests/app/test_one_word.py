"""What the button calls “Train” is called so wherever a person reads of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import app

ROOT = Path(app.__file__).parent
OTHER_WORD = re.compile(r"\btun(e|es|ed|ing)\b", re.IGNORECASE)
CODES = {"tuning"}
"""Names of errors, which nobody reads on the screen."""


def said(tree: ast.AST) -> Iterator[str]:
    """Yield every text of a file but its docstrings."""
    told = {
        id(line.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        for line in node.body
        if isinstance(line, ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def test_training_has_one_word() -> None:
    found = {
        text
        for file in ROOT.rglob("*.py")
        for text in said(ast.parse(file.read_text(encoding="utf-8")))
        if OTHER_WORD.search(text) and text not in CODES
    }
    assert found == set()
