from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hub_server import COMMIT, safetensors
from vlm import family_names
from vlm.added import AddedFolders
from vlm.catalogue import Model, Place, cache_folder, display_name, scan
from vlm.errors import FetchFailed
from vlm.hub import HubFile, ModelName, Plan
from vlm.parts import ORIGIN, Store
from vlm.removal import remove

TINY = ModelName("owner", "tiny")


def make(folder: Path, kind: str = "idefics3", weights: int = 1000) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": kind}))
    for name in ("preprocessor_config.json", "tokenizer.json"):
        (folder / name).write_text("{}")
    (folder / "model.safetensors").write_bytes(safetensors(weights))
    return folder


def make_own(store: Store) -> Path:
    folder = make(store.folder(TINY))
    part = store.part(TINY)
    part.keep(Plan(TINY.id, COMMIT, "https://huggingface.co", (HubFile("config.json", 1),)))
    (part.folder / ORIGIN).replace(folder / ORIGIN)
    part.folder.rmdir()
    return folder


def make_cached(cache: Path, commit: str, *shared: str) -> Path:
    """Make a version in the hub's cache as its library does: links to blobs."""
    repository = cache / "models--owner--cached"
    blobs, snapshot = repository / "blobs", repository / "snapshots" / commit
    blobs.mkdir(parents=True, exist_ok=True)
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir(exist_ok=True)
    (repository / "refs" / "main").write_text(commit)
    content = {
        "config.json": json.dumps({"model_type": "smolvlm"}).encode(),
        "preprocessor_config.json": b"{}",
        "tokenizer.json": b"{}",
        "model.safetensors": safetensors(500),
    }
    for name, data in content.items():
        blob = blobs / (f"shared-{name}" if name in shared else f"{commit}-{name}")
        blob.write_bytes(data)
        (snapshot / name).symlink_to(Path("../../blobs") / blob.name)
    return snapshot


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "hub"


def found(store: Store, cache: Path) -> dict[str, Model]:
    return {m.name: m for m in scan(store, cache) if m.place is not Place.SHIPPED}


def test_models_of_every_place_are_found_with_name_size_and_version(
    store: Store, cache: Path, tmp_path: Path
) -> None:
    own = make_own(store)
    cached = make_cached(cache, "c" * 40)
    mine = make(tmp_path / "mine" / "deep" / "handmade", "idefics2")
    AddedFolders().add(tmp_path / "mine")
    models = found(store, cache)
    assert {name: (m.place, m.family, m.folder) for name, m in models.items()} == {
        "owner/tiny": (Place.OWN, "Idefics3", own),
        "owner/cached": (Place.CACHE, "SmolVLM", cached),
        "handmade": (Place.ADDED, "Idefics2", mine),
    }
    assert models["owner/tiny"].commit == COMMIT
    assert models["owner/cached"].commit == "c" * 40
    assert models["owner/cached"].weights == 500
    assert models["owner/cached"].disk_bytes > 500
    assert all(model.runnable for model in models.values())


def test_others_are_listed_with_the_reason(store: Store, cache: Path, tmp_path: Path) -> None:
    make(tmp_path / "m" / "bert", "bert")
    half = make(tmp_path / "m" / "half")
    (half / "model.safetensors").write_bytes(safetensors(1000)[:-10])
    pickled = make(tmp_path / "m" / "pickled")
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    coded = make(tmp_path / "m" / "coded")
    (coded / "config.json").write_text('{"model_type": "idefics3", "auto_map": {"A": "x.py"}}')
    AddedFolders().add(tmp_path / "m")
    problems = {name: model.problem for name, model in found(store, cache).items()}
    assert "'bert'" in problems["bert"]
    assert "cut short" in problems["half"]
    assert "safetensors" in problems["pickled"]
    assert "program code" in problems["coded"]


def test_an_unfinished_model_is_none(store: Store, cache: Path) -> None:
    make(store.root / ".partial" / "owner--half")
    assert not found(store, cache)


def test_a_folder_that_is_found_twice_is_listed_once(store: Store, cache: Path) -> None:
    make_own(store)
    AddedFolders().add(store.root)
    assert len(found(store, cache)) == 1


def test_links_are_not_followed_in_circles(store: Store, cache: Path, tmp_path: Path) -> None:
    top = tmp_path / "top"
    make(top / "one")
    (top / "loop").symlink_to(top)
    AddedFolders().add(top)
    assert list(found(store, cache)) == ["one"]


def test_an_added_folder_that_is_gone_is_no_error(
    store: Store, cache: Path, tmp_path: Path
) -> None:
    AddedFolders().add(tmp_path / "gone")
    assert not found(store, cache)


def test_a_folder_that_may_not_be_entered_hides_no_other(
    store: Store, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "added" / "a locked")
    open_one = make(tmp_path / "added" / "open")
    added = AddedFolders(tmp_path / "list.json")
    added.add(tmp_path / "added")
    look = Path.stat

    def refusing(path: Path, **how: Any) -> os.stat_result:
        if path.parent.name == "a locked":
            raise PermissionError(13, "Permission denied", str(path))
        return look(path, **how)

    monkeypatch.setattr(Path, "stat", refusing)
    assert [model.folder for model in scan(store, cache, added)][-1:] == [open_one]


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("HF_HOME", "/a", "/a/hub"),
        ("HF_HUB_CACHE", "/b", "/b"),
        ("XDG_CACHE_HOME", "/c", "/c/huggingface/hub"),
    ],
)
def test_the_cache_is_where_the_hubs_library_has_it(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, expected: str
) -> None:
    for name in ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, value)
    assert cache_folder() == Path(expected)


def test_a_cached_model_is_not_called_by_its_hash(cache: Path) -> None:
    assert display_name(make_cached(cache, "c" * 40)) == "owner/cached"


@pytest.mark.parametrize("name", ["tokenizer.json", "preprocessor_config.json"])
def test_a_model_without_a_part_is_listed_with_what_it_lacks(
    store: Store, cache: Path, name: str
) -> None:
    (make_own(store) / name).unlink()
    model = found(store, cache)["owner/tiny"]
    assert not model.runnable
    assert f"has no {name}" in model.problem


def test_removing_our_own_deletes_it(store: Store, cache: Path) -> None:
    folder = make_own(store)
    remove(found(store, cache)["owner/tiny"], store)
    assert not folder.exists()
    assert not [path for path in store.root.rglob("*") if path.is_file()]


def test_removing_a_cached_version_keeps_what_another_one_needs(store: Store, cache: Path) -> None:
    first = make_cached(cache, "a" * 40, "config.json")
    second = make_cached(cache, "b" * 40, "config.json")
    model = next(m for m in scan(store, cache) if m.folder == second)
    remove(model, store)
    blobs = {path.name for path in (cache / "models--owner--cached" / "blobs").iterdir()}
    assert blobs == {path.resolve().name for path in first.iterdir()}
    assert "shared-config.json" in blobs
    assert (first / "config.json").is_file()
    assert not second.exists()
    assert not (cache / "models--owner--cached" / "refs" / "main").exists()


def test_removing_the_last_cached_version_deletes_everything(store: Store, cache: Path) -> None:
    make_cached(cache, "a" * 40)
    remove(found(store, cache)["owner/cached"], store)
    assert not list(cache.iterdir())


def test_removing_from_an_added_folder_leaves_what_is_no_model(
    store: Store, cache: Path, tmp_path: Path
) -> None:
    folder = make(tmp_path / "mine")
    (folder / "tax.pdf").write_bytes(b"%PDF-")
    AddedFolders().add(folder)
    remove(found(store, cache)["mine"], store)
    assert [path.name for path in folder.iterdir()] == ["tax.pdf"]
    assert not AddedFolders().read()


def test_what_comes_with_the_program_stays(tmp_path: Path) -> None:
    model = Model(make(tmp_path / "s"), "s", Place.SHIPPED, "Idefics2", 1, 1)
    with pytest.raises(FetchFailed, match="comes with the program"):
        remove(model)
    assert model.folder.is_dir()


def test_the_names_of_families_are_those_that_have_code() -> None:
    from vlm.families import FAMILIES

    assert {kind: family.name for kind, family in FAMILIES.items()} == dict(family_names.NAMES)


def test_listing_models_needs_no_heavy_library() -> None:
    code = (
        "import sys, vlm.catalogue, vlm.removal, vlm.memory, vlm.speeds;"
        "assert not {'torch', 'transformers', 'huggingface_hub', 'httpx2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=400)
