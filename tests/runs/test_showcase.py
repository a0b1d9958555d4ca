"""What a bundled run shows before TensorFlow is there."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.arrays import pack_arrays, unpack_arrays
from cnnviz.runs import Run
from cnnviz.runs.showcase import SHOWCASE, Showcase, ShownLayer, packed_showcase, read_showcase
from tests.runs.folders import make_run


def made() -> Showcase:
    rng = np.random.default_rng(0)
    maps = rng.uniform(-1, 3, (5, 4, 2)).astype(np.float16).astype(np.float32)
    return Showcase(
        example="cat",
        image=rng.integers(0, 256, (8, 8, 3), np.uint8),
        probabilities=np.array([0.25, 0.75, 0], np.float32),
        layers=(
            ShownLayer("conv2d_1", (5, 4, 16), np.array([3, 15]), maps),
            ShownLayer("conv2d_2", (1, 1, 2), np.array([0]), np.zeros((1, 1, 1), np.float32)),
        ),
    )


@pytest.fixture
def run(home: Path) -> Run:
    run = make_run(home)
    (run.folder / SHOWCASE).write_bytes(packed_showcase(made()))
    return run


def test_what_was_packed_is_read(run: Run) -> None:
    read, expected = read_showcase(run), made()
    assert read is not None
    assert (read.example, [(layer.name, layer.shape) for layer in read.layers]) == (
        "cat",
        [("conv2d_1", (5, 4, 16)), ("conv2d_2", (1, 1, 2))],
    )
    np.testing.assert_array_equal(read.image, expected.image)
    np.testing.assert_array_equal(read.probabilities, expected.probabilities)
    for layer, like in zip(read.layers, expected.layers, strict=True):
        np.testing.assert_array_equal(layer.filters, like.filters)
        np.testing.assert_array_equal(layer.maps, like.maps)
        assert layer.maps.dtype == np.float32


def test_a_run_without_one_has_none(home: Path) -> None:
    assert read_showcase(make_run(home)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"example": None},
        {"layers": np.array(["conv2d_1", "conv2d_9"])},
        {"layers": np.array([], dtype=str)},
        {"image": np.zeros((8, 8, 3), np.float32)},
        {"image": np.zeros((8, 8), np.uint8)},
        {"probabilities": np.array([0.5, np.nan])},
        {"probabilities": np.array([1.5, -0.5])},
        {"probabilities": np.array(["a lot"])},
        {"conv2d_1/shape": np.array([5, 4])},
        {"conv2d_1/filters": np.array([3, 16])},
        {"conv2d_1/filters": np.array([0.5, 1.5])},
        {"conv2d_1/maps": np.zeros((4, 5, 2))},
        {"conv2d_1/maps": np.full((5, 4, 2), np.inf)},
    ],
)
def test_one_that_makes_no_sense_is_none(run: Run, wrong: dict[str, Any]) -> None:
    arrays = unpack_arrays((run.folder / SHOWCASE).read_bytes()) | wrong
    whole = {name: array for name, array in arrays.items() if array is not None}
    (run.folder / SHOWCASE).write_bytes(pack_arrays(whole))
    assert read_showcase(run) is None


def test_a_torn_one_is_none(run: Run) -> None:
    content = (run.folder / SHOWCASE).read_bytes()
    (run.folder / SHOWCASE).write_bytes(content[: len(content) // 2])
    assert read_showcase(run) is None
