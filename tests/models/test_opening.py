"""Weights go from model to file and back; a damaged or missing model is one sentence."""

import random
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnviz.arrays import pack_arrays
from cnnviz.errors import RunError, StorageError
from cnnviz.models import assign_weights, build, named_weights, save_model
from cnnviz.runs import Run, RunStore, Status
from cnnviz.spec import BatchNormalization, Convolution, Flatten, ModelSpec, RunSpec

SPEC = RunSpec(
    model=ModelSpec(input_shape=(8, 8, 1), layers=(Convolution(filters=2), BatchNormalization(), Flatten()), classes=3)
)
IMAGES = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 1)).astype(np.float32)


@pytest.fixture
def run(home: Path) -> Run:
    return RunStore(home).create(SPEC, Status("completed"))


def test_weights_survive_the_round_trip() -> None:
    one, other = build(SPEC.model, 1), build(SPEC.model, 2)
    assert not np.allclose(one(IMAGES), other(IMAGES))
    assign_weights(other, named_weights(one))
    np.testing.assert_array_equal(one(IMAGES), other(IMAGES))


def test_named_weights_hold_everything_that_decides() -> None:
    names = set(named_weights(build(SPEC.model)))
    assert names == {
        *("conv2d_1/kernel", "conv2d_1/bias", "logits/kernel", "logits/bias"),
        *(f"batch_normalization_1/{part}" for part in ("gamma", "beta", "moving_mean", "moving_variance")),
    }


def test_half_precision_is_widened() -> None:
    model = build(SPEC.model)
    assign_weights(model, {name: array.astype(np.float16) for name, array in named_weights(model).items()})
    assert all(weight.dtype == "float32" for weight in model.weights)


@pytest.mark.parametrize("change", ["missing", "shape", "rank"])
def test_weights_of_another_network_are_refused(change: str) -> None:
    model = build(SPEC.model)
    arrays = named_weights(model)
    before = {name: array.copy() for name, array in arrays.items()}
    kernel = arrays.pop("conv2d_1/kernel")
    if change != "missing":
        arrays["conv2d_1/kernel"] = kernel[:2] if change == "shape" else kernel[..., None]
    with pytest.raises(RunError, match=r"conv2d_1/kernel, which needs \(3, 3, 1, 2\); choose a snapshot"):
        assign_weights(model, arrays)
    for name, array in named_weights(model).items():
        np.testing.assert_array_equal(array, before[name])


def test_a_saved_model_needs_no_instructions(run: Run) -> None:
    model = build(SPEC.model, 3)
    save_model(model, run.folder / "model.keras")
    plain = keras.models.load_model(run.folder / "model.keras")
    np.testing.assert_array_equal(plain(IMAGES), model(IMAGES))
    np.testing.assert_array_equal(run.model()(IMAGES), model(IMAGES))
    assert sorted(path.name for path in run.folder.iterdir()) == ["model.keras", "spec.json", "status.json"]


def test_a_snapshot_opens_as_a_model(run: Run) -> None:
    model = build(SPEC.model, 3)
    (run.folder / "snapshots").mkdir()
    (run.folder / "snapshots" / "0002.npz").write_bytes(pack_arrays(named_weights(model)))
    np.testing.assert_array_equal(run.at(2).open()(IMAGES), model(IMAGES))
    with pytest.raises(RunError, match="has no snapshot 3 yet; "):
        run.model(3)


def test_the_old_model_stays_when_saving_fails(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    path = run.folder / "model.keras"
    save_model(build(SPEC.model, 1), path)
    before = path.read_bytes()
    other = build(SPEC.model, 2)

    def half_written(target: Path) -> None:
        Path(target).write_bytes(before[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(other, "save", half_written)
    with pytest.raises(StorageError, match="the disk is full; free some space and try again"):
        save_model(other, path)
    assert path.read_bytes() == before
    assert sorted(entry.name for entry in run.folder.iterdir()) == ["model.keras", "spec.json", "status.json"]


def test_no_model_yet_is_one_sentence(run: Run) -> None:
    with pytest.raises(RunError, match=r"has no model yet; wait until it is completed"):
        run.model()


def test_a_damaged_model_is_one_sentence(run: Run) -> None:
    path = run.folder / "model.keras"
    save_model(build(SPEC.model), path)
    whole = path.read_bytes()
    rng = random.Random(1)
    flipped = bytearray(whole)
    for position in rng.sample(range(len(whole)), 200):
        flipped[position] ^= 0xFF
    for content in (b"", b"<html>", whole[:100], whole[:-100], bytes(flipped)):
        path.write_bytes(content)
        with pytest.raises(RunError, match=r"is damaged; open its last snapshot or train it again"):
            run.model()


def test_a_damaged_snapshot_is_one_sentence(run: Run) -> None:
    whole = pack_arrays(named_weights(build(SPEC.model)))
    path = run.folder / "snapshots" / "0000.npz"
    path.parent.mkdir()
    for content in (b"", whole[:-50], whole.replace(b"conv2d_1", b"conv2d_9")):
        path.write_bytes(content)
        with pytest.raises(RunError) as caught:
            run.model(0)
        assert str(caught.value).isprintable()
