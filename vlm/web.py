"""The one place that opens connections: https only, redirects counted, every request logged.

`Web` fetches: it sends no cookies, no credentials and nothing about the person. `Talk` sends what a
person agreed to send to one server that they named, and to no other. Knows HTTP, not models.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator, Mapping
from importlib import metadata
from typing import Any, TypeVar

import httpx2

from vlm.cancel import CancelToken, check
from vlm.connections import ConnectionLog, Counting
from vlm.errors import FetchFailed, ServerUnreachable

HOPS = 5
"""Redirects that are followed, at most."""
CONNECT_S = 10.0
QUIET_S = 10.0
"""A server that says nothing for so long counts as a broken connection."""
ANSWER_S = 120.0
"""The same for a server that computes an answer."""
STOP_S = 0.05
"""How often a waiting `Talk` looks whether it shall stop."""
LOCAL = ("127.0.0.1", "::1", "localhost")

T = TypeVar("T")
Wait = Callable[[Coroutine[Any, Any, Any]], Any]


class Broken(Exception):  # noqa: N818 - it is handled where a request can be made again
    """The connection could not be made or broke off; trying again may help."""


class Quiet(Broken):
    """The server said nothing for too long."""


class Reply:
    """An answer whose headers have arrived. Valid inside `Web.get`'s block."""

    def __init__(self, response: httpx2.Response, counting: Counting) -> None:
        self._response = response
        self._counting = counting

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._response.status_code

    @property
    def host(self) -> str:
        """Who answered."""
        return self._response.url.host

    def header(self, name: str) -> str:
        """Return a header, "" when it is missing; names are without case."""
        return str(self._response.headers.get(name, ""))

    def chunks(self) -> Iterator[bytes]:
        """Yield the body as it arrives.

        Raises:
            Broken: If it ends early.
        """
        self._counting.outcome = "stopped before the end"
        with _translated():
            for chunk in self._response.iter_raw():
                self._counting.bytes += len(chunk)
                yield chunk
        self._counting.outcome = "complete"

    def body(self, limit: int) -> bytes:
        """Return the whole body.

        Raises:
            FetchFailed: If it is larger than `limit` bytes.
            Broken: If it ends early.
        """
        parts = bytearray()
        for chunk in self.chunks():
            parts += chunk
            if len(parts) > limit:
                raise FetchFailed(f"{self.host} sent more than it should. Try again later.")
        return bytes(parts)


class Talk:
    """One server that a person named, for as long as it is open; use it in a `with` block.

    A request can be stopped while its answer is waited for. No redirect is followed: it would
    carry what was sent to somebody else. Plain http is only for whom `home` names.

    Args:
        log: Where every request is noted.
        home: Scheme, host, port and the beginning of the path.
        key: Sent as a bearer token; "" for none. It stands in no log.
        quiet_s: How long the server may say nothing.
    """

    def __init__(
        self, log: ConnectionLog, home: str, key: str = "", *, quiet_s: float = ANSWER_S
    ) -> None:
        self._log = log
        self._home = httpx2.URL(home)
        self._loop = asyncio.Runner()
        headers = {"User-Agent": _agent(), "Accept-Encoding": "identity"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        self._client = httpx2.AsyncClient(
            headers=headers,
            timeout=httpx2.Timeout(quiet_s, connect=CONNECT_S),
            follow_redirects=False,
            trust_env=self._home.host not in LOCAL,
        )

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run(self._client.aclose())
        self._loop.close()

    @property
    def host(self) -> str:
        """Whom it talks to, with the port when that is unusual."""
        return _host(self._home)

    @contextlib.contextmanager
    def ask(
        self, path: str, purpose: str, cancel: CancelToken, body: bytes | None = None
    ) -> Generator[Said]:
        """Send a request and wait until the answer's headers are there.

        Args:
            path: Below the home.
            purpose: What for, in words; it stands in the log.
            cancel: Stops the waiting when set.
            body: JSON to post; None to get.

        Raises:
            Stopped: If it was stopped.
            Broken: If the server cannot be reached or breaks off.
            Quiet: If it says nothing for too long.
            ServerUnreachable: If it cannot prove who it is.
        """
        request = self._client.build_request(
            "GET" if body is None else "POST",
            str(self._home).rstrip("/") + path,
            content=body,
            headers={} if body is None else {"Content-Type": "application/json"},
        )
        with self._log.opened(self.host, purpose) as counting, _translated():
            counting.outcome = "stopped by you"
            response = self._wait(self._client.send(request, stream=True), cancel)
            counting.outcome = f"answered {response.status_code}"
            try:
                yield Said(response, counting, lambda step: self._wait(step, cancel))
            finally:
                self._loop.run(response.aclose())

    def _wait(self, step: Coroutine[Any, Any, T], cancel: CancelToken) -> T:
        return self._loop.run(_unless(step, cancel))


class Said:
    """An answer of `Talk` whose headers have arrived. Valid inside the block of `Talk.ask`."""

    def __init__(self, response: httpx2.Response, counting: Counting, wait: Wait) -> None:
        self._response = response
        self._counting = counting
        self._wait = wait

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._response.status_code

    def header(self, name: str) -> str:
        """Return a header, "" when it is missing; names are without case."""
        return str(self._response.headers.get(name, ""))

    def chunks(self) -> Iterator[bytes]:
        """Yield the body as it arrives; raises as `Talk.ask` does."""
        pieces = self._response.aiter_raw()
        self._counting.outcome = "stopped before the end"
        while (piece := self._wait(_next(pieces))) is not None:
            self._counting.bytes += len(piece)
            yield piece
        self.enough()

    def enough(self) -> None:
        """Note that everything that was wanted has arrived."""
        good = self.status == 200
        self._counting.outcome = "complete" if good else f"answered {self.status}"


async def _next(pieces: AsyncIterator[bytes]) -> bytes | None:
    return await anext(pieces, None)


async def _unless(step: Coroutine[Any, Any, T], cancel: CancelToken) -> T:
    """Wait for a step, or stop it when the person wants so."""
    task = asyncio.ensure_future(step)
    try:
        while not task.done():
            check(cancel)
            await asyncio.wait({task}, timeout=STOP_S)
        return await task
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})


class Web:
    """A person's permission to connect, for as long as it is open; use it in a `with` block.

    Args:
        log: Where every request is noted.
        plain_local: Also allow http to 127.0.0.1, for a server on this machine.
        quiet_s: How long a server may say nothing.
    """

    def __init__(
        self, log: ConnectionLog, *, plain_local: bool = False, quiet_s: float = QUIET_S
    ) -> None:
        self._log = log
        self._plain_local = plain_local
        self._client = httpx2.Client(
            headers={
                "User-Agent": _agent(),
                "Accept-Encoding": "identity",  # hashes and ranges are of the plain bytes
            },
            timeout=httpx2.Timeout(quiet_s, connect=CONNECT_S),
            follow_redirects=False,
        )

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @contextlib.contextmanager
    def get(
        self, url: str, purpose: str, headers: Mapping[str, str] | None = None
    ) -> Generator[Reply]:
        """Ask for a page and follow its redirects.

        Args:
            url: What to ask for.
            purpose: What for, in words; it stands in the log.
            headers: Besides the usual ones.

        Raises:
            Broken: If the server cannot be reached or breaks off.
            ServerUnreachable: If it cannot prove who it is.
            FetchFailed: If it points to an address that is not safe, or in circles.
        """
        address = self._checked(httpx2.URL(url))
        for _ in range(HOPS + 1):
            with contextlib.ExitStack() as stack:
                stack.enter_context(_translated())
                counting = stack.enter_context(self._log.opened(_host(address), purpose))
                response = stack.enter_context(self._request(address, headers or {}))
                counting.outcome = f"answered {response.status_code}"
                if response.status_code not in (301, 302, 303, 307, 308):
                    yield Reply(response, counting)
                    return
                address = self._next(address, response)
                counting.outcome = f"pointed to {_host(address)}"
        raise FetchFailed(f"{_host(address)} points in circles. Try again later.")

    @contextlib.contextmanager
    def _request(
        self, address: httpx2.URL, headers: Mapping[str, str]
    ) -> Generator[httpx2.Response]:
        self._client.cookies.clear()
        with self._client.stream("GET", address, headers=dict(headers)) as response:
            yield response

    def _next(self, address: httpx2.URL, response: httpx2.Response) -> httpx2.URL:
        try:
            return self._checked(address.join(response.headers.get("location", "")))
        except httpx2.InvalidURL as error:
            raise FetchFailed(
                f"{_host(address)} points to an address that makes no sense. Try again later."
            ) from error

    def _checked(self, address: httpx2.URL) -> httpx2.URL:
        local = self._plain_local and address.scheme == "http" and address.host == "127.0.0.1"
        if (address.scheme == "https" or local) and address.host:
            return address
        raise FetchFailed(
            f"The server points to {_host(address) or 'an address'} without encryption. "
            "Such addresses are not used, because anyone in between could change the model."
        )


def _agent() -> str:
    return f"vlm-desk/{metadata.version('vlm-desk')}"


def _host(address: httpx2.URL) -> str:
    return f"{address.host}:{address.port}" if address.port else address.host


@contextlib.contextmanager
def _translated() -> Generator[None]:
    """Turn the library's exceptions into ours."""
    try:
        yield
    except httpx2.TransportError as error:
        if _is_certificate(error):
            raise ServerUnreachable(
                "The server could not prove who it is, so nothing was fetched. "
                "Check this computer's clock and its network."
            ) from error
        kind = Quiet if isinstance(error, httpx2.ReadTimeout | httpx2.WriteTimeout) else Broken
        raise kind(str(error) or type(error).__name__) from error


def _is_certificate(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
