import json
from pathlib import Path

import pytest

from app.settings import LONGEST_ANSWER, SHORTEST_ANSWER, Device, Scheme, Settings, SettingsFile

CHANGED = Settings(
    scheme=Scheme.DARK,
    model_folder="/models/idefics2",
    device=Device.CPU,
    splitting=False,
    max_answer_tokens=64,
    keep_history=False,
    restore_session=False,
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    SettingsFile(file).save(CHANGED)
    assert SettingsFile(file).load() == CHANGED
    assert json.loads(file.read_bytes())["version"] == 1


def test_a_missing_file_means_the_defaults(tmp_path: Path) -> None:
    settings = SettingsFile(tmp_path / "settings.json")
    assert settings.load() == Settings()
    assert settings.complaint == ""


def test_keys_of_another_version_survive(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"version": 7, "splitting": false, "voice": {"name": "deep"}}')
    settings = SettingsFile(file)
    loaded = settings.load()
    assert not loaded.splitting
    settings.save(CHANGED)
    assert json.loads(file.read_bytes())["voice"] == {"name": "deep"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"scheme": "pink"}',
        b'{"max_answer_tokens": 0}',
        b'{"max_answer_tokens": 1000000}',
        b'{"splitting": "perhaps"}',
        b"\xff\xfe\x00",
    ],
)
def test_a_broken_file_is_set_aside_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(content)
    settings = SettingsFile(file)
    assert settings.load() == Settings()
    assert "set aside as settings.json.broken" in settings.complaint
    assert (tmp_path / "settings.json.broken").read_bytes() == content
    assert not file.exists()


@pytest.mark.parametrize("tokens", [SHORTEST_ANSWER - 1, LONGEST_ANSWER + 1])
def test_limits_are_kept(tokens: int) -> None:
    with pytest.raises(ValueError, match="an answer has"):
        Settings(max_answer_tokens=tokens)


def test_every_field_says_what_it_is() -> None:
    import ast
    import inspect

    from app import settings

    (cls,) = [
        node
        for node in ast.parse(inspect.getsource(settings)).body
        if isinstance(node, ast.ClassDef) and node.name == "Settings"
    ]
    for before, after in zip(cls.body, cls.body[1:], strict=False):
        if isinstance(before, ast.AnnAssign):
            assert isinstance(after, ast.Expr), before.target
            assert isinstance(after.value, ast.Constant)
