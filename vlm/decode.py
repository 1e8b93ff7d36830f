"""The token loop: greedy, one token after the other, with each token's probability.

The same tokens as transformers' own `generate`, without its cost for each call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    used, count = [decoder.begins] if isinstance(decoder, Beside) else list(prompt), 0
    guess, alone = list[int](), 0
    source: Drafts | Writer | None = None
    choices: Iterable[tuple[int, float]] = [rules.choose(logits, used)]
    checking = decoder if isinstance(decoder, Checking) else None
    writer = None if rules.looks_back else writer_of(decoder, rules.choice)
    while True:
        start, right = sequence.length - len(guess), 0
        for chosen, probability in choices:
            if beside and count == 0 and rules.first is not None:
                chosen, probability = rules.first, 1.0  # noqa: PLW2901 - what was found is not taken
            ends = chosen in rules.ends
            yield Token(chosen, probability, ends)
            count += 1
            if ends or count == limit:
                return
            used.append(chosen)
            if right == len(guess) or guess[right] != chosen:
                break
            right += 1
        if source is not None and guess:
            sequence.rewind(start + right)
            source.checked(len(guess), right)
        guess, source = [], None
        if drafts is not None and checking is not None:
            guess, source = drafts.propose(used[len(prompt) :], limit - count - 1), drafts
        if not guess and writer is not None:
            guess, source = writer.guess(sequence, used[-1], limit - count - 1), writer
        alone = 0 if guess else alone + 1
        if not guess and writer is not None:
            most = 1 if drafts is not None and alone <= PATIENCE else limit - count
            written = writer.write(sequence, used[-1], most)
            choices, guess, source = written, [one for one, _ in written[:-1]], None
            continue
        with torch.inference_mode():
            embedded = decoder.embed(torch.tensor([used[-1], *guess], device=logits.device))
            if guess and checking is not None:
                rows = checking.extend_all(sequence, embedded)
            else:
                rows = decoder.extend(sequence, embedded)[None]
        choices = (rules.choose(row, used) for row in rows)  # one by one, while `used` grows
