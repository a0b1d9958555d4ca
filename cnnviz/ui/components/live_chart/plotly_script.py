"""Plotly's own JavaScript, served to the browser as it lies in the Python package."""

import gzip
from functools import lru_cache
from pathlib import Path

import plotly
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cnnviz.ui.routes import address_of, script_answer

__all__ = ["plotly_address", "plotly_routes"]

_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_served = False  # whether this process's server has the route


def plotly_routes() -> list[Route]:
    """Return the route that app.py adds to the server."""
    global _served
    _served = True
    return [Route(address_of(f"/{_FILE.name}"), _answer, methods=["GET"])]


def plotly_address() -> str | None:
    """Return where the browser gets Plotly: a path on this server, or None where no server of ours has it."""
    # The version keeps a browser from using an older one out of its cache.
    return f"{address_of(f'/{_FILE.name}')}?v={plotly.__version__}" if _served else None


def _answer(request: Request) -> Response:
    return script_answer(request, _FILE.read_bytes(), _packed())


@lru_cache(maxsize=1)  # a third of the size, in a fifth of a second
def _packed() -> bytes:
    return gzip.compress(_FILE.read_bytes(), compresslevel=6)
