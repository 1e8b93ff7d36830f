import sys

import psutil
from pytestqt.qtbot import QtBot

from app.process import Ended, How, Program

ECHO = "import sys\nfor line in sys.stdin: print('heard', line.strip(), flush=True)\n"
DEAF = (
    "import signal, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('ready', flush=True)\n"
    "while True: time.sleep(60)\n"
)


def python(code: str, longest_line: int = 1000) -> Program:
    return Program([sys.executable, "-c", code], longest_line)


def run(qtbot: QtBot, program: Program) -> tuple[list[bytes], Ended]:
    lines: list[bytes] = []
    program.line.connect(lines.append)
    with qtbot.waitSignal(program.ended, timeout=10_000) as ended:
        program.start()
    assert ended.args is not None
    return lines, ended.args[0]


def test_its_lines_arrive_in_order_and_then_how_it_ended(qtbot: QtBot) -> None:
    lines, ended = run(qtbot, python("print('one'); print('two')"))
    assert lines == [b"one", b"two"]
    assert ended == Ended(How.FINISHED)


def test_another_exit_code_is_a_failure_and_its_last_words_are_kept(qtbot: QtBot) -> None:
    _, ended = run(qtbot, python("import sys; sys.exit('no luck')"))
    assert (ended.how, ended.code) == (How.FAILED, 1)
    assert "no luck" in ended.complaints


def test_a_signal_from_elsewhere_is_a_crash(qtbot: QtBot) -> None:
    _, ended = run(qtbot, python("import os; os.kill(os.getpid(), 9)"))
    assert (ended.how, ended.code) == (How.CRASHED, 9)


def test_a_program_that_is_not_there_ends_once(qtbot: QtBot) -> None:
    program = Program(["/no/such/program"], 1000)
    ends: list[Ended] = []
    program.ended.connect(ends.append)
    program.start()
    qtbot.waitUntil(lambda: bool(ends))
    assert [end.how for end in ends] == [How.NOT_STARTED]
    program.end()
    assert len(ends) == 1


def test_what_is_written_reaches_it_and_closing_its_input_ends_it(qtbot: QtBot) -> None:
    program = python(ECHO)
    with qtbot.waitSignal(program.line, timeout=10_000) as heard:
        program.start()
        program.write(b"hello\n")
    assert heard.args == [b"heard hello"]
    with qtbot.waitSignal(program.ended, timeout=10_000) as ended:
        program.stop()
    assert ended.args is not None
    assert ended.args[0].how is How.STOPPED
    program.write(b"too late\n")


def test_one_that_refuses_to_end_is_killed_after_the_grace(qtbot: QtBot) -> None:
    program = python(DEAF)
    with qtbot.waitSignal(program.line, timeout=10_000):
        program.start()
    pid = program.pid
    with qtbot.waitSignal(program.ended, timeout=10_000) as ended:
        program.stop(grace_ms=50)
    assert ended.args is not None
    assert (ended.args[0].how, ended.args[0].code) == (How.STOPPED, 9)
    assert not psutil.pid_exists(pid)


def test_end_waits_until_it_is_gone(qtbot: QtBot) -> None:
    program = python(DEAF)
    with qtbot.waitSignal(program.line, timeout=10_000):
        program.start()
    pid = program.pid
    program.end(grace_ms=50)
    assert not program.running
    assert not psutil.pid_exists(pid)


def test_a_line_without_end_is_refused(qtbot: QtBot) -> None:
    endless = "import sys\nwhile True: sys.stdout.write('x' * 100)\n"
    lines, ended = run(qtbot, python(endless))
    assert lines == []
    assert ended.how is How.TALKED_TOO_LONG


def test_a_program_dies_with_the_process_that_owns_it(qtbot: QtBot) -> None:
    owner = (
        "import os, sys\n"
        "from PySide6.QtCore import QCoreApplication, QTimer\n"
        "from app.process import Program\n"
        "app = QCoreApplication([])\n"
        f"child = Program([sys.executable, '-c', {ECHO!r}], 1000)\n"
        "child.line.connect(lambda line: (print(child.pid, flush=True), os.kill(os.getpid(), 9)))\n"
        "child.start(); child.write(b'hello\\n')\n"
        "app.exec()\n"
    )
    lines, ended = run(qtbot, python(owner))
    assert (ended.how, ended.code) == (How.CRASHED, 9)
    child = int(lines[0])
    qtbot.waitUntil(
        lambda: (
            not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE
        )
    )
