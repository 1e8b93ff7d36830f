"""The one prompt builder, for asking and for training: a question becomes token ids.

Knows chat templates and tokens, neither pixels nor weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from weakref import WeakKeyDictionary

from jinja2 import TemplateError

from vlm.chat_frames import only_writes
from vlm.errors import QuestionUnanswerable
from vlm.families.family import ONE_PAGE, Family, Layout, SeveralPages
from vlm.families.family import Prompt as Prompt
from vlm.reuse import Kept

HEADS = 16
"""Beginnings of prompts, as far as no question changes them, whose tokens are remembered."""

ASKED = 8
"""Latest questions whose prompts are remembered: a page's parts are all asked the same one."""

_SAID = "84.50"
"""An answer to see what a chat template writes behind it."""

_heads: WeakKeyDictionary[Any, Kept[list[int]]] = WeakKeyDictionary()
_wholes: WeakKeyDictionary[Any, Kept[list[int]]] = WeakKeyDictionary()
"""By the tokenizer."""

_turns: WeakKeyDictionary[Any, Kept[str]] = WeakKeyDictionary()
"""Questions as the chat template writes them, by the processor."""

_frames: WeakKeyDictionary[Any, Kept[list[str]]] = WeakKeyDictionary()
"""What the chat template writes before and behind a question, by the processor."""

_PROBE = "a'b\"c<&>\\d  e\nf"
"""A question of which a template that changes anything would change something."""


def special_texts(processor: Any) -> tuple[str, ...]:
    """Return the texts that the tokenizer reads as one special token, longest first."""
    added = processor.tokenizer.added_tokens_decoder.values()
    found = {str(token.content) for token in added if token.special}
    return tuple(sorted(found - {""}, key=len, reverse=True))


def neutral(text: str, specials: tuple[str, ...]) -> str:
    """Break up special tokens that a person typed, so that they are read as plain text."""
    found = True
    while found:
        found = False
        for special in specials:
            if special in text:
                broken = special[0] + " " + special[1:]
                if special in broken:  # a token of blanks only: nothing that could mislead
                    continue
                text, found = text.replace(special, broken), True
    return text


def build(
    family: Family,
    processor: Any,
    layout: Layout,
    question: str,
    answer: str | None = None,
    more: Sequence[Layout] = (),
) -> Prompt:
    """Build the ids of one turn.

    Args:
        family: Knows how images stand in a prompt.
        processor: Holds tokenizer and chat template.
        layout: The images that precede the question.
        question: What the person typed; special tokens in it are read as plain text.
        answer: For training: what the assistant should say.
        more: The images of more pages, which stand after those of `layout`.

    Raises:
        QuestionUnanswerable: If there is no text in the question, or the model cannot take
            several pages.
    """
    if not question.strip():
        raise QuestionUnanswerable("Type a question first.")
    specials = special_texts(processor)
    layouts = (layout, *more)
    asked, images = neutral(question.strip(), specials), sum(one.images for one in layouts)
    ids = _ids(family, processor, layouts, _turn(processor, images, asked))
    length, prefix = len(ids), family.prefix(processor, ids)
    if answer is not None:
        said = [{"type": "text", "text": neutral(answer.strip(), specials)}]
        messages = [*_asked(images, asked), {"role": "assistant", "content": said}]
        whole = _ids(family, processor, layouts, _text(processor, messages, open_turn=False))
        ids = _with_answer(processor, ids, whole)
    return Prompt(tuple(ids), length, prefix, question)


def end_of_turn(processor: Any) -> int | None:
    """Return the id that follows an answer: what training ends a lesson with.

    It is what ends all texts where the chat template cannot show an answer.
    """
    said = {"role": "assistant", "content": [{"type": "text", "text": _SAID}]}
    asked = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "?"}]}
    tokenizer = processor.tokenizer
    try:
        text = _text(processor, [asked, said], open_turn=False)
    except (TemplateError, TypeError):
        return cast(int | None, tokenizer.eos_token_id)
    _, shown, after = text.rpartition(_SAID)
    ids: list[int] = tokenizer(after, add_special_tokens=False)["input_ids"] if shown else []
    ends = _ends(processor)
    return next((one for one in ids if one in ends), tokenizer.eos_token_id)


def _ends(processor: Any) -> set[int]:
    """Return the ids that no answer's own text holds: `neutral` has seen to that."""
    return set(processor.tokenizer.convert_tokens_to_ids(list(special_texts(processor))))


def _asked(images: int, text: str) -> list[dict[str, Any]]:
    content = [*[{"type": "image"}] * images, {"type": "text", "text": text}]
    return [{"role": "user", "content": content}]


def _turn(processor: Any, images: int, text: str) -> str:
    """Write a question as the chat template does; the latest ones are remembered for the day.

    Some templates write the date.
    """
    around = _frame(processor, images)
    if around:
        return text.join(around)
    known = _turns.setdefault(processor, Kept(ASKED))
    key = (date.today(), processor.chat_template, images, text)
    if (whole := known.get(key)) is None:
        whole = _text(processor, _asked(images, text), open_turn=True)
        known.put(key, whole, 1)
    return whole


def _frame(processor: Any, images: int) -> list[str]:
    """Return what stands before and behind every question today; [] where that depends on it."""
    template = processor.chat_template
    known, key = _frames.setdefault(processor, Kept(ASKED)), (date.today(), template, images)
    if (around := known.get(key)) is None:
        around = list[str]()
        if isinstance(template, str) and only_writes(template):
            around = _text(processor, _asked(images, _PROBE), open_turn=True).split(_PROBE)
        around = around if len(around) == 2 else []
        known.put(key, around, 1)
    return around


def _text(processor: Any, messages: list[dict[str, Any]], open_turn: bool) -> str:
    text = processor.apply_chat_template(messages, add_generation_prompt=open_turn, tokenize=False)
    return str(text)


def _ids(family: Family, processor: Any, layouts: Sequence[Layout], text: str) -> list[int]:
    tokenizer = processor.tokenizer
    bos = tokenizer.bos_token
    begins = isinstance(bos, str) and bos != "" and text.startswith(bos)
    begins = begins or getattr(processor, "complete", False)
    expanded = _expanded(family, processor, layouts, text)
    known, key = _wholes.setdefault(tokenizer, Kept(ASKED)), (expanded, not begins)
    if (ids := known.get(key)) is None:
        ids = _tokenized(tokenizer, expanded, processor.image_token, not begins)
        known.put(key, ids, 1)
    return list(ids)


def _tokenized(tokenizer: Any, text: str, image: str, special: bool) -> list[int]:
    """Tokenize; what ends with the last image token is kept, for the next question to the page.

    An image token parts a text whatever stands beside it, which is looked at before it is used.

    Args:
        tokenizer: Of the model.
        text: With all its image tokens.
        image: Such a token.
        special: Whether the tokenizer adds what every text of it begins and ends with.
    """
    if image not in text:
        return list(tokenizer(text, add_special_tokens=special)["input_ids"])
    end = text.rindex(image) + len(image)
    head, heads = (text[:end], special), _heads.setdefault(tokenizer, Kept(HEADS))
    first, *tail = tokenizer(text[end - len(image) :], add_special_tokens=False)["input_ids"]
    if (known := heads.get(head)) is not None:
        return [*known, *tail]
    ids = list(tokenizer(text, add_special_tokens=special)["input_ids"])
    place = len(ids) - len(tail)
    if first == ids[place - 1] == tokenizer.convert_tokens_to_ids(image) and ids[place:] == tail:
        heads.put(head, ids[:place], 1)
    return ids


def _expanded(family: Family, processor: Any, layouts: Sequence[Layout], text: str) -> str:
    """Replace the image placeholders of each page by the tokens of its own tiles."""
    if len(layouts) == 1:
        return family.expand(processor, text, layouts[0])
    if not isinstance(family, SeveralPages):
        raise QuestionUnanswerable(ONE_PAGE)
    pieces = text.split(processor.image_token)  # what stands before, between and after images
    parts: list[str] = []
    start = 0
    for layout in layouts:
        end = start + layout.images
        part = processor.image_token.join(["", *pieces[start + 1 : end + 1]])
        parts.append(family.expand(processor, part, layout))
        start = end
    return family.join(processor, [pieces[0], *parts])


def _with_answer(processor: Any, prompt: list[int], whole: list[int]) -> list[int]:
    """Join prompt and answer so that the prompt's ids stay as they are when asking.

    Raises:
        ValueError: If the chat template writes an answered turn unlike an open one.
    """
    if whole[: len(prompt)] != prompt:
        raise ValueError("the chat template does not continue the prompt with the answer")
    ends = _ends(processor)
    for place in range(len(prompt), len(whole)):
        if whole[place] in ends:
            return whole[: place + 1]
    return [*whole, processor.tokenizer.eos_token_id]
