"""Models that only show what they are when they are opened: by a real process of little means."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import keras
import numpy as np
import psutil
import pytest

from cnnviz.adoption import SCALINGS, guessed_scaling, inspect_model, rebuild
from cnnviz.adoption.bounds import extent_of
from cnnviz.errors import DataError
from tests.adoption.made import classifier, saved, with_weights

layers = keras.layers


def refusal(path: Path, **more: Any) -> str:
    with pytest.raises(DataError) as caught:
        inspect_model(path, path.name, **more)
    message = str(caught.value)
    assert repr(path.name) in message
    assert "\n" not in message
    return message


def saved_model(model: keras.Model, folder: Path) -> Path:
    path = folder / "theirs.keras"
    model.save(path)
    return path


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("sequential", ((8, 8, 3), 3, "softmax")),
        ("operators", ((8, 8, 3), 3, "softmax")),
        ("combined", ((8, 8, 1), 1, "sigmoid")),
        ("logits", ((8, 8, 3), 3, "linear")),
    ],
)
def test_a_good_model_is_built_anew(kind: str, facts: tuple[Any, ...], tmp_path: Path) -> None:
    path = saved(kind, tmp_path)
    foreign = inspect_model(path, "theirs.keras")
    assert (foreign.input_shape, foreign.units, foreign.head) == facts
    assert (guessed_scaling(foreign).scaling, guessed_scaling(foreign).sure) == ("pixels", True)
    images = np.random.default_rng(0).integers(0, 256, (5, *foreign.input_shape)).astype("float32")
    theirs, ours = keras.models.load_model(path, compile=False)(images), rebuild(foreign, "pixels")(images)
    expected = keras.ops.softmax(theirs) if kind == "logits" else theirs
    assert np.asarray(ours) == pytest.approx(np.asarray(expected), abs=1e-6)


@pytest.mark.parametrize(
    ("end", "head"),
    [
        (keras.ops.softmax, "softmax"),
        (keras.ops.sigmoid, "sigmoid"),
        (lambda logits: logits / 2, "linear"),
        (keras.ops.relu, "scores"),
    ],
)
def test_an_operation_may_make_the_answer(end: Any, head: str, tmp_path: Path) -> None:
    pixels = keras.Input((8, 8, 3))
    model = keras.Model(pixels, end(classifier((8, 8, 3), activation="linear")(pixels)))
    foreign = inspect_model(saved_model(model, tmp_path), "theirs.keras")
    assert foreign.head == head
    images = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3)).astype("float32")
    expected = keras.ops.softmax(model(images)) if head in ("linear", "scores") else model(images)
    assert np.asarray(rebuild(foreign, "pixels")(images)) == pytest.approx(np.asarray(expected), abs=1e-6)


def test_a_network_whose_answer_depends_on_the_images_beside_it_is_refused(tmp_path: Path) -> None:
    pixels = keras.Input((8, 8, 3))
    model = keras.Model(pixels, classifier((8, 8, 3))(pixels - keras.ops.mean(pixels, axis=0, keepdims=True)))
    assert "depends on the image beside it" in refusal(saved_model(model, tmp_path))


def test_a_mask_is_no_scaling(tmp_path: Path) -> None:
    pixels = keras.Input((8, 8, 3))
    masked = keras.layers.Multiply()([pixels, keras.layers.Activation("relu")(pixels)])
    path = saved_model(keras.Model(pixels, classifier((8, 8, 3))(masked)), tmp_path)
    assert not guessed_scaling(inspect_model(path, "theirs.keras")).sure


def test_pixels_are_scaled_as_the_network_was_trained(tmp_path: Path) -> None:
    model = classifier((8, 8, 3))
    foreign = inspect_model(saved_model(model, tmp_path), "theirs.keras")
    guess = guessed_scaling(foreign)
    assert (guess.scaling, guess.sure) == ("unit", False)
    pixels = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3)).astype("float32")
    mean, spread = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    taken = {
        "pixels": pixels,
        "unit": pixels / 255,
        "symmetric": pixels / 127.5 - 1,
        "imagenet": (pixels / 255 - mean) / spread,
        "caffe": keras.applications.vgg16.preprocess_input(pixels.copy()),
    }
    assert set(taken) == set(SCALINGS)
    for scaling in SCALINGS:
        ours = np.asarray(rebuild(foreign, scaling)(pixels))
        assert ours == pytest.approx(np.asarray(model(taken[scaling])), abs=1e-4), scaling


def test_pixels_that_arithmetic_scales_are_not_scaled_again(tmp_path: Path) -> None:
    pixels = keras.Input((8, 8, 3))
    model = keras.Model(pixels, classifier((8, 8, 3))(pixels / 127.5 - 1))
    foreign = inspect_model(saved_model(model, tmp_path), "theirs.keras")
    guess = guessed_scaling(foreign)
    assert (guess.scaling, guess.sure) == ("pixels", True)


def test_a_model_as_people_save_it_after_training(tmp_path: Path) -> None:
    model = classifier((8, 8, 3))
    model.compile("adam", "sparse_categorical_crossentropy")
    images = np.random.default_rng(0).random((16, 8, 8, 3), np.float32)
    model.fit(images, np.arange(16) % 3, verbose=0)
    foreign = inspect_model(saved_model(model, tmp_path), "theirs.keras")
    ours = np.asarray(rebuild(foreign, "unit")(255 * images))
    assert ours == pytest.approx(np.asarray(model(images)), abs=1e-5)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (lambda: classifier((8, 8, 5)), "of 5 channels; a model of grey (1), colour (3) or RGBA (4) images fits"),
        (lambda: classifier((None, None, 3)), "takes images of any size, so say which: the one it was trained"),
        (lambda: classifier((600, 600, 3)), "takes images of 600x600 pixels; sides from 4 to 512 fit"),
        (
            lambda: keras.Sequential([keras.Input((20,)), layers.Dense(3, activation="softmax")]),
            "takes inputs of shape (20,); a model of images",
        ),
        (
            lambda: keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(3)]),
            "has no 2-D convolution",
        ),
        (lambda: keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(3, 3)]), "answers in the shape"),
    ],
)
def test_a_good_model_that_does_not_fit(model: Any, said: str, tmp_path: Path) -> None:
    assert said in refusal(saved_model(model(), tmp_path))


def test_two_images_do_not_fit(tmp_path: Path) -> None:
    first, second = keras.Input((8, 8, 3)), keras.Input((8, 8, 3))
    out = layers.Dense(2)(layers.Flatten()(layers.Conv2D(2, 3)(layers.Add()([first, second]))))
    said = refusal(saved_model(keras.Model([first, second], out), tmp_path))
    assert "it has 2 inputs ('input_layer" in said
    assert said.endswith(
        "and one image fits; make a model of one of them, as keras.Model(image, answer), and save that"
    )


def test_two_answers_do_not_fit(tmp_path: Path) -> None:
    pixels = keras.Input((8, 8, 3))
    maps = layers.GlobalAveragePooling2D()(layers.Conv2D(2, 3)(pixels))
    model = keras.Model(pixels, [layers.Dense(2, name="kind")(maps), layers.Dense(1, name="age")(maps)])
    said = refusal(saved_model(model, tmp_path))
    assert "it has 2 outputs ('kind', 'age'), and one fits; choose one, as keras.Model(model.input" in said


def test_weights_that_are_not_numbers(tmp_path: Path) -> None:
    model = classifier((8, 8, 3))
    kernel, bias = model.get_layer("conv").get_weights()
    kernel[0, 0, 0, 0] = np.nan
    model.get_layer("conv").set_weights([kernel, bias])
    assert "not finite numbers" in refusal(saved_model(model, tmp_path))


def _external(file: Any) -> None:
    import h5py

    group = file["layers/conv2d/vars"]
    del group["0"]
    group["0"] = h5py.ExternalLink("/etc/hostname", "/data")


def _soft(file: Any) -> None:
    import h5py

    file["layers/again"] = h5py.SoftLink("/layers")


def _outside(file: Any) -> None:
    group = file["layers/conv2d/vars"]
    shape, dtype = group["0"].shape, group["0"].dtype
    del group["0"]
    group.create_dataset("0", shape=shape, dtype=dtype, external=[("/etc/hostname", 0, 10**6)])


def _virtual(file: Any) -> None:
    import h5py

    group = file["layers/conv2d/vars"]
    shape, dtype = group["0"].shape, group["0"].dtype
    del group["0"]
    layout = h5py.VirtualLayout(shape=shape, dtype=dtype)
    layout[...] = h5py.VirtualSource("/etc/hostname", "data", shape=shape)
    group.create_virtual_dataset("0", layout)


@pytest.mark.parametrize("change", [_external, _soft, _outside, _virtual])
def test_weights_that_point_out_of_the_file(change: Any, tmp_path: Path) -> None:
    path = with_weights(saved("sequential", tmp_path), change)
    assert "which is not followed" in refusal(path)


def test_weights_of_another_network(tmp_path: Path) -> None:
    def swap(file: Any) -> None:
        del file["layers/conv2d/vars/0"]
        file["layers/conv2d/vars/0"] = np.zeros((2, 2), np.float32)

    assert "Keras cannot put its weights into its layers" in refusal(with_weights(saved("sequential", tmp_path), swap))


def test_a_model_that_asks_for_too_much_memory(tmp_path: Path) -> None:
    inputs = keras.Input((64, 64, 3))
    maps = inputs
    for _ in range(3):  # each map of 512 x 512 x 2,048 floats has 2 GiB
        maps = layers.Conv2D(2048, 1)(layers.UpSampling2D(2)(maps))
    model = keras.Model(inputs, layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling2D()(maps)))
    said = refusal(saved_model(model, tmp_path))
    assert "one image becomes" in said
    assert said.endswith("(2 GiB) are accepted, so choose a smaller network or a smaller size")


@pytest.mark.parametrize("nested", [False, True])
def test_maps_are_counted_in_sequential_models_too(nested: bool) -> None:
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(5, 3), layers.GlobalAveragePooling2D()])
    if nested:
        pixels = keras.Input((8, 8, 3))
        model = keras.Model(pixels, model(pixels))
    extent = extent_of(keras.saving.serialize_keras_object(model))
    assert extent.parameters == 3 * 3 * 3 * 5 + 5
    assert extent.maps >= 8 * 8 * 3 + 6 * 6 * 5 + 5


def running_below() -> list[str]:
    """The commands that this process started and that still run."""
    commands = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
            commands.append(" ".join(child.cmdline()))
    return commands


def test_what_takes_too_long_is_ended_with_all_its_processes(tmp_path: Path) -> None:
    said = refusal(saved("sequential", tmp_path), patience_s=0.2)
    assert "takes longer than 0 s to open" in said
    assert not [command for command in running_below() if "cnnviz.adoption.child" in command]


def test_the_file_is_never_opened_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved("sequential", tmp_path)

    def forbidden(*_: Any, **__: Any) -> None:
        raise AssertionError("opened in this process")

    monkeypatch.setattr(keras.models, "load_model", forbidden)
    monkeypatch.setattr(keras.saving, "load_model", forbidden)
    import h5py

    monkeypatch.setattr(h5py, "File", forbidden)
    assert inspect_model(path, "theirs.keras").units == 3
    assert "h5py" in sys.modules
