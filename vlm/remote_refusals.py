"""What a server that a person named can do wrong, in plain sentences with the next step."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

from vlm import amounts, openai_wire
from vlm.errors import RemoteFailed, ServerUnreachable
from vlm.system_refusals import reason
from vlm.web import ANSWER_S, Broken, Quiet, Said

REDIRECTS = (301, 302, 303, 307, 308)


@contextlib.contextmanager
def translated(host: str, *, doing: str = "") -> Generator[None]:
    """Turn what can happen to a connection into a sentence.

    Args:
        host: The server.
        doing: "" before there was an answer, else what breaks off: "in the middle of the answer".

    Raises:
        RemoteFailed: Instead of what happened.
    """
    try:
        yield
    except Quiet as error:
        raise RemoteFailed(
            f"{host} said nothing for {amounts.duration(ANSWER_S)}. It may be busy, or the model "
            "too large for it. Try again later."
        ) from error
    except Broken as error:
        if doing:
            raise RemoteFailed(f"The connection to {host} broke {doing}. Try again.") from error
        raise RemoteFailed(
            f"{host} does not answer. Check that the server is running and that its address is "
            "right."
        ) from error
    except ServerUnreachable as error:
        raise RemoteFailed(
            f"{host} could not prove who it is, so nothing was sent. Check its address and this "
            "computer's clock."
        ) from error
    except OSError as error:
        raise RemoteFailed(
            "The list of connections cannot be written, and without it nothing is sent: "
            f"{reason(error)}."
        ) from error


def require_ok(said: Said, body: bytes, host: str, model: str = "") -> None:
    """Turn a refusal into a sentence.

    Args:
        said: The answer.
        body: What it says, or the beginning of it; "" when the status is fine.
        host: The server.
        model: What was asked, if a model was.

    Raises:
        RemoteFailed: Unless the status is 200.
    """
    status = said.status
    if status == 200:
        return
    why = openai_wire.explanation(body)
    told = f" It says: {why}" if why else ""
    if status in REDIRECTS:
        raise RemoteFailed(
            f"{host} points to another address. Pages go only to the server that you named, so "
            "nothing was sent there. Connect to the right address."
        )
    if status in (401, 403):
        raise RemoteFailed(f"{host} does not accept the key. Check it and connect again.")
    if status == 404 and model:
        raise RemoteFailed(f"{host} has no model called {model}. Connect again to choose one.")
    if status == 404:
        raise RemoteFailed(
            f"{host} answers, but not to this protocol. Check the path at the end of its address."
        )
    if status == 413:
        raise RemoteFailed(f"The picture is too large for {host}. Ask about a smaller part.")
    if status == 429:
        wait = said.header("retry-after").strip()
        when = f" in {amounts.duration(float(wait[:9]))}" if wait.isdigit() else " later"
        raise RemoteFailed(f"{host} takes no more questions for now. Try again{when}.{told}")
    if status < 500:
        raise RemoteFailed(f"{host} refused the question (HTTP {status}).{told}")
    raise RemoteFailed(f"{host} had an error of its own (HTTP {status}). Try again later.{told}")
