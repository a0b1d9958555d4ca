"""What a run makes of a few images right now, and its first kernels as a picture: read once for all tabs."""

import streamlit as st

from cnnviz.figures import Mosaic, kernel_mosaic
from cnnviz.runs import LiveView, Run
from cnnviz.ui.loaders import modified

__all__ = ["has_kernels", "live_view"]


def live_view(run: Run) -> tuple[LiveView | None, Mosaic | None]:
    """Return a run's live view and the kernels of its first convolution; what was not kept is None.

    Raises:
        RunError: its settings cannot be read.
    """
    return _read(str(run.folder), modified(run.folder / "live.npz"), run)


def has_kernels(run: Run) -> bool:
    """Say whether a run's network has a convolution.

    Raises:
        RunError: its settings cannot be read.
    """
    return _first_convolution(run) is not None


@st.cache_resource(max_entries=16, show_spinner=False)
def _read(folder: str, modified: int, _run: Run) -> tuple[LiveView | None, Mosaic | None]:
    view = _run.live()
    if view is None or view.kernels is None:
        return view, None
    return view, kernel_mosaic(view.kernels, layer=_first_convolution(_run))


def _first_convolution(run: Run) -> str | None:
    return next((row.name for row in run.spec.model.rows if row.kind == "convolution"), None)
