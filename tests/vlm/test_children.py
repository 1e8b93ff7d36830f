from __future__ import annotations

import sys

import pytest

from vlm import children


def test_a_child_is_this_program_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert children.command("engine") == [sys.executable, "-m", "app", "--child", "engine"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert children.command("pages") == [sys.executable, "--child", "pages"]


def test_a_name_that_is_no_child_is_our_bug() -> None:
    with pytest.raises(ValueError, match="nobody"):
        children.command("nobody")
    with pytest.raises(ValueError, match="training"):
        children.run("training")
