"""A killed program loses at most the last second of typing: real processes, real kills."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.session import SessionFile

TYPIST = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.shell import Folders, Shell, Start
from app.single import Place, Wish
from tests.app.viewer.sample import LocalSource
from vlm import children, models, paths

models.default_folder = lambda: None
application = QApplication([])
folders = Folders(paths.config_dir(), paths.data_dir(), paths.log_dir())
place = Place(folders.data)
assert place.take()
engine = lambda: children.command("fake-engine")
shell = Shell(application, folders, place, Start(Wish((sys.argv[1],))), engine, LocalSource)
typed = 0

def type_one():
    global typed
    if shell.furniture is None or not shell.furniture.tabs.paths:
        return
    typed += 1
    shell.furniture.panel.composer.line.insertPlainText(f"{typed} ")
    print(typed, time.time(), flush=True)

timer = QTimer()
timer.timeout.connect(type_one)
timer.start(20)
application.exec()
"""
SECONDS = 1.0


@pytest.mark.parametrize("seed", range(2))
def test_at_most_a_second_of_typing_is_lost(
    own_home: Path, two: tuple[str, str], seed: int
) -> None:
    command = [sys.executable, "-c", TYPIST, two[0]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        typed = [float(process.stdout.readline().split()[1])]
        after = time.time() + 1.0 + random.Random(seed).random()
        while time.time() < after:
            typed.append(float(process.stdout.readline().split()[1]))
        os.kill(process.pid, signal.SIGKILL)
        killed = time.time()
        typed += [float(line.split()[1]) for line in process.stdout]
    file = SessionFile(own_home / "config" / "session.json")
    (tab,) = file.load().tabs
    assert file.complaint == ""
    kept = [int(word) for word in tab.draft.split()]
    assert kept == list(range(1, len(kept) + 1))
    lost = typed[len(kept) :]
    assert all(killed - moment <= SECONDS for moment in lost), killed - lost[0]
