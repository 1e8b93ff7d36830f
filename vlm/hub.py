"""What the model hub says: names, the one commit a name means, and which of its files we fetch.

Only allow-listed names are ever asked for, so nothing that could run, and no path, gets in.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Annotated, Protocol

import msgspec

from vlm import foreign, safety
from vlm.errors import FetchFailed, ModelGated, ModelUnknown, ServerBusy

if TYPE_CHECKING:
    from vlm.web import Web  # imports an HTTP library; most users of this module only need names

HOME = "https://huggingface.co"
_HOSTS = ("huggingface.co", "www.huggingface.co", "hf.co")
_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_-])?"
_ID = re.compile(rf"({_PART})/({_PART})(?:@([A-Za-z0-9][A-Za-z0-9._/-]{{0,99}}))?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_ANSWER_BYTES = 16_000_000
_LARGEST_FILE = 10**12
_SMALL_FILE = 100_000_000
_LIMIT_RESET = re.compile(r"\bt=(\d{1,6})\b")
_UNSTATED_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model's name on the hub: owner, name, and the version that was asked for."""

    owner: str
    name: str
    revision: str = "main"

    @property
    def id(self) -> str:
        """As people write it: "owner/name"."""
        return f"{self.owner}/{self.name}"


class HubFile(msgspec.Struct, frozen=True):
    """A file to fetch. Exactly one of the hashes is set: SHA-256, or git's own for small files."""

    name: str
    size: int
    sha256: str | None = None
    git_sha1: str | None = None

    def digest(self) -> Hash:
        """Start the hash that the whole file must have in the end."""
        if self.sha256 is not None:
            return hashlib.sha256()
        return hashlib.sha1(f"blob {self.size}\0".encode(), usedforsecurity=False)

    @property
    def expected(self) -> str:
        """What the finished hash must be, in hexadecimal digits."""
        return self.sha256 or self.git_sha1 or ""


class Hash(Protocol):
    """A running hash of `hashlib`."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""

    def hexdigest(self) -> str:
        """Return the hash so far."""
        ...


class Plan(msgspec.Struct, frozen=True):
    """One model at one commit: decided once, kept beside its files for good.

    Attributes:
        id: "owner/name".
        commit: 40 hexadecimal digits; later changes on the hub do not matter.
        server: Where it comes from.
        files: Small ones first, so that a model that cannot run is found out before its weights.
        weights: How many numbers the model has, 0 when the hub does not say.
    """

    id: str
    commit: str
    server: str
    files: tuple[HubFile, ...]
    weights: int = 0

    @property
    def total_bytes(self) -> int:
        """Of all files."""
        return sum(file.size for file in self.files)

    def address(self, file: HubFile) -> str:
        """Return where a file of this commit is."""
        return f"{self.server}/{self.id}/resolve/{self.commit}/{file.name}"


def parse(text: str) -> ModelName:
    """Read what a person typed: "owner/name", "owner/name@version" or a model page's address.

    Raises:
        ModelUnknown: If it is neither.
    """
    wanted = text.strip()
    if "://" in wanted or wanted.lower().startswith(_HOSTS):
        wanted = _from_address(wanted)
    found = _ID.fullmatch(wanted)
    if found is None or any(strange in wanted for strange in ("--", "..", "//")):
        raise ModelUnknown(
            "A model's name has two parts, like HuggingFaceTB/SmolVLM-256M-Instruct. "
            "You can also paste the address of its page."
        )
    return ModelName(found[1], found[2], found[3] or "main")


def _from_address(address: str) -> str:
    rest = re.sub(r"^https?://", "", address, flags=re.IGNORECASE)
    host, _, path = rest.partition("/")
    if host.lower() not in _HOSTS:
        raise ModelUnknown(
            f"Models are fetched from huggingface.co only, not from {host}. Download it yourself "
            "and use “Add a folder…”."
        )
    steps = [step for step in re.split(r"[?#]", path)[0].split("/") if step]
    if len(steps) > 3 and steps[2] in ("tree", "blob", "resolve", "commit"):
        return f"{steps[0]}/{steps[1]}@{steps[3]}"
    return "/".join(steps[:2])


class _Lfs(msgspec.Struct):
    sha256: str
    size: int


class _Sibling(msgspec.Struct, rename="camel"):
    rfilename: str
    size: int | None = None
    blob_id: str | None = None
    lfs: _Lfs | None = None


class _Safetensors(msgspec.Struct):
    total: Annotated[int, msgspec.Meta(ge=0)] = 0


class _Info(msgspec.Struct):
    sha: str
    siblings: list[_Sibling]
    safetensors: _Safetensors | None = None


def look_up(name: ModelName, web: Web, server: str = HOME) -> Plan:
    """Ask the hub which commit a name means now and which files it has.

    Raises:
        FetchFailed: Or one of its kinds, if there is nothing to fetch.
        Broken: If the connection breaks.
    """
    revision = name.revision.replace("/", "%2F")
    address = f"{server}/api/models/{name.id}/revision/{revision}?blobs=true"
    with web.get(address, f"Look up {name.id}") as reply:
        require_ok(reply.status, reply.header, name.id)
        content = reply.body(_ANSWER_BYTES)
    try:
        info = msgspec.json.decode(content, type=_Info)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FetchFailed(
            f"The server's answer about {name.id} cannot be understood. Try again later."
        ) from error
    if not _COMMIT.fullmatch(info.sha):
        raise FetchFailed(f"The server does not say which version of {name.id} it has.")
    files = _choose(name, info.siblings)
    weights = info.safetensors.total if info.safetensors else 0
    return Plan(name.id, info.sha, server, files, weights)


def _choose(name: ModelName, siblings: list[_Sibling]) -> tuple[HubFile, ...]:
    """Take the allow-listed files, the single weights file instead of shards, small ones first."""
    known = {row.rfilename: row for row in siblings if safety.is_allowed(row.rfilename)}
    shards = [one for one in known if safety.SHARD.fullmatch(one)]
    if safety.SINGLE in known:
        weights, unused = [safety.SINGLE], [*shards, safety.INDEX]
    else:
        weights, unused = shards, []
    if "config.json" not in known or not weights:
        if told := foreign.files(name.id, [row.rfilename for row in siblings]):
            raise ModelUnknown(told)
        raise ModelUnknown(
            f"{name.id} has no safetensors weights that this program could use. Other formats "
            "can hide programs and are not fetched."
        )
    rows = [_file(name, row) for one, row in known.items() if one not in unused]
    return tuple(sorted(rows, key=lambda file: (file.name in weights, file.name)))


def _file(name: ModelName, row: _Sibling) -> HubFile:
    size = row.lfs.size if row.lfs else row.size
    sha256 = row.lfs.sha256 if row.lfs else None
    git_sha1 = None if row.lfs else row.blob_id
    limit = _LARGEST_FILE if row.rfilename.endswith(".safetensors") else _SMALL_FILE
    if size is None or not 0 <= size <= limit:
        raise FetchFailed(f"The server names no believable size for {row.rfilename} of {name.id}.")
    if not re.fullmatch(r"[0-9a-f]{64}", sha256 or "") and not _COMMIT.fullmatch(git_sha1 or ""):
        raise FetchFailed(
            f"The server does not say what {row.rfilename} of {name.id} must contain, so it could "
            "not be checked and is not fetched."
        )
    return HubFile(row.rfilename, size, sha256, git_sha1)


def require_ok(status: int, header: Callable[[str], str], name: str) -> None:
    """Turn a refusal into a sentence.

    Args:
        status: The HTTP status.
        header: Returns a header of the answer, "" when it is missing.
        name: The model's name.

    Raises:
        ServerBusy: For 429 and 503, with the seconds to wait.
        ModelGated: If an account or an agreement is asked for.
        ModelUnknown: If it is not there.
        FetchFailed: For any other refusal.
    """
    reason = header("x-error-code")
    if status in (200, 206):
        return
    if status in (429, 503):
        raise ServerBusy("The server is busy.", wait_s=_wait_s(header))
    if reason in ("GatedRepo", "DisabledRepo") or status == 403:
        raise ModelGated(
            f"The owner of {name} asks people to agree to terms or to log in first. Do that in a "
            "web browser, download it there, and use “Add a folder…”."
        )
    if status in (401, 404, 410):
        # The hub answers 401 for a name that does not exist, so as not to tell private ones.
        raise ModelUnknown(
            f"There is no public model called {name} on the server. Check the spelling, capital "
            "letters too."
        )
    raise FetchFailed(f"The server refused to send {name} (HTTP {status}). Try again later.")


def _wait_s(header: Callable[[str], str]) -> float:
    asked = header("retry-after").strip()
    if asked.isdigit():
        return float(asked[:9])
    if asked:
        try:
            return max(0.0, parsedate_to_datetime(asked).timestamp() - time.time())
        except ValueError:
            return _UNSTATED_WAIT_S
    reset = _LIMIT_RESET.search(header("ratelimit"))
    return float(reset[1]) if reset else _UNSTATED_WAIT_S
