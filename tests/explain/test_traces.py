"""What is compiled is traced once, whatever image, class or number of images comes next."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import keras
import numpy as np
import pytest

from cnnviz import explain
from cnnviz.explain import compiled as compiled_module
from cnnviz.explain.weights import convolution_of
from cnnviz.inference import Classifier
from tests.explain.toys import make


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Grows by one whenever a function of a model is traced."""
    found: list[Any] = []
    original = compiled_module._compile

    def counting(model: Any, shape: Any, body: Callable[..., Any], more: Any) -> Any:
        def counted(*values: Any) -> Any:
            found.append(body)
            return body(*values)

        return original(model, shape, counted, more)

    monkeypatch.setattr(compiled_module, "_compile", counting)
    return found


def pictures(count: int) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)


def test_another_image_or_class_traces_nothing(traces: list[Any]) -> None:
    model = make("sequential")
    explain.grad_cam(model, pictures(1)[0])
    explain.feature_maps(model, pictures(1))
    before = len(traces)
    assert before > 0
    for image in pictures(3):
        for class_index in (None, 0, 1):
            explain.grad_cam(model, image, class_index)
        explain.feature_maps(model, image)
    explain.feature_maps(model, pictures(5))
    assert len(traces) == before
    explain.grad_cam(make("sequential"), pictures(1)[0])  # another model has its own
    assert len(traces) > before


def test_a_classifier_traces_once(traces: list[Any]) -> None:
    classifier = Classifier(make("sequential"))
    before = len(traces)
    for count in (1, 2, 7):
        classifier(pictures(count))
    classifier([np.full((30, 40, 3), 9, np.uint8)])
    assert len(traces) == before == 1


def test_an_activation_keeps_its_name_while_the_layer_is_watched() -> None:
    names: list[str] = []
    built = False

    def asked(values: Any) -> Any:
        if built:  # another thread looks at the layer meanwhile
            other = Thread(target=lambda: names.append(convolution_of(model, "conv").activation))
            other.start()
            other.join()
        return values

    inputs = keras.Input((8, 8, 3))
    maps = keras.layers.Conv2D(2, 3, activation="relu", name="conv")(inputs)
    model = keras.Model(inputs, keras.layers.Lambda(asked, output_shape=(6, 6, 2))(maps))
    built = True
    explain.feature_maps(model, pictures(1))
    assert set(names) == {"relu"}
