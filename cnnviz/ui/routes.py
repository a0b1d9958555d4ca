"""What this server answers beside Streamlit's own addresses: where that is, and how a script is sent."""

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response

__all__ = ["address_of", "script_answer"]


def address_of(path: str) -> str:
    """Return an address on this server, for a route and for the browser: below `server.baseUrlPath`, where that is set.

    Args:
        path: such as `/plotly.min.js`.
    """
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}{path}"


def script_answer(request: Request, plain: bytes, packed: bytes) -> Response:
    """Answer with JavaScript that a browser may keep for good: its address says which version it is.

    Args:
        request: what the browser asked.
        plain: the script, UTF-8.
        packed: the same, by gzip, for a browser that takes it.
    """
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    small = "gzip" in request.headers.get("Accept-Encoding", "")
    if small:
        headers["Content-Encoding"] = "gzip"
    return Response(packed if small else plain, headers=headers, media_type="text/javascript")
