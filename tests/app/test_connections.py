"""What signals are connected to ends with its receiver."""

import ast
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parent.parent.parent / "app"
FILES = sorted(APP.rglob("*.py"))
OF_LONG_WORK = {"value", "ended"}
"""The signals of tasks and of child processes, which come when they like."""


def faults(source: str) -> list[tuple[int, str]]:
    """Return the lines that connect something Qt cannot let go of with its receiver.

    Qt ends a connection to a bound method or a signal with the object it belongs to. A closure or
    a `partial` holds that object instead: it is called when half of it is gone, and where it held
    the last reference it ends it in the middle of somebody else's end, which crashes Qt.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr="connect", value=signal), args=[to, *_]):
                text = ast.unparse(to)
                late = isinstance(signal, ast.Attribute) and signal.attr in OF_LONG_WORK
                if isinstance(to, ast.Call) and "partial" in ast.unparse(to.func):
                    found.append((node.lineno, f"{text}: a partial"))
                elif late and not isinstance(to, ast.Attribute):
                    found.append((node.lineno, f"{text}: no bound method on long work"))
                elif isinstance(to, ast.Attribute) and to.attr == "emit":
                    found.append((node.lineno, f"{text}: connect the signal itself"))
            case _:
                pass
    return found


def test_every_connection_ends_with_its_receiver() -> None:
    found = {str(file.relative_to(APP)): faults(file.read_text(encoding="utf-8")) for file in FILES}
    assert not {file: there for file, there in found.items() if there}


@pytest.mark.parametrize(
    "line",
    [
        "view.closed.connect(partial(self.close, path))",
        "view.closed.connect(functools.partial(self.close, path))",
        "task.value.connect(lambda _: self.changed.emit())",
        "self._lane.start(work).ended.connect(done)",
        "task.value.connect(self.found.emit)",
    ],
)
def test_what_would_outlive_its_receiver_is_found(line: str) -> None:
    assert faults(line)


@pytest.mark.parametrize(
    "line",
    [
        "task.value.connect(self._on_value)",
        "task.value.connect(self.found)",
        "button.clicked.connect(lambda: self.pressed.emit(path))",
    ],
)
def test_what_ends_with_its_receiver_is_let_be(line: str) -> None:
    assert not faults(line)
