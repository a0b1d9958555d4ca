"""The server's end of a connection: uvicorn's, with patience that ends and problems in our own words.

uvicorn waits for the head of a request, and for a client that does not read its answers, as long as the client likes,
and has no setting for it. What is used of its own workings is here, and nowhere else; it was tried with uvicorn 0.54
and h11 0.16. Where a name is gone, `cnnviz serve` says so and serves with uvicorn's own protocol.
"""

import asyncio
import json
from typing import Any

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from cnnviz.serving.limits import Limits
from cnnviz.serving.problems import COME_AGAIN, PROBLEM_TYPE, problem_document, problem_response

__all__ = ["TRIED", "patient_protocol"]

TRIED = {"uvicorn": "0.54", "h11": "0.16"}

_FAREWELL_S = 5.0  # for the last answer to leave
_CRUMB, _MOST_CRUMBS = 64, 4096  # bytes of a body at a time, and how often
_NOT_HTTP = (
    "what was sent is no HTTP/1.1 request, or its head is longer than 16 KiB, or its body comes in crumbs; check it "
    "and send it again"
)


_HOOKS = (
    "connection_made",
    "connection_lost",
    "on_response_complete",
    "pause_writing",
    "resume_writing",
    "shutdown",
    "send_400_response",
)


def patient_protocol(limits: Limits) -> type[H11Protocol]:
    """Return a protocol that ends connections on which nothing moves.

    Args:
        limits: the seconds in which a request must begin or an answer be read, and how many connections there may be.

    Raises:
        ImportError: this uvicorn has no such protocol to begin from.
    """
    gone = [name for name in _HOOKS if not hasattr(H11Protocol, name)]
    if gone:
        raise ImportError(f"uvicorn's protocol has no {', '.join(gone)}")

    class Patient(H11Protocol):
        _stuck: asyncio.TimerHandle | None = None

        def __init__(self, *values: Any, **named: Any) -> None:
            super().__init__(*values, **named)
            self.conn = _Connection(h11.SERVER)

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._patience = self.loop.call_later(limits.receive_s, self._give_up)
            if len(self.connections) > limits.most_connections:
                self.app = _too_many

        def connection_lost(self, exc: Exception | None) -> None:
            self._patience.cancel()
            self._unstick()
            super().connection_lost(exc)

        def on_response_complete(self) -> None:
            """Wait for the next request, which must have a whole head in time; the answer must have left by then."""
            self._patience.cancel()
            self._patience = self.loop.call_later(limits.receive_s, self._give_up)
            super().on_response_complete()

        def pause_writing(self) -> None:
            super().pause_writing()
            self._stuck = self.loop.call_later(limits.receive_s, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            self._unstick()

        def shutdown(self) -> None:
            """End the connection, at once where the request is not here yet."""
            if self.transport.is_closing():
                return
            waiting = self.cycle is not None and not self.cycle.response_complete
            if waiting and self.cycle.more_body and not self.cycle.response_started:
                self._break_off()
            else:
                super().shutdown()

        def send_400_response(self, msg: str) -> None:
            body = json.dumps(problem_document(400, _NOT_HTTP)).encode()
            headers = [("content-type", PROBLEM_TYPE), ("content-length", str(len(body))), ("connection", "close")]
            try:
                for event in (
                    h11.Response(status_code=400, headers=headers, reason="Bad Request"),
                    h11.Data(data=body),
                    h11.EndOfMessage(),
                ):
                    self.transport.write(self.conn.send(event) or b"")
            except h11.LocalProtocolError:
                pass  # an answer is half-way out: nothing can be put into it
            self._break_off()

        def _give_up(self) -> None:
            if self.cycle is None or self.cycle.response_complete:
                self._break_off()

        def _break_off(self) -> None:
            if self.cycle is not None:
                self.cycle.disconnected = True
                self.cycle.message_event.set()
            self.transport.close()
            self.loop.call_later(_FAREWELL_S, self.transport.abort)

        def _unstick(self) -> None:
            if self._stuck is not None:
                self._stuck.cancel()
                self._stuck = None

    return Patient


class _Connection(h11.Connection):
    """A connection that refuses bodies in crumbs: taking in a byte at a time is more work than what it is all for."""

    _crumbs = 0

    def next_event(self) -> Any:
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._crumbs = 0
        elif isinstance(event, h11.Data):
            self._crumbs += 1 if len(event.data) < _CRUMB else 0
            if self._crumbs > _MOST_CRUMBS:
                raise h11.RemoteProtocolError("a body in crumbs")
        return event


async def _too_many(scope: Scope, receive: Receive, send: Send) -> None:
    answer = problem_response(
        503, "too many connections are open; try again in a moment", {**COME_AGAIN, "Connection": "close"}
    )
    await answer(scope, receive, send)
