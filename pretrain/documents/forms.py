"""Draws crops with a few labelled fields and a question about one of them."""

import random
from dataclasses import dataclass

from pretrain.documents.crops import (
    CAPITALS_SHARE,
    LEADING,
    CropPlan,
    Sample,
    one_view,
    seen,
    width_drawn,
)
from pretrain.documents.fields import FIELDS, NOT_HERE, PLAIN, Field, ask_absent
from pretrain.documents.ink import Sheet, choose_font, width_of
from pretrain.documents.more_fields import another, ask_other
from pretrain.documents.texts import Writer
from pretrain.fonts import FontFile

ABSENT_SHARE = 0.12
"""Share of questions whose field the crop does not have."""

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


def _question(
    entries: list[Entry], starts: list[int], text: str, writer: Writer, plan: CropPlan
) -> tuple[str, str, int]:
    """Ask for one entry, or for a field that is not there: question, answer, where it stands."""
    printed, rng = {one.field.key for one in entries}, writer.rng
    if rng.random() < ABSENT_SHARE * plan.absent:
        if plan.other and rng.random() < plan.other:
            return ask_other(text, writer, plan.held_out), NOT_HERE, -1
        question = ask_absent(printed, rng, plan.held_out)
        if question is not None:
            return question, NOT_HERE, -1
    which = rng.randrange(len(entries))
    one, start = entries[which], starts[which]
    answer = text[start : start + len(one.value)]
    if one.label and rng.random() < 0.15:
        name = one.label.rstrip(" :")
        return f'What is "{name}"?', answer, start
    return one.field.ask(rng, plan.held_out), answer, start


def draw_form(plan: CropPlan, rng: random.Random) -> Sample:
    """Draw one crop with one to four fields, as many as its height takes."""
    while True:
        writer = Writer(rng, plan.held_out)
        sheet = Sheet.blank(width_drawn(16 * plan.columns, plan.varied, rng), 16 * plan.rows)
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
    question, answer, at = _question(entries, starts, sheet.text, writer, plan)
    sheet = sheet.stretched(16 * plan.columns)
    pixels, placed = seen(sheet.image, sheet.placed(), plan, rng)
    return Sample(one_view(pixels, placed), sheet.text, question, answer, at, "fields")
