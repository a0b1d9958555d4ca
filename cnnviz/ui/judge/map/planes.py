"""Where the points of a map stand: computed in the background once for a run and snapshot, and kept with the run.

What is kept lies in `planes/` of the run's additions: `pca-NNNN.npz` and `tsne-NNNN.npz` for the snapshots,
`pca-model.npz` and `tsne-model.npz` for the run's model, and `axes.npz`, the directions that all its PCA share.
"""

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.arrays import Arrays, pack_arrays, read_arrays
from cnnviz.errors import StorageError
from cnnviz.evaluation import Axes, pca, principal_axes, tsne
from cnnviz.evaluation.plane import Projection
from cnnviz.runs import Run, Weights
from cnnviz.runs.additions import additions, write_addition
from cnnviz.ui.jobs import Job, Report, job, known_job
from cnnviz.ui.loaders import home, modified
from cnnviz.ui.look.sized import features_of

__all__ = ["Maker", "Placed"]

_FOLDER = "planes"
_OUT = 0.001  # of the points may lie outside the window, at each of its sides
_EDGE = 0.03  # of the window, round its points
_THINNEST = 0.2  # of a window, even where all points are on one line
_QUICK_S = 3.0  # snapshots that take no longer are made ready before anybody asks


@dataclass(frozen=True, eq=False)
class Placed:
    """The points of a map.

    Attributes:
        places: (n, 2) float32; the map's window is the square from 0 to 1.
        shares: of the variance that each axis of a PCA carries, in [0, 1]; (0, 0) for t-SNE.
        extent: width and height of the part of the window, round its middle, that is worth showing.
    """

    places: NDArray[np.float32]
    shares: tuple[float, float]
    extent: tuple[float, float]


class Maker:
    """Reads, or makes in the background, the maps of one run.

    Args:
        run: the run.
        newest: the snapshot whose axes all share: None for the run's model, which a run that was stopped has not.
        images: (n, height, width, channels) uint8, the test images; None where they are not on this machine.
        labels: (n,) their classes: what was computed of other images is not used.
        exact: whether the images are the data set's own; what was computed of compressed copies is used for them only.

    Attributes:
        count: n, how many points a map has.
    """

    def __init__(
        self,
        run: Run,
        newest: int | None,
        images: NDArray[np.uint8] | None,
        labels: NDArray[np.int64],
        *,
        exact: bool = True,
    ) -> None:
        self.run, self.newest, self.images = run, newest, images
        self._folder = additions(run, home()) / _FOLDER
        self._home = home()
        self.count = len(labels)
        self._data = hashlib.blake2b(labels.tobytes(), digest_size=8).hexdigest() + ("" if exact else "|compressed")

    def kept(self, method: Projection, snapshot: int | None) -> Placed | None:
        """Return a map that was made before; None where there is none, or it is of other weights or images."""
        path = self._folder / _name(method, snapshot)
        found = _read(str(path), modified(path))
        if found and str(found.get("made_of")) == self._made_of(method, snapshot):
            places, pairs = found.get("places"), found.get("pairs")
            if places is not None and pairs is not None and places.shape == (self.count, 2) and pairs.shape == (2, 2):
                shares, extent = pairs.tolist()
                return Placed(places.astype(np.float32), tuple(shares), tuple(extent))
        ended = self.going(method, snapshot)  # where the disk is read-only
        result = ended.progress.result if ended else None
        return result if isinstance(result, Placed) else None

    def start(self, method: Projection, snapshot: int | None) -> Job:
        """Make a map in the background, or return the job that does so already; needs the images, and Keras."""
        return job(self._key(method, snapshot), lambda report: self._make(method, snapshot, report))

    def going(self, method: Projection, snapshot: int | None) -> Job | None:
        """Return the job that makes a map, or ended without one."""
        return known_job(self._key(method, snapshot))

    def prepare(self, snapshots: tuple[int | None, ...]) -> None:
        """Make the PCA of other snapshots in the background too, where one takes a moment only."""
        missing = [one for one in snapshots if self.kept("pca", one) is None]
        if missing:
            key = f"map|{self._folder}|{len(snapshots)} others|{self._weights(self.newest)}"
            job(key, lambda report: self._make_all(missing, report))

    # --- in a job: no Streamlit ---------------------------------------------------------------------------------

    def _make_all(self, snapshots: list[int | None], report: Report) -> None:
        for done, snapshot in enumerate(snapshots):
            begun = time.monotonic()
            report(done / len(snapshots), "")
            self._make("pca", snapshot, lambda *_: None)
            if time.monotonic() - begun > _QUICK_S:
                return

    def _make(self, method: Projection, snapshot: int | None, report: Report) -> Placed:
        made_of = self._made_of(method, snapshot)  # before: the run may go on meanwhile
        if method == "pca":
            placed = self._pca(snapshot, report)
        else:
            features = self._features(snapshot, lambda share: report(0.1 * share, "the network looks at the images"))
            report(0.1, "finding neighbours")
            points = tsne(
                features, lambda done, steps: report(0.1 + 0.9 * done / steps, f"step {done} of {steps}")
            ).points
            window = _window(points)
            placed = Placed(window.units(points), (0.0, 0.0), window.extent)
        pairs = np.array([placed.shares, placed.extent])
        self._keep(_name(method, snapshot), {"places": placed.places, "pairs": pairs, "made_of": np.array(made_of)})
        return placed

    def _pca(self, snapshot: int | None, report: Report) -> Placed:
        axes, window = self._axes(lambda share: report(0.5 * share, "the axes, from the newest weights"))
        features = self._features(snapshot, lambda share: report(0.5 + 0.5 * share, "the images"))
        plane = pca(features, axes)
        return Placed(window.units(plane.points), plane.shares or (0.0, 0.0), window.extent)

    def _axes(self, report: Callable[[float], None]) -> tuple[Axes, "_Window"]:
        """Return the axes of the newest weights with the window that their points fill, kept from the first time on."""
        path = self._folder / "axes.npz"
        kept, made_of = _arrays(path), self._weights(self.newest)
        if kept is None or str(kept.get("made_of")) != made_of:
            features = self._features(self.newest, report)
            axes = principal_axes(features)
            window = _window(pca(features, axes).points)
            kept = {
                "centre": axes.centre, "directions": axes.directions, "low": window.low, "high": window.high,
                "made_of": np.array(made_of),
            }  # fmt: skip
            self._keep("axes.npz", kept)
        return Axes(kept["centre"], kept["directions"]), _Window(kept["low"], kept["high"])

    def _features(self, snapshot: int | None, report: Callable[[float], None]) -> NDArray[np.float32]:
        assert self.images is not None
        shape = self.run.spec.model.input_shape
        return features_of(self.run.model(snapshot), self.images, shape, lambda done, count: report(done / count))

    def _keep(self, name: str, arrays: Arrays) -> None:
        with suppress(StorageError):  # the job has it, as long as this server runs
            write_addition(self.run, f"{_FOLDER}/{name}", pack_arrays(arrays), self._home)

    # --- what a map is made of ----------------------------------------------------------------------------------

    def _key(self, method: Projection, snapshot: int | None) -> str:
        return f"map|{self._folder}|{_name(method, snapshot)}|{self._made_of(method, snapshot)}"

    def _made_of(self, method: Projection, snapshot: int | None) -> str:
        """Name the weights and the images that a map depends on."""
        own = self._weights(snapshot)
        return f"{own}|{self._weights(self.newest)}" if method == "pca" else own

    def _weights(self, snapshot: int | None) -> str:
        return f"{Weights(self.run, snapshot).digest}|{self._data}"


def _name(method: Projection, snapshot: int | None) -> str:
    return f"{method}-{'model' if snapshot is None else f'{snapshot:04d}'}.npz"


@dataclass(frozen=True, eq=False)
class _Window:
    """A rectangle of a plane, (2,) each."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def side(self) -> float:
        return float((self.high - self.low).max()) or 1.0  # where all points are one

    @property
    def extent(self) -> tuple[float, float]:
        wide, high = np.maximum((self.high - self.low) / self.side, _THINNEST)
        return float(wide), float(high)

    def units(self, points: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return points in the map's units: the middle at (0.5, 0.5), the longer side 1."""
        return (0.5 + (points - (self.low + self.high) / 2) / self.side).astype(np.float32)


def _window(points: NDArray[np.floating]) -> _Window:
    """Return the rectangle that holds all points but the few that lie farthest out."""
    low, high = np.quantile(points.astype(np.float64), [_OUT, 1 - _OUT], axis=0)
    return _Window(low - _EDGE * (high - low), high + _EDGE * (high - low))


def _arrays(path: Path) -> Arrays | None:
    try:
        return read_arrays(path)
    except (OSError, ValueError):  # not made yet, or damaged: it is made again
        return None


@lru_cache(maxsize=64)
def _read(path: str, changed: int) -> Arrays | None:
    return _arrays(Path(path))
