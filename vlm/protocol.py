"""What the window and the engine process say to each other.

Requests carry the job they start; every job ends with exactly one of its last events. Messages
carry references (path, page, box), never pixels. The first message each way is `Hello`.
"""

from __future__ import annotations

from vlm.types import (
    Answer,
    Box,
    HeatMap,
    ModelInfo,
    PageRef,
    Precision,
    Question,
    Server,
    Value,
    View,
)

VERSION = 1


class Message(Value, frozen=True, tag_field="kind"):
    """Base of every message: a JSON object whose first field is `kind`."""


class Hello(Message, frozen=True, tag="hello"):
    """The first message in each direction; another version ends the conversation."""

    version: int


# --- requests -------------------------------------------------------------------------------


class Load(Message, frozen=True, tag="load"):
    """Load the model in `folder`, or with the same folder only switch `adapter`.

    Last event: `Loaded`, `Cancelled` or `Failed`. `device` is "auto", "cpu", "cuda" or "mps". With
    `server` nothing is loaded: that server answers from now on, and `folder` is "". With
    `keep_pages` what is made of pages is kept on this machine's disk; when it is False, what was
    kept before is removed as well.
    """

    job: int
    folder: str
    adapter: str | None = None
    device: str = "auto"
    server: Server | None = None
    precision: Precision = "automatic"
    keep_pages: bool | None = None


class Ask(Message, frozen=True, tag="ask"):
    """Answer a question. Last event: `Done`, `Cancelled` or `Failed`."""

    job: int
    question: Question


class AskAll(Message, frozen=True, tag="ask_all"):
    """Answer several questions; those about the same pages and part are read and decoded together.

    Each question gets one `Answered` or `Unanswered`, in any order. Last event: `AllAnswered`,
    `Cancelled` or `Failed`.
    """

    job: int
    questions: tuple[Question, ...]


class Look(Message, frozen=True, tag="look"):
    """Encode a page ahead of a question, at low priority; a later request interrupts it.

    Last event: `Looked`, `Cancelled` or `Failed`.
    """

    job: int
    page: PageRef
    box: Box | None = None
    splitting: bool = True


class Typing(Message, frozen=True, tag="typing"):
    """Read a question while it is typed, at low priority; a later request interrupts it.

    The question's text is what stands in the line so far: the words before its last space are read,
    or with `paused` all of it, because the person may be about to ask. What was read before of
    another text is cut; "" cuts all of it. Last event: `Looked`, `Cancelled` or `Failed`.
    """

    job: int
    question: Question
    paused: bool = False


class Prepare(Message, frozen=True, tag="prepare"):
    """Learn a document's words ahead of a question to all of it; a later request interrupts it.

    Pages without a text layer are read by the model. What was learned before an interruption
    stays. Last event: `Looked`, `Cancelled` or `Failed`.
    """

    job: int
    path: str


class Where(Message, frozen=True, tag="where"):
    """Find where the model looked while it wrote an answer. Costs one more pass over the page.

    Last event: `LookedAt`, `Cancelled` or `Failed`.
    """

    job: int
    question: Question
    answer: str


class Cancel(Message, frozen=True, tag="cancel"):
    """Stop a job as soon as possible; an unknown or ended job is ignored."""

    job: int


class Unlock(Message, frozen=True, tag="unlock"):
    """Remember a document's password for this session; no event answers it."""

    path: str
    password: str


# --- events ---------------------------------------------------------------------------------


class Progress(Message, frozen=True, tag="progress"):
    """What the engine is doing, in plain words; `fraction` in [0, 1], or -1 when unknown."""

    job: int
    text: str
    fraction: float = -1.0


class Loaded(Message, frozen=True, tag="loaded"):
    """Last event of `Load`."""

    job: int
    model: ModelInfo


class Saw(Message, frozen=True, tag="saw"):
    """The images the model is given for this question; `warning` is "" or a plain sentence."""

    job: int
    views: tuple[View, ...]
    warning: str = ""


class TextDelta(Message, frozen=True, tag="text"):
    """The next piece of a streamed answer."""

    job: int
    text: str


class Done(Message, frozen=True, tag="done"):
    """Last event of `Ask`."""

    job: int
    answer: Answer


class Answered(Message, frozen=True, tag="answered"):
    """One of the questions of `AskAll`, counted from 0, has its answer."""

    job: int
    index: int
    answer: Answer


class Unanswered(Message, frozen=True, tag="unanswered"):
    """One of the questions of `AskAll` could not be answered; see `Failed`. Others still are."""

    job: int
    index: int
    code: str
    message: str


class AllAnswered(Message, frozen=True, tag="all_answered"):
    """Last event of `AskAll`."""

    job: int


class Looked(Message, frozen=True, tag="looked"):
    """Last event of `Look`, of `Typing` and of `Prepare`."""

    job: int


class LookedAt(Message, frozen=True, tag="looked_at"):
    """Last event of `Where`: a map for each page of the question, its own page first. A hint."""

    job: int
    maps: tuple[HeatMap, ...]


class Cancelled(Message, frozen=True, tag="cancelled"):
    """Last event of a job that was stopped; `text` is the part of the answer there was."""

    job: int
    text: str = ""


class Failed(Message, frozen=True, tag="failed"):
    """Last event of a job that could not be done; `code` and sentence of `vlm.errors`."""

    job: int
    code: str
    message: str


Job = Load | Ask | AskAll | Look | Typing | Prepare | Where
"""Requests that end with an event."""

AHEAD = (Look, Typing, Prepare)
"""Jobs that nobody waits for: every later job interrupts them."""

Request = Hello | Job | Cancel | Unlock
Event = (
    Hello
    | Progress
    | Loaded
    | Saw
    | TextDelta
    | Done
    | Answered
    | Unanswered
    | AllAnswered
    | Looked
    | LookedAt
    | Cancelled
    | Failed
)
LAST_EVENTS = (Loaded, Done, AllAnswered, Looked, LookedAt, Cancelled, Failed)
