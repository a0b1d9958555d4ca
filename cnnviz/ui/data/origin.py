"""Where a data set is from, and removing it."""

from pathlib import Path

import streamlit as st

from cnnviz.data import DatasetInfo, about_dataset
from cnnviz.data.brought import brought_folder
from cnnviz.data.deleting import delete_dataset, is_deletable, runs_with, used_by_in_words
from cnnviz.errors import CnnvizError
from cnnviz.ui.address import arrived, go
from cnnviz.ui.data.news import passed_over, sentences
from cnnviz.ui.guard import permitted
from cnnviz.ui.loaders import home
from cnnviz.ui.messages import plain

__all__ = ["show_origin"]

_PROBLEM = "cnnviz.data.undeleted"  # session state: (data set, why it could not be deleted)
_ASKED = "cnnviz.data.delete"  # session state: whose deletion is asked about; a page that runs again closes dialogs
_FITS = {"crop": "their centre", "fit": "the whole, with bars", "stretch": "stretched"}


def show_origin(info: DatasetInfo) -> None:
    """Draw what it was made of, and the button that deletes it; nothing for what came with cnnviz."""
    deletable = is_deletable(info.name, home())
    about = about_dataset(info.name, home())
    if about is None and not deletable:
        return
    failed, sentence = st.session_state.get(_PROBLEM, ("", ""))
    if failed == info.name:
        st.error(plain(sentence), icon=":material/error:")
    with st.expander("Where it is from, and removing it", icon=":material/history_edu:", key="data-origin"):
        if about is not None:
            left_out = f", {about.left_out:,} left out" if about.left_out else ""
            st.markdown(
                f"Made of {plain(_source(about.path))} ({plain(about.form)}) on {plain(about.made[:10])}: "
                f"{'×'.join(map(str, about.size))} pixels, {_FITS.get(about.fit, plain(about.fit))}{left_out}."
            )
            sentences(about.notes, about.doubts)
            passed_over(about.skipped, about.n_skipped)
        asked = deletable and st.button("Delete this data set", key="data-delete", icon=":material/delete:")
        if asked and permitted(f"delete {info.name}"):
            st.session_state[_ASKED] = info.name
    if arrived() or st.session_state.get(_ASKED, info.name) != info.name:
        _answered()
    if deletable and _ASKED in st.session_state:
        _ask(info.name)


def _source(path: str) -> str:
    """Return what a data set was made of, without the folder in which what came from a browser lay."""
    if not path.startswith(str(brought_folder(home()))):
        return path
    name = Path(path).name
    return "files from the browser" if name == "files" else name


def _answered() -> None:
    st.session_state.pop(_ASKED, None)


@st.dialog("Delete a data set?", icon=":material/delete:", on_dismiss=_answered)
def _ask(name: str) -> None:
    runs = [run.name for run in runs_with(name, home())]
    st.markdown(f"**{plain(name)}** goes from this machine." + (f" {plain(used_by_in_words(runs))}." if runs else ""))
    if runs:
        st.caption(
            "Their reports, snapshots and class names stay; their test images can be shown again once a data set of "
            "that name with the same images is there."
        )
    if st.button(f"Delete {plain(name)}", key="data-delete-now", type="primary", on_click=_delete, args=(name,)):
        st.rerun()


def _delete(name: str) -> None:
    _answered()
    try:
        delete_dataset(name, home())
    except CnnvizError as error:
        st.session_state[_PROBLEM] = (name, error.sentence)
    else:
        go(data=None, label=None)
