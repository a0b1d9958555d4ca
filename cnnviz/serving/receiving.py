"""Bodies of requests, read with a limit on size and time, before anybody parses them."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cnnviz.serving.limits import Limits
from cnnviz.serving.problems import problem_response

__all__ = ["BodyLimit"]


_HEARD_OUT = 4  # times the limit


class BodyLimit:
    """Middleware that refuses bodies which are too large (413) or too slow (408).

    Args:
        app: what comes after.
        limits: how large and how slow.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app, self._limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, then pass the request on with it."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        declared = _declared(scope)
        if declared > _HEARD_OUT * self._limits.most_bytes:
            await self._too_large(scope, receive, send)
            return
        try:
            body = await asyncio.wait_for(self._body(receive), self._limits.receive_s)
        except TimeoutError:
            seconds = f"{self._limits.receive_s:g}"
            answer = problem_response(
                408, f"the request did not arrive within {seconds} s; send it faster", {"Connection": "close"}
            )
            await answer(scope, receive, send)
            return
        if body is None:
            await self._too_large(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _body(self, receive: Receive) -> bytes | None:
        """Read it all; None where it is too large.

        What is a few times too large is heard out: a client that is still sending would not see the answer.
        """
        parts, total = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b""
            part = message.get("body", b"")
            total += len(part)
            if total <= self._limits.most_bytes:
                parts.append(part)
            if total > _HEARD_OUT * self._limits.most_bytes:
                return None
            if not message.get("more_body", False):
                return b"".join(parts) if total <= self._limits.most_bytes else None

    async def _too_large(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = f"{self._limits.most_bytes / 2**20:g}"
        answer = problem_response(
            413, f"the request has more than {most} MiB; send fewer or smaller photos", {"Connection": "close"}
        )
        await answer(scope, receive, send)


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
