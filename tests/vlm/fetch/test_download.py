from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.hub_server import COMMIT, FakeHub, Fault, safetensors, tiny_files
from tests.vlm.fetch.runs import FETCHED, TINY, WEIGHTS, assert_whole, fetch, fetch_until
from vlm.connections import ConnectionLog
from vlm.errors import (
    DamagedDownload,
    ModelUnknown,
    ServerUnreachable,
)
from vlm.fetch_events import Event, Fetched, Moved, Patience, Planned, Waiting
from vlm.parts import Store


def test_a_model_arrives_with_allowed_files_only(hub: FakeHub, store: Store) -> None:
    events = fetch(hub, store)
    assert_whole(hub, store)
    assert isinstance(events[0], Planned)
    assert events[-1] == Fetched(store.folder(TINY))
    assert not [path for path, _ in hub.asked if path.endswith((".bin", ".py", ".onnx"))]


def test_progress_grows_to_the_whole_with_speed_and_time_left(hub: FakeHub, store: Store) -> None:
    moved = [event for event in fetch(hub, store) if isinstance(event, Moved)]
    assert [one.done_bytes for one in moved] == sorted(one.done_bytes for one in moved)
    assert moved[-1].done_bytes == moved[-1].total_bytes
    assert any(one.bytes_per_second > 0 and one.seconds_left is not None for one in moved)


def test_small_files_come_before_weights(hub: FakeHub, store: Store) -> None:
    fetch(hub, store)
    assert hub.asked[-1][0].endswith(WEIGHTS)


def test_a_second_get_of_the_same_version_fetches_nothing(hub: FakeHub, store: Store) -> None:
    fetch(hub, store)
    before = len(hub.asked)
    assert fetch(hub, store) == [Fetched(store.folder(TINY))]
    assert len(hub.asked) == before + 1


def test_a_new_version_takes_the_place_of_the_old(hub: FakeHub, store: Store) -> None:
    fetch(hub, store)
    hub.main = "f" * 40
    hub.files[hub.main] = tiny_files(1000, seed=1)
    fetch(hub, store)
    assert_whole(hub, store, hub.main)


@pytest.mark.parametrize("at", [1, 4096, 200_000])
def test_a_dropped_connection_is_continued_where_it_broke(
    hub: FakeHub, store: Store, at: int
) -> None:
    hub.fail(WEIGHTS, Fault(drop_after=at))
    fetch(hub, store)
    assert_whole(hub, store)
    assert hub.ranges(WEIGHTS) == ["", f"bytes={at}-"]


def test_many_drops_with_progress_do_not_end_it(hub: FakeHub, store: Store) -> None:
    hub.fail(WEIGHTS, *[Fault(drop_after=20_000)] * 10)
    fetch(hub, store, Patience(tries=2))
    assert_whole(hub, store)


def test_drops_without_progress_end_with_a_sentence_and_keep_the_part(
    hub: FakeHub, store: Store
) -> None:
    hub.fail(WEIGHTS, Fault(drop_after=1000), *[Fault(drop_after=0)] * 3)
    with pytest.raises(ServerUnreachable, match="kept"):
        fetch(hub, store, Patience(tries=3))
    (left,) = store.unfinished()
    assert (
        left.done_bytes == sum(len(hub.files[COMMIT][name]) for name in FETCHED - {WEIGHTS}) + 1000
    )
    fetch(hub, store)
    assert_whole(hub, store)


QUIET_S = (0.2, 1.0, 5.0, 25.0)
"""How long the server may say nothing: longer again where the machine itself was silent so long."""


def asked_anew(hub: FakeHub, store: Store, fault: Fault, quiet_s: float) -> list[Event]:
    """Fetch the model as if it had never been here; return what was reported."""
    shutil.rmtree(store.folder(TINY), ignore_errors=True)
    hub.asked.clear()
    hub.fail(WEIGHTS, fault)
    events = fetch(hub, store, quiet_s=quiet_s)
    assert_whole(hub, store)
    return events


def test_a_silent_server_counts_as_broken_and_is_asked_again(hub: FakeHub, store: Store) -> None:
    for quiet_s in QUIET_S:
        events = asked_anew(hub, store, Fault(hold_after=5000), quiet_s)
        assert any(isinstance(event, Waiting) for event in events)
        if hub.ranges(WEIGHTS) == ["", "bytes=5000-"]:
            return
    pytest.fail(f"it went on from {hub.ranges(WEIGHTS)}")


def test_a_slow_server_is_not_a_broken_one(hub: FakeHub, store: Store) -> None:
    for quiet_s in QUIET_S:
        slow = Fault(drip=8, pause_s=quiet_s / 4)  # twice as long in all as it may say nothing
        events = asked_anew(hub, store, slow, quiet_s)
        if not any(isinstance(event, Waiting) for event in events):
            assert hub.ranges(WEIGHTS) == [""]
            return
    pytest.fail("it was taken for broken, however long it may say nothing")


def test_pause_and_resume_give_the_same_bytes_and_fetch_none_twice(
    hub: FakeHub, store: Store
) -> None:
    hub.fail(WEIGHTS, Fault(hold_after=100_000))
    fetch_until(hub, store, 50_000)
    (left,) = store.unfinished()
    kept = (store.part(TINY).folder / f"{WEIGHTS}.part").stat().st_size
    assert 0 < kept < len(hub.files[COMMIT][WEIGHTS])
    assert left.done_bytes >= kept
    fetch(hub, store)
    assert_whole(hub, store)
    assert hub.ranges(WEIGHTS)[-1] == f"bytes={kept}-"
    assert hub.ranges("tokenizer.json") == [""]
    outcomes = [row.outcome for row in ConnectionLog().read() if WEIGHTS in row.purpose]
    assert outcomes == ["complete", "stopped before the end"]


def test_a_resume_stays_at_the_commit_it_began_with(hub: FakeHub, store: Store) -> None:
    hub.fail(WEIGHTS, Fault(hold_after=100_000))
    fetch_until(hub, store, 50_000)
    hub.main = "a" * 40
    hub.files[hub.main] = tiny_files(seed=9)
    fetch(hub, store)
    assert_whole(hub, store, COMMIT)


def test_a_commit_that_is_gone_ends_with_a_sentence(hub: FakeHub, store: Store) -> None:
    hub.fail(WEIGHTS, Fault(hold_after=100_000))
    fetch_until(hub, store, 50_000)
    hub.files = {"a" * 40: tiny_files(seed=9)}
    with pytest.raises(ModelUnknown, match="no public model"):
        fetch(hub, store)


def test_wrong_bytes_are_thrown_away(hub: FakeHub, store: Store) -> None:
    content = bytearray(hub.files[COMMIT][WEIGHTS])
    content[-1] ^= 1
    hub.fail(WEIGHTS, Fault(body=bytes(content)))
    with pytest.raises(DamagedDownload, match="arrived damaged"):
        fetch(hub, store)
    assert not list(store.part(TINY).folder.glob("*.safetensors*"))
    assert not store.folder(TINY).exists()
    fetch(hub, store)
    assert_whole(hub, store)


def test_a_wrong_small_file_is_found_too(hub: FakeHub, store: Store) -> None:
    hub.fail("tokenizer.json", Fault(body=b"[]" + b" " * 5000))
    with pytest.raises(DamagedDownload):
        fetch(hub, store)


def test_a_part_damaged_on_disk_is_fetched_anew(hub: FakeHub, store: Store) -> None:
    hub.fail(WEIGHTS, Fault(hold_after=100_000))
    fetch_until(hub, store, 50_000)
    growing = store.part(TINY).folder / f"{WEIGHTS}.part"
    growing.write_bytes(b"\0" * growing.stat().st_size)
    fetch(hub, store)
    assert_whole(hub, store)
    assert hub.ranges(WEIGHTS)[-1] == ""


def test_a_part_longer_than_the_file_is_cut(hub: FakeHub, store: Store) -> None:
    hub.fail(WEIGHTS, Fault(hold_after=100_000))
    fetch_until(hub, store, 50_000)
    growing = store.part(TINY).folder / f"{WEIGHTS}.part"
    growing.write_bytes(hub.files[COMMIT][WEIGHTS] + b"more")
    fetch(hub, store)
    assert_whole(hub, store)


def test_a_shorter_file_that_ends_politely_is_continued(hub: FakeHub, store: Store) -> None:
    hub.fail(WEIGHTS, Fault(short=1000))
    fetch(hub, store)
    assert_whole(hub, store)


def test_a_server_that_ignores_ranges_still_gives_the_right_bytes(
    hub: FakeHub, store: Store
) -> None:
    hub.fail(WEIGHTS, Fault(drop_after=1000), Fault(ignore_range=True))
    fetch(hub, store)
    assert_whole(hub, store)


def test_another_part_than_asked_for_is_not_taken(hub: FakeHub, store: Store) -> None:
    wrong = Fault(status=206, headers={"Content-Range": "bytes 7-9/300000"})
    hub.fail(WEIGHTS, Fault(drop_after=1000), wrong)
    fetch(hub, store)
    assert_whole(hub, store)


def test_an_unsatisfiable_range_starts_the_file_again(hub: FakeHub, store: Store) -> None:
    hub.fail(WEIGHTS, Fault(drop_after=1000), Fault(status=416))
    fetch(hub, store)
    assert_whole(hub, store)
    assert hub.ranges(WEIGHTS) == ["", "bytes=1000-", ""]


def test_a_sharded_model_arrives(hub: FakeHub, store: Store) -> None:
    files = hub.files[COMMIT]
    del files[WEIGHTS]
    names = [f"model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    files |= {name: safetensors(1000, seed) for seed, name in enumerate(names)}
    index = {"weight_map": {"a": names[0], "b": names[1]}}
    files["model.safetensors.index.json"] = json.dumps(index).encode()
    fetch(hub, store)
    assert {path.name for path in store.folder(TINY).glob("*.safetensors")} == set(names)


def test_discard_really_deletes(hub: FakeHub, store: Store) -> None:
    hub.fail(WEIGHTS, Fault(hold_after=100_000))
    fetch_until(hub, store, 50_000)
    store.discard(TINY)
    assert not store.unfinished()
    assert not [path for path in store.root.rglob("*") if path.is_file() and path.suffix != ".lock"]


CHILD = """
import sys
from vlm.connections import ConnectionLog
from vlm.download import Fetch
from vlm.hub import ModelName
from vlm.parts import Store
from vlm.web import Web
with Web(ConnectionLog(), plain_local=True) as web:
    for event in Fetch(ModelName("owner", "tiny"), Store(), web, sys.argv[1]).run():
        pass
"""


def test_a_killed_process_leaves_a_part_that_is_continued(hub: FakeHub, store: Store) -> None:
    hub.files[COMMIT][WEIGHTS] = safetensors(3_000_000)
    hub.fail(WEIGHTS, Fault(hold_after=2_000_000))
    child = subprocess.Popen([sys.executable, "-c", CHILD, hub.address])
    growing = store.part(TINY).folder / f"{WEIGHTS}.part"
    while child.poll() is None and not (growing.exists() and growing.stat().st_size >= 1_000_000):
        time.sleep(0.01)  # another process tells of itself by its files alone
    child.send_signal(signal.SIGKILL)
    child.wait()
    kept = growing.stat().st_size
    assert 1_000_000 <= kept <= 2_000_000
    assert [row.outcome for row in ConnectionLog().read() if WEIGHTS in row.purpose] == [""]
    fetch(hub, store)
    assert_whole(hub, store)
    assert hub.ranges(WEIGHTS)[-1] == f"bytes={kept}-"
