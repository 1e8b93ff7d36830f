"""Between the window of the tuned versions and this computer."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app import dialogs
from app.adapters import words, work
from app.adapters.dialog import VersionsDialog
from app.adapters.merge import FullExport
from app.adapters.values import Exporting, Listing, Renamed, Version, Wearing, Written
from app.dialogs import Prompt
from app.task import Ended, Failed, Task, Tasks, Work
from finetune.adapters import Adapter

_REMOVE, _KEEP = "Remove", "Keep"


class Versions(QObject):
    """The window with everything behind it; lives as long as the main window.

    Signals:
        changed(): There are other versions than before.
        use_wanted(str): Read with this version; "" for the model as it came.
        by_page_wanted(bool): Whether the version is to be chosen page by page.
        renamed(str, str): The old and the new name of a version.
        removed(str): The name of a version that is gone.

    Args:
        parent: The main window; this one lies above it.
        lane: Does the long work, one after the other.
    """

    changed = Signal()
    use_wanted = Signal(str)
    by_page_wanted = Signal(bool)
    renamed = Signal(str, str)
    removed = Signal(str)

    def __init__(self, parent: QWidget | None, lane: Tasks) -> None:
        super().__init__(parent)
        self.dialog = VersionsDialog(parent)
        self.full = FullExport(self)
        self._lane = lane
        self._wearing = Wearing()
        dialog = self.dialog
        dialog.shown.connect(self.changed)
        dialog.use_pressed.connect(self.use_wanted)
        dialog.by_page_toggled.connect(self.by_page_wanted)
        dialog.renamed.connect(self._on_rename)
        dialog.remove_pressed.connect(self._on_remove)
        dialog.export_pressed.connect(self._on_export)
        dialog.import_pressed.connect(self._on_import)
        dialog.stop_pressed.connect(self.full.stop)
        self.full.progressed.connect(dialog.show_exporting)
        self.full.ended.connect(self._on_exported)

    @Slot()
    def open(self) -> None:
        """Show the window."""
        self.dialog.show()
        self.dialog.activateWindow()

    def show_listing(self, listing: Listing) -> None:
        """Show which versions there are."""
        self.dialog.show_listing(listing)

    def show_wearing(self, wearing: Wearing) -> None:
        """Show which version reads."""
        self._wearing = wearing
        self.dialog.show_wearing(wearing)

    def say(self, sentence: str) -> None:
        """Say something at the foot of the window."""
        self.dialog.say(sentence)

    def shutdown(self) -> None:
        """End what is being exported."""
        self.full.shutdown()

    @Slot(object, str)
    def _on_rename(self, version: Version, new: str) -> None:
        self._do(work.rename(version.name, new)).value.connect(self._on_renamed)

    @Slot(object)
    def _on_remove(self, version: Version) -> None:
        prompt = Prompt(
            f"Remove “{version.name}”?",
            words.removal(version.name),
            (_REMOVE, _KEEP),
            for_good=True,
        )
        reply = dialogs.ask(self.dialog, prompt)
        if reply is not None and reply.choice == _REMOVE:
            self._do(work.remove(version.name)).value.connect(self._on_removed)

    @Slot(object, bool)
    def _on_export(self, version: Version, full: bool) -> None:
        title = "Export as a full model" if full else "Export for peft"
        folder = dialogs.choose_folder(self.dialog, title, str(Path.home()))
        if not folder:
            return
        target = _fresh(Path(folder), version.name)
        if not full:
            self._do(work.export(version.name, target)).value.connect(self._on_written)
        elif self.full.running:
            self.say("One full model is being written already.")
        elif self._wearing.model is not None:
            base = Path(self._wearing.model.folder)
            self.full.start(version.name, base, Path(version.adapter.folder), target)

    @Slot(object)
    def _on_exported(self, end: Exporting) -> None:
        self.dialog.show_exporting(None)
        self.say(end.text)

    @Slot()
    def _on_import(self) -> None:
        model = self._wearing.model
        if model is None:
            self.say(words.NO_MODEL)
            return
        folder = dialogs.choose_folder(self.dialog, "Import a version", str(Path.home()))
        if folder:
            task = self._do(work.bring(Path(folder), Path(model.folder)))
            task.value.connect(self._on_imported)

    @Slot(object)
    def _on_renamed(self, done: Renamed) -> None:
        self.renamed.emit(done.old, done.new)

    @Slot(object)
    def _on_removed(self, name: str) -> None:
        self.removed.emit(name)

    @Slot(object)
    def _on_written(self, done: Written) -> None:
        self.say(words.exported(done.name, done.target))

    @Slot(object)
    def _on_imported(self, done: Adapter) -> None:
        self.say(words.imported(done.name))

    def _do(self, change: Work) -> Task:
        """Change something on this computer, then look anew; a refusal is said at the foot."""
        task = self._lane.start(change)
        task.ended.connect(self._on_done)
        return task

    @Slot(object)
    def _on_done(self, end: Ended) -> None:
        if isinstance(end, Failed):
            self.say(work.sentence(end.error, words.BUG))
        self.changed.emit()


def _fresh(folder: Path, name: str) -> Path:
    """Return a folder inside another that is not there yet."""
    number, target = 2, folder / name
    while target.exists():
        target = folder / f"{name} {number}"
        number += 1
    return target
