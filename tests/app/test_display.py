import importlib.util
import socket
import sys
from pathlib import Path

import pytest

from app import display

ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have a display")


def test_no_display_is_said_with_the_way_out() -> None:
    assert "vlm-desk ask FILE" in display.obstacle({})


def test_a_display_that_nobody_serves_is_no_display() -> None:
    assert display.obstacle({"DISPLAY": ":98765"}) == display.NO_DISPLAY
    assert display.obstacle({"DISPLAY": "nonsense"}) == display.NO_DISPLAY
    assert display.obstacle({"WAYLAND_DISPLAY": "w", "XDG_RUNTIME_DIR": "/nowhere"})


def test_without_a_screen_other_platforms_of_qt_work() -> None:
    assert display.obstacle({"QT_QPA_PLATFORM": "offscreen"}) == ""


def test_a_wayland_server_that_answers_is_a_display(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(tmp_path / "wayland-0"))
        server.listen()
        found = {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)}
        assert display.obstacle(found) == ""


def test_an_x_server_that_answers_is_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "SHOWN", {})
    number = 54321
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(f"\0/tmp/.X11-unix/X{number}")
        server.listen()
        assert display.obstacle({"DISPLAY": f":{number}.0"}) == ""


def test_missing_libraries_are_named_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        display, "IMPORTED", {"libnone-a.so.1": "libnone-a1", "libnone-b.so.1": "libnone-b1"}
    )
    sentence = display.obstacle({"QT_QPA_PLATFORM": "offscreen"})
    assert sentence.endswith("sudo apt-get install libnone-a1 libnone-b1")


def test_set_up_and_start_know_the_same_libraries() -> None:
    spec = importlib.util.spec_from_file_location("set_up", ROOT / "packaging" / "set_up.py")
    assert spec is not None
    assert spec.loader is not None
    set_up = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(set_up)
    assert set_up.LIBRARIES == display.IMPORTED
    assert set_up.DISPLAY_LIBRARIES == display.SHOWN
