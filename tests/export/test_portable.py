"""What other programs cannot run is left out where it only trains, else written in a way that they can."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import onnxruntime
import pytest

from cnnviz.errors import SpecError
from cnnviz.export.portable import AUGMENTING, portable
from cnnviz.export.writing import WRITERS

layers = keras.layers
SETTINGS = {
    "RandomContrast": 0.2,
    "RandomRotation": 0.2,
    "RandomZoom": 0.2,
    "RandomBrightness": 0.2,
    "RandomShear": 0.2,
    "RandomHue": 0.2,
    "RandomSaturation": 0.5,
    "RandomSharpness": 0.5,
    "RandomPosterization": 4,
    "RandomErasing": 0.5,
    "RandomGrayscale": 0.5,
    "RandomInvert": 0.5,
    "RandomPerspective": 0.5,
    "RandomElasticTransform": 0.5,
    "RandomGaussianBlur": 0.5,
    "Solarization": 0.5,
    "RandomColorDegeneration": 0.5,
    "RandomColorJitter": 0.1,
}
ABOUT = {"class_names": ["a", "b", "c"]}
PIXELS = np.random.default_rng(2).integers(0, 256, (3, 12, 10, 3)).astype(np.float32)


def augmenting(kind: str) -> keras.layers.Layer:
    made = getattr(layers, kind)
    if kind == "RandomTranslation":
        return made(0.1, 0.1)
    if kind == "RandomCrop":
        return made(7, 8)
    return made(SETTINGS[kind]) if kind in SETTINGS else made()


@pytest.mark.parametrize("kind", sorted(AUGMENTING))
def test_what_is_taken_out_passes_images_on(kind: str) -> None:
    passed = augmenting(kind)(PIXELS, training=False)
    np.testing.assert_array_equal(np.asarray(passed), PIXELS)


def classifier(maps: Callable[[Any], Any]) -> keras.Model:
    """A network whose convolutions, and what stands before them, are given."""
    keras.utils.set_random_seed(4)
    image = keras.Input((12, 10, 3))
    pooled = layers.GlobalAveragePooling2D()(maps(image))
    return keras.Model(image, layers.Dense(3, activation="softmax")(pooled))


def augmented(image: Any) -> Any:
    return layers.Conv2D(4, 3)(layers.Rescaling(1 / 255)(layers.RandAugment()(layers.RandomFlip(name="flip")(image))))


def grouped(image: Any) -> Any:
    inner = layers.Conv2D(6, 3, groups=3, strides=2, padding="same", activation="relu")(image / 255)
    return layers.SpectralNormalization(layers.Conv2D(4, 3, groups=2, dilation_rate=2, padding="same"))(inner)


def normalised(image: Any) -> Any:
    scaled = layers.Normalization(mean=[120.0, 110.0, 100.0], variance=[3000.0, 3100.0, 3200.0])(image)
    return layers.Conv2D(4, 3, activation="celu")(scaled)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # tf2onnx's, which a child imports
@pytest.mark.parametrize("maps", [augmented, grouped, normalised])
def test_what_keras_says_onnx_says(maps: Callable[[Any], Any], tmp_path: Path) -> None:
    model = classifier(maps)
    WRITERS["onnx"](portable(model), tmp_path / "a.onnx", ABOUT)
    session = onnxruntime.InferenceSession(tmp_path / "a.onnx")
    [image] = session.get_inputs()  # and no constant beside it
    [said] = session.run(None, {image.name: PIXELS})
    np.testing.assert_allclose(said, np.asarray(model(PIXELS, training=False)), atol=1e-6)


def test_layers_that_only_train_are_passed() -> None:
    assert isinstance(portable(classifier(augmented)).get_layer("flip"), layers.Identity)


def test_a_grouped_convolution_is_one_operation(tmp_path: Path) -> None:
    WRITERS["onnx"](portable(classifier(grouped)), tmp_path / "a.onnx", ABOUT)
    nodes = onnx.load(tmp_path / "a.onnx").graph.node
    groups = [one.i for node in nodes if node.op_type == "Conv" for one in node.attribute if one.name == "group"]
    assert groups == [3, 2]


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_what_onnx_has_no_operation_for_is_refused(tmp_path: Path) -> None:
    sharp = layers.Resizing(7, 9, interpolation="lanczos3")
    model = classifier(lambda image: layers.Conv2D(4, 3)(sharp(image)))
    says = r"ONNX has no operation for a part of this network \(ScaleAndTranslate\); export it as keras, h5 or litert"
    with pytest.raises(SpecError, match=says):
        WRITERS["onnx"](portable(model), tmp_path / "a.onnx", ABOUT)


@pytest.mark.parametrize("key", [(..., 0), (0, ...), (slice(1, 3), ..., None, slice(None, None, -1)), (slice(2),), 1])
def test_slices_go_into_hdf5(key: Any, tmp_path: Path) -> None:
    image = keras.Input((5, 4, 3))
    model = keras.Model(image, layers.Rescaling(2.0)(image)[key])
    WRITERS["h5"](model, tmp_path / "a.h5", ABOUT)
    pixels = np.arange(120, dtype=np.float32).reshape(2, 5, 4, 3)
    opened = keras.models.load_model(tmp_path / "a.h5", compile=False)
    np.testing.assert_array_equal(np.asarray(opened(pixels)), (2 * pixels)[key])
