"""Reads a question while it is typed, so that little of it is left to read when it is asked.

Tokens decide, not characters: what is read is a beginning of the tokens that the question is likely
to have, and when it is asked, only as much of it counts as its own tokens begin with. So a guess
that was wrong costs nothing but work that nobody waited for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial

import torch
from torch.nn.modules.module import register_module_forward_pre_hook

from vlm.cancel import CancelToken, Stopped, check, told
from vlm.decoder import Beside, Checking, Decoder
from vlm.llama import LlamaDecoder
from vlm.prompt import Prompt
from vlm.protocol import Event, Typing
from vlm.reuse import shared
from vlm.seeing import Clock, Seen, Sight

GOES_ON = ("a", "0")
"""Two ways in which a word may go on: tokens that are the same with both stay."""


def suits(sight: Sight) -> bool:
    """Tell whether a model can read a question in pieces without changing its answer.

    Not where a prompt is read as a whole, nor in 8 bits on the processor, where a token's numbers
    depend on those that are read beside it: the answer would depend on how somebody types. Steps
    that a graphics card repeats are of single tokens and hear of all others.
    """
    decoder = sight.decoder
    if not sight.loaded.family.abilities.keeps_prefix or isinstance(decoder, Beside):
        return False
    return not isinstance(decoder, Checking) or decoder.exact


def settled(build: Callable[[str], Prompt], text: str, paused: bool) -> tuple[int, ...]:
    """Return the tokens of a question that is being typed, as far as they are known.

    Args:
        build: Makes the prompt of a question.
        text: What is typed so far; not only blanks.
        paused: The person typed nothing for a moment, so this may be all of it.

    Returns:
        The prompt's first tokens: up to its last word, or all but the last token after a pause.
    """
    if paused:
        return build(text).ids[:-1]
    end = len(text)
    while end and not text[end - 1].isspace():
        end -= 1
    if not text[:end].strip():
        prompt = build(text)
        return prompt.ids[: prompt.prefix]
    one, other = (build(text[:end] + more).ids for more in GOES_ON)
    return one[: shared(one, other)]


def read(
    sight: Sight, request: Typing, password: str | None, cancel: CancelToken
) -> Iterator[Event]:
    """Read what is known of a question, after its page.

    Args:
        sight: One that `suits`.
        request: What is typed so far, and about what.
        password: Of the document.
        cancel: Set when the job shall stop, which it does between two layers.

    Raises:
        Stopped: If the job shall stop; what was read before this job stays.
        DeskError: If the page cannot be seen.
    """
    job, question, clock = request.job, request.question, Clock()
    if not question.text.strip():
        sight.cut()
        return
    pages = yield from told(job, sight.look_at(question, password, clock), cancel)
    build = partial(_built, sight, pages)
    prompt = build(question.text)
    if not prompt.prefix or prompt.length + question.max_new_tokens > sight.decoder.limit:
        sight.cut()
        return
    ids = settled(build, question.text, request.paused)
    steps = sight.resume(prompt, ids, pages, clock)
    sequence, count = yield from told(job, steps, cancel)
    try:
        if count < len(ids):
            with torch.inference_mode(), stopping(sight.decoder, cancel):
                more = torch.tensor(ids[count:], device=sight.loaded.model.device)
                sight.decoder.extend(sequence, sight.decoder.embed(more))
    except Stopped:
        sequence.rewind(count)
        ids = ids[:count]
        raise
    finally:
        sight.hold(prompt, ids, pages)


@contextlib.contextmanager
def stopping(decoder: Decoder, cancel: CancelToken) -> Generator[None]:
    """Let a step of a text model stop between two of its parts; the sequence needs rewinding then.

    Raises:
        Stopped: In the step, once the job shall stop.
    """

    def before_each(*_: object) -> None:
        check(cancel)

    handle = register_module_forward_pre_hook(before_each)
    if isinstance(decoder, LlamaDecoder):
        decoder.between = before_each
    try:
        yield
    finally:
        handle.remove()
        if isinstance(decoder, LlamaDecoder):
            decoder.between = None


def _built(sight: Sight, pages: Sequence[Seen], text: str) -> Prompt:
    return sight.prompt(pages[0], text, pages[1:])
