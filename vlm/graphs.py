"""One more token in shapes and memory that never change, so that a GPU can repeat the step.

A step of a large model is hundreds of calls of a few microseconds each, which a processor cannot
ask for as fast as a GPU is done with them. Recorded once, they are asked for together. What is
recorded is `StaticStep.compute`, which runs unrecorded as well and then gives the same tokens; the
recording itself is the one part that needs CUDA. Whether it is used, a check on the loaded model
decides: it must choose the same tokens and be faster.
"""

from __future__ import annotations

import logging
import statistics
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from subprocess import SubprocessError
from typing import Any

import torch
from torch import Tensor

from vlm.decoder import Decoder
from vlm.llama import LlamaDecoder
from vlm.llama_room import LlamaSequence
from vlm.static_step import WAYS, StaticStep, Way, compiled

ROOMS = (512, 1024, 2048, 4096)
"""Tokens that the recorded steps look back on; a sequence uses the shortest that holds it."""

STEPS = 12
"""Tokens that the check writes in each room."""

WARM_UPS = 3
"""Times a step runs before it is recorded: libraries choose their ways and take their memory."""

TIES = {torch.float32: 1e-4, torch.float16: 1e-2, torch.bfloat16: 5e-2}
"""Two tokens whose logits are as near as this, in their standard deviations, the number format
cannot tell apart; choosing the other one is no difference."""

Step = Callable[[], Tensor]
Capture = Callable[[Step], Step]
"""Records a step. The result runs it again on the same memory and returns the same tensor."""

_log = logging.getLogger(__name__)


class Replay:
    """Recorded steps for whichever sequence is being written; see `llama_room.Recorded`.

    The room holds a copy of one sequence at a time. What a step writes goes into the sequence's own
    memory too, which stays the truth.

    Args:
        step: What was recorded.
        capture: Records.
        rooms: Tokens that the recorded steps look back on, ascending, within the step's capacity.
    """

    def __init__(self, step: StaticStep, capture: Capture, rooms: Sequence[int]) -> None:
        self._step = step
        self._ways = {tokens: capture(partial(step.compute, tokens)) for tokens in rooms}
        self._tenant: weakref.ref[LlamaSequence] | None = None
        self._valid = 0

    def takes(self, sequence: LlamaSequence, count: int) -> bool:
        """Tell whether `write` is for these tokens; those that it is not for, others compute."""
        start = sequence.length
        if self._tenant is not None and self._tenant() is sequence:
            self._valid = min(self._valid, start)
        return count == 1 and start < max(self._ways)

    def write(self, sequence: LlamaSequence, buffer: Tensor, embedded: Tensor) -> Tensor:
        """Compute the next token of a sequence; its length is the caller's to count.

        Args:
            sequence: Whose.
            buffer: Its keys and values, with room for one more.
            embedded: ``(1, hidden)``.

        Returns:
            Logits ``(1, vocab)``.
        """
        start, step = sequence.length, self._step
        if self._tenant is None or self._tenant() is not sequence:
            self._tenant, self._valid = weakref.ref(sequence), 0
        if self._valid < start:
            missing = slice(self._valid, start)
            step.room[:, :, :, missing] = buffer[:, :, :, missing]
        step.x.copy_(embedded)
        step.place.fill_(start)
        tokens = next(tokens for tokens in self._ways if start < tokens)
        logits = self._ways[tokens]().clone()
        buffer[:, :, :, start] = step.room[:, :, :, start]
        self._valid = start + 1
        return logits


def recorded(step: Step) -> Step:
    """Record a step as a CUDA graph.

    Raises:
        RuntimeError: When the driver or the library cannot.
    """
    cuda: Any = torch.cuda
    beside = cuda.Stream()
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):
        for _ in range(WARM_UPS):
            step()
    torch.cuda.current_stream().wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        logits = step()

    def replay() -> Tensor:
        graph.replay()
        return logits

    return replay


def equip(decoder: Decoder) -> str:
    """Let a decoder on an NVIDIA card replay recorded steps, where that is right and faster.

    Args:
        decoder: Changed in place; any other stays as it is.

    Returns:
        A sentence for people about what was decided, "" where there was nothing to decide.
    """
    if not isinstance(decoder, LlamaDecoder) or decoder.device.type != "cuda":
        return ""
    glue = compiled()
    built = () if glue is None else tuple(replace(way, glue=glue) for way in WAYS)
    return fit(decoder, recorded, ROOMS, (*WAYS, *built), _after_all)


@torch.inference_mode()
def fit(
    decoder: LlamaDecoder,
    capture: Capture,
    rooms: Sequence[int],
    ways: Sequence[Way] = WAYS,
    clock: Callable[[], float] = time.perf_counter,
) -> str:
    """Give a decoder the fastest replay that chooses the model's own tokens, if there is any.

    Args:
        decoder: Changed in place.
        capture: Records a step.
        rooms: Tokens to look back on, ascending; those that the model cannot hold are left out.
        ways: Of computing the step; one that fails is left out.
        clock: Seconds.

    Returns:
        A sentence for people about what was decided.
    """
    rooms = [tokens for tokens in rooms if tokens <= decoder.limit]
    if not rooms:
        return ""
    decoder.replay = None
    best: Replay | None = None
    pace, equal = 1.0, False
    failures: list[str] = []
    trials: list[_Trial] = []
    for way in ways:
        try:
            trials = trials or [_trial(decoder, tokens, clock) for tokens in rooms]
            replay = Replay(StaticStep(decoder, rooms[-1], way), capture, rooms)
            gains = [_gain(decoder, replay, trial, clock) for trial in trials]
        except (RuntimeError, OSError, SubprocessError) as error:  # driver, compiler or memory
            failures.append(str(error).partition("\n")[0])
            continue
        if None not in gains:
            equal = True
            gain = statistics.fmean(gain for gain in gains if gain is not None)
            if gain > pace:
                best, pace = replay, gain
    decoder.replay = best
    if best is not None:
        return f"Words are written {pace:.1f} times as fast by repeating a recorded step."
    if equal:
        return "Repeating a recorded step is not faster here, so each word is computed anew."
    if len(failures) == len(ways):
        _log.warning("Steps cannot be recorded: %s", failures[0])
        return "This graphics card cannot repeat a recorded step, so each word is computed anew."
    _log.warning("Recorded steps choose other tokens than the model")
    return "Repeating a recorded step would change answers, so each word is computed anew."


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """What the model itself writes, near the end of a room.

    Attributes:
        sequence: Holds the text before it.
        length: Of that text.
        ids: The tokens it goes on with, one more than there are logits.
        logits: After each of them, ``(steps, vocab)``.
        pace: Median seconds of a token.
    """

    sequence: LlamaSequence
    length: int
    ids: list[int]
    logits: Tensor
    pace: float


def _trial(decoder: LlamaDecoder, tokens: int, clock: Callable[[], float]) -> _Trial:
    """Let a decoder write `STEPS` tokens without a replay."""
    length = max(1, tokens - STEPS)
    sequence = decoder.start()
    text = torch.arange(1, length + 1, device=decoder.device) * 7919 % decoder.vocabulary
    last = decoder.extend(sequence, decoder.embed(text))
    ids = [int(last.argmax())]
    rows: list[Tensor] = []
    times: list[float] = []
    for _ in range(min(STEPS, tokens - length)):
        start = clock()
        rows.append(decoder.extend(sequence, decoder.embed(_one(ids[-1], decoder))))
        ids.append(int(rows[-1].argmax()))
        times.append(clock() - start)
    return _Trial(sequence, length, ids, torch.stack(rows), statistics.median(times))


def _gain(
    decoder: LlamaDecoder, replay: Replay, trial: _Trial, clock: Callable[[], float]
) -> float | None:
    """Return how many times as fast a replay writes a trial's tokens; None for other tokens."""
    trial.sequence.rewind(trial.length)
    tie = TIES.get(trial.logits.dtype, 0.0) * float(trial.logits.float().std())
    times: list[float] = []
    decoder.replay = replay
    try:
        for place, expected in enumerate(trial.logits):
            start = clock()
            found = decoder.extend(trial.sequence, decoder.embed(_one(trial.ids[place], decoder)))
            chosen = int(found.argmax())
            times.append(clock() - start)
            if not float(expected[chosen]) >= float(expected.max()) - tie:
                return None
    finally:
        decoder.replay = None
    return trial.pace / max(statistics.median(times), 1e-9)


def _one(token: int, decoder: LlamaDecoder) -> Tensor:
    return torch.tensor([token], device=decoder.device)


def _after_all() -> float:
    """Return the time once the GPU has done everything."""
    torch.cuda.synchronize()
    return time.perf_counter()
