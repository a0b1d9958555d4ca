"""What ONNX and LiteRT cannot run is taken out of a network where it does nothing outside of training."""

from pathlib import Path

import keras
import numpy as np
import onnxruntime
import pytest

from cnnviz.export.portable import AUGMENTING, portable
from cnnviz.export.writing import WRITERS

layers = keras.layers
SETTINGS = {
    "RandomContrast": 0.2, "RandomRotation": 0.2, "RandomZoom": 0.2, "RandomBrightness": 0.2, "RandomShear": 0.2,
    "RandomHue": 0.2, "RandomSaturation": 0.5, "RandomSharpness": 0.5, "RandomPosterization": 4, "RandomErasing": 0.5,
    "RandomGrayscale": 0.5, "RandomInvert": 0.5, "RandomPerspective": 0.5, "RandomElasticTransform": 0.5,
    "RandomGaussianBlur": 0.5, "RandomColorDegeneration": 0.5, "RandomColorJitter": 0.1,
}  # fmt: skip
PIXELS = np.random.default_rng(2).integers(0, 256, (3, 12, 10, 3)).astype(np.float32)


def augmenting(kind: str) -> keras.layers.Layer:
    made = getattr(layers, kind)
    if kind == "RandomTranslation":
        return made(0.1, 0.1)
    return made(SETTINGS[kind]) if kind in SETTINGS else made()


@pytest.mark.parametrize("kind", sorted(AUGMENTING))
def test_what_is_taken_out_passes_images_on(kind: str) -> None:
    passed = augmenting(kind)(PIXELS, training=False)
    np.testing.assert_array_equal(np.asarray(passed), PIXELS)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # tf2onnx's, which a child imports
def test_a_network_that_augments_runs_in_onnx(tmp_path: Path) -> None:
    image = keras.Input((12, 10, 3))
    maps = layers.Rescaling(1 / 255)(layers.RandAugment()(layers.RandomFlip(name="flip")(image)))
    pooled = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(maps))
    model = keras.Model(image, layers.Dense(3, activation="softmax")(pooled))
    taken = portable(model)
    assert isinstance(taken.get_layer("flip"), layers.Identity)
    WRITERS["onnx"](taken, tmp_path / "a.onnx", {"class_names": ["a", "b", "c"]})
    session = onnxruntime.InferenceSession(tmp_path / "a.onnx")
    [said] = session.run(None, {session.get_inputs()[0].name: PIXELS})
    np.testing.assert_allclose(said, np.asarray(model(PIXELS, training=False)), atol=1e-6)
