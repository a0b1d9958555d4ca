"""What a run makes of a few images right now, and its first kernels as pictures: read once for all tabs."""

from dataclasses import dataclass

import streamlit as st

from cnnviz.figures import kernel_mosaic
from cnnviz.figures.tiles import Tiles, kernel_pictures
from cnnviz.runs import LiveView, Run
from cnnviz.ui.components.tiles import tiles
from cnnviz.ui.loaders import modified

__all__ = ["LiveKernels", "has_kernels", "live_view"]

_LARGEST = 96  # pixels of a kernel: larger ones show nothing more
_ROOM = 300  # pixels of height


@dataclass(frozen=True, eq=False)
class LiveKernels:
    """The kernels of a run's first convolution.

    Attributes:
        pictures: one each.
        caption: how to read them, one sentence.
    """

    pictures: Tiles
    caption: str

    def draw(self, *, key: str, smallest: int = 40) -> None:
        """Draw them; under the same key, fade from the weights before to these.

        Args:
            key: unique on the page.
            smallest: pixels of a kernel, where there is little room.
        """
        names = [f"filter {number}" for number in range(len(self.pictures))]
        tiles(
            self.pictures,
            key=key,
            caption=self.caption,
            names=names,
            smallest=smallest,
            largest=_LARGEST,
            room=_ROOM,
        )


def live_view(run: Run) -> tuple[LiveView | None, LiveKernels | None]:
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
def _read(folder: str, modified: int, _run: Run) -> tuple[LiveView | None, LiveKernels | None]:
    view = _run.live()
    if view is None or view.kernels is None:
        return view, None
    layer = _first_convolution(_run)
    caption = kernel_mosaic(view.kernels, 1, layer=layer).caption
    if layer in _run.spec.frozen:
        caption = f"{caption} They are frozen: they stay as they were trained before."
    return view, LiveKernels(kernel_pictures(view.kernels), caption)


def _first_convolution(run: Run) -> str | None:
    return next((row.name for row in run.spec.model.rows if row.kind == "convolution"), None)
