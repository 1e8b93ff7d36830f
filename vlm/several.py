"""The same question about several parts of pages, answered together by a small model.

Each part takes it so little that reading its weights and calling its layers is most of the work,
and that is done once for some parts. What it answers is what it would have answered one by one,
exactly also where it computes in 8 bits otherwise: together that is faster still.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch

from vlm import views
from vlm.asking import Draft, finished, require_place
from vlm.cancel import CancelToken, check, drained
from vlm.decode import Rules, Token, rules_of
from vlm.decoder import merge
from vlm.encoder_work import encode_several
from vlm.errors import DeskError
from vlm.families.family import EncodesSeveral
from vlm.llama import LlamaDecoder
from vlm.llama_room import LlamaSequence
from vlm.llama_rows import Rows
from vlm.part_asking import Told
from vlm.prompt import Prompt
from vlm.seeing import Clock, Seen, Sight
from vlm.streaming import TextStream
from vlm.types import Box, PageRef, Question

AHEAD = "?"
"""Stands for the question that is not known yet; the prefix before it is what counts."""

AT_ONCE = 32
"""Parts drawn before any is computed: of more, more are alike, and a person hears less often."""

MOST, MOST_PX = 16, 2**19
"""Parts that are computed together, and their pixels: more bring little, and a stop waits."""

TOKENS = 4
"""Tokens of each that are written before anybody asks whether the job shall stop."""


@dataclass(slots=True)
class _Part:
    """One part on its way.

    Attributes:
        place: Among the questions.
        asked: About it.
        seen: What the model sees of it.
        prompt: As ids.
        draft: Its answer so far.
        clock: What it took.
        start: When that began, of `time.perf_counter`.
        sequence: Holds the prompt's prefix, once that is there.
    """

    place: int
    asked: Question
    seen: Seen
    prompt: Prompt
    draft: Draft
    clock: Clock
    start: float
    sequence: LlamaSequence | None = field(default=None)

    @property
    def shape(self) -> tuple[object, ...]:
        """What parts have in common that are computed together."""
        return self.prompt.prefix, self.prompt.ids[self.prompt.prefix :], self.asked.max_new_tokens

    @property
    def size(self) -> int:
        """Pixels: about as long as what stands there, so that answers of alike ones end alike."""
        return sum(view.width * view.height for view in self.seen.views)


def suits(sight: Sight) -> bool:
    """Tell whether a model answers about several parts in less time together."""
    loaded, decoder = sight.loaded, sight.decoder
    if not isinstance(decoder, LlamaDecoder) or decoder.exactly is None:
        return False
    if not (isinstance(loaded.family, EncodesSeveral) and loaded.family.abilities.keeps_prefix):
        return False
    return not rules_of(loaded.model, loaded.processor.tokenizer).looks_back


def answer(
    sight: Sight, questions: Sequence[Question], password: str | None, cancel: CancelToken
) -> dict[int, Told]:
    """Answer questions about parts of pages, of one document.

    Args:
        sight: `suits`.
        questions: Each with a box.
        password: The document's.
        cancel: Set when the job shall stop.

    Returns:
        The answers by the number of their question; without those that cannot be given together,
        which are to be asked one by one.

    Raises:
        Stopped: If the job shall stop.
    """
    if sight.selftest.is_cheap:
        sight.selftest.run()
    parts = list(_looked_at(sight, questions, password, cancel))
    found: dict[int, Told] = {}
    for some in _groups(parts):
        _write(sight, some, _prompted(sight, some, cancel), cancel)
        found |= {part.place: _told(sight, part) for part in some}
    sight.save()
    return found


def see(
    sight: Sight,
    page: PageRef,
    boxes: Sequence[Box | None],
    password: str | None,
    cancel: CancelToken,
) -> Generator[str, None, None]:
    """Let a model see parts of a page ahead of a question; yields what is being done.

    Only where it `suits`, and the parts that can be seen together.

    Args:
        sight: Keeps what it has seen.
        page: The page.
        boxes: Its parts.
        password: The document's.
        cancel: Set when the job shall stop.

    Raises:
        Stopped: If the job shall stop.
    """
    for first in range(0, len(boxes) if suits(sight) else 0, AT_ONCE):
        yield f"Looking at part {first + 1} of {len(boxes)}"
        some = boxes[first : first + AT_ONCE]
        asked = [
            Question(AHEAD, page, box, splitting=False, max_new_tokens=1)
            for box in some
            if box is not None
        ]
        for group in _groups(list(_looked_at(sight, asked, password, cancel))):
            _seen(sight, group, cancel)


def _groups(parts: Iterable[_Part]) -> Iterator[list[_Part]]:
    """Yield parts that are computed together, alike ones."""
    shapes: dict[object, list[_Part]] = {}
    for part in sorted(parts, key=lambda part: part.size):
        shapes.setdefault(part.shape, []).append(part)
    for alike in shapes.values():
        group = list[_Part]()
        for part in alike:
            full = len(group) == MOST or sum(one.size for one in (*group, part)) > MOST_PX
            if group and full:
                yield group
                group = []
            group.append(part)
        yield group


def _looked_at(
    sight: Sight, questions: Sequence[Question], password: str | None, cancel: CancelToken
) -> Iterator[_Part]:
    """Draw the parts; yields those that are one picture each and can be answered.

    Raises:
        Stopped: If the job shall stop.
    """
    for place, asked in enumerate(questions):
        start, clock = time.perf_counter(), Clock()
        try:
            seen = drained(sight.look_at(asked, password, clock), cancel)
            prompt = sight.prompt(seen[0], asked.text)
            require_place(sight, prompt, asked)
        except DeskError:
            continue
        if len(seen) == len(seen[0].digests) == 1 and prompt.prefix:
            draft = Draft(TextStream(sight.loaded.processor.tokenizer))
            yield _Part(place, asked, seen[0], prompt, draft, clock, start)


@torch.inference_mode()
def _prompted(
    sight: Sight, parts: Sequence[_Part], cancel: CancelToken
) -> tuple[Rows, torch.Tensor]:
    """Let the model see the parts and read the question; returns that with the last logits.

    Raises:
        Stopped: If the job shall stop.
    """
    rows = _seen(sight, parts, cancel)
    check(cancel)
    start = time.perf_counter()
    decoder, prompt = _decoder(sight), parts[0].prompt
    if rows is None:
        rows = Rows(decoder, len(parts))
        rows.begin([_prefix(part) for part in parts])
    asked = decoder.embed(torch.tensor(prompt.ids[prompt.prefix :]))
    logits = rows.extend(asked.expand(len(parts), *asked.shape))
    _share(parts, time.perf_counter() - start, "prefill")
    return rows, logits


@torch.inference_mode()
def _seen(sight: Sight, parts: Sequence[_Part], cancel: CancelToken) -> Rows | None:
    """Give each part its prompt's prefix; returns all together where none was kept.

    Raises:
        Stopped: If the job shall stop.
    """
    for part in parts:
        part.sequence = sight.known(part.prompt, (part.seen,), part.clock)
    new = [part for part in parts if part.sequence is None]
    rows = _begin(sight, new, _encoded(sight, new), cancel) if new else None
    return rows if len(new) == len(parts) else None


def _encoded(sight: Sight, parts: Sequence[_Part]) -> list[torch.Tensor]:
    """Return what the encoder makes of each part."""
    loaded, start = sight.loaded, time.perf_counter()
    assert isinstance(loaded.family, EncodesSeveral)
    known = [sight.known_features(part.seen.digests[0]) for part in parts]
    new = [part for part, features in zip(parts, known, strict=True) if features is None]
    made: list[torch.Tensor] = []
    if new:
        pixels = [sight.pixels(part.seen, 0) for part in new]
        encoder = loaded.family.encoder(loaded.model)
        made = encode_several(loaded.family, encoder, loaded.model, pixels)
        for part, features in zip(new, made, strict=True):
            sight.keep_features(part.seen.digests[0], features)
        _share(new, time.perf_counter() - start, "encode")
    rest = iter(made)
    return [next(rest) if features is None else features for features in known]


def _begin(
    sight: Sight, parts: Sequence[_Part], features: Sequence[torch.Tensor], cancel: CancelToken
) -> Rows:
    """Prefill what does not depend on the question, and keep it for the next one; returns it.

    Raises:
        Stopped: If the job shall stop.
    """
    check(cancel)
    start = time.perf_counter()
    decoder, rows = _decoder(sight), Rows(_decoder(sight), len(parts))
    image, length = sight.loaded.processor.image_token_id, parts[0].prompt.prefix
    rows.extend(
        torch.stack(
            [
                merge(decoder, torch.tensor(part.prompt.ids[:length]), image, one)
                for part, one in zip(parts, features, strict=True)
            ]
        )
    )
    for row, part in enumerate(parts):
        part.sequence = rows.first(row)
        sight.keep(part.prompt, (part.seen,), part.sequence)
    _share(parts, time.perf_counter() - start, "prefill")
    return rows


@torch.inference_mode()
def _write(
    sight: Sight, parts: Sequence[_Part], begun: tuple[Rows, torch.Tensor], cancel: CancelToken
) -> None:
    """Write all answers into the drafts.

    Raises:
        Stopped: If the job shall stop.
    """
    rules = rules_of(sight.loaded.model, sight.loaded.processor.tokenizer)
    rows, logits = begun
    going, left = list(parts), parts[0].asked.max_new_tokens
    while going:
        check(cancel)
        ids, sure, logits = rows.write(logits, min(TOKENS, left), rules.choice)
        left -= len(ids)
        columns = zip(going, ids.T.tolist(), sure.T.tolist(), strict=True)
        ended = [_ends(part, zip(*column, strict=True), rules) for part, *column in columns]
        on = [place for place, end in enumerate(ended) if not end and left > 0]
        going = [going[place] for place in on]
        if going and len(on) < len(ended):
            rows.keep(on)
            logits = logits[on]
    for part in parts:
        if part.draft.stop != "repetition":
            sight.remember(part.draft.ids)
            part.draft.stream.rest()


def _ends(part: _Part, tokens: Iterable[tuple[int, float]], rules: Rules) -> bool:
    """Take tokens into a part's draft; tell whether its answer is finished."""
    return any(
        part.draft.take(Token(chosen, probability, chosen in rules.ends))[1]
        for chosen, probability in tokens
    )


def _told(sight: Sight, part: _Part) -> Told:
    seen = part.seen
    warning = views.warning(seen.size, seen.box, seen.words, seen.views)
    said = " ".join(filter(None, (sight.selftest.note, warning)))
    assert part.asked.box is not None
    given = finished(sight, part.asked, (seen,), part.draft, part.clock, part.start)
    return Told(part.asked.box, given, said)


def _decoder(sight: Sight) -> LlamaDecoder:
    assert isinstance(sight.decoder, LlamaDecoder)
    return sight.decoder


def _prefix(part: _Part) -> torch.Tensor:
    """Return keys and values of a part's prefix, ``(layers, 2, kv heads, T, head)``."""
    assert part.sequence is not None
    assert part.sequence.buffer is not None
    return part.sequence.buffer[:, :, :, : part.prompt.prefix]


def _share(parts: Sequence[_Part], seconds: float, what: Literal["encode", "prefill"]) -> None:
    """Count for each part its share of what was done for all."""
    for part in parts:
        setattr(part.clock, what, getattr(part.clock, what) + seconds / len(parts))
