"""Between the pages that set a training up and the examples: prepares, counts, begins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from app.coalesce import Coalescer
from app.task import Ended, Failed, Task, Tasks
from app.training import fields, words, work
from app.training.counting import Counting
from app.training.expert_form import ExpertForm
from app.training.fields import Value
from app.training.preview_page import PreviewPage
from app.training.preview_painter import PICTURE_SIZE
from app.training.setup_page import SetupPage
from app.training.values import Base, Prepared
from finetune import plan as plans
from finetune.costs import Cost
from finetune.plan import TrainPlan
from vlm.errors import DeskError

USUAL_IMAGES = 5
"""In how many pictures a page is shown, until it is counted."""


class SettingUp(QObject):
    """Keeps what the person chose and looks at the examples anew when that changes.

    Signals:
        wanted(object, str): Begin with this `Prepared`, under this name.

    Args:
        file: The examples.
        setup: Where it is set up.
        expert: Every setting.
        preview: Exactly what would be learned.
        reads: Returns which tuned version reads with a model now, see `in_use.readers`.
    """

    wanted = Signal(object, str)

    def __init__(
        self,
        file: Path,
        setup: SetupPage,
        expert: ExpertForm,
        preview: PreviewPage,
        reads: Callable[[str], str] = lambda _: "",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._file = file
        self._readers = reads
        self._setup, self._expert, self._preview = setup, expert, preview
        self._lane = Tasks(1, self)
        self._pictures = Tasks(1, self)
        self._counting = Counting(self)
        self._due = Coalescer(self, per_second=3)
        self._bases: tuple[Base, ...] | None = None
        self._reads = ""
        self._own: dict[str, Value] = {}
        self._flops = 0.0
        self._prepared: Prepared | None = None
        self._preparing: Task | None = None
        self._costs: dict[str, Cost] = {}
        self._counted: object = None
        self._connect()

    def _connect(self) -> None:
        self._due.due.connect(self._prepare)
        self._setup.changed.connect(self._on_changed)
        self._setup.start_pressed.connect(self._on_start)
        self._expert.changed.connect(self._on_expert)
        self._expert.reset_pressed.connect(self._on_reset)
        self._preview.model.picture_wanted.connect(self._on_picture_wanted)
        self._counting.counted.connect(self._on_counted)
        self._counting.failed.connect(self._preview.say)

    @property
    def prepared(self) -> Prepared | None:
        """What was found at the last look, None before it."""
        return self._prepared

    def set_model(self, folder: str) -> None:
        """Say which model reads now: it is the one that is taught unless another is chosen."""
        self._reads = folder

    @Slot()
    def refresh(self) -> None:
        """Look at the models and the examples."""
        self._setup.show_trouble("")
        task = self._lane.start(work.bases())
        task.value.connect(self._on_bases)

    def suggest(self, taken: set[str]) -> None:
        """Suggest a name that is not taken yet, when there is none."""
        if not self._setup.name.text():
            number = 1
            while f"version {number}" in taken:
                number += 1
            self._setup.name.setText(f"Version {number}")

    def show_trouble(self, sentence: str) -> None:
        """Show why it did not begin."""
        self._setup.show_trouble(sentence)
        self._due.touch()

    def clear(self) -> None:
        """Forget the name after a run has begun with it."""
        self._setup.name.clear()

    def shutdown(self) -> None:
        """End all work; nothing is emitted after this."""
        self._due.drop()
        self._counting.stop()
        self._lane.stop()
        self._pictures.stop()

    def _plan(self) -> TrainPlan | None:
        folder = self._setup.base_folder
        if not folder:
            return None
        made = plans.preset(self._setup.preset.preset, words.TITLE, folder, "")
        return fields.changed(made, self._own)

    @Slot(object)
    def _on_bases(self, bases: tuple[Base, ...]) -> None:
        if bases != self._bases:
            chosen = self._setup.base_folder if self._bases else ""
            self._bases = bases
            self._setup.show_bases(bases, chosen or self._reads)
        if not bases:
            self._setup.show_waiting(words.NO_MODEL)
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        self._setup.start.setEnabled(False)
        self._setup.show_trouble("")
        self._show_expert()
        self._due.touch()

    def _show_expert(self) -> None:
        plan = self._plan()
        if plan is not None:
            if self._own:
                preset = plans.preset(self._setup.preset.preset, words.TITLE, plan.base, "")
                same = {key for key, own in self._own.items() if fields.value(preset, key) == own}
                self._own = {key: own for key, own in self._own.items() if key not in same}
            if not self._expert.isVisible():
                self._expert.show_plan(plan, bool(self._own))
            self._expert.reset.setEnabled(bool(self._own))
        self._setup.show_own(len(self._own))

    @Slot()
    def _prepare(self) -> None:
        plan = self._plan()
        if plan is None:
            return
        if self._preparing is not None:
            self._preparing.abandon()
        images = self._images()
        name = self._setup.name.text()
        reads = self._readers(plan.base)
        what = work.prepare(self._file, plan, images, self._flops, name, reads)
        self._preparing = self._lane.start(what)
        self._preparing.value.connect(self._on_prepared)
        self._preparing.ended.connect(self._on_prepare_ended)

    def _images(self) -> int:
        """Return in how many pictures an example is shown, rounded up."""
        if not self._costs:
            return USUAL_IMAGES
        return -(-sum(cost.images for cost in self._costs.values()) // len(self._costs))

    @Slot(object)
    def _on_prepared(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._flops = prepared.flops
        key = (prepared.plan.base_fingerprint, prepared.plan.splitting, prepared.preview.rows)
        if key != self._counted:
            self._counted, self._costs = key, {}
            self._counting.stop()
            if prepared.preview.rows:
                task = self._lane.start(work.rows_file(self._file, prepared))
                task.value.connect(self._on_rows)
        self._setup.show_prepared(prepared)
        self._preview.show_prepared(prepared, self._costs)

    @Slot(object)
    def _on_prepare_ended(self, end: Ended) -> None:
        self._preparing = None
        if not isinstance(end, Failed):
            return
        self._prepared = None
        known = isinstance(end.error, DeskError)
        self._setup.show_trouble(str(end.error) if known else words.BUG)

    @Slot(object)
    def _on_rows(self, file: Path) -> None:
        if self._prepared is None:
            file.unlink(missing_ok=True)
            return
        plan = self._prepared.plan
        self._counting.start(Path(plan.base), file, plan.splitting)

    @Slot(object)
    def _on_counted(self, costs: dict[str, Cost]) -> None:
        self._costs = costs
        if self._prepared is not None:
            self._preview.show_prepared(self._prepared, costs)
        self._due.touch()  # what it takes is known better now

    @Slot(object)
    def _on_expert(self, values: dict[str, Value]) -> None:
        self._own = dict(values)
        self._on_changed()

    @Slot()
    def _on_reset(self) -> None:
        self._own = {}
        plan = self._plan()
        if plan is not None:
            self._expert.show_plan(plan, own=False)
        self._on_changed()

    @Slot()
    def _on_start(self) -> None:
        if self._prepared is not None:
            self._setup.start.setEnabled(False)
            self.wanted.emit(self._prepared, self._setup.name.text())

    @Slot(str)
    def _on_picture_wanted(self, id: str) -> None:
        if self._prepared is None:
            return
        source = self._prepared.shown.get(id, id)
        task = self._pictures.start(work.picture(self._file, id, source, PICTURE_SIZE * 2))
        task.value.connect(self._on_picture)

    @Slot(object)
    def _on_picture(self, found: tuple[str, QImage]) -> None:
        self._preview.model.show_picture(*found)
