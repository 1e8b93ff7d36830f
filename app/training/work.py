"""The long work behind the training window, as generators that run off its thread."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from pathlib import Path

import msgspec
import psutil
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from app.process import start_apart
from app.task import CancelToken, Work
from app.training.values import Base, News, Prepared
from app.training.watch import OUTPUT, RunWatch, works_on
from finetune import hygiene, in_use, negatives, runs
from finetune import split as splitting
from finetune.adapters import AdapterLibrary
from finetune.effort import questions_of
from finetune.errors import AdapterInvalid, NothingToTrain
from finetune.estimate import estimate, measured_flops
from finetune.examples import ExampleStore
from finetune.fingerprint import base_fingerprint
from finetune.launch import train_command
from finetune.plan import TrainPlan
from finetune.protocol import Control
from finetune.runs import RunRow
from finetune.tokens import counter
from finetune.types import Crop, Side
from vlm import catalogue, parted, paths
from vlm.errors import DeskError

GONE_SECONDS = 10.0
"""How long a process that was killed may take to be gone."""
CHANGED = "The examples have changed since you looked. Look at them again, then start."


def root() -> Path:
    """Return the folder that holds the run folders."""
    return paths.data_dir() / "runs"


def bases() -> Work:
    """Look which models can be taught. Yields a tuple of `Base`, the smallest first."""

    def work(token: CancelToken) -> Generator[tuple[Base, ...], None, None]:
        found = [model for model in catalogue.scan() if model.runnable]
        found.sort(key=lambda model: (model.weights, model.name))
        yield tuple(
            Base(str(model.folder), model.name, parted.reads_parts(model.folder)) for model in found
        )

    return work


def prepare(
    file: Path, plan: TrainPlan, images: int, flops: float, name: str, reads: str = ""
) -> Work:
    """Look at the examples as a run would take them. Yields one `Prepared`.

    Args:
        file: The examples.
        plan: Its base's fingerprint is filled in here.
        images: In how many pictures an example is shown on average.
        flops: How fast this machine is, 0 to measure.
        name: What the person called it.
        reads: Which tuned version of the base reads now, see `in_use.readers`.
    """

    def work(token: CancelToken) -> Generator[Prepared, None, None]:
        base = Path(plan.base)
        whole = msgspec.structs.replace(plan, base_fingerprint=base_fingerprint(base))
        speed = flops or measured_flops()
        if token.cancelled:
            return
        yield _prepared(file, whole, images, speed, reads, _name_problem(name))

    return work


def _prepared(
    file: Path, plan: TrainPlan, images: int, flops: float, reads: str, problem: str
) -> Prepared:
    count = counter(Path(plan.base))
    with ExampleStore(file) as store:
        own, printed = list(store.all()), store.printed_pages()
    divided = splitting.split(own, plan.seed, texts=printed)
    pairs, sides = negatives.with_borrowed(own, divided, plan.seed)
    everything = own + [negative for negative, _ in pairs]
    shown = {negative.id: source for negative, source in pairs}
    refusals = hygiene.refusals(everything, sides, count, plan.longest_answer)
    preview = hygiene.preview(everything, sides, count)
    learned, held = (
        questions_of(everything, set(ids), printed) for ids in (sides.train, sides.held_out)
    )
    tested = [example for example in everything if example.id in set(sides.held_out)]
    fingerprint = plan.base_fingerprint
    used = in_use.readers(reads, tested, fingerprint, AdapterLibrary(), root())
    guess = estimate(plan, learned, held, images, flops, versions=3 if used else 2)
    return Prepared(
        plan, tuple(everything), shown, sides, refusals, preview, guess, flops, problem, used
    )


def _name_problem(name: str) -> str:
    """Return why a name cannot be given, "" when it can."""
    if not name.strip():
        return "Give the new version a name."
    try:
        AdapterLibrary().require_free(name.strip())
    except AdapterInvalid as error:
        return str(error).replace("adapter", "version")
    taken = (runs.read_plan(run).name.casefold() for run in _readable(runs.found(root())))
    if name.strip().casefold() in taken:
        return f"There is already a training called “{name.strip()}”."
    return ""


def _readable(found: list[Path]) -> Generator[Path, None, None]:
    for run in found:
        try:
            runs.read_plan(run)
        except DeskError:
            continue
        yield run


def rows_file(file: Path, prepared: Prepared) -> Work:
    """Write the rows down for the process that counts their tokens. Yields the file's path.

    Their pictures stay behind; the caller removes the file.
    """

    def work(token: CancelToken) -> Generator[Path, None, None]:
        handle, name = tempfile.mkstemp(prefix="count-", dir=paths.cache_dir())
        with os.fdopen(handle, "wb") as target, ExampleStore(file) as store:
            for row in _rows(store, prepared):
                target.write(msgspec.json.encode(row) + b"\n")
        yield Path(name)

    return work


def _rows(store: ExampleStore, prepared: Prepared) -> Generator[RunRow, None, None]:
    sides: dict[str, Side] = {row.id: row.side for row in prepared.preview.rows}
    for example in prepared.examples:
        if example.id in sides:
            source = prepared.shown.get(example.id, example.id)
            yield runs.row_of(example, sides[example.id], _crop(store, source))


def _crop(store: ExampleStore, id: str) -> Crop:
    try:
        return store.crop(id)
    except KeyError as error:
        raise NothingToTrain(CHANGED) from error


def picture(file: Path, id: str, source: str, size: QSize) -> Work:
    """Read the picture of an example in small. Yields its id and a `QImage`.

    Args:
        file: The examples.
        id: The example.
        source: The one whose picture it shows.
        size: Not larger than this.
    """

    def work(token: CancelToken) -> Generator[tuple[str, QImage], None, None]:
        with ExampleStore(file) as store:
            image = QImage.fromData(_crop(store, source).picture)
        smooth = Qt.TransformationMode.SmoothTransformation
        yield id, image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, smooth)

    return work


def start(file: Path, prepared: Prepared, name: str, watch: RunWatch) -> Work:
    """Freeze what was prepared and start its process. Yields the run folder.

    Fails with a sentence when the examples are others than those that were prepared, or the name
    cannot be given any more.
    """

    def work(token: CancelToken) -> Generator[Path, None, None]:
        problem = _name_problem(name)
        if problem:
            raise AdapterInvalid(problem)
        now = _prepared(file, prepared.plan, 1, prepared.flops, "", "")
        if (now.examples, now.split) != (prepared.examples, prepared.split):
            raise NothingToTrain(CHANGED)
        plan = msgspec.structs.replace(prepared.plan, name=name.strip())
        with ExampleStore(file) as store:
            run = runs.freeze(
                root(),
                plan,
                prepared.examples,
                prepared.split,
                lambda id: _crop(store, prepared.shown.get(id, id)),
                prepared.readers,
            )
        _launch(run, watch)
        yield run

    return work


def go_on(run: Path, watch: RunWatch, control: Control) -> Work:
    """Start the process of a run that has none. Yields the run folder.

    A process of another window that came first goes on; this one then ends by itself.
    """

    def work(token: CancelToken) -> Generator[Path, None, None]:
        runs.ask(run, control)
        if not watch.process(run):
            _launch(run, watch)
        yield run

    return work


def _launch(run: Path, watch: RunWatch) -> None:
    if not start_apart(train_command(run), run / OUTPUT):
        raise NothingToTrain("The training process could not be started.")
    watch.launched(run)


def ask(run: Path, control: Control) -> Work:
    """Tell a run what is wanted of it. Yields the run folder."""

    def work(token: CancelToken) -> Generator[Path, None, None]:
        runs.ask(run, control)
        yield run

    return work


def discard(run: Path, watch: RunWatch) -> Work:
    """End the process of a run and remove its folder. Yields the run folder."""

    def work(token: CancelToken) -> Generator[Path, None, None]:
        id = watch.process(run)
        if works_on(id, run):
            try:
                process = psutil.Process(id)
                process.kill()
                process.wait(GONE_SECONDS)
            except psutil.NoSuchProcess:
                pass  # it ended by itself meanwhile
            except psutil.TimeoutExpired as error:
                raise NothingToTrain("The training process does not end.") from error
        runs.discard(run)
        yield run

    return work


def look(watch: RunWatch) -> Work:
    """Look at all runs. Yields one tuple of `News`, newest first."""

    def work(token: CancelToken) -> Generator[tuple[News, ...], None, None]:
        yield tuple(watch.look())

    return work
