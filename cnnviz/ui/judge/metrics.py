"""scikit-learn on pages: imported in the background, so that what needs no metrics of it is drawn at once."""

import sys
import threading
from importlib import import_module

import streamlit as st

from cnnviz.errors import MissingExtraError
from cnnviz.ui.sparing import spare_modules

__all__ = ["metrics_ready", "wait_for_metrics"]

NEEDED = "sklearn.metrics"

_TICK_S = 0.4


class _Import:
    """The import, in the background of this server process."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        threading.Thread(target=self._import, daemon=True).start()

    def _import(self) -> None:
        try:
            import_module(NEEDED)
            spare_modules(anyway=True)
        except Exception as error:  # noqa: BLE001 - whatever it is, the page says it
            self.failure = error


def metrics_ready() -> bool:
    """Say whether scikit-learn can be used at once; never waits. The first call starts its import.

    Raises:
        MissingExtraError: it cannot be imported.
    """
    module = sys.modules.get(NEEDED)
    if module is not None and not getattr(module.__spec__, "_initializing", False):
        return True
    if failure := _background_import().failure:
        raise MissingExtraError(
            f"scikit-learn could not be imported ({failure}); install it again with `pip install -r requirements.txt`"
        ) from failure
    return False


@st.cache_resource
def _background_import() -> _Import:
    return _Import()


def wait_for_metrics(height: int) -> None:
    """Hold the place of what needs scikit-learn, and run the page again once it is there.

    Args:
        height: pixels that are kept free.
    """
    st.fragment(_hold_place, run_every=_TICK_S)(height)


def _hold_place(height: int) -> None:
    if metrics_ready():
        st.rerun()
    st.skeleton(height=height)
