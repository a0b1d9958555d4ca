"""Maps and neighbours: PCA beside a decomposition by hand, t-SNE on groups that are apart."""

import numpy as np
import pytest

from cnnviz.errors import DataError
from cnnviz.evaluation import nearest, pca, principal_axes, tsne

GROUP = np.repeat([0, 1, 2], 30)
FEATURES = (np.random.default_rng(0).normal(size=(90, 8)) + 12 * np.eye(8)[GROUP]).astype(np.float32)


class StoppedError(Exception):
    """Somebody had seen enough."""


def test_pca_is_the_singular_value_decomposition() -> None:
    found = pca(FEATURES)
    centred = FEATURES.astype(float) - FEATURES.astype(float).mean(axis=0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    assert found.points.dtype == np.float32
    np.testing.assert_allclose(np.abs(found.points), np.abs(left[:, :2] * values[:2]), rtol=1e-3, atol=1e-4)
    assert found.shares == pytest.approx(values[:2] ** 2 / (values**2).sum())
    np.testing.assert_array_equal(pca(FEATURES).points, found.points)


@pytest.mark.parametrize("lay_out", [pca, tsne])
@pytest.mark.parametrize(
    "features",
    [
        np.ones((1, 4)),
        np.ones((50, 4)),
        np.arange(12.0)[:, None],
        np.ones((3, 1)),
        np.eye(2),
        FEATURES[:5],
        FEATURES[:30, :1],
    ],
    ids=["one image", "all alike", "one feature", "three alike", "two", "five", "one feature, many"],
)
def test_little_to_lay_out_is_laid_out(
    features: np.ndarray[tuple[int, int], np.dtype[np.floating]], lay_out: type[pca]
) -> None:
    found = lay_out(features)
    assert found.points.shape == (len(features), 2)
    assert np.isfinite(found.points).all()
    if found.shares is not None:
        assert all(0 <= share <= 1 for share in found.shares)


@pytest.mark.parametrize("lay_out", [pca, tsne])
def test_what_cannot_be_laid_out_is_refused(lay_out: type[pca]) -> None:
    for features in (np.full((4, 2), np.nan), np.zeros((0, 3)), np.zeros((3, 0)), np.zeros(3)):
        with pytest.raises(DataError, match="give one row of finite numbers for each image"):
            lay_out(features)


def test_tsne_keeps_neighbours_together_and_says_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    found = tsne(FEATURES, lambda done, steps: told.append((done, steps)))
    assert (found.method, found.shares) == ("tsne", None)
    centres = np.stack([found.points[group == GROUP].mean(axis=0) for group in range(3)])
    closest = np.linalg.norm(found.points[:, None] - centres, axis=2).argmin(axis=1)
    assert closest.tolist() == GROUP.tolist()
    assert told[-1] == (750, 750)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 20
    np.testing.assert_array_equal(tsne(FEATURES).points, found.points)


def test_tsne_can_be_stopped() -> None:
    told: list[int] = []

    def stop(done: int, steps: int) -> None:
        told.append(done)
        if done >= 100:
            raise StoppedError

    with pytest.raises(StoppedError):
        tsne(FEATURES, stop)
    assert told[-1] == 100


def test_many_features_are_reduced_first() -> None:
    wide = np.random.default_rng(1).normal(size=(90, 400)) + 30 * np.eye(400)[GROUP]
    points = tsne(wide).points
    inside = max(points[group == GROUP].std(axis=0).max() for group in range(3))
    assert np.ptp(points, axis=0).max() > 4 * inside


def test_the_nearest_point_in_the_same_direction() -> None:
    features = np.array([[1.0, 0], [3, 0.3], [0, 2], [-1, 0], [0, 0], [2, 0]])
    indices, distances = nearest(features, np.array([4.0, 0]), 6)
    assert indices.tolist() == [0, 5, 1, 2, 4, 3]  # equal ones in their order
    assert distances.tolist() == pytest.approx([0, 0, 1 - 3 / np.hypot(3, 0.3), 1, 1, 2])
    assert nearest(features, np.array([4.0, 0]), 2)[0].tolist() == [0, 5]
    assert nearest(features, np.array([4.0, 0]), 1)[0].tolist() == [0]
    assert nearest(features, np.array([4.0, 0]), 0)[0].tolist() == []
    assert len(nearest(features, np.array([4.0, 0]), 99)[0]) == 6


def test_the_nearest_of_many_are_a_loop_s() -> None:
    query = FEATURES[17]
    indices, distances = nearest(FEATURES, query, 10)

    def distance(at: int) -> float:
        row = FEATURES[at].astype(float)
        return float(1 - row @ query / np.sqrt(row @ row) / np.sqrt(query @ query))

    expected = sorted(range(90), key=distance)[:10]
    assert indices.tolist() == expected
    assert indices[0] == 17
    assert distances.tolist() == pytest.approx([distance(at) for at in expected], abs=1e-6)


def test_other_features_are_laid_out_along_the_same_axes() -> None:
    axes = principal_axes(FEATURES)
    np.testing.assert_allclose(axes.directions @ axes.directions.T, np.eye(2), atol=1e-6)
    np.testing.assert_allclose(pca(FEATURES, axes).points, pca(FEATURES).points)
    turned = FEATURES @ np.diag([1.0] * 4 + [0.0] * 4)
    found = pca(turned, axes)
    centred = turned.astype(float) - FEATURES.mean(axis=0, dtype=float)
    np.testing.assert_allclose(found.points, centred @ axes.directions.T, rtol=1e-4, atol=1e-4)
    assert found.shares == pytest.approx(found.points.var(axis=0) / turned.var(axis=0).sum(), rel=1e-4)


def test_axes_of_another_network_are_refused() -> None:
    with pytest.raises(DataError, match="the axes are for 8 features and 3 were given"):
        pca(FEATURES[:, :3], principal_axes(FEATURES))
