"""The name of a new data set, asked for where something is kept as one."""

from pathlib import Path

import streamlit as st

from cnnviz.data.deleting import runs_with, used_by_in_words
from cnnviz.data.importing import check_free, is_own
from cnnviz.errors import CnnvizError
from cnnviz.ui.loaders import home
from cnnviz.ui.messages import plain

__all__ = ["ask_name"]


def ask_name(proposed: str, key: str, path: Path | None = None, *, disabled: bool = False) -> tuple[str, bool]:
    """Ask for the name of a new data set, and where there is one, whether it is replaced.

    Args:
        proposed: what stands there at first.
        key: of the field, unique on the page.
        path: the files it is made of, which may be a published set; None for none.
        disabled: whether nothing can be changed now.

    Returns:
        The name, empty where it cannot be one; and whether it takes the place of another.
    """
    name = st.text_input("Name", proposed, max_chars=64, key=key, disabled=disabled, live=True).strip()
    try:
        check_free(name, home(), path)
        return name, False
    except CnnvizError as error:
        if not is_own(name, home()):
            st.error(plain(error.sentence), icon=":material/error:")
            return "", False
    runs = [run.name for run in runs_with(name, home())]
    st.warning(
        plain(f"There is a data set {name} already." + (f" {used_by_in_words(runs)}." if runs else "")),
        icon=":material/warning:",
    )
    replace = st.checkbox(f"Replace {plain(name)}", key=f"{key}-replace-{name}", disabled=disabled)
    return (name if replace else ""), replace
