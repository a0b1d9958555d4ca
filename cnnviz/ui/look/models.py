"""Keras models on pages: imported in the background, opened once for all sessions; weights without Keras."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.errors import RunError
from cnnviz.files import read_regular
from cnnviz.runs import Arrays, Run, unpack_arrays
from cnnviz.ui.importing import BackgroundImport
from cnnviz.ui.look.travel import rerun
from cnnviz.ui.messages import reported

if TYPE_CHECKING:
    import keras
from cnnviz.ui.styles import style

__all__ = [
    "NEEDED",
    "finite_weights",
    "keep_place",
    "keras_ready",
    "model",
    "model_key",
    "shown_snapshot",
    "wait_for_keras",
    "weights",
]

# All that pages need of TensorFlow's side; importing the names themselves costs nothing afterwards.
NEEDED = (
    "cnnviz.models", "keras", "cnnviz.explain.maps", "cnnviz.explain.patches", "cnnviz.explain.methods",
    "cnnviz.explain.synthesis", "cnnviz.explain.convolution",
)  # fmt: skip
_KERAS = BackgroundImport("TensorFlow", NEEDED, after_s=0.3)  # its import takes a core for seconds
_TICK_S = 1.0
_HEIGHT = 240


def keras_ready() -> bool:
    """Say whether Keras can be used at once; never waits. The first call starts its import in the background.

    Raises:
        MissingExtraError: it cannot be imported.
    """
    return _KERAS.ready()


def wait_for_keras(what: str, height: int = _HEIGHT, draw: Callable[[], None] | None = None) -> bool:
    """Say whether Keras is ready; where it is not, hold the place until it is, then run the page again once.

    Args:
        what: what will stand here, to begin a sentence: "The feature maps".
        height: pixels that are kept free for it.
        draw: draws what is known without it, instead of keeping a place free.

    Returns:
        True when the caller can go on; False when a placeholder was drawn.

    Raises:
        MissingExtraError: Keras cannot be imported.
    """
    if keras_ready():
        return True
    if draw is not None:
        draw()
    else:
        keep_place(height)
    st.fragment(_wait, run_every=_TICK_S)(what)
    return False


def keep_place(height: int = _HEIGHT) -> None:
    """Draw where something will stand, so that nothing jumps when it comes.

    Args:
        height: of it in pixels.
    """
    # Not st.skeleton: the browser clears that when the run has ended.
    st.html(f'{style(__file__)}<div class="place-kept" style="height:{height}px"></div>')


@reported(way_back=None)
def _wait(what: str) -> None:
    if keras_ready():
        rerun()
    st.caption(f"{what} will be here in a few seconds: TensorFlow is imported, once for this server.")


def model(run: Run, snapshot: int | None = None) -> "keras.Model":
    """Open a run's model, or return the one that is open; all sessions share it and nobody changes it.

    Args:
        run: the run.
        snapshot: a snapshot's number, or None for the run's model.

    Raises:
        RunError: it does not exist yet, or is damaged.
    """
    return _model(run, snapshot, model_key(run, snapshot))


def model_key(run: Run, snapshot: int | None = None) -> str:
    """Return what tells a model from every other, as long as its file is the same; for caches of what it computes."""
    name = "model.keras" if snapshot is None else f"snapshots/{snapshot:04d}.npz"
    return f"{run.folder}|{name}|{_changed(run.folder / name)}"


def shown_snapshot(run: Run, snapshot: int | None = None) -> int:
    """Return the number of the snapshot with the pinned weights.

    Args:
        run: the run.
        snapshot: a snapshot's number, which is returned, or None for the run's model.

    Raises:
        RunError: the run has no snapshot yet.
    """
    if snapshot is not None:
        return snapshot
    snapshots = run.snapshots()
    if not snapshots:
        raise RunError(f"the run {run.name} has no snapshot yet; wait until its first one, or choose another run")
    losses = run.history().epochs.get("val_loss", [])
    if run.spec.train.keep == "best" and losses and not run.status.active:
        best = float(np.argmin(losses) + 1)
        found = [item.number for item in snapshots if item.position == best]
        return found[0] if found else snapshots[-1].number
    return snapshots[-1].number


def weights(run: Run, snapshot: int | None = None) -> Arrays:
    """Read weights without Keras; shared by all sessions, not to be written to.

    Args:
        run: the run.
        snapshot: a snapshot's number, or None for the run's model.

    Returns:
        Arrays by path, such as "conv2d_1/kernel".

    Raises:
        RunError: there are none, or the file is damaged.
    """
    if snapshot is None and run.spec.model.foreign:  # it has no snapshots
        path = run.folder / "kernels.npz"
        return _kernels(str(path), _changed(path), run.name)
    number = shown_snapshot(run, snapshot)
    return _weights(run, str(run.folder), number, _changed(run.folder / "snapshots" / f"{number:04d}.npz"))


def finite_weights(run: Run, snapshot: int | None = None) -> bool:
    """Say whether all weights are numbers; those of a training that diverged are not.

    Args:
        run: the run.
        snapshot: a snapshot's number, or None for the run's model.

    Raises:
        RunError: there are none without Keras, or the file is damaged.
    """
    number = shown_snapshot(run, snapshot)
    return _finite(run, str(run.folder), number, _changed(run.folder / "snapshots" / f"{number:04d}.npz"))


@st.cache_data(max_entries=256, show_spinner=False)
def _finite(_run: Run, folder: str, number: int, changed: int) -> bool:
    return all(bool(np.isfinite(array).all()) for array in _weights(_run, folder, number, changed).values())


@st.cache_resource(max_entries=6, show_spinner=False)
def _model(_run: Run, snapshot: int | None, key: str) -> "keras.Model":
    return _run.model(snapshot)


@st.cache_resource(max_entries=64, show_spinner=False)
def _weights(_run: Run, folder: str, number: int, changed: int) -> Arrays:
    return _run.weights(number)


@st.cache_resource(max_entries=16, show_spinner=False)
def _kernels(path: str, changed: int, name: str) -> Arrays:
    try:
        return unpack_arrays(read_regular(Path(path)))
    except (OSError, ValueError) as error:
        raise RunError(f"the kernels of the run {name} are missing or damaged; bring it in again") from error


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
