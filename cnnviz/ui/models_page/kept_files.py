"""Files that this server keeps for a while: what was exported, and what was uploaded."""

import streamlit as st

from cnnviz.file_shelf import FileShelf

__all__ = ["exports", "uploads"]

_MOST_EXPORTS, _MOST_EXPORTS_BYTES = 40, 10**9
_MOST_UPLOADS, _MOST_UPLOADS_BYTES = 8, 600 * 10**6


@st.cache_resource(show_spinner=False)
def exports() -> FileShelf:
    """Return the shelf of what was exported, for all sessions."""
    return FileShelf("exports", _MOST_EXPORTS, _MOST_EXPORTS_BYTES)


@st.cache_resource(show_spinner=False)
def uploads() -> FileShelf:
    """Return the shelf of uploaded models, each known only to the session that has its key."""
    return FileShelf("uploads", _MOST_UPLOADS, _MOST_UPLOADS_BYTES)
