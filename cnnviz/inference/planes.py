"""Where the images of a map stand: computed once for each network, and kept with its run.

It lies in `planes/` of the run's additions: `pca-NNNN.npz` and `tsne-NNNN.npz` for the snapshots, `pca-model.npz` and
`tsne-model.npz` for the run's model, and `axes.npz`, the directions that all its PCA share.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.arrays import Arrays
from cnnviz.errors import DataError
from cnnviz.evaluation import Axes, pca, principal_axes, tsne
from cnnviz.evaluation.plane import Projection
from cnnviz.inference.features import features_of
from cnnviz.runs import Derived, Weights
from cnnviz.runs.derived import Progress

__all__ = ["MappedImages", "Placed", "PlacedImages"]

_OUT = 0.001  # of the points may lie outside the window, at each of its sides
_EDGE = 0.03  # of the window, round its points
_THINNEST = 0.2  # of a window, even where all points are on one line


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


@dataclass(frozen=True, eq=False)
class MappedImages:
    """The images of a map.

    Attributes:
        images: (n, height, width, channels) uint8; None where they are not on this machine.
        labels: (n,) their classes: what was computed of other images is not used.
        exact: whether the images are the data set's own; what was computed of compressed copies is used for them only.
    """

    images: NDArray[np.uint8] | None
    labels: NDArray[np.int64]
    exact: bool = True

    @cached_property
    def digest(self) -> str:
        """What names them."""
        labels = hashlib.blake2b(self.labels.tobytes(), digest_size=8).hexdigest()
        return labels + ("" if self.exact else "|compressed")

    def features(self, weights: Weights, on_progress: Callable[[float], None]) -> NDArray[np.float32]:
        """Return what a network makes of them; needs Keras.

        Raises:
            DataError: they are not on this machine.
            RunError: the model cannot be opened.
        """
        if self.images is None:
            raise DataError("the images of this map are not on this machine; get the data set on the page Data")
        shape = weights.run.spec.model.input_shape
        return features_of(weights.open(), self.images, shape, lambda done, count: on_progress(done / count))


class PlacedImages(Derived[Placed], held=64):
    """A map of images as one network sees them; a PCA is laid out along the directions of the newest weights.

    Args:
        weights: the network.
        method: how the points are laid out.
        newest: the weights whose directions all PCA of the run share.
        shown: the images.
        home: where additions to a read-only run are; None for the run's own home.
    """

    def __init__(
        self,
        weights: Weights,
        method: Projection,
        newest: Weights,
        shown: MappedImages,
        home: str | Path | None = None,
    ) -> None:
        super().__init__(weights, f"planes/{method}-{weights.name}.npz", shown.digest, home)
        self.method, self._shown = method, shown
        self._axes = _SharedAxes(newest, shown, home)

    @property
    def made_of(self) -> str:
        """What names the weights and images it depends on: of a PCA the newest weights too."""
        own = super().made_of
        return f"{own}|{self._axes.made_of}" if self.method == "pca" else own

    def compute(self, progress: Progress) -> Placed:
        """Lay the images out; needs the images, and Keras.

        Raises:
            DataError: features that are no finite numbers, or no images.
        """
        return self._pca(progress) if self.method == "pca" else self._tsne(progress)

    def packed(self, value: Placed) -> Arrays:
        """Places, and the pairs that go with them."""
        return {"places": value.places, "pairs": np.array([value.shares, value.extent])}

    def unpacked(self, arrays: Arrays) -> Placed | None:
        """Only where there is a place for each image."""
        places, pairs = arrays["places"], arrays["pairs"]
        if places.shape != (len(self._shown.labels), 2) or pairs.shape != (2, 2):
            return None
        shares, extent = pairs.tolist()
        return Placed(places.astype(np.float32), tuple(shares), tuple(extent))

    def _tsne(self, progress: Progress) -> Placed:
        features = self._shown.features(
            self.weights, lambda share: progress(0.1 * share, "the network looks at the images")
        )
        progress(0.1, "finding neighbours")
        points = tsne(
            features, lambda done, steps: progress(0.1 + 0.9 * done / steps, f"step {done} of {steps}")
        ).points
        window = _window(points)
        return Placed(window.units(points), (0.0, 0.0), window.extent)

    def _pca(self, progress: Progress) -> Placed:
        shared = self._axes.get(lambda share, _: progress(0.5 * share, "the axes, from the newest weights"))
        features = self._shown.features(self.weights, lambda share: progress(0.5 + 0.5 * share, "the images"))
        plane = pca(features, shared.axes)
        return Placed(shared.window.units(plane.points), plane.shares or (0.0, 0.0), shared.window.extent)


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


@dataclass(frozen=True, eq=False)
class _Shared:
    """Two directions, and the window that the points of the newest weights fill along them."""

    axes: Axes
    window: _Window


class _SharedAxes(Derived[_Shared]):
    """The directions of the newest weights, which all PCA of a run share."""

    def __init__(self, newest: Weights, shown: MappedImages, home: str | Path | None) -> None:
        super().__init__(newest, "planes/axes.npz", shown.digest, home)
        self._shown = shown

    def compute(self, progress: Progress) -> _Shared:
        features = self._shown.features(self.weights, lambda share: progress(share, ""))
        axes = principal_axes(features)
        return _Shared(axes, _window(pca(features, axes).points))

    def packed(self, value: _Shared) -> Arrays:
        axes, window = value.axes, value.window
        return {"centre": axes.centre, "directions": axes.directions, "low": window.low, "high": window.high}

    def unpacked(self, arrays: Arrays) -> _Shared:
        return _Shared(Axes(arrays["centre"], arrays["directions"]), _Window(arrays["low"], arrays["high"]))
