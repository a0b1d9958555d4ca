"""Plotly's own JavaScript, served to the browser as it lies in the Python package."""

import gzip
from functools import lru_cache
from pathlib import Path

import plotly
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

__all__ = ["plotly_address", "plotly_routes"]

_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_served = False  # whether this process's server has the route


def _path() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}/{_FILE.name}"


def plotly_routes() -> list[Route]:
    """Return the route that app.py adds to the server."""
    global _served
    _served = True
    return [Route(_path(), _answer, methods=["GET"])]


def plotly_address() -> str | None:
    """Return where the browser gets Plotly: a path on this server, or None where no server of ours has it."""
    # The version keeps a browser from using an older one out of its cache.
    return f"{_path()}?v={plotly.__version__}" if _served else None


def _answer(request: Request) -> Response:
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(_packed() if packed else _FILE.read_bytes(), headers=headers, media_type="text/javascript")


@lru_cache(maxsize=1)  # a third of the size, in a fifth of a second
def _packed() -> bytes:
    return gzip.compress(_FILE.read_bytes(), compresslevel=6)
