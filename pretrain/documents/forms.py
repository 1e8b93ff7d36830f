"""Draws crops with a few labelled fields and a question about one of them."""

import random
from dataclasses import dataclass

from pretrain.documents.crops import (
    CAPITALS_SHARE,
    LEADING,
    CropPlan,
    Sample,
    Turn,
    one_view,
    seen,
    width_drawn,
)
from pretrain.documents.fields import FIELDS, NOT_HERE, PLAIN, Field, ask_absent
from pretrain.documents.ink import Sheet, choose_font, width_of
from pretrain.documents.more_fields import another, ask_other
from pretrain.documents.prompts import read_prompt
from pretrain.documents.texts import Writer
from pretrain.fonts import FontFile

ABSENT_SHARE = 0.12
"""Share of questions whose field the crop does not have."""

MORE_ABSENT_SHARE, READ_SHARE = 0.4, 0.15
"""Where several questions are asked about one crop: how often one is for a field that it does not
have, and one to read it all."""

PLAIN_SHARE = 0.15
"""Share of the fields of :data:`PLAIN` that are printed without their label."""

MORE_SHARE, AFTER_SHARE = 0.15, 0.2
"""In training: amounts whose label says more, and dates that a time of the day follows."""

MORE = ("(incl. GST)", "incl. VAT", "(RM)", "(EUR)", "in USD", "Rounded", "(inkl. MwSt.)", "TTC")
"""What labels of amounts say besides, and what stands behind amounts."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A field as it is printed.

    Attributes:
        field: which one.
        label: with its colon or without; "" when only the value is printed.
        value: what is to be answered.
        after: what follows it on its line and is no part of it; "" for nothing.
    """

    field: Field
    label: str
    value: str
    after: str = ""

    def width(self, face: tuple[FontFile, int]) -> float:
        """Return how wide the value and what follows it are, pixels."""
        gap = 0.3 * face[1] if self.after else 0.0
        return width_of(self.value, *face) + gap + width_of(self.after, *face)


def entry(field: Field, writer: Writer) -> Entry:
    """Invent one printed field."""
    if field.key in PLAIN and writer.rng.random() < PLAIN_SHARE:
        return Entry(field, "", field.value(writer))
    label = writer.rng.choice(field.labels[writer.language])
    if field.value is Writer.amount and writer.varied(MORE_SHARE):
        label = f"{label} {writer.rng.choice(MORE)}"
    ending = writer.rng.choice((":", ":", ":", "", " :"))
    return Entry(field, f"{label}{ending}", field.value(writer), _after(field, writer))


def _after(field: Field, writer: Writer) -> str:
    """Return what stands behind a value: the time after a date, a remark after an amount."""
    if field.value is Writer.date and writer.varied(AFTER_SHARE):
        seconds = f":{writer.digits(2)}" if writer.rng.random() < 0.5 else ""
        return f"{writer.rng.randint(0, 23):02d}:{writer.rng.randint(0, 59):02d}{seconds}"
    if field.value is Writer.amount and writer.varied(AFTER_SHARE / 3):
        return writer.rng.choice(MORE)
    return ""


def write_entry(
    sheet: Sheet, one: Entry, at: tuple[float, float], value_x: float, face: tuple[FontFile, int]
) -> int:
    """Write label and value on one baseline.

    Args:
        sheet: to write on.
        one: what to write.
        at: left end of the label's baseline, pixels.
        value_x: where the value should start; moved right when the label is longer.
        face: font and pixels per em.

    Returns:
        Where in the sheet's text the value starts.
    """
    font, em_px = face
    if not one.label:
        start = len(sheet.text)
        _write_value(sheet, one, at, face)
        return start
    end = sheet.write(one.label, at, font, em_px)
    sheet.separate(" ")
    start = len(sheet.text)
    _write_value(sheet, one, (max(end + 0.3 * em_px, value_x), at[1]), face)
    return start


def _write_value(
    sheet: Sheet, one: Entry, at: tuple[float, float], face: tuple[FontFile, int]
) -> None:
    end = sheet.write(one.value, at, *face)
    if one.after:
        sheet.separate(" ")
        sheet.write(one.after, (end + 0.3 * face[1], at[1]), *face)


def _replaced(fields: list[Field], writer: Writer, plan: CropPlan) -> list[Field]:
    """Put others in the place of some fields, no two of one name."""
    chosen: dict[str, Field] = {}
    for one in fields:
        other = writer.rng.random() < plan.other
        field = another(writer, plan.held_out) if other else one
        chosen.setdefault(field.key, field)
    return list(chosen.values())


def _narrow(entries: list[Entry], face: tuple[FontFile, int], width: float) -> list[Entry]:
    """Keep the entries that fit on one line."""
    font, em_px = face
    return [
        one
        for one in entries
        if width_of(one.label, font, em_px) + one.width(face) + 0.4 * em_px < width
    ]


@dataclass(frozen=True, slots=True)
class _Form:
    """What a crop holds and how it is asked about.

    Attributes:
        entries: the fields it has.
        starts: where in the text each value starts.
        text: everything that is written.
        writer: words the questions.
        plan: how often they are of which kind.
    """

    entries: list[Entry]
    starts: list[int]
    text: str
    writer: Writer
    plan: CropPlan

    def question(self) -> Turn:
        """Ask for one entry, or for a field that is not there."""
        if self.writer.rng.random() < ABSENT_SHARE * self.plan.absent:
            missing = self._missing()
            if missing is not None:
                return missing
        return self._entry(self.writer.rng.randrange(len(self.entries)))

    def more(self, first: Turn) -> tuple[Turn, ...]:
        """Ask for what else is there, or again in other words, for what is not, and to read it."""
        rng, turns = self.writer.rng, []
        if rng.random() < MORE_ABSENT_SHARE * self.plan.absent:
            missing = self._missing()
            turns = [missing] if missing is not None else []
        if rng.random() < READ_SHARE:
            turns.append(Turn(read_prompt(rng, self.plan.held_out), self.text, 0))
        which = [index for index, start in enumerate(self.starts) if start != first.answer_at]
        rng.shuffle(which)
        for index in [*which, *rng.choices(range(len(self.entries)), k=self.plan.more)]:
            if len(turns) < self.plan.more:
                turns.append(self._entry(index))
        return tuple(turns)

    def _missing(self) -> Turn | None:
        """Ask for a field that is not there; None when there are all."""
        writer, plan = self.writer, self.plan
        if plan.other and writer.rng.random() < plan.other:
            return Turn(ask_other(self.text, writer, plan.held_out), NOT_HERE, -1)
        printed = {one.field.key for one in self.entries}
        question = ask_absent(printed, writer.rng, plan.held_out)
        return None if question is None else Turn(question, NOT_HERE, -1)

    def _entry(self, which: int) -> Turn:
        """Ask for one entry."""
        one, start, rng = self.entries[which], self.starts[which], self.writer.rng
        answer = self.text[start : start + len(one.value)]
        if one.label and rng.random() < 0.15:
            name = one.label.rstrip(" :")
            return Turn(f'What is "{name}"?', answer, start)
        return Turn(one.field.ask(rng, self.plan.held_out), answer, start)


def draw_form(plan: CropPlan, rng: random.Random) -> Sample:
    """Draw one crop with one to four fields, as many as its height takes."""
    while True:
        writer = Writer(rng, plan.held_out)
        sheet = Sheet.blank(width_drawn(16 * plan.columns, plan.stretched, rng), 16 * plan.rows)
        width, height = sheet.image.size
        largest = min(plan.largest_em_px, int(height / 1.15))
        em_px = rng.randint(min(plan.smallest_em_px, largest), largest)
        face = (choose_font(rng, plan.fonts, CAPITALS_SHARE * plan.varied), em_px)
        most = max(1, int((height - 2) / (LEADING * em_px)))
        fields = rng.sample(FIELDS, k=min(most, len(FIELDS)))
        if plan.other:
            fields = _replaced(fields, writer, plan)
        indent = rng.uniform(1, 10)
        entries = _narrow([entry(field, writer) for field in fields], face, width - indent - 2)
        if entries:
            break
    starts = []
    spare = height - (len(entries) - 1) * LEADING * em_px - em_px
    baseline = rng.uniform(0.0, max(spare, 0.0)) + 0.82 * em_px
    aligned = rng.choice((0.0, rng.uniform(0.2, 0.5))) * width
    for index, one in enumerate(entries):
        if index:
            sheet.separate("\n")
        room = width - 2 - one.width(face)
        y = baseline + index * LEADING * em_px
        starts.append(write_entry(sheet, one, (indent, y), min(aligned, room), face))
    form = _Form(entries, starts, sheet.text, writer, plan)
    first = form.question()
    sheet = sheet.stretched(16 * plan.columns)
    pixels, placed = seen(sheet.image, sheet.placed(), plan, rng)
    more = form.more(first) if plan.more else ()
    return Sample(
        one_view(pixels, placed),
        sheet.text,
        first.question,
        first.answer,
        first.answer_at,
        "fields",
        more,
    )
