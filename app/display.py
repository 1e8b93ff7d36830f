"""Whether a window can be shown on this system, and if not, what to install. Knows no Qt.

Qt ends the process with a message for programmers when a library or a display is missing, so this
is found out before Qt is touched.
"""

from __future__ import annotations

import ctypes
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

IMPORTED = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
"""What Qt needs to be imported on Linux, with the Debian package of each."""
SHOWN = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""What Qt needs to show a window under X11."""
NO_DISPLAY = (
    "There is no display to open a window on. Ask in the terminal instead: "
    'vlm-desk ask FILE "QUESTION"'
)
LIBRARIES = "The window needs system libraries that are missing. Install them with: {command}"


def missing(libraries: Mapping[str, str]) -> list[str]:
    """Return the packages of the shared libraries that cannot be loaded."""
    packages: list[str] = []
    for library, package in libraries.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            packages.append(package)
    return packages


def obstacle(environment: Mapping[str, str]) -> str:
    """Return "" when a window can be shown, else the plain sentence that says why not."""
    if sys.platform != "linux":
        return ""
    if sentence := _library_obstacle(IMPORTED):
        return sentence
    platform = environment.get("QT_QPA_PLATFORM", "")
    if platform and platform.split(":")[0].split(";")[0] not in ("xcb", "wayland"):
        return ""
    if platform != "xcb" and _wayland_answers(environment):
        return ""
    if not _x11_answers(environment.get("DISPLAY", "")):
        return NO_DISPLAY
    return _library_obstacle(SHOWN)


def _library_obstacle(libraries: Mapping[str, str]) -> str:
    packages = missing(libraries)
    command = "sudo apt-get install " + " ".join(packages)
    return LIBRARIES.format(command=command) if packages else ""


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    name = environment.get("WAYLAND_DISPLAY", "")
    folder = environment.get("XDG_RUNTIME_DIR", "")
    return bool(name) and _answers(socket.AF_UNIX, str(Path(folder) / name))


def _x11_answers(display: str) -> bool:
    """Tell whether an X server listens at ``host:number.screen``."""
    host, colon, number = display.rpartition(":")
    digits = number.split(".")[0]
    if not colon or not digits.isdigit():
        return False
    if host in ("", "unix"):
        place = f"/tmp/.X11-unix/X{digits}"
        return _answers(socket.AF_UNIX, place) or _answers(socket.AF_UNIX, f"\0{place}")
    try:
        with socket.create_connection((host, 6000 + int(digits)), timeout=2):
            return True
    except OSError:
        return False


def _answers(family: int, place: str) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as caller:
        caller.settimeout(2)
        try:
            caller.connect(place)
        except OSError:
            return False
        return True
