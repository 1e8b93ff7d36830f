"""One run, live or over: what it does, its curves, its numbers, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from app import figures, theme
from app.labels import Elided, Role, label, sized
from app.training import progress_words, run_words, words
from app.training.parts import EDGE, Line, button, card, scrolling
from app.training.plot_place import PlotPlace
from app.training.values import LEARNS, Phase, Run
from finetune.hindrances import ANSWERING
from finetune.loop import DISK_FULL
from finetune.protocol import Preparing, Waiting

_STEPS = 1000
_NOT_TO_CHOOSE = (ANSWERING, DISK_FULL)
"""What a run waits for and a person cannot decide to go on without."""
_GOES_ON = frozenset({Phase.DIED, Phase.FAILED, Phase.STOPPED})


class RunPage(QWidget):
    """Shows a run.

    Signals:
        pause_pressed(): Wait after this step, or this question of the measure.
        resume_pressed(): Go on: after a pause, or with a new process.
        stop_pressed(): End now, keep and measure what was learned.
        leave_pressed(): End the measure for now, the rest of it can be asked later.
        anyway_pressed(): Go on although battery or memory speak against it.
        discard_pressed(): Remove all of it.
        measure_pressed(): See the measure.
    """

    pause_pressed = Signal()
    resume_pressed = Signal()
    stop_pressed = Signal()
    leave_pressed = Signal()
    anyway_pressed = Signal()
    discard_pressed = Signal()
    measure_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QHBoxLayout()
        self.name = Elided("")
        self.about = label("", Role.MUTED, wrap=True)
        self.state = Line()
        self.state.text.setFont(sized(self.state.text.font(), Role.HEADING))
        self.sentence = label("", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("How far it is")
        self.advice = label("", Role.MUTED, wrap=True)
        self.place = PlotPlace("Curves appear with the first steps.")
        self.numbers = {
            name: label("–")
            for name in (
                progress_words.TIME_LEFT,
                "Examples a second",
                "Memory",
                "Best at",
                "Before → after",
            )
        }
        self.left_title = label(progress_words.TIME_LEFT, Role.MUTED)
        self.pause = button("Pause", self.pause_pressed.emit, "pause")
        self.resume = button(words.GO_ON, self.resume_pressed.emit, "", "primary")
        self.anyway = button("Go on anyway", self.anyway_pressed.emit)
        self.stop = button("Stop and keep", self.stop_pressed.emit)
        self.leave = button("Stop measuring", self.leave_pressed.emit)
        self.discard = button("Discard…", self.discard_pressed.emit, "delete", "quiet")
        self.measure = button(words.SHOW_MEASURE, self.measure_pressed.emit, "", "primary")
        self._lay_out()

    def show_run(self, run: Run, wish: str) -> None:
        """Show a run as it is now; `wish` is what was asked of it last."""
        self._show_name(run.plan.name)
        self.about.setText(run_words.about(run))
        self.state.say(words.headline(run), words.tone(run))
        self.sentence.setText(words.state(run, wish))
        self._show_bar(run)
        gate = run.gate if run.phase is Phase.MEASURED else None
        advice = " ".join(gate.advice) if gate is not None and not gate.passed else ""
        self.advice.setText(advice)
        self.advice.setVisible(bool(advice))
        self._show_curves(run)
        self._show_numbers(run)
        self._show_buttons(run, wish)

    def _show_name(self, name: str) -> None:
        if self.name.accessibleName() != name:
            made = Elided(name)
            made.setFont(sized(made.font(), Role.TITLE))
            made.setMinimumHeight(made.fontMetrics().height() + 2)
            self.name.hide()
            self._title.replaceWidget(self.name, made)
            self.name.deleteLater()
            self.name = made

    def _show_bar(self, run: Run) -> None:
        now, tale = run.tale.now, run.tale
        fraction = tale.step / tale.steps if tale.steps else 0.0
        if run.phase is Phase.PREPARING and isinstance(now, Preparing):
            fraction = now.fraction
        if tale.ended is not None and tale.asked.total:
            fraction = tale.asked.done / tale.asked.total
        busy = run.phase in (Phase.STARTING, Phase.SAVING)
        self.bar.setRange(0, 0 if busy else _STEPS)
        self.bar.setValue(round(fraction * _STEPS))
        self.bar.setVisible(run.phase is not Phase.MEASURED)

    def _show_curves(self, run: Run) -> None:
        if self.place.plot is None:
            return
        from app.training.curves import Curve  # the library is there when the plot is

        tale = run.tale
        self.place.show_curves(
            (
                Curve(words.LEARNED_CURVE, tuple(tale.losses), 0, noisy=True),
                Curve(words.WATCHED_CURVE, tuple(tale.scores), 1, best=tale.best_step),
            )
        )

    def _show_numbers(self, run: Run) -> None:
        tale = run.tale
        title, left = progress_words.now(run)
        self.left_title.setText(title)
        shown = {
            progress_words.TIME_LEFT: left,
            "Examples a second": words.speed(tale.examples_a_second),
            "Memory": figures.size(tale.memory_bytes) if tale.memory_bytes else "–",
            "Best at": f"step {figures.whole(tale.best_step)}" if tale.best_step else "–",
            "Before → after": words.scores(run.gate) if run.gate is not None else "–",
        }
        for name, text in shown.items():
            self.numbers[name].setText(text)

    def _show_buttons(self, run: Run, wish: str) -> None:
        phase = run.phase
        focused = self.focusWidget()
        measures = run.measures
        learns = phase in LEARNS and not measures
        waits = phase is Phase.PAUSED or ((learns or measures) and wish == "pause")
        self.pause.setVisible((learns or measures) and not waits)
        self.pause.setEnabled(wish != ("leave" if measures else "stop"))
        self.resume.setVisible(waits or phase in _GOES_ON)
        self.resume.setText(words.AGAIN if phase is Phase.STOPPED else words.GO_ON)
        held = isinstance(run.tale.now, Waiting) and run.tale.now.text not in _NOT_TO_CHOOSE
        self.anyway.setVisible(phase is Phase.WAITING and held)
        can_stop = learns or (phase in _GOES_ON and run.tale.step > 0 and not run.tale.ended)
        self.stop.setVisible(can_stop)
        self.stop.setEnabled(wish != "stop" or not run.process)
        self.stop.setText("Stopping…" if wish == "stop" and run.process else "Stop and keep")
        self.leave.setVisible(measures)
        self.leave.setEnabled(wish != "leave")
        self.leave.setText("Stopping…" if wish == "leave" else "Stop measuring")
        self.measure.setVisible(phase is Phase.MEASURED and run.gate is not None)
        if focused in (self.pause, self.resume) and focused.isHidden():
            (self.resume if focused is self.pause else self.pause).setFocus()

    def _lay_out(self) -> None:
        self._title.addWidget(self.name, 1)
        self._title.addWidget(self.discard)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addLayout(self._title)
        head.addWidget(self.about)
        frame, inside = card()
        inside.addWidget(self.state)
        inside.addWidget(self.sentence)
        inside.addWidget(self.advice)
        inside.addWidget(self.bar)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE)
        for part in (self.measure, self.resume, self.anyway, self.pause, self.stop, self.leave):
            row.addWidget(part)
        row.addStretch()
        inside.addSpacing(4)
        inside.addLayout(row)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(EDGE, theme.SPACE * 2, EDGE, theme.SPACE * 2)
        layout.setSpacing(theme.SPACE * 2)
        layout.addLayout(head)
        layout.addWidget(frame)
        layout.addWidget(self.place, 1)
        layout.addLayout(self._number_row())
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(scrolling(page, "The training"))

    def _number_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE + 4)
        for name, value in self.numbers.items():
            frame, inside = card()
            inside.setSpacing(2)
            inside.setContentsMargins(*[theme.SPACE + 4] * 4)
            title = self.left_title if name == progress_words.TIME_LEFT else label(name, Role.MUTED)
            title.setWordWrap(True)
            inside.addWidget(title)
            inside.addWidget(_large(value))
            inside.addStretch()
            row.addWidget(frame, 1)
        return row


def _large(value: QLabel) -> QLabel:
    value.setFont(sized(value.font(), Role.HEADING))
    value.setWordWrap(True)
    value.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    return value
