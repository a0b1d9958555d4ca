"""Bodies of requests, read with a limit on size and time, before anybody parses them."""

import asyncio
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnnviz.serving.limits import Limits
from cnnviz.serving.problems import COME_AGAIN, Problem, problem_response

__all__ = ["BodyLimit"]

_HEARD_OUT = 4  # times the limit
_CLOSE = {"Connection": "close"}


@dataclass
class _Body:
    """What has arrived of one body."""

    parts: list[bytes] = field(default_factory=list)
    kept: int = 0  # bytes
    gone: bool = False  # its sender is


class BodyLimit:
    """Middleware that refuses bodies which are too large (413), too slow (408), or too much together (503).

    Args:
        app: what comes after.
        limits: how large and how slow.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app, self._limits = app, limits
        self._held = 0  # bytes of all bodies that are under way

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, then pass the request on with it."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        body = _Body()
        try:
            whole = await self._read(body, scope, receive)
            if not body.gone:
                await self._app(scope, _replay(whole, receive), send)
        except Problem as problem:
            answer = problem_response(problem.status, problem.detail, {**_CLOSE, **(problem.headers or {})})
            await answer(scope, receive, send)
        finally:
            self._held -= body.kept

    async def _read(self, body: _Body, scope: Scope, receive: Receive) -> bytes:
        """Return all of a body; nothing where its sender went away.

        Raises:
            Problem: 408, 413 or 503.
        """
        if _declared(scope) > _HEARD_OUT * self._limits.most_bytes:
            raise self._too_large()
        try:
            async with asyncio.timeout(self._limits.receive_s):
                await self._receive(body, receive)
        except TimeoutError:
            seconds = f"{self._limits.receive_s:g}"
            raise Problem(408, f"the request did not arrive within {seconds} s; send it faster") from None
        whole = body.parts[0] if len(body.parts) == 1 else b"".join(body.parts)
        body.parts.clear()
        return whole

    async def _receive(self, body: _Body, receive: Receive) -> None:
        """Take in a body, part by part.

        What is a few times too large is heard out: a client that is still sending would not see the answer.
        """
        total, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                body.gone = True
                return
            part = message.get("body", b"")
            total += len(part)
            if total > _HEARD_OUT * self._limits.most_bytes:
                raise self._too_large()
            if total <= self._limits.most_bytes:
                self._keep(body, part)
            more = message.get("more_body", False)
        if total > self._limits.most_bytes:
            raise self._too_large()

    def _keep(self, body: _Body, part: bytes) -> None:
        if self._held + len(part) > self._limits.most_held_bytes:
            raise Problem(503, "too much is being received at once; try again in a moment", COME_AGAIN)
        self._held += len(part)
        body.kept += len(part)
        body.parts.append(part)

    def _too_large(self) -> Problem:
        most = f"{self._limits.most_bytes / 2**20:g}"
        return Problem(413, f"the request has more than {most} MiB; send fewer or smaller photos")


def _declared(scope: Scope) -> int:
    """The length that the client declares; 0 where it declares none that is a number."""
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() and len(value) < 20 else 0


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return what gives the body once, and then waits for the client to go away."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
