"""What a row costs a model, as the counting process says it. Knows no model."""

from __future__ import annotations

from finetune.protocol import Failed
from vlm.protocol import Message
from vlm.wire import Codec


class Cost(Message, frozen=True, tag="cost"):
    """One row in the model's tokens.

    Attributes:
        id: The row's.
        images: In how many pictures its crop is shown.
        visual_tokens: Of all of them.
        question_tokens: The question with the frame that the model expects around it.
        answer_tokens: What is taught, the end of the turn included.
        parts: On how many parts of its page it is taught, at most, each of which costs what the
            others say; 0 when it is taught on what it is about, at once.
    """

    id: str
    images: int
    visual_tokens: int
    question_tokens: int
    answer_tokens: int
    parts: int = 0

    @property
    def lessons(self) -> int:
        """How often it is taught each time the model sees everything, at most."""
        return max(1, self.parts)

    @property
    def total(self) -> int:
        """Tokens that the model goes through for one lesson on this row."""
        return self.visual_tokens + self.question_tokens + self.answer_tokens


COSTS: Codec[Cost | Failed] = Codec(Cost | Failed)
"""What the counting process says: a `Cost` for each row, or `Failed` and then nothing."""
