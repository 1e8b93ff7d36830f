from __future__ import annotations

import subprocess
import sys

import pytest

from tests.hub_server import COMMIT
from vlm import hub as protocol
from vlm.errors import (
    ModelUnknown,
)
from vlm.hub import ModelName


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
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
