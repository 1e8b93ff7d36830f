"""Tries to get out of the page process's jail; prints how each attempt ended as JSON.

`python -m tests.vlm.pages.escapes LAYER FOLDER [ATTEMPT ...]`: LAYER is all, landlock, seccomp or
none; FOLDER holds a file `victim`. An attempt ends in "out" or in the name of an errno.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import mmap
import os
import platform
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from vlm.pages import child, jail, landlock, seccomp

NUMBERS = {
    "x86_64": {
        "ptrace": 101, "process_vm_readv": 310, "mount": 165, "unshare": 272, "setns": 308,
        "bpf": 321, "perf_event_open": 298, "add_key": 248, "userfaultfd": 323,
        "init_module": 175, "execveat": 322, "open_by_handle_at": 304, "prctl": 157,
        "process_vm_writev": 311, "kexec_load": 246, "pivot_root": 155,
    },
    "aarch64": {
        "ptrace": 117, "process_vm_readv": 270, "mount": 40, "unshare": 97, "setns": 268,
        "bpf": 280, "perf_event_open": 241, "add_key": 217, "userfaultfd": 282,
        "init_module": 105, "execveat": 281, "open_by_handle_at": 265, "prctl": 167,
        "process_vm_writev": 271, "kexec_load": 104, "pivot_root": 41,
    },
}  # fmt: skip
EVERYWHERE = {"pidfd_open": 434, "openat2": 437, "io_uring_setup": 425, "clone3": 435}

BY_LANDLOCK = {
    "read", "write", "list", "delete", "rename", "make_folder", "make_pipe", "symlink",
    "hard_link", "read_process_memory",
}  # fmt: skip
"""What Landlock alone denies, in its first version."""
BY_LANDLOCK_3 = {"truncate"}
BY_LANDLOCK_4 = {"tcp_connect", "tcp_listen"}
BY_LANDLOCK_6 = {"abstract_socket", "signal_parent"}


def attempts(folder: Path) -> dict[str, Callable[[], object]]:
    """All ways out that are tried; those that need something open get it before the jail."""
    victim, new = folder / "victim", folder / "new"
    tcp = socket.create_server(("127.0.0.1", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    local = socket.socket(socket.AF_UNIX)
    local.bind(f"\0pages-{os.getpid()}")
    local.listen()
    named = socket.socket(socket.AF_UNIX)
    named.bind(str(folder / f"socket-{os.getpid()}"))
    named.listen()
    parent = os.getppid()

    def connect(family: socket.AddressFamily, address: object) -> None:
        with socket.socket(family) as made:
            made.connect(address)  # type: ignore[arg-type]  # each family has its own kind

    def listen() -> None:
        with socket.socket() as made:
            made.bind(("127.0.0.1", 0))

    def send() -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as made:
            made.sendto(b"secret", udp.getsockname())

    def fork() -> None:
        if os.fork() == 0:
            os._exit(0)
        os.wait()

    def thread() -> None:
        try:
            started = threading.Thread(target=lambda: None)
            started.start()
            started.join()
        except RuntimeError as error:  # Python's word for a clone that failed
            raise PermissionError(errno.EPERM, "clone") from error

    def access() -> None:
        if not os.access(victim, os.R_OK):
            raise PermissionError(errno.EPERM, "no access")

    def change_limits() -> None:
        try:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        except ValueError as error:  # Python's word for EPERM here
            raise PermissionError(errno.EPERM, "limits") from error

    own = mmap.mmap(-1, mmap.PAGESIZE)
    start = ctypes.c_char.from_buffer(own)
    libc = ctypes.CDLL(None, use_errno=True)

    def make_executable() -> None:
        if libc.mprotect(ctypes.byref(start), ctypes.c_size_t(mmap.PAGESIZE), 7):
            raise OSError(ctypes.get_errno(), "mprotect")

    tried: dict[str, Callable[[], object]] = {
        "read": victim.read_bytes,
        "write": lambda: new.write_bytes(b"x"),
        "list": lambda: list(folder.iterdir()),
        "truncate": lambda: os.truncate(victim, 0),
        "delete": victim.unlink,
        "rename": lambda: victim.rename(new),
        "make_folder": new.mkdir,
        "make_pipe": lambda: os.mkfifo(new),
        "symlink": lambda: new.symlink_to(victim),
        "hard_link": lambda: new.hardlink_to(victim),
        "look_at_file": victim.stat,
        "ask_for_access": access,
        "change_mode": lambda: victim.chmod(0o777),
        "change_times": lambda: os.utime(victim),
        "change_folder": lambda: os.chdir(folder),
        "open_as_path": lambda: os.close(os.open(victim, os.O_PATH)),
        "read_process_memory": lambda: Path(f"/proc/{parent}/mem").open("rb").close(),
        "anonymous_file": lambda: os.close(os.memfd_create("x")),
        "tcp_connect": lambda: connect(socket.AF_INET, tcp.getsockname()),
        "tcp_listen": listen,
        "udp": send,
        "abstract_socket": lambda: connect(socket.AF_UNIX, local.getsockname()),
        "named_socket": lambda: connect(socket.AF_UNIX, named.getsockname()),
        "socket_pair": socket.socketpair,
        "fork": fork,
        "thread": thread,
        "exec": lambda: os.execv("/nothing-here", ["x"]),
        "spawn": lambda: subprocess.run(["true"], check=True),
        "posix_spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
        "signal_parent": lambda: os.kill(parent, 0),
        "change_user": lambda: os.setuid(os.getuid()),
        "change_limits": change_limits,
        "executable_memory": lambda: mmap.mmap(-1, 4096, prot=7),
        "make_memory_executable": make_executable,
        "own_signals": lambda: fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid()),
        "fake_typing": lambda: fcntl.ioctl(tcp.fileno(), 0x5412, b"x"),
        "change_root": lambda: os.chroot(folder),
    }
    numbers = EVERYWHERE | NUMBERS.get(platform.machine(), {})
    for name, number in numbers.items():
        tried[f"call_{name}"] = lambda number=number: _call(libc, number)  # type: ignore[misc]
    return tried


def _call(libc: ctypes.CDLL, number: int) -> None:
    """Make a system call whose arguments make no sense: only a filter answers EPERM to that."""
    bad = ctypes.c_long(-1)
    if libc.syscall(ctypes.c_long(number), bad, bad, bad, bad, bad, bad) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def enter(layer: str) -> None:
    """Lock this process up with one layer, or as the page process does."""
    if layer == "all":
        child.prepare()
    elif layer != "none":
        jail.prctl(jail.PR_SET_NO_NEW_PRIVS, 1)
        locked = landlock.restrict() if layer == "landlock" else seccomp.restrict()
        if not locked:
            raise SystemExit(f"no {layer}")


def outcome(attempt: Callable[[], object]) -> str:
    """Make an attempt; say how it ended."""
    try:
        attempt()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))
    return "out"


def main() -> None:
    """Run the attempts named on the command line, or all."""
    layer, folder, *names = sys.argv[1:]
    tried = attempts(Path(folder))
    enter(layer)
    chosen = names or list(tried)
    sys.stdout.write(json.dumps({name: outcome(tried[name]) for name in chosen}))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
