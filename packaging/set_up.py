"""Make `.venv` with pinned packages and name missing system libraries. Standard library only.

Run by `make`; on systems without make: `python packaging/set_up.py run` (or `check`).
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WANTED = {"run": "", "check": "[check]"}
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
"""What Qt needs of the system to be imported at all, with the Debian package of each."""
DISPLAY_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""What Qt needs of the system to show a window under X11."""


def missing_packages(libraries: dict[str, str]) -> list[str]:
    """Return the Debian packages of the shared libraries that cannot be loaded."""
    missing: list[str] = []
    for library, package in libraries.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def provide_libraries(packages: list[str]) -> None:
    """Install what is missing where an unattended build may, else say how.

    Raises:
        SystemExit: With the sentence that names the packages and the command.
    """
    command = "apt-get install --yes " + " ".join(packages)
    if os.environ.get("CI") and shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing system libraries: {command}", flush=True)
        for step in ("apt-get update --quiet", command):
            subprocess.run(step.split(), check=True, stdout=subprocess.DEVNULL)
        return
    raise SystemExit(f"System libraries are missing. Install them with: sudo {command}")


def fingerprint(extra: str) -> str:
    """Name the state of the pins that an environment was made from."""
    digest = hashlib.sha256(extra.encode() + sys.version.encode())
    for name in ("pyproject.toml", "packaging/constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def has_pip(python: Path) -> bool:
    """Tell whether an environment is whole enough to install packages into."""
    if not python.exists():
        return False
    asked = [str(python), "-m", "pip", "--version"]
    return subprocess.run(asked, check=False, capture_output=True).returncode == 0


def make_environment(extra: str) -> None:
    """Create `.venv` if need be and install the pinned packages into it."""
    python = VENV / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not has_pip(python):  # missing, or left half made when set-up was interrupted
        print("Making the Python environment in .venv", flush=True)
        try:
            venv.create(VENV, with_pip=True, clear=VENV.exists())
        except (subprocess.CalledProcessError, ImportError) as error:
            raise SystemExit(
                "Python cannot make environments here. On Debian and Ubuntu install it with: "
                "sudo apt-get install python3-venv"
            ) from error
    print("Installing the pinned packages (the first time takes a few minutes)", flush=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    constraints = ["--constraint", str(ROOT / "packaging" / "constraints.txt")]
    done = subprocess.run(
        [*pip, "install", "--quiet", *constraints, "--editable", f"{ROOT}{extra}"], check=False
    )
    if done.returncode:
        raise SystemExit(
            "The packages could not be installed; the lines above say why. "
            "Check the network connection and the free disk space, then run the same command."
        )


def main(arguments: list[str]) -> None:
    """Set up for `run` or for `check`; do nothing when that is already done."""
    goal = arguments[0] if arguments else "run"
    if sys.version_info < (3, 11):  # noqa: UP036 - older versions start this file too
        raise SystemExit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    if sys.platform == "linux":
        shown = bool(os.environ.get("DISPLAY")) and goal == "run"
        packages = missing_packages(LIBRARIES | (DISPLAY_LIBRARIES if shown else {}))
        if packages:
            provide_libraries(packages)
    extra = WANTED[goal]
    stamp = VENV / f".set-up-{goal}"
    state = fingerprint(extra)
    if not stamp.exists() or stamp.read_text() != state:
        make_environment(extra)
        stamp.write_text(state)


if __name__ == "__main__":
    main(sys.argv[1:])
