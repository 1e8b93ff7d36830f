from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.drawn import DrawnPages
from tests.vlm.answering import NEVER, Checkpoint, answered, in_float32, last, question
from vlm import page_store, paths
from vlm.engine import Engine
from vlm.model_in_memory import PAGES
from vlm.page_store import LARGEST, SUFFIX, PageStore
from vlm.protocol import Load, Loaded, Look, Looked
from vlm.types import PageRef

ONE = torch.arange(6, dtype=torch.bfloat16).view(2, 3)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))


def test_what_was_saved_is_found_again_under_its_key_only(tmp_path: Path) -> None:
    store = PageStore(tmp_path / "new", 2**20)
    assert store.load("a") is None
    store.save(("a", b"1"), ONE)
    found = PageStore(tmp_path / "new", 2**20).load(("a", b"1"))
    assert found is not None
    assert found.dtype == ONE.dtype
    assert torch.equal(found, ONE)
    assert store.load(("a", b"2")) is None
    (file,) = files(tmp_path / "new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "nonsense"])
def test_a_damaged_file_counts_as_not_there(tmp_path: Path, damage: str) -> None:
    store = PageStore(tmp_path, 2**20)
    store.save("a", ONE)
    (file,) = files(tmp_path)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    written = {"cut": content[:-3], "flip": content, "empty": b"", "nonsense": b"x" * 500}
    file.write_bytes(bytes(written[damage]))
    assert store.load("a") is None
    assert files(tmp_path) == []


def test_the_longest_unused_goes_when_the_budget_is_full(tmp_path: Path) -> None:
    store = PageStore(tmp_path, 3000)
    for name in "abc":
        store.save(name, torch.zeros(200))
        for file in files(tmp_path):
            now = file.stat().st_mtime - 10
            os.utime(file, (now, now))
    store = PageStore(tmp_path, 3000)  # after a restart
    assert store.load("a") is not None
    store.save("d", torch.zeros(200))
    assert store.load("b") is None
    assert all(store.load(name) is not None for name in "acd")
    assert sum(file.stat().st_size for file in files(tmp_path)) <= 3000


def test_what_it_wrote_itself_is_known_without_looking_at_every_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Path] = []
    glob = Path.glob

    def looking(folder: Path, pattern: str) -> Iterator[Path]:
        looks.append(folder)
        return glob(folder, pattern)

    monkeypatch.setattr(Path, "glob", looking)
    store = PageStore(tmp_path, 3000)
    for name in "abc":
        store.save(name, torch.zeros(200))
    assert store.load("a") is not None
    store.save("d", torch.zeros(200))
    assert [name for name in "abcd" if store.has(name)] == ["a", "c", "d"]
    assert len(looks) == 1
    PageStore(tmp_path, 3000).clear()  # another program of ours
    store.save("e", torch.zeros(200))
    assert store.has("e")
    monkeypatch.setattr(page_store, "KNOWN_S", 0.0)
    for name in "fg":
        store.save(name, torch.zeros(200))
    assert all(store.has(name) for name in "efg"), "what another removed takes no room"


def test_what_was_used_before_the_clock_was_set_back_goes_first(tmp_path: Path) -> None:
    store = PageStore(tmp_path, 3000)
    for name in "abc":
        store.save(name, torch.zeros(200))
    for file in files(tmp_path):
        os.utime(file, (4_000_000_000, 4_000_000_000))
    store = PageStore(tmp_path, 3000)  # after a restart
    for name in "de":
        store.save(name, torch.zeros(200))
    assert all(store.has(name) for name in "de")
    assert sum(store.has(name) for name in "abc") == 1


def test_what_is_too_large_or_cannot_be_written_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = PageStore(tmp_path / "blocked", 2**30)
    store.save("a", torch.zeros(LARGEST // 4 + 1))
    PageStore(tmp_path / "small", 100).save("a", torch.zeros(200))
    (tmp_path / "blocked").write_text("a file where the folder should be")
    store.save("b", ONE)
    assert store.load("b") is None
    assert files(tmp_path / "small") == []


def test_a_full_disk_is_not_filled_with_halves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_part: Path, _target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    store = PageStore(tmp_path, 2**30)
    monkeypatch.setattr(Path, "replace", full)
    store.save("a", ONE)
    assert files(tmp_path) == []


# --- in the engine ----------------------------------------------------------------------------


def started(
    folder: Path, pages: DrawnPages, keep: bool | None, adapter: str | None = None
) -> Engine:
    answerer = Engine(pages, 2**24, in_float32)
    loading = answerer.load(Load(1, str(folder), adapter, keep_pages=keep), NEVER)
    assert isinstance(last(loading), Loaded)
    return answerer


@pytest.mark.parametrize("kind", ["marked", "idefics3"])
def test_a_page_seen_before_a_restart_is_not_encoded_again(
    checkpoint: Checkpoint, kind: str
) -> None:
    folder = checkpoint(kind)  # type: ignore[arg-type]
    before = started(folder, DrawnPages(), keep=True)
    assert last(before.look(Look(1, question().page), NEVER)) == Looked(1)
    first = answered(before, question())
    pages = DrawnPages()
    again = answered(started(folder, pages, keep=True), question())
    assert again.text == first.text
    # a new start may find another layout of the weights faster: the last digits differ then
    assert again.confidence == pytest.approx(first.confidence, rel=1e-4)
    assert again.timings.encode == 0.0
    assert len(pages.renders) == len(again.views), "the pixels are the key"
    other = answered(started(folder, DrawnPages(), keep=True), question(page=PageRef("b.pdf", 0)))
    assert other.timings.encode > 0


def test_features_alone_serve_a_question_about_several_pages(checkpoint: Checkpoint) -> None:
    folder = checkpoint("idefics3")
    asked = question(more_pages=(PageRef("b.pdf", 0),))
    before = started(folder, DrawnPages(), keep=True)
    answered(before, question())
    answered(before, question(page=PageRef("b.pdf", 0)))
    both = answered(started(folder, DrawnPages(), keep=True), asked)
    assert both.timings.encode == 0.0
    assert both.text == answered(started(folder, DrawnPages(), keep=None), asked).text


def test_nothing_is_kept_unless_the_person_keeps_history(checkpoint: Checkpoint) -> None:
    folder, kept = checkpoint("marked"), paths.cache_dir() / PAGES
    answered(started(folder, DrawnPages(), keep=None), question())
    assert files(kept) == []
    answered(started(folder, DrawnPages(), keep=True), question())
    assert files(kept)
    started(folder, DrawnPages(), keep=None)
    assert files(kept), "who only asks from the command line removes nothing"
    started(folder, DrawnPages(), keep=False)
    assert files(kept) == []


def test_a_person_who_stops_keeping_history_waits_for_no_model(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, kept = checkpoint("marked"), paths.cache_dir() / PAGES
    answerer = started(folder, DrawnPages(), keep=True)
    answered(answerer, question())
    monkeypatch.setattr("vlm.model_in_memory.load", None)
    off = Load(2, str(folder), keep_pages=False)
    assert isinstance(last(answerer.load(off, NEVER)), Loaded)
    assert files(kept) == []
    answered(answerer, question(page=PageRef("b.pdf", 0)))
    assert files(kept) == []


def test_other_weights_find_nothing(checkpoint: Checkpoint, tmp_path: Path) -> None:
    from tests import tiny

    answered(started(checkpoint("marked"), DrawnPages(), keep=True), question())
    folder = tiny.save("marked", tmp_path / "m", seed=1)
    one = answered(started(folder, DrawnPages(), keep=True), question())
    tiny.save("marked", folder, seed=2)
    two = answered(started(folder, DrawnPages(), keep=True), question())
    assert one.timings.encode > 0
    assert two.timings.encode > 0
    assert two.text == answered(started(folder, DrawnPages(), keep=None), question()).text
