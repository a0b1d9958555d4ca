"""Weights from elsewhere go into an architecture built here, by the same safe way as whole models."""

from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from cnnviz.adoption import inspect_weights, rebuild
from cnnviz.errors import DataError, SpecError
from cnnviz.models import build
from cnnviz.spec import Convolution, Dense, Dropout, Flatten, ModelSpec, Pooling

layers = keras.layers
SPEC = ModelSpec(
    input_shape=(8, 8, 3),
    layers=(Convolution(filters=4), Pooling(), Flatten(), Dropout(rate=0.5), Dense(units=5)),
    classes=3,
)


def theirs(filters: int = 4) -> keras.Model:
    """The same layers, made by somebody who has never heard of cnnviz."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(filters, 3, activation="relu", name="anything"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(5, activation="relu"),
            layers.Dense(3, activation="softmax", name="last"),
        ]
    )


def refusal(path: Path, spec: ModelSpec = SPEC, **more: Any) -> str:
    with pytest.raises(DataError) as caught:
        inspect_weights(path, path.name, spec, **more)
    message = str(caught.value)
    assert repr(path.name) in message
    assert "\n" not in message
    return message


def changed(path: Path, change: Any) -> Path:
    theirs().save_weights(path)
    with h5py.File(path, "r+") as file:
        change(file)
    return path


def test_weights_of_the_same_layers_give_the_same_answers(tmp_path: Path) -> None:
    model, told = theirs(), []
    model.save_weights(tmp_path / "w.weights.h5")
    foreign = inspect_weights(tmp_path / "w.weights.h5", "w.weights.h5", SPEC, on_wait=lambda: told.append(1))
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3)).astype("float32")
    assert np.asarray(rebuild(foreign, "pixels")(images)) == pytest.approx(np.asarray(model(images)), abs=1e-6)
    assert (foreign.units, foreign.head, foreign.takes) == (3, "softmax", (8, 8, 3))
    assert told


def test_weights_of_another_network_are_named(tmp_path: Path) -> None:
    theirs(6).save_weights(tmp_path / "w.weights.h5")
    said = refusal(tmp_path / "w.weights.h5")
    assert "its 6 arrays are those of another network: this architecture has 3x3x3x4, 4, 36x5 where it has" in said
    assert "3x3x3x6" in said
    assert said.endswith("choose the architecture that they were saved from")


def test_a_whole_model_is_none_of_weights_alone(tmp_path: Path) -> None:
    build(SPEC).save(tmp_path / "whole.h5")
    assert "it holds a whole model, with its layers; bring it as one" in refusal(tmp_path / "whole.h5")


def test_what_points_out_of_the_file_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["numbers"] = np.zeros(4, np.float32)

    def link(file: h5py.File) -> None:
        file["layers"]["more"] = h5py.ExternalLink(str(secret), "/numbers")

    def outside(file: h5py.File) -> None:
        file.create_dataset("more", (4,), "f4", external=[(str(secret), 0, 16)])

    def virtual(file: h5py.File) -> None:
        layout = h5py.VirtualLayout((4,), "f4")
        layout[:] = h5py.VirtualSource(str(secret), "numbers", (4,))
        file.create_virtual_dataset("more", layout)

    for name, change, said in (
        ("a", link, "its weights hold a link at 'more', which is not followed"),
        ("b", outside, "its weights hold data in another file at 'more', which is not followed"),
        ("c", virtual, "its weights hold data in another file at 'more', which is not followed"),
    ):
        assert said in refusal(changed(tmp_path / f"{name}.weights.h5", change))


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    model = theirs()
    model.set_weights([np.full_like(weight, np.nan) for weight in model.get_weights()])
    model.save_weights(tmp_path / "nan.weights.h5")
    assert "some of its weights are not finite numbers" in refusal(tmp_path / "nan.weights.h5")


def test_what_is_no_file_of_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.weights.h5").write_bytes(b"these are no weights")
    assert "holds no HDF5 weights; save them with" in refusal(tmp_path / "text.weights.h5")
    with open(tmp_path / "huge.weights.h5", "wb") as file:
        file.truncate(800 * 2**20)
    assert "have more than 700 MiB" in refusal(tmp_path / "huge.weights.h5")
    assert "cannot be read" in refusal(tmp_path / "none.weights.h5")
    (tmp_path / "torn.weights.h5").write_bytes(b"\x89HDF\r\n\x1a\n and then nothing")
    assert "no readable HDF5 file" in refusal(tmp_path / "torn.weights.h5")


def test_an_architecture_from_elsewhere_takes_no_weights(tmp_path: Path) -> None:
    theirs().save_weights(tmp_path / "w.weights.h5")
    foreign = ModelSpec(input_shape=(8, 8, 3), classes=3, foreign=SPEC.rows)
    with pytest.raises(SpecError, match="came from elsewhere"):
        inspect_weights(tmp_path / "w.weights.h5", "w.weights.h5", foreign)
