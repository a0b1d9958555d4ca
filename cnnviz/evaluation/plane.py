"""A map of images: their features laid out in a plane, near each other where the network finds them alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import DataError

__all__ = ["Axes", "Plane", "Projection", "pca", "principal_axes", "tsne"]

Projection = Literal["pca", "tsne"]
Features = NDArray[np.floating]

# As van der Maaten and Hinton did: noise goes, and neighbours are found quickly.
_DIMENSIONS_BEFORE_TSNE = 50
_PERPLEXITY = 30.0
_STEPS, _REPORT_EVERY = 750, 25  # openTSNE's own 250 with exaggeration, then 500


@dataclass(frozen=True, eq=False)
class Plane:
    """Images as points.

    Attributes:
        points: (n, 2) float32, one point for each image, in no unit.
        method: "pca" or "tsne".
        shares: of the variance that each axis of a PCA carries, in [0, 1]; None for t-SNE, whose axes mean nothing.
    """

    points: NDArray[np.float32]
    method: Projection
    shares: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Axes:
    """Two directions among features, on which other features can be laid out too: those of an earlier snapshot, say.

    Attributes:
        centre: (features,) float64, what lies at (0, 0).
        directions: (2, features) float64, of length 1 and at right angles; zeros where nothing varies.
    """

    centre: NDArray[np.float64]
    directions: NDArray[np.float64]


def principal_axes(features: Features) -> Axes:
    """Find the two directions in which features vary most (Pearson 1901); takes a moment.

    Args:
        features: (n, features), one row for each image, at least one.

    Raises:
        DataError: there are none, or values that are no finite numbers.
    """
    from sklearn.decomposition import PCA

    _check(features)
    values = features.astype(np.float64)
    directions = np.zeros((2, values.shape[1]))
    if len(values) > 1 and np.ptp(values, axis=0).any():
        found = PCA(n_components=min(2, *values.shape), random_state=0).fit(values)
        directions[: found.n_components_] = found.components_
    return Axes(values.mean(axis=0), directions)


def pca(features: Features, axes: Axes | None = None) -> Plane:
    """Lay out images along two directions of their features; takes a moment.

    Args:
        features: (n, features), one row for each image, at least one.
        axes: the directions, from `principal_axes` of these or other features; None for these features' own.

    Raises:
        DataError: there are none, values that are no finite numbers, or axes of another number of features.
    """
    _check(features)
    found = principal_axes(features) if axes is None else axes
    if features.shape[1:] != found.centre.shape:
        raise DataError(
            f"the axes are for {len(found.centre)} features and {features.shape[1]} were given; take the axes from the "
            "same network"
        )
    points = (features - found.centre) @ found.directions.T
    variance = float(features.astype(np.float64).var(axis=0).sum())
    shares = np.clip(points.var(axis=0) / variance, 0, 1) if variance > 0 else np.zeros(2)
    return Plane(points.astype(np.float32), "pca", (float(shares[0]), float(shares[1])))


def tsne(features: Features, on_progress: Callable[[int, int], None] | None = None) -> Plane:
    """Lay out images so that neighbours stay neighbours (van der Maaten and Hinton 2008).

    Far distances and the sizes of clusters mean nothing. 10,000 images of 64 features take half a minute on one core;
    the same features always give the same plane.

    Args:
        features: (n, features), one row for each image, at least one.
        on_progress: told (steps done, steps) now and then; it may raise to stop.

    Raises:
        DataError: there are none, or values that are no finite numbers.
    """
    _check(features)
    reduced, shares = _principal(features, _DIMENSIONS_BEFORE_TSNE)
    if len(features) < 4 or not shares.any():  # nothing to have neighbours, or all alike
        return Plane(reduced[:, :2].astype(np.float32), "tsne")
    from openTSNE import TSNE

    done = 0

    def report(*_: object) -> None:
        nonlocal done
        done += _REPORT_EVERY
        if on_progress:
            on_progress(done, _STEPS)

    method = TSNE(
        perplexity=min(_PERPLEXITY, (len(features) - 1) / 3),
        initialization=reduced[:, :2] / reduced[:, 0].std() * 1e-4,  # a PCA, tiny: clusters keep their places
        random_state=0,
        n_jobs=1,  # more are no faster at this size, and the dashboard needs the other cores
        callbacks=report,
        callbacks_every_iters=_REPORT_EVERY,
    )
    return Plane(np.asarray(method.fit(reduced), dtype=np.float32), "tsne")


def _check(features: Features) -> None:
    if features.ndim != 2 or 0 in features.shape or not np.isfinite(features).all():
        raise DataError(
            f"the features have the shape {features.shape}, or values that are no finite numbers, as a network that "
            "diverged has; give one row of finite numbers for each image, from another snapshot, say"
        )


def _principal(features: Features, most: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the first principal components, at least two, (n, components), and their shares of the variance."""
    from sklearn.decomposition import PCA

    values = features.astype(np.float64)
    coordinates = np.zeros((len(values), max(2, min(most, *values.shape))))
    shares = np.zeros(coordinates.shape[1])
    if len(values) > 1 and np.ptp(values, axis=0).any():
        found = PCA(n_components=min(most, *values.shape), random_state=0).fit(values)
        coordinates[:, : found.n_components_] = found.transform(values)
        shares[: found.n_components_] = found.explained_variance_ratio_
    return coordinates, shares
