"""scikit-learn on pages: imported in the background, so that what needs no metrics of it is drawn at once."""

import streamlit as st

from cnnviz.ui.address import rerun
from cnnviz.ui.importing import BackgroundImport

__all__ = ["metrics_ready", "wait_for_metrics"]

_METRICS = BackgroundImport("scikit-learn", ["sklearn.metrics"])
_TICK_S = 0.4


def metrics_ready() -> bool:
    """Say whether scikit-learn can be used at once; never waits. The first call starts its import.

    Raises:
        MissingExtraError: it cannot be imported.
    """
    return _METRICS.ready()


def wait_for_metrics(height: int) -> None:
    """Hold the place of what needs scikit-learn, and run the page again once it is there.

    Args:
        height: pixels that are kept free.
    """
    st.fragment(_hold_place, run_every=_TICK_S)(height)


def _hold_place(height: int) -> None:
    if metrics_ready():
        rerun()
    st.skeleton(height=height)
