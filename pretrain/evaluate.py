"""Measures a saved model: reading, questions, calibration, blindness, with Tesseract beside it."""

import json
import logging
import time
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from pretrain import scores, tesseract, testset
from pretrain.asking import Answered, SavedModel
from pretrain.documents.crops import Sample, TextKind
from pretrain.documents.fields import NOT_HERE
from pretrain.documents.views import Scope
from pretrain.fonts import FontSet
from pretrain.testset import Condition, grays_of
from vlm import line_reader

log = logging.getLogger(__name__)

PAGE_LONGEST_PX = 768


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report.

    Attributes:
        what: what was measured.
        count: on how many samples.
        ours: the model's scores by name.
        theirs: Tesseract's, empty when it is not installed or does not apply.
    """

    what: str
    count: int
    ours: dict[str, float]
    theirs: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Suite:
    """An evaluation in progress.

    Attributes:
        model: what is measured.
        fonts: seen and held out.
        rival: Tesseract's version, None when it is missing.
        answered: confidence and correctness of every question so far.
    """

    model: SavedModel
    fonts: FontSet
    rival: str | None
    answered: list[tuple[float, bool]] = field(default_factory=list)

    def _ask(self, samples: list[Sample]) -> list[Answered]:
        return [
            self.model.ask(testset.images_of(sample), sample.question, len(sample.answer) + 12)
            for sample in samples
        ]

    def reading(self, condition: Condition, kind: TextKind, count: int) -> Row:
        """Read crops; character error rates of the model and of the network that reads lines."""
        samples = testset.lines(condition, kind, count)
        wanted = [sample.answer for sample in samples]
        ours = [answer.text for answer in self._ask(samples)]
        theirs = {}
        if self.rival:
            read = [
                tesseract.read(testset.images_of(one)[0], "\n" in one.answer) for one in samples
            ]
            theirs = {"CER": scores.cer(read, wanted)}
        same = sum(a == b for a, b in zip(ours, wanted, strict=True)) / count
        read_by_line = [one.text for one in line_reader.shipped().read(grays_of(samples))]
        found = {"CER": scores.cer(ours, wanted), "exact": same}
        found["by line"] = scores.cer(read_by_line, wanted)
        return Row(f"read {kind.value}, {condition.name}", count, found, theirs)

    def asking(self, what: str, samples: list[Sample]) -> Row:
        """Ask questions; ANLS and exact match."""
        wanted = [[sample.answer] for sample in samples]
        answers = self._ask(samples)
        ours = [answer.text for answer in answers]
        self.answered += [
            (answer.confidence, answer.text == one[0])
            for answer, one in zip(answers, wanted, strict=True)
        ]
        theirs = {}
        if self.rival:
            read = [self._rules(sample) for sample in samples]
            theirs = {"ANLS": scores.anls(read, wanted), "exact": scores.exact(read, wanted)}
        found = {"ANLS": scores.anls(ours, wanted), "exact": scores.exact(ours, wanted)}
        return Row(what, len(samples), found, theirs)

    def _rules(self, sample: Sample) -> str:
        """Tesseract's answer; a split page is given to it whole, at the quarters' resolution."""
        images = testset.images_of(sample)
        if len(images) == 5:
            width, height = images[0].size
            whole = Image.new("RGB", (2 * width, 2 * height))
            for index, quarter in enumerate(images[:4]):
                whole.paste(quarter, ((index % 2) * width, (index // 2) * height))
            images = [whole]
        return tesseract.field_answer(tesseract.read(images[0], block=True), sample.question)

    def blindness(self, count: int) -> Row:
        """Loss of the right answers with the right image and with another sample's."""
        clean = testset.conditions(self.fonts)[0]
        samples = testset.lines(clean, TextKind.DIGITS8, count)
        own = swapped = 0.0
        for index, sample in enumerate(samples):
            other = samples[(index + 1) % count]
            answer = (sample.question, sample.answer)
            own += self.model.loss(testset.images_of(sample), *answer) / count
            swapped += self.model.loss(testset.images_of(other), *answer) / count
        return Row("blind check", count, {"loss": own, "loss swapped": swapped})

    def receipts(self, table: Path, count: int, split: bool) -> Row:
        """Ask about scanned receipts before any tuning: the first ``count`` questions."""
        rows = [json.loads(line) for line in table.read_text("utf-8").splitlines()][:count]
        ours, theirs = [], []
        for row in rows:
            page = Image.open(table.parent.parent / row["file"]).convert("RGB")
            if split:
                views = testset.split_views(page, PAGE_LONGEST_PX)
            else:
                views = testset.split_views(page, PAGE_LONGEST_PX)[4:]
            ours.append(self.model.ask(views, row["question"], 64).text)
            if self.rival and split:
                theirs.append(tesseract.field_answer(tesseract.read(page, True), row["question"]))
        wanted = [row["answers"] for row in rows]
        rival = {"ANLS": scores.anls(theirs, wanted)} if theirs else {}
        name = f"scanned receipts, {'split page' if split else 'page'}"
        found = {"ANLS": scores.anls(ours, wanted), "exact": scores.exact(ours, wanted)}
        return Row(name, len(rows), found, rival)

    def calibration(self) -> Row:
        """How far confidence is from being right, over every question asked so far."""
        confidence = [one for one, _ in self.answered]
        right = [one for _, one in self.answered]
        return Row("calibration", len(right), {"ECE": scores.calibration_error(confidence, right)})


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is measured.

    Attributes:
        lines: crops to read for each kind and condition.
        questions: crops of usual fields, of others and strips of documents, for each condition.
        pages: pages of each kind and scope.
        receipts: questions about scanned receipts, 0 to leave them out.
    """

    lines: int = 40
    questions: int = 40
    pages: int = 2
    receipts: int = 20


def evaluate(
    folder: Path, fonts: FontSet, amount: Amount, receipts: Path | None, device: str = "cpu"
) -> list[Row]:
    """Measure the model in ``folder`` with everything, in the order of the report."""
    suite = Suite(SavedModel(folder, device), fonts, tesseract.available())
    rows: list[Row] = []

    def keep(row: Row) -> None:
        rows.append(row)
        log.info("%s", line_of(row))

    kinds = (TextKind.DIGITS8, TextKind.NOISE, TextKind.NATURAL)
    for condition in testset.conditions(fonts):
        for kind in kinds:
            keep(suite.reading(condition, kind, amount.lines))
        samples = testset.forms(condition, amount.questions)
        keep(suite.asking(f"fields in a crop, {condition.name}", samples))
        samples = testset.other_forms(condition, amount.questions)
        keep(suite.asking(f"fields by new names, {condition.name}", samples))
        samples = testset.strips(condition, amount.questions)
        there = [sample for sample in samples if sample.answer != NOT_HERE]
        missing = [sample for sample in samples if sample.answer == NOT_HERE]
        keep(suite.asking(f"strips, {condition.name}", there))
        keep(suite.asking(f"strips without it, {condition.name}", missing))
    clean = testset.conditions(fonts)[0]
    for scope in Scope if amount.pages else ():
        samples = testset.pages(clean, scope, amount.pages)
        for document in dict.fromkeys(sample.kind for sample in samples):
            some = [sample for sample in samples if sample.kind == document]
            keep(suite.asking(f"{document}, {scope.value}", some))
    if receipts is not None and amount.receipts:
        keep(suite.receipts(receipts, amount.receipts, split=False))
        keep(suite.receipts(receipts, amount.receipts, split=True))
    keep(suite.blindness(min(amount.lines, 20)))
    keep(suite.calibration())
    return rows


def line_of(row: Row) -> str:
    """Return a row as one line of text."""
    ours = "  ".join(f"{name} {value:.3f}" for name, value in row.ours.items())
    theirs = "  ".join(f"{name} {value:.3f}" for name, value in row.theirs.items())
    return f"{row.what:<36}{row.count:>5}   {ours:<28}{theirs}"


def report(rows: list[Row], rival: str | None, seconds: float) -> str:
    """Return the whole report as text."""
    head = f"{'measured':<36}{'n':>5}   {'the model':<28}{rival or 'Tesseract is not installed'}"
    return "\n".join([head, *map(line_of, rows), f"took {seconds:.0f} s"])


def save(rows: list[Row], path: Path) -> None:
    """Write the rows as JSON."""
    plain = [
        {"what": row.what, "n": row.count, "ours": row.ours, "tesseract": row.theirs}
        for row in rows
    ]
    path.write_text(json.dumps(plain, indent=1, ensure_ascii=False), encoding="utf-8")


def timed(
    folder: Path, fonts: FontSet, amount: Amount, receipts: Path | None, device: str = "cpu"
) -> tuple[list[Row], str]:
    """Evaluate; return the rows and the printable report."""
    began = time.monotonic()
    rows = evaluate(folder, fonts, amount, receipts, device)
    return rows, report(rows, tesseract.available(), time.monotonic() - began)
