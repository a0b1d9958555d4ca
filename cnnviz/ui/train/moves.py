"""Going from the editor to a run and back."""

from typing import NoReturn

import streamlit as st

from cnnviz.ui.address import go

__all__ = ["look_at"]


def look_at(run_id: str | None) -> NoReturn:
    """Show a run, or the editor, and write it into the URL; ends this run of the page.

    Args:
        run_id: the run, or None for the editor.
    """
    go(run=run_id)
    st.rerun()
