"""What the main window holds of the gate: opens a run's measure, hands on what is to be used.

gate = GateDoor(window)
training.gate_wanted.connect(gate.open)
gate.use_wanted.connect(versions.use_tuned)
gate.back_wanted.connect(versions.go_back)
gate.opened.connect(lambda row: desk.look_at(row.page, row.box))
asking.model_changed.connect(gate.set_model)
...
gate.shutdown()
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.adapters.values import Tuned
from app.task import Ended, Failed, Tasks
from vlm.errors import DeskError
from vlm.types import ModelInfo

if TYPE_CHECKING:
    from app.gate.values import Kept, Line, Story
    from app.gate.window import GateWindow
    from finetune.adapters import Adapter


class GateDoor(QObject):
    """Shows one run's measure at a time.

    Signals:
        use_wanted(object): `Tuned`, what the person wants to read with.
        back_wanted(): The person wants to read as before that again.
        opened(object): `RunRow` whose page and box are to be shown in the main window.
        said(str): A sentence for the main window.

    Args:
        window: The main window.
    """

    use_wanted = Signal(object)
    back_wanted = Signal()
    opened = Signal(object)
    said = Signal(str)

    def __init__(self, window: QWidget | None = None) -> None:
        super().__init__(window)
        self._main = window
        self._lane = Tasks(1, self)
        self._model: ModelInfo | None = None
        self._story: Story | None = None
        self.window: GateWindow | None = None

    @Slot(object)
    def open(self, run: Path) -> None:
        """Show what the measure of a run found."""
        from app.gate import work

        task = self._lane.start(work.read(run))
        task.value.connect(self._on_story)
        task.ended.connect(self._on_ended)

    @Slot(object)
    def set_model(self, model: ModelInfo | None) -> None:
        """Say which model reads now; None while none does."""
        self._model = model
        self._show_use()

    def shutdown(self) -> None:
        """End all work and close the window; nothing is emitted after this."""
        self._lane.stop()
        if self.window is not None:
            self.window.close()
            self.window.deleteLater()
            self.window = None

    def _made(self) -> GateWindow:
        from app.gate.window import GateWindow

        # Without a parent, so that a page it opens in the main window is not hidden behind it.
        window = GateWindow()
        window.use_pressed.connect(self._on_use)
        window.back_pressed.connect(self.back_wanted)
        window.browser.chosen.connect(self._on_chosen)
        window.browser.opened.connect(self._on_opened)
        return window

    def _show_use(self) -> None:
        story, model = self._story, self._model
        if self.window is None or story is None:
            return
        in_use = bool(story.version) and model is not None and model.adapter == story.version
        self.window.show_use(offered=story.gate.passed, in_use=in_use)

    @Slot(object)
    def _on_story(self, story: Story) -> None:
        if self.window is None:
            self.window = self._made()
        self._story = story
        self.window.show_story(story)
        self._show_use()
        self.window.show()
        self.window.activateWindow()

    @Slot(object)
    def _on_chosen(self, line: Line) -> None:
        if self._story is None or line.row is None:
            return
        from app.gate import work

        task = self._lane.start(work.picture(self._story.run, line.row))
        task.value.connect(self._on_picture)

    @Slot(object)
    def _on_picture(self, kept: Kept) -> None:
        line = self.window.browser.list.current() if self.window is not None else None
        if self.window is None or line is None or line.judged.id != kept.id:
            return
        detail = self.window.browser.detail
        detail.picture.show_image(kept.image)
        if kept.image is None:
            from app.gate import words

            detail.say(words.NO_PICTURE)

    @Slot(object)
    def _on_opened(self, line: Line) -> None:
        if self.window is None:
            return
        page = line.row.page if line.row is not None else None
        if page is None or not Path(page.path).is_file():
            from app.gate import words

            self.window.browser.detail.say(words.moved(line))
            return
        self.opened.emit(line.row)
        if self._main is not None:
            self._main.raise_()
            self._main.activateWindow()

    @Slot()
    def _on_use(self) -> None:
        story = self._story
        if story is None or not story.gate.passed or self.window is None:
            return
        from app.adapters import work

        self.window.use.setEnabled(False)
        task = self._lane.start(work.adopt(story.run, story.plan.name))
        task.value.connect(self._on_adopted)
        task.ended.connect(self._on_ended)

    @Slot(object)
    def _on_adopted(self, adapter: Adapter) -> None:
        if self._story is None:
            return
        self._story = replace(self._story, version=adapter.name)
        self.use_wanted.emit(Tuned(self._story.plan.base, adapter))
        self._show_use()

    @Slot(object)
    def _on_ended(self, end: Ended) -> None:
        if self.window is not None:
            self.window.use.setEnabled(True)
        if not isinstance(end, Failed):
            return
        from app.gate import words

        sentence = str(end.error) if isinstance(end.error, DeskError) else words.BUG
        if self.window is not None and self.window.isVisible():
            self.window.say(sentence)
        else:
            self.said.emit(sentence)
