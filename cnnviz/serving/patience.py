"""Connections that say nothing are closed: uvicorn waits for the head of a request as long as a client likes."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["patient_protocol"]


def patient_protocol(seconds: float) -> type[H11Protocol]:
    """Return a protocol that closes a connection on which no request has begun within some seconds."""

    class Patient(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._patience = self.loop.call_later(seconds, self._give_up)

        def connection_lost(self, exc: Exception | None) -> None:
            self._patience.cancel()
            super().connection_lost(exc)

        def _give_up(self) -> None:
            begun: Any = self.cycle
            if begun is None:
                self.transport.close()

    return Patient
