"""The token loop: greedy, one token after the other, with each token's probability.

The same tokens as transformers' own `generate`, without its cost for each call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from transformers import (
    LogitsProcessorList,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
)

from vlm.decoder import Beside, Checking, Decoder
from vlm.drafts import Drafts
from vlm.llama_step import Choice
from vlm.llama_write import Writer, writer_of

PATIENCE = 3
"""Tokens of which the page's words told nothing, before several are written without asking them."""


@dataclass(frozen=True, slots=True)
class Token:
    """One generated token.

    Attributes:
        id: In the vocabulary.
        probability: That the model gave it, in [0, 1].
        ends: Whether it ends the answer; such a token has no text.
    """

    id: int
    probability: float
    ends: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What a checkpoint's `generation_config.json` asks of greedy decoding.

    Attributes:
        ends: Ids that end an answer.
        banned: Ids that are never chosen.
        penalty: Divides the scores of tokens that were used before; 1 for none.
        once: No so many tokens in a row come twice; 0 for no such rule.
        first: The first token of an answer that stands beside its prompt; None for any.
    """

    ends: frozenset[int]
    banned: tuple[int, ...] = ()
    penalty: float = 1.0
    once: int = 0
    first: int | None = None
    _processors: Any = field(init=False, repr=False, compare=False)
    _forbidden: Tensor = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_forbidden", torch.tensor(self.banned, dtype=torch.long))
        processors = LogitsProcessorList()
        if self.penalty != 1.0:
            processors.append(RepetitionPenaltyLogitsProcessor(self.penalty))
        if self.once:
            processors.append(NoRepeatNGramLogitsProcessor(self.once))
        object.__setattr__(self, "_processors", processors)

    @property
    def looks_back(self) -> bool:
        """Whether a choice depends on earlier tokens by more than the model's own scores."""
        return bool(self._processors)

    @property
    def choice(self) -> Choice:
        """The rules that do not look back."""
        return Choice(self._forbidden, sorted(self.ends))

    def choose(self, logits: Tensor, used: list[int]) -> tuple[int, float]:
        """Choose the next token.

        Args:
            logits: ``(vocab,)``.
            used: All ids so far, the prompt's included.

        Returns:
            Its id and its probability.
        """
        scores = logits.float()
        if self._processors:
            seen = torch.tensor([used], device=scores.device)
            scores = self._processors(seen, scores[None])[0]
        if self.banned:
            scores = scores.index_fill(0, self._forbidden.to(scores.device), float("-inf"))
        highest, best = scores.max(0)
        total = (scores - highest).exp_().sum()
        return int(best.item()), 1.0 / total.item()


def rules_of(model: Any, tokenizer: Any) -> Rules:
    """Read a checkpoint's rules; sampling is always off."""
    config = model.generation_config
    ends = config.eos_token_id if config.eos_token_id is not None else tokenizer.eos_token_id
    listed = ends if isinstance(ends, list) else [ends]
    banned = list(config.suppress_tokens or [])
    banned += [words[0] for words in config.bad_words_ids or [] if len(words) == 1]
    return Rules(
        frozenset(int(end) for end in listed if end is not None),
        tuple(sorted(set(banned))),
        float(config.repetition_penalty or 1.0),
        int(config.no_repeat_ngram_size or 0),
        config.forced_bos_token_id,
    )


def generate(
    decoder: Decoder,
    sequence: Any,
    logits: Tensor,
    rules: Rules,
    prompt: list[int],
    limit: int,
    drafts: Drafts | None = None,
) -> Iterator[Token]:
    """Yield tokens until one ends the answer or `limit` are there.

    Args:
        decoder: The text model.
        sequence: Already holds the prompt; is extended.
        logits: The prompt's last, ``(vocab,)``.
        rules: Which tokens end an answer or are banned.
        prompt: Its ids.
        limit: Most tokens to generate, an ending one included.
        drafts: Guesses that are checked several at a time; the tokens are the same without them.
    """
    beside = isinstance(decoder, Beside)
    used = [decoder.begins] if isinstance(decoder, Beside) else list(prompt)
    ahead = _Ahead(decoder, rules, drafts, len(prompt), logits.device)
    step, count = _Step([rules.choose(logits, used)]), 0
    while True:
        start, right = sequence.length - len(step.guess), 0
        for chosen, probability in step.choices:
            if beside and count == 0 and rules.first is not None:
                chosen, probability = rules.first, 1.0  # noqa: PLW2901 - what was found is not taken
            ends = chosen in rules.ends
            yield Token(chosen, probability, ends)
            count += 1
            if ends or count == limit:
                return
            used.append(chosen)
            if right == len(step.guess) or step.guess[right] != chosen:
                break
            right += 1
        if step.source is not None:
            sequence.rewind(start + right)
            step.source.checked(len(step.guess), right)
        step = ahead.step(sequence, used, limit - count)


@dataclass(frozen=True, slots=True)
class _Step:
    """The next tokens of an answer, and what they were taken to be.

    Attributes:
        choices: Ids with their probabilities, one more than were guessed; they count as long as
            each one before was guessed right.
        guess: Ids that the sequence holds already.
        source: What guessed and hears how much was right; None where nobody did.
    """

    choices: Iterable[tuple[int, float]]
    guess: Sequence[int] = ()
    source: Drafts | Writer | None = None


class _Ahead:
    """Finds an answer's next tokens: guessed and checked, written together, or one by one."""

    def __init__(
        self,
        decoder: Decoder,
        rules: Rules,
        drafts: Drafts | None,
        before: int,
        device: torch.device,
    ) -> None:
        self._decoder, self._rules, self._before, self._device = decoder, rules, before, device
        self._checking = decoder if isinstance(decoder, Checking) else None
        self._drafts = None if self._checking is None else drafts
        self._writer = None if rules.looks_back else writer_of(decoder, rules.choice)
        self._alone = 0

    def step(self, sequence: Any, used: list[int], most: int) -> _Step:
        """Return the next tokens.

        Args:
            sequence: Holds all but the last of `used`; is extended by that and by what is guessed.
            used: All ids so far; grows while the choices are taken.
            most: Tokens that may still come, at least 1.
        """
        guess, source = self._guess(sequence, used, most - 1)
        self._alone = 0 if guess else self._alone + 1
        if not guess and self._writer is not None:
            count = 1 if self._drafts is not None and self._alone <= PATIENCE else most
            written = self._writer.write(sequence, used[-1], count)
            return _Step(written, [one for one, _ in written[:-1]])
        rows = self._rows(sequence, [used[-1], *guess])
        choices = (self._rules.choose(row, used) for row in rows)  # one by one, while `used` grows
        return _Step(choices, guess, source)

    def _guess(
        self, sequence: Any, used: list[int], most: int
    ) -> tuple[list[int], Drafts | Writer | None]:
        """Ask the page's words first, then the weights in 8 bits."""
        drafts, writer = self._drafts, self._writer
        if drafts is not None and (guess := drafts.propose(used[self._before :], most)):
            return guess, drafts
        if writer is not None and (guess := writer.guess(sequence, used[-1], most)):
            return guess, writer
        return [], None

    @torch.inference_mode()
    def _rows(self, sequence: Any, ids: list[int]) -> Tensor:
        """Append tokens; return the logits after each, ``(T, vocab)``."""
        decoder = self._decoder
        embedded = decoder.embed(torch.tensor(ids, device=self._device))
        if len(ids) > 1 and self._checking is not None:
            return self._checking.extend_all(sequence, embedded)
        return decoder.extend(sequence, embedded)[None]
