"""The names by which a server may be asked.

A page in somebody's browser can give its own name this machine's address (DNS rebinding) and then read what is served
here; it cannot change the name that the browser asks for.
"""

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from cnnviz.serving.problems import problem_response

__all__ = ["KnownHosts"]


class KnownHosts:
    """Middleware that refuses requests to other names (421).

    Args:
        app: what comes after.
        names: the names and addresses; None lets every request in.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str] | None) -> None:
        self._app = app
        self._names = None if names is None else frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on where its name is known; HTTP/1.0 may have none."""
        asked = _host(scope) if scope["type"] == "http" and self._names is not None else ""
        if not asked or asked in (self._names or ()):
            await self._app(scope, receive, send)
            return
        detail = "the request is for another name than this server's; ask for localhost, or start it with --allow-host"
        answer = problem_response(421, detail, {"Connection": "close"})  # its body stays unread
        await answer(scope, receive, send)


def _host(scope: Scope) -> str:
    """The name that is asked for, without the port."""
    given = dict(scope["headers"]).get(b"host", b"").decode("latin-1").strip().lower()
    if given.startswith("["):
        return str(given[1:].partition("]")[0])
    return str(given.rpartition(":")[0] or given)
