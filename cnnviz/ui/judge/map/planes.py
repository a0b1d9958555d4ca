"""The maps of one run, on its page: read, or made in the background; see `cnnviz.inference.planes`."""

import time

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.evaluation.plane import Projection
from cnnviz.inference.planes import MappedImages, Placed, PlacedImages
from cnnviz.runs import Run, Weights
from cnnviz.ui import derived
from cnnviz.ui.copies import data_link
from cnnviz.ui.jobs import Report, job, show_job
from cnnviz.ui.loaders import home
from cnnviz.ui.messages import problem
from cnnviz.ui.network import keras_ready, test_split, wait_for_keras
from cnnviz.words import duration, images_in_words

__all__ = ["MapMaker", "note_layout", "offer_tsne", "pca_map"]

_CHOSEN = "cnnviz.map.tsne"  # session state: somebody chose t-SNE just now, and did not merely come to it
_PATIENCE_S = 4.0  # a PCA takes a moment; what takes longer shows how far it is
_TSNE_S_AN_IMAGE = 0.005
_HEIGHT = 480  # pixels
_QUICK_S = 3.0  # snapshots that take no longer are made ready before anybody asks


class MapMaker:
    """The maps of one run, each to be read, or made in the background.

    Args:
        run: the run.
        newest: the snapshot whose axes all share: None for the run's model, which a run that was stopped has not.
        shown: the images.
    """

    def __init__(self, run: Run, newest: int | None, shown: MappedImages) -> None:
        self.run, self.shown, self._newest, self._home = run, shown, Weights(run, newest), home()

    def of(self, method: Projection, snapshot: int | None) -> PlacedImages:
        """Return the map at a snapshot, for `cnnviz.ui.derived`."""
        return PlacedImages(Weights(self.run, snapshot), method, self._newest, self.shown, self._home)

    def prepare(self, snapshots: tuple[int | None, ...]) -> None:
        """Make the PCA of other snapshots in the background too, where one takes a moment only."""
        missing = [one for one in (self.of("pca", snapshot) for snapshot in snapshots) if derived.kept(one) is None]
        if missing:
            key = f"maps|{self.run.folder}|{len(snapshots)} others|{self._newest.digest}|{self.shown.digest}"
            job(key, lambda report: _make_all(missing, report))


def _make_all(missing: list[PlacedImages], report: Report) -> None:
    for done, one in enumerate(missing):
        begun = time.monotonic()
        report(done / len(missing), "")
        one.make()
        if time.monotonic() - begun > _QUICK_S:
            return


def note_layout(method: Projection) -> None:
    """Remember that somebody chose a layout: a link or another snapshot starts no work of a minute."""
    st.session_state[_CHOSEN] = method == "tsne"


def pca_map(maker: MapMaker, snapshot: int | None) -> Placed | None:
    """Return the PCA map; where it is not there yet, say why, or how far it is."""
    wanted = maker.of("pca", snapshot)
    kept = derived.kept(wanted)
    if kept is not None:
        return kept
    try:
        test_split(maker.run)
    except CnnvizError as error:
        problem(error, way_back=None)
        data_link(maker.run, "Go to the Data page")
        return None
    if not wait_for_keras("The map", height=_HEIGHT):
        return None
    made = derived.start(wanted)
    made.wait(_PATIENCE_S)
    placed = show_job(made, f"The map of {images_in_words(len(maker.shown.labels))}")
    return placed if isinstance(placed, Placed) else None


def offer_tsne(maker: MapMaker, snapshot: int | None) -> None:
    """Offer to make a t-SNE map, or say how far it is; a PCA is shown meanwhile."""
    wanted = maker.of("tsne", snapshot)
    going = derived.going(wanted)
    if going is None and keras_ready() and st.session_state.pop(_CHOSEN, False):
        going = derived.start(wanted)
    if going is not None:
        show_job(going, "t-SNE, meanwhile PCA")
    elif wait_for_keras("The t-SNE map", height=40):
        takes = duration(2 + _TSNE_S_AN_IMAGE * len(maker.shown.labels))
        st.caption(f"There is no t-SNE map of this snapshot yet, so this is PCA. It takes about {takes}, once.")
        st.button(
            "Make the t-SNE map",
            key="map-make",
            icon=":material/scatter_plot:",
            on_click=_start,
            args=(wanted,),
        )


def _start(wanted: PlacedImages) -> None:
    derived.start(wanted)
