from __future__ import annotations

import json
import platform
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vlm.pages import escapes
from vlm.pages import jail, landlock, seccomp
from vlm.pages.jail import Jail

HERE = jail.probe()
DENIED = ("EPERM", "EACCES", "EXDEV")
CLOSED = "The page reader cannot open files, use the network or start programs."

HARMLESS = [
    "read", "list", "look_at_file", "ask_for_access", "change_mode", "change_times",
    "change_folder", "open_as_path", "tcp_connect", "tcp_listen", "udp", "abstract_socket",
    "named_socket", "socket_pair", "fork", "thread", "spawn", "posix_spawn", "signal_parent",
    "executable_memory", "make_memory_executable", "own_signals", "change_limits",
    "anonymous_file", "change_user", "write",
]  # fmt: skip
"""What any program of any user may do; tried without a jail to prove that the attempts work."""

NAMES = [
    *HARMLESS, "truncate", "delete", "rename", "make_folder", "make_pipe", "symlink",
    "hard_link", "read_process_memory", "exec", "fake_typing", "change_root",
    *(f"call_{name}" for name in (*escapes.EVERYWHERE, *escapes.NUMBERS["x86_64"])),
]  # fmt: skip

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the jail is Linux's")


def attempted(layer: str, folder: Path, *names: str) -> dict[str, str]:
    (folder / "victim").write_bytes(b"secret")
    command = [sys.executable, "-m", "tests.vlm.pages.escapes", layer, str(folder), *names]
    done = subprocess.run(command, capture_output=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def jailed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return attempted("all", tmp_path_factory.mktemp("jailed"))


@linux_only
class TestWaysOut:
    @pytest.mark.parametrize("name", NAMES)
    def test_none_is_open(self, name: str, jailed: dict[str, str]) -> None:
        if HERE.seccomp or (HERE.landlock and name in escapes.BY_LANDLOCK):
            assert jailed[name] in DENIED
        else:
            assert HERE.describe() != CLOSED

    def test_landlock_alone_denies_files_and_more(self, tmp_path: Path) -> None:
        version = landlock.version()
        if not version:
            assert not HERE.landlock
            return
        names = set(escapes.BY_LANDLOCK)
        names |= escapes.BY_LANDLOCK_3 if version >= 3 else set()
        names |= escapes.BY_LANDLOCK_4 if version >= 4 else set()
        names |= escapes.BY_LANDLOCK_6 if version >= 6 else set()
        found = attempted("landlock", tmp_path, *sorted(names))
        assert {name: how for name, how in found.items() if how not in DENIED} == {}
        assert (tmp_path / "victim").read_bytes() == b"secret"

    def test_seccomp_alone_denies_all(self, tmp_path: Path) -> None:
        if not HERE.seccomp:
            assert "lacks seccomp" in HERE.describe() or not HERE.landlock
            return
        found = attempted("seccomp", tmp_path)
        assert {name: how for name, how in found.items() if how != "EPERM"} == {}
        assert (tmp_path / "victim").read_bytes() == b"secret"

    def test_the_attempts_succeed_without_a_jail(self, tmp_path: Path) -> None:
        found = attempted("none", tmp_path, *HARMLESS)
        assert {name: how for name, how in found.items() if how != "out"} == {}

    def test_the_second_set_of_call_numbers_is_deadly(self) -> None:
        code = (
            "import ctypes; from vlm.pages import jail; jail.enter();"
            f"ctypes.CDLL(None).syscall(ctypes.c_long({seccomp.X32} + 39))"
        )
        done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
        deadly = HERE.seccomp and platform.machine() == "x86_64"
        assert done.returncode == (-signal.SIGSYS if deadly else 0)

    def test_memory_is_bounded(self) -> None:
        code = "from vlm.pages import jail; jail.enter(); bytearray(3 * jail.GIB)"
        done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
        assert b"MemoryError" in done.stderr


class TestDescription:
    def test_says_what_holds(self) -> None:
        assert Jail(landlock=True, seccomp=True, limits=True).describe() == CLOSED

    def test_says_what_the_system_lacks(self) -> None:
        without = Jail(landlock=False, seccomp=True, limits=True).describe()
        assert without == f"{CLOSED} This system lacks Landlock, the second lock on files."
        without = Jail(landlock=True, seccomp=False, limits=True).describe()
        assert "lacks seccomp" in without
        without = Jail(landlock=False, seccomp=False, limits=True).describe()
        assert "cannot take away its right to open files" in without

    def test_is_of_this_system(self) -> None:
        assert jail.describe() == HERE.describe()
        if sys.platform != "linux":
            assert not HERE.landlock
            assert not HERE.seccomp

    @linux_only
    def test_entering_says_what_probing_promised(self) -> None:
        code = (
            "from vlm.pages import jail; promised = jail.probe(); print(jail.enter() == promised)"
        )
        assert subprocess.check_output([sys.executable, "-c", code]) == b"True\n"

    def test_a_kernel_without_the_layers_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(landlock, "_call", lambda *_: -1)
        monkeypatch.setattr(seccomp, "_call", lambda *_: -1)
        assert jail.probe() == Jail(landlock=False, seccomp=False, limits=HERE.limits)
        assert not landlock.restrict()
        assert not seccomp.restrict()
