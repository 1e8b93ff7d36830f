from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest

from tests.hub_server import COMMIT, FakeHub
from vlm import hub as protocol
from vlm import safety
from vlm.connections import ConnectionLog
from vlm.errors import (
    ModelUnknown,
)
from vlm.hub import ModelName
from vlm.web import Web


def test_the_hash_of_small_files_is_gits_own() -> None:
    file = protocol.HubFile("a", 6, git_sha1="ce013625030ba8dba906f756967f9e9ca394464a")
    digest = file.digest()
    digest.update(b"hello\n")
    assert digest.hexdigest() == file.expected


@pytest.mark.parametrize(
    ("typed", "owner", "name", "revision"),
    [
        ("HuggingFaceTB/SmolVLM-256M-Instruct", "HuggingFaceTB", "SmolVLM-256M-Instruct", "main"),
        ("  a/b\n", "a", "b", "main"),
        ("a/b@v1.0", "a", "b", "v1.0"),
        ("https://huggingface.co/a/b", "a", "b", "main"),
        ("https://huggingface.co/a/b/tree/main", "a", "b", "main"),
        (f"huggingface.co/a/b/commit/{COMMIT}?x=1#y", "a", "b", COMMIT),
        ("HTTPS://HF.co/a/b/", "a", "b", "main"),
    ],
)
def test_names_and_addresses_are_understood(
    typed: str, owner: str, name: str, revision: str
) -> None:
    assert protocol.parse(typed) == ModelName(owner, name, revision)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "smolvlm",
        "a/b/c",
        "../../etc",
        "a/..",
        "./b",
        ".partial/b",
        "a/b c",
        "a/b--c",
        "a/b.",
        "a\\b/c",
        "a/b@../x",
        "https://example.com/a/b",
        "https://huggingface.co.example.com/a/b",
        "file:///a/b",
        "https://huggingface.co/a",
    ],
)
def test_anything_else_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ModelUnknown, match="two parts|only, not from"):
        protocol.parse(typed)


def test_looking_names_up_needs_no_http_library() -> None:
    code = "import sys, vlm.hub, vlm.parts, vlm.connections; assert 'httpx2' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=400)


THEIRS = """
import sys
from huggingface_hub import HfApi
api = HfApi(endpoint=sys.argv[1])
info = api.model_info("owner/tiny", revision="main", files_metadata=True)
files = {row.rfilename: (row.size, row.lfs.sha256 if row.lfs else None, None if row.lfs else
    row.blob_id) for row in info.siblings}
print([info.sha, info.safetensors.total, files])
"""


def test_the_hubs_own_library_reads_the_same_of_the_test_server(hub: FakeHub) -> None:
    environment = {**os.environ, "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_TELEMETRY": "1"}
    found = subprocess.run(
        [sys.executable, "-c", THEIRS, hub.address],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    commit, total, files = ast.literal_eval(found.stdout)
    with Web(ConnectionLog(), plain_local=True) as web:
        plan = protocol.look_up(ModelName("owner", "tiny"), web, hub.address)
    assert (plan.commit, plan.weights) == (commit, total)
    assert {file.name: (file.size, file.sha256, file.git_sha1) for file in plan.files} == {
        name: row for name, row in files.items() if safety.is_allowed(name)
    }
