"""The HTTP application asked in this process, without a server."""

import asyncio
import json
from typing import Any

from starlette.types import ASGIApp

__all__ = ["asked_inside"]


def asked_inside(app: ASGIApp, path: str, values: Any) -> tuple[int, Any]:
    """Post values as JSON; the status and what is answered."""
    return asyncio.run(_asked(app, path, json.dumps(values).encode()))


async def _asked(app: ASGIApp, path: str, body: bytes) -> tuple[int, Any]:
    to_life: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    from_life: asyncio.Queue[Any] = asyncio.Queue()
    life = asyncio.create_task(app({"type": "lifespan", "asgi": {"version": "3.0"}}, to_life.get, from_life.put))
    await to_life.put({"type": "lifespan.startup"})
    assert (await from_life.get())["type"] == "lifespan.startup.complete"
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path.partition("?")[0],
        "raw_path": path.encode(),
        "query_string": path.partition("?")[2].encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    await to_life.put({"type": "lifespan.shutdown"})
    await life
    return said[0]["status"], json.loads(b"".join(message.get("body", b"") for message in said[1:]))
