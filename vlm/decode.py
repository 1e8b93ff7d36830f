"""The token loop: greedy, one token after the other, with each token's probability.

The same tokens as transformers' own `generate`, without its cost for each call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from transformers import LogitsProcessorList, RepetitionPenaltyLogitsProcessor

from vlm.decoder import Decoder


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
    """

    ends: frozenset[int]
    banned: tuple[int, ...] = ()
    penalty: float = 1.0
    _processors: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        processors = LogitsProcessorList()
        if self.penalty != 1.0:
            processors.append(RepetitionPenaltyLogitsProcessor(self.penalty))
        object.__setattr__(self, "_processors", processors)

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
            scores = scores.index_fill(
                0, torch.tensor(self.banned, device=scores.device), float("-inf")
            )
        best = scores.argmax()
        probability = torch.exp(scores[best] - scores.logsumexp(0))
        return int(best), float(probability)


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
    )


def generate(
    decoder: Decoder, sequence: Any, logits: Tensor, rules: Rules, prompt: list[int], limit: int
) -> Iterator[Token]:
    """Yield tokens until one ends the answer or `limit` are there.

    Args:
        decoder: The text model.
        sequence: Already holds the prompt; is extended.
        logits: The prompt's last, ``(vocab,)``.
        rules: Which tokens end an answer or are banned.
        prompt: Its ids.
        limit: Most tokens to generate, an ending one included.
    """
    used = list(prompt)
    for count in range(limit):
        chosen, probability = rules.choose(logits, used)
        ends = chosen in rules.ends
        yield Token(chosen, probability, ends)
        if ends or count + 1 == limit:
            return
        used.append(chosen)
        with torch.inference_mode():
            following = torch.tensor([chosen], device=logits.device)
            logits = decoder.extend(sequence, decoder.embed(following))
