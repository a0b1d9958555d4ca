"""What the first visitor should not wait for is imported while the server starts, before it answers anybody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

import streamlit as st

from cnnviz.allocation import share_memory

__all__ = ["prepared"]

# What app.py and the home page import: together as long as a fifth of the first second.
_NEEDED = ("guard", "sheets", "sparing", "status_bar", "warm", "home.page")


@asynccontextmanager
async def prepared(_app: st.App) -> AsyncIterator[None]:
    """Import the home page's modules; the `lifespan` of the server, which begins when its caches are there."""
    share_memory()
    for name in _NEEDED:
        import_module(f"cnnviz.ui.{name}")
    yield
