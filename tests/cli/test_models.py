"""`cnnviz models import`: what it tells, and what it refuses, each with the way out."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import cnnviz
from cnnviz.runs import RunStore
from tests.adoption.made import changed, classifier, layer_of, packed
from tests.cli.conftest import Call, mistake

layers = keras.layers


@pytest.fixture
def refuse(call: Call, home: Path) -> Callable[..., str]:
    """Import a file; the sentence with which it is refused, having checked that nothing is left."""

    def run(path: Path, *options: str) -> str:
        done = call("models", "import", str(path), *options, "--json")
        progress, error, sentence = done.err.rpartition("error: ")
        assert all(line.startswith("opening, then building anew") for line in progress.splitlines())
        said = mistake(replace(done, err=error + sentence))
        assert RunStore(home).ids() == ()
        return said

    return run


def saved(model: keras.Model, folder: Path, name: str = "theirs.keras") -> Path:
    model.save(folder / name)
    return folder / name


def test_it_tells_what_became_of_it(call: Call, tmp_path: Path) -> None:
    path = saved(classifier((8, 8, 3), activation="linear"), tmp_path)
    (tmp_path / "names.txt").write_text("cat\nbig dog\nfrog\n\n")
    done = call("models", "import", str(path), "--name", "mine", "--classes", str(tmp_path / "names.txt"))
    run = cnnviz.open_run(RunStore().ids()[0])
    assert done.code == 0
    assert (run.name, run.spec.data.classes) == ("mine", ("cat", "big dog", "frog"))
    for part in (run.id, "8x8x3 (height x width x channels)", "cat, big dog, frog", "unit", "It ends with logits"):
        assert part in done.out
    assert done.out.endswith(f"Try it: cnnviz classify {run.id} photo.jpg\n")


def test_several_inputs_or_outputs(refuse: Callable[..., str], tmp_path: Path) -> None:
    one, other = keras.Input((8, 8, 3), name="left"), keras.Input((8, 8, 3), name="right")
    maps = layers.GlobalAveragePooling2D()(layers.Conv2D(2, 3)(layers.Add()([one, other])))
    said = refuse(saved(keras.Model([one, other], layers.Dense(2, name="kind")(maps)), tmp_path))
    assert "it has 2 inputs ('left', 'right'), and one image fits; make a model of one of them" in said
    maps = layers.GlobalAveragePooling2D()(layers.Conv2D(2, 3)(one))
    both = keras.Model(one, [layers.Dense(2, name="kind")(maps), layers.Dense(1, name="age")(maps)])
    said = refuse(saved(both, tmp_path, "both.h5"))
    assert "it has 2 outputs ('kind', 'age'), and one fits; choose one, as keras.Model(model.input, " in said


def test_code_of_its_own(refuse: Callable[..., str], tmp_path: Path) -> None:
    code = keras.Sequential([keras.Input((8, 8, 3)), layers.Lambda(lambda image: image / 255), layers.Conv2D(2, 3)])
    said = refuse(saved(code, tmp_path))
    assert "has 'Lambda' in it, which holds code of its own; write it with layers or keras.ops instead" in said
    assert said == refuse(saved(code, tmp_path, "theirs.h5")).replace("theirs.h5", "theirs.keras")

    def own(config: dict[str, Any]) -> None:
        config.update(module="mine", class_name="Mine", registered_name="mine>Mine")

    said = refuse(changed(saved(classifier((8, 8, 3)), tmp_path), own))
    assert said.startswith("the model 'changed.keras' is a 'Mine'; a Sequential or functional model is accepted")
    assert "wrap it, as keras.Model(inputs, outputs), and save that" in said


@pytest.mark.parametrize(
    ("name", "content", "way_out"),
    [
        ("theirs.tflite", b"\x1c\x00\x00\x00TFL3" + bytes(40), "bring the Keras model that it was converted from"),
        ("theirs.onnx", b"\x08\x08\x12\x07pytorch", "bring the Keras model that it was exported from"),
        ("theirs.pt", b"\x80\x02\x8a\n", "build the same network in Keras, copy the weights and save it with"),
        ("theirs.keras", b"hello", "save it with model.save('model.keras')"),
    ],
)
def test_files_of_other_programs(
    name: str, content: bytes, way_out: str, refuse: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    assert way_out in refuse(tmp_path / name)


def test_archives_folders_and_weights_alone(refuse: Callable[..., str], tmp_path: Path) -> None:
    assert "copy the weights and save it" in refuse(packed({"archive/data.pkl": b"x"}, tmp_path / "new.pth"))
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "saved_model.pb").write_bytes(b"x")
    assert "is a SavedModel, which is a program of TensorFlow's; open it where it was made" in refuse(
        tmp_path / "export"
    )
    classifier((8, 8, 3)).save_weights(tmp_path / "theirs.weights.h5")
    said = refuse(tmp_path / "theirs.weights.h5")
    assert "holds weights alone, no network" in said
    assert said.endswith("or save the whole model with model.save('model.keras')")
    assert "cannot be read (No such file or directory); choose another file" in refuse(tmp_path / "gone.keras")


def test_what_is_no_network_for_images(refuse: Callable[..., str], tmp_path: Path) -> None:
    plain = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(3)])
    assert "has no 2-D convolution, so there is nothing to look at; a convolutional network fits" in refuse(
        saved(plain, tmp_path)
    )
    texts = keras.Sequential([keras.Input((8,)), layers.Embedding(9, 4), layers.LSTM(3), layers.Dense(2)])
    assert "'Embedding', which is for texts, series or volumes; a classifier of images" in refuse(
        saved(texts, tmp_path)
    )


def test_an_open_size_is_asked_for(refuse: Callable[..., str], tmp_path: Path) -> None:
    said = refuse(saved(classifier((None, None, 3)), tmp_path))
    assert "takes images of any size" in said
    assert "--size 224" in said
    assert "takes 8x8; leave it out" in refuse(saved(classifier((8, 8, 3)), tmp_path), "--size", "16")


def test_options_that_do_not_go_with_it(refuse: Callable[..., str], tmp_path: Path) -> None:
    path = saved(classifier((8, 8, 3)), tmp_path)
    assert "--scaling is 'bytes'; give one of pixels, unit, symmetric, imagenet, caffe" in refuse(
        path, "--scaling", "bytes"
    )
    assert "--answers is 'both'; give one of exclusive, independent" in refuse(path, "--answers", "both")
    (tmp_path / "names.txt").write_text("cat\ndog\n")
    assert "2 class names were given for a model of 3 classes; give 3" in refuse(
        path, "--classes", str(tmp_path / "names.txt")
    )
    (tmp_path / "names.txt").write_text("cat\ncat\ndog\n")
    assert "in which a name is missing or stands twice; give each class a line" in refuse(
        path, "--classes", str(tmp_path / "names.txt")
    )


def test_numbers_that_are_none_and_too_many(refuse: Callable[..., str], tmp_path: Path) -> None:
    model = classifier((8, 8, 3))
    model.get_layer("conv").kernel.assign(np.full((3, 3, 3, 2), np.nan))
    assert "some of its weights are not finite numbers; train it again" in refuse(saved(model, tmp_path))
    path = changed(tmp_path / "theirs.keras", lambda config: layer_of(config, "Dense")["config"].update(units=2**28))
    said = refuse(path)
    assert "weights; at most 183,500,800 (700 MiB) are accepted, so choose a smaller network" in said


def test_what_keras_cannot_build_is_told_by_its_first_cause(refuse: Callable[..., str], tmp_path: Path) -> None:
    inner = classifier((8, 8, 3))
    image = keras.Input((8, 8, 3))
    path = saved(keras.Model(image, inner(image)), tmp_path)

    def break_it(config: dict[str, Any]) -> None:
        layer_of(layer_of(config, "Sequential"), "Conv2D")["config"]["kernel_size"] = [3, 3, 3]

    said = refuse(changed(path, break_it))
    assert "Keras cannot build it (The `kernel_size` argument must be a tuple of 2 integers." in said


def test_a_network_with_its_channels_first_comes_in_on_every_processor(process: Call, tmp_path: Path) -> None:
    image, first = keras.Input((3, 12, 10)), {"data_format": "channels_first"}
    maps = keras.layers.Conv2D(4, 3, activation="relu", **first)(image)
    pooled = keras.layers.GlobalAveragePooling2D(**first)(maps)
    keras.Model(image, keras.layers.Dense(3, activation="softmax")(pooled)).save(tmp_path / "theirs.keras")
    done = process("models", "import", str(tmp_path / "theirs.keras"))
    assert done.code == 0, done.err
    assert "Its channels were first and are last now; its answers are the same." in done.out + done.err
