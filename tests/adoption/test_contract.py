"""A contract on every kind of network: imported by the command line, it says what plain Keras says of the pixels."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import cnnviz
from cnnviz.cli import main
from cnnviz.runs import Run
from tests.adoption.kinds import Kind
from tests.adoption.reference import Floats, probabilities, reference
from tests.adoption.zoo import KINDS

Import = Callable[..., dict[str, Any]]


@pytest.fixture
def imported(capfd: pytest.CaptureFixture[str]) -> Import:
    """Import a file by the command line; what it tells as JSON."""

    def run(path: Path, *options: str) -> dict[str, Any]:
        capfd.readouterr()
        code = main(("models", "import", str(path), *options, "--json"))
        told = capfd.readouterr()
        assert code == 0, told.err
        answer: dict[str, Any] = json.loads(told.out)
        return answer

    return run


def pixels_for(model: keras.Model, size: int | None) -> Floats:
    """Two images of noise, uint8, (2, height, width, 1 or 3)."""
    sides = model.input_shape[1:]
    if sides[0] == 3:
        sides = (*sides[1:], 3)
    height, width, channels = (*sides, 1)[:3]
    shape = (2, height or size, width or size, min(channels, 3))
    return np.random.default_rng(5).integers(0, 256, shape).astype(np.uint8)


def check(run: Run, model: keras.Model, pixels: Floats, kind: Kind) -> None:
    """Hold a run to plain Keras: what it says, what it sees, and why."""
    ours, theirs = run.model(), reference(model, pixels.astype(np.float64), kind.scaling, kind.score)
    expected = probabilities(theirs.outputs, kind.behind)
    said = np.stack([one.probabilities for one in cnnviz.classify(run, pixels)])
    np.testing.assert_allclose(said, expected, atol=kind.tolerance)
    maps = cnnviz.explain.feature_maps(ours, pixels, "first")["first"]
    np.testing.assert_allclose(maps, theirs.first, atol=10 * kind.tolerance, rtol=kind.tolerance)
    heat = cnnviz.explain.grad_cam(ours, pixels[0], expected.shape[1] - 1, "last")
    np.testing.assert_allclose(heat, theirs.heat, atol=max(1e-4, kind.tolerance))


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis -1 of a tensor of shape")
@pytest.mark.parametrize("name", KINDS)
def test_it_says_what_plain_keras_says(name: str, imported: Import, tmp_path: Path) -> None:
    kind = KINDS[name]
    keras.utils.set_random_seed(3)
    model = kind.build()
    kind.save(model, tmp_path / kind.file)
    scaling = ("--scaling", kind.scaling) if kind.scaling else ()
    told = imported(tmp_path / kind.file, *scaling, *kind.options)
    pixels = pixels_for(model, kind.size)
    assert (told["name"], tuple(told["input_shape"])) == ("theirs", pixels.shape[1:])
    assert told["scaling"] == (kind.scaling or "pixels")
    check(cnnviz.open_run(told["run_id"]), model, pixels, kind)
