"""Whatever the dashboard uses of Streamlit's own workings that has no public name: here, and nowhere else.

Tried with Streamlit 1.67. Each function says what happens where its name is gone; a test fails then.
"""

import sys
from contextlib import suppress
from typing import Any, Protocol, runtime_checkable

from streamlit.runtime.scriptrunner import get_script_run_ctx

__all__ = ["TRIED", "UploadedFile", "going_back", "keep_keras_session", "let_go_of_upload", "without_old_pages"]

TRIED = "1.67"


@runtime_checkable
class UploadedFile(Protocol):
    """A file that a widget returns and Streamlit still holds; its own class has no public name."""

    @property
    def name(self) -> str:
        """What its owner calls it."""

    @property
    def file_id(self) -> str:
        """What Streamlit calls it."""

    def getvalue(self) -> bytes:
        """Its content."""


def going_back() -> bool:
    """Say whether this run is for the browser's way back or forward.

    Without `is_history_navigation`, nobody knows: a step back within a moment after a change is then taken for a rerun
    that began before the change.
    """
    return bool(getattr(get_script_run_ctx(suppress_warning=True), "is_history_navigation", False))


def let_go_of_upload(file_id: str) -> bool:
    """Have Streamlit drop its copy of a file that this session sent: it keeps all until the tab is closed.

    A hundred photos of a phone are half a gigabyte. Without `uploaded_file_mgr`, the copy stays until then.

    Args:
        file_id: of the uploaded file.

    Returns:
        Whether it is dropped.
    """
    context: Any = get_script_run_ctx(suppress_warning=True)
    manager: Any = getattr(context, "uploaded_file_mgr", None)
    if not hasattr(manager, "remove_file"):
        return False
    manager.remove_file(context.session_id, file_id)
    return True


def without_old_pages() -> None:
    """Say that `pages/` is not the folder that Streamlit lists by itself; for whoever starts the server.

    Streamlit says so itself at the first `st.navigation`, which is too late for a deep link on a fresh server: it shows
    "Page not found" for a moment. Without the name, that is what happens.
    """
    with suppress(ImportError, AttributeError):
        from streamlit.runtime.pages_manager import PagesManager

        PagesManager.uses_pages_directory = False


def keep_keras_session() -> None:
    """Keep Streamlit from clearing Keras' session after each run of a page; decision 0010 says why.

    It calls `keras.backend.clear_session`, which is made to do nothing; Keras' own stays as it is for whoever imports
    it from where it is defined. Should Streamlit call it by another name, pages become slower.
    """
    keras: Any = sys.modules.get("keras")
    if hasattr(keras, "backend"):
        keras.backend.clear_session = _keep


def _keep(free_memory: bool = True) -> None:
    """Clear nothing."""
