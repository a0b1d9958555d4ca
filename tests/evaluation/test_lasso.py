"""A line round points: as a link holds it, and which points lie inside."""

import numpy as np
import pytest

from cnnviz.evaluation.lasso import Lasso, inside, read_lasso


def letters(value: float) -> str:
    """A number as point_map/view.js writes it: 36s of the way from -0.5 to 1.5."""
    step, digits = round((value + 0.5) / 2 * (36**3 - 1)), "0123456789abcdefghijklmnopqrstuvwxyz"
    return digits[step // 1296] + digits[step // 36 % 36] + digits[step % 36]


def text(*corners: tuple[float, float]) -> str:
    return "".join(letters(value) for corner in corners for value in corner)


SQUARE = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))


def test_a_link_holds_where_the_line_was_drawn() -> None:
    line = read_lasso(f"tsne.12.{text(*SQUARE)}")
    assert line == Lasso("tsne", 12, text(*SQUARE))
    np.testing.assert_allclose(line.corners, SQUARE, atol=1 / 36**3)
    assert read_lasso(str(line)) == line
    model = read_lasso(f"pca.model.{text(*SQUARE)}")
    assert model is not None
    assert (model.snapshot, str(model)) == (None, f"pca.model.{text(*SQUARE)}")


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "",
        "pca",
        "pca.model.",
        "umap.1.000000111111222222",
        "pca.-1.000000111111222222",
        "pca.model.00000011",
        "pca.model.000000111111",
        "pca.model.<b>000111111222222",
        "pca.model." + "0" * 6 * 300,
    ],
)
def test_what_is_no_line_is_none(wrong: str | None) -> None:
    assert read_lasso(wrong) is None


def test_inside_a_square() -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(-0.2, 1.2, (500, 2))
    expected = (np.abs(points - 0.5) < 0.25).all(axis=1)
    assert 0 < expected.sum() < 500
    np.testing.assert_array_equal(inside(np.array(SQUARE), points), expected)
    np.testing.assert_array_equal(inside(np.array(SQUARE)[::-1], points), expected)  # drawn the other way round


def test_inside_a_line_that_is_bent_in_and_crosses_itself() -> None:
    horseshoe = np.array([(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3)], float)
    points = np.array([(0.5, 2), (1.5, 2), (2.5, 2), (1.5, 0.5), (4, 2)])
    assert inside(horseshoe, points).tolist() == [True, False, True, True, False]
    bow_tie = np.array([(0, 0), (2, 2), (2, 0), (0, 2)], float)
    assert inside(bow_tie, np.array([(0.2, 1), (1.8, 1), (1, 0.2), (1, 1.8)])).tolist() == [True, True, False, False]
