from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import pytest

from tests.hub_server import COMMIT, CONFIG, FakeHub, Fault, safetensors
from tests.vlm.fetch.runs import TINY, WEIGHTS, Time, assert_whole, fetch, fetch_until
from vlm.connections import ConnectionLog
from vlm.download import Fetch
from vlm.errors import (
    DamagedDownload,
    DeskError,
    DiskFull,
    FetchFailed,
    ModelGated,
    ModelIncomplete,
    ModelUnknown,
    ModelUnsupported,
    ServerBusy,
    ServerUnreachable,
)
from vlm.fetch_events import Patience, Waiting
from vlm.parts import Store
from vlm.web import Web


def test_weights_are_not_fetched_for_a_family_that_cannot_run(hub: FakeHub, store: Store) -> None:
    hub.files[COMMIT]["config.json"] = b'{"model_type": "llama"}'
    with pytest.raises(ModelUnsupported, match="'llama'"):
        fetch(hub, store)
    assert not hub.ranges(WEIGHTS)
    assert not store.unfinished()


MAPPED = {"auto_map": {"AutoModel": "modeling_internvl_chat.InternVLChatModel"}}


@pytest.mark.parametrize(
    ("settings", "absent", "words"),
    [
        ({"quantization_config": {"quant_method": "awq", "bits": 4}}, "", "in 4 bits with AWQ"),
        ({"quantization_config": {"quant_method": "fp8"}}, "", "packed with FP8"),
        ({"quantization": {"bits": 4}}, "", "in 4 bits with MLX"),
        (MAPPED, "", "program code that came with the model"),
        (MAPPED | {"model_type": "internvl_chat"}, "", "InternVL3-1B-hf"),
        ({}, "tokenizer.json", "has no tokenizer.json"),
        ({}, "preprocessor_config.json", "has no preprocessor_config.json"),
    ],
)
def test_other_forms_of_a_model_are_told_before_their_weights_are_fetched(
    hub: FakeHub, store: Store, settings: dict[str, Any], absent: str, words: str
) -> None:
    files = hub.files[COMMIT]
    files["config.json"] = json.dumps(CONFIG | settings).encode()
    files.pop(absent, None)
    with pytest.raises(ModelUnsupported, match=words) as refused:
        fetch(hub, store)
    assert "owner/tiny" in str(refused.value)
    assert str(store.root) not in str(refused.value)
    assert not hub.ranges(WEIGHTS)
    assert not store.unfinished()


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("adapter_config.json", "adapter_model.safetensors"), "on top of another model"),
        (("model-Q4_K_M.gguf", "mmproj-model-f16.gguf"), "GGUF"),
        (("onnx/vision_encoder.onnx", "config.json"), "ONNX"),
        (("consolidated.00.pth", "params.json"), "maker's own form"),
        (("pytorch_model.bin", "config.json"), "no safetensors weights"),
    ],
)
def test_what_is_no_model_for_this_program_is_told_before_anything_is_fetched(
    hub: FakeHub, store: Store, names: tuple[str, ...], words: str
) -> None:
    hub.files[COMMIT] = dict.fromkeys(names, b"{}")
    with pytest.raises(ModelUnknown, match=words):
        fetch(hub, store)
    assert len(hub.asked) == 1
    assert not store.unfinished()


def test_an_adapter_beside_a_model_is_left_where_it_is(hub: FakeHub, store: Store) -> None:
    hub.files[COMMIT] |= {"adapter_config.json": b"{}", "adapter_model.safetensors": b"x"}
    fetch(hub, store)
    assert_whole(hub, store)


def test_more_bytes_than_announced_are_refused(hub: FakeHub, store: Store) -> None:
    hub.fail(WEIGHTS, Fault(body=hub.files[COMMIT][WEIGHTS] + b"more"))
    with pytest.raises(DamagedDownload, match="more than"):
        fetch(hub, store)


@pytest.mark.parametrize(
    ("name", "value"),
    [("Retry-After", "30"), ("RateLimit", '"api";r=0;t=30'), ("Retry-After", "date")],
    ids=["seconds", "limit", "date"],
)
def test_a_busy_server_is_waited_for(hub: FakeHub, store: Store, name: str, value: str) -> None:
    if value == "date":
        value = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    hub.fail(WEIGHTS, Fault(status=429, headers={name: value}))
    waits = [event for event in fetch(hub, store) if isinstance(event, Waiting)]
    assert 20 < waits[0].seconds <= 30
    assert waits[0].why == "The server asks to wait"
    assert_whole(hub, store)


def test_a_server_that_asks_for_hours_ends_it_with_a_sentence(hub: FakeHub, store: Store) -> None:
    hub.fail("revision/main", Fault(status=429, headers={"Retry-After": "7200"}))
    with pytest.raises(ServerBusy, match="about 2 hours"):
        fetch(hub, store)


def test_errors_of_the_server_are_tried_again(hub: FakeHub, store: Store) -> None:
    hub.fail(WEIGHTS, Fault(status=500), Fault(status=502))
    fetch(hub, store)
    assert_whole(hub, store)


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Fault(status=404), ModelUnknown, "Check the spelling"),
        (Fault(status=401), ModelUnknown, "Check the spelling"),
        (Fault(status=401, headers={"X-Error-Code": "GatedRepo"}), ModelGated, "agree"),
        (Fault(status=403, headers={"X-Error-Code": "GatedRepo"}), ModelGated, "agree"),
        (Fault(status=418), FetchFailed, "HTTP 418"),
    ],
)
def test_refusals_are_sentences(
    hub: FakeHub, store: Store, fault: Fault, kind: type[DeskError], words: str
) -> None:
    hub.fail("revision/main", fault)
    with pytest.raises(kind, match=words):
        fetch(hub, store)


def test_a_redirect_is_followed_and_logged(hub: FakeHub, store: Store) -> None:
    hub.fail(WEIGHTS, Fault(status=302, headers={"Location": f"/elsewhere/{WEIGHTS}"}))
    fetch(hub, store)
    assert_whole(hub, store)
    host = hub.address.removeprefix("http://")
    rows = [row for row in ConnectionLog().read() if WEIGHTS in row.purpose]
    assert [row.outcome for row in rows] == ["complete", f"pointed to {host}"]
    assert rows[0].bytes == len(hub.files[COMMIT][WEIGHTS])
    assert {row.host for row in rows} == {host}


@pytest.mark.parametrize(
    "address", ["http://example.com/x", "ftp://example.com/x", "file:///etc/passwd", "http://["]
)
def test_a_redirect_away_from_encryption_is_refused(
    hub: FakeHub, store: Store, address: str
) -> None:
    hub.fail(WEIGHTS, Fault(status=302, headers={"Location": address}))
    with pytest.raises(FetchFailed, match="without encryption|makes no sense"):
        fetch(hub, store)
    assert not any("example" in row.host for row in ConnectionLog().read())


def test_redirects_in_circles_end(hub: FakeHub, store: Store) -> None:
    hub.fail(WEIGHTS, *[Fault(status=302, headers={"Location": hub.address + f"/x/{WEIGHTS}"})] * 9)
    with pytest.raises(FetchFailed, match="circles"):
        fetch(hub, store)


def test_plain_http_is_refused_without_leave(hub: FakeHub, store: Store) -> None:
    with Web(ConnectionLog()) as web, pytest.raises(FetchFailed, match="without encryption"):
        list(Fetch(TINY, store, web, hub.address).run())
    assert not hub.asked
    assert not ConnectionLog().read()


def test_nobody_listening_is_a_sentence(store: Store) -> None:
    with Web(ConnectionLog(), plain_local=True) as web, pytest.raises(ServerUnreachable):
        list(Fetch(TINY, store, web, "http://127.0.0.1:9", Patience(tries=1), Time().clock()).run())
    assert {row.outcome for row in ConnectionLog().read()} == {"broke off"}


@pytest.mark.parametrize(
    "name",
    [
        "../evil.safetensors",
        "/etc/config.json",
        "model-00001-of-00001.safetensors/../../x",
        "C:\\x",
    ],
)
def test_hostile_names_are_never_asked_for(hub: FakeHub, store: Store, name: str) -> None:
    hub.files[COMMIT][name] = safetensors(10)
    fetch(hub, store)
    assert_whole(hub, store)


def test_shards_named_outside_the_folder_are_refused(hub: FakeHub, store: Store) -> None:
    files = hub.files[COMMIT]
    files["model-00001-of-00001.safetensors"] = files.pop(WEIGHTS)
    index = {"weight_map": {"weight": "../../../etc/passwd"}}
    files["model.safetensors.index.json"] = json.dumps(index).encode()
    with pytest.raises(ModelIncomplete, match="no weights file"):
        fetch(hub, store)
    assert not store.folder(TINY).exists()
    assert not store.unfinished()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sha": "main"}, "which version"),
        (
            {"siblings": [{"rfilename": "config.json", "size": 1, "blobId": "0" * 40}]},
            "safetensors",
        ),
        ({"siblings": 7}, "cannot be understood"),
    ],
)
def test_a_strange_answer_about_a_model_is_refused(
    hub: FakeHub, store: Store, change: dict[str, object], words: str
) -> None:
    hub.change = lambda info: info.update(change)
    with pytest.raises(FetchFailed, match=words):
        fetch(hub, store)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"size": -1}, "believable size"),
        ({"size": None}, "believable size"),
        ({"size": 10**15}, "believable size"),
        ({"blobId": None}, "could not be checked"),
        ({"blobId": "abc"}, "could not be checked"),
    ],
)
def test_a_file_without_size_or_hash_is_refused(
    hub: FakeHub, store: Store, row: dict[str, object], words: str
) -> None:
    def change(info: dict[str, object]) -> None:
        siblings = info["siblings"]
        assert isinstance(siblings, list)
        siblings[0].update(row)

    hub.change = change
    with pytest.raises(FetchFailed, match=words):
        fetch(hub, store)


def test_a_full_disk_is_known_before_anything_is_fetched(
    hub: FakeHub, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(total=10**9, used=10**9 - 1000, free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(DiskFull, match=r"needs 305 kB .* only 1\.0 kB are free") as caught:
        fetch(hub, store)
    assert caught.value.free_bytes == 1000
    assert len(hub.asked) == 1


def test_a_disk_that_fills_up_on_the_way_is_a_sentence_and_keeps_the_part(
    hub: FakeHub, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    fetch_until(hub, store, 1)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="kept"):
        fetch(hub, store)
    monkeypatch.undo()
    assert store.unfinished()


def test_two_at_the_same_time_are_refused(hub: FakeHub, store: Store) -> None:
    with store.claimed(TINY), pytest.raises(FetchFailed, match="already being fetched"):
        fetch(hub, store)
