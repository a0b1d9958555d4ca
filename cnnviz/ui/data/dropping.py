"""Files of a person's own on their way in: dropped in the browser, or pointed at on this machine."""

import hashlib
from typing import Any

import streamlit as st

from cnnviz.data.brought import Brought, bring, find_brought, let_go, point_at
from cnnviz.errors import CnnvizError
from cnnviz.ui.address import go, read
from cnnviz.ui.data.place import DataPlace
from cnnviz.ui.data.understanding import forget_understood
from cnnviz.ui.guard import unlocked
from cnnviz.ui.loaders import home
from cnnviz.ui.messages import plain
from cnnviz.ui.streamlit_private import UploadedFile, let_go_of_upload

__all__ = ["add_files", "brought", "choose_files", "drop"]

_SERIAL = "cnnviz.data.drops"  # session state: counts up with every drop, which empties the widgets
_PROBLEM = "cnnviz.data.problem"


def brought() -> Brought | None:
    """Return what is being brought in, as the URL has it, as long as it is here."""
    token = read(DataPlace).brought
    return find_brought(token, home()) if token else None


def choose_files() -> None:
    """Draw the fields that files are dropped on, and what was wrong with the last ones."""
    st.caption(
        "Pictures with labels, as you have them: photos in a folder for each class or with a table of labels, a zip "
        "archive of such, tables with a picture a row (`input.csv` with `labels.csv`), arrays (`.npz`, `.npy`, `.h5`, "
        "`.mat`, MNIST's own files), Parquet. What they are is found out and shown before anything is kept."
    )
    most = int(st.get_option("server.maxUploadSize"))
    files, folder = st.columns(2, gap="medium")
    with files:
        _field("files", f"Drop files here that belong together, up to {most} MB each", several=True)
    with folder:
        _field(
            "folder",
            "Or choose a whole folder, by the button: one that is dragged loses the folders in it",
            several="directory",
        )
    with st.expander("Or give a path on this machine", icon=":material/folder_open:", key="data-path-fold"):
        st.text_input(
            "The path of a file or a folder on the machine that this dashboard runs on; it is read where it is",
            key="data-path",
            on_change=_point,
            placeholder="/home/me/pictures",
        )
    if problem := st.session_state.get(_PROBLEM):
        st.error(plain(problem), icon=":material/error:")
    elif read(DataPlace).brought:
        st.info(
            "What you brought is no longer on this server, which keeps it for a day; choose it again.",
            icon=":material/upload:",
        )


def add_files() -> None:
    """Draw a field for files that were forgotten."""
    _field("files", "More files that belong to these", several=True)
    if problem := st.session_state.get(_PROBLEM):
        st.error(plain(problem), icon=":material/error:")


def drop() -> None:
    """Let go of what was brought: in a callback."""
    here = brought()
    if here is not None:
        forget_understood(here)
        let_go(here.token, home())
    st.session_state.pop(_PROBLEM, None)
    go(brought=None)


def _field(name: str, words: str, several: Any) -> None:
    """Draw a field; what is dropped on it is taken here and not in a callback, which another run may cut short."""
    key = f"data-{name}-{st.session_state.get(_SERIAL, 0)}"
    sent: list[Any] = st.file_uploader(words, accept_multiple_files=several, key=key) or []
    if files := [file for file in sent if isinstance(file, UploadedFile)]:  # those of an earlier drop are let go of
        _take(files)


def _take(files: list[Any]) -> None:
    """Keep the files in the home, and let go of Streamlit's copies of them; a run that was cut short does it again."""
    here = brought()
    ids = "|".join(file.file_id for file in files)
    token = here.token if here else hashlib.blake2b(ids.encode(), digest_size=8).hexdigest()
    _keep(lambda: bring([(file.name, file.getbuffer()) for file in files], home(), token))
    st.session_state[_SERIAL] = st.session_state.get(_SERIAL, 0) + 1
    for file in files:
        let_go_of_upload(file.file_id)
    st.rerun()


def _point() -> None:
    path = str(st.session_state["data-path"]).strip()
    if path and unlocked():
        _keep(lambda: point_at(path, home()))


def _keep(make: Any) -> None:
    """Bring it in and show it; where that cannot be, say why."""
    st.session_state.pop(_PROBLEM, None)
    try:
        go(brought=make().token)
    except CnnvizError as error:
        st.session_state[_PROBLEM] = error.sentence
