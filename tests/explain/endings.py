"""Tiny networks of 8x8 images that end in every way that answers are made in, and what each one's answers mean."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

layers, ops = keras.layers, keras.ops
SHAPE = (8, 8, 3)
CLASSES = 4

Floats = NDArray[np.floating[Any]]


@contextmanager
def policy(name: str) -> Iterator[None]:
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.mixed_precision.set_dtype_policy(before)


def body(image: Any, units: int, name: str = "out") -> Any:
    """The logits of a small network; spread out, so that some answers are sure and none is certain."""
    maps = layers.Conv2D(6, 3, activation="tanh", name=f"conv_{name}")(layers.Rescaling(1 / 64, offset=-1)(image))
    features = layers.GlobalAveragePooling2D()(maps)
    start = keras.initializers.RandomNormal(stddev=1.5, seed=len(name) + units)
    return layers.Dense(units, kernel_initializer=start, name=name)(features)


def of(end: Callable[[Any], Any], units: int = CLASSES) -> Callable[[], keras.Model]:
    """A network whose logits go through an ending."""

    def build() -> keras.Model:
        image = keras.Input(SHAPE)
        return keras.Model(image, end(body(image, units)))

    return build


def in_halves(name: str, dtype: str) -> Callable[[], keras.Model]:
    """As the guide on mixed precision has it: a softmax in half precision, then a change to float32."""

    def build() -> keras.Model:
        with policy(name):
            image = keras.Input(SHAPE)
            answer = layers.Activation("softmax", dtype=dtype)(body(image, CLASSES))
            return keras.Model(image, layers.Activation("linear", dtype="float32")(answer))

    return build


def conv_softmax() -> keras.Model:
    """A class at each place, averaged: no logits lead to the answers."""
    image = keras.Input(SHAPE)
    maps = layers.Conv2D(CLASSES, 3, activation="softmax", name="conv_out")(layers.Rescaling(1 / 64)(image))
    return keras.Model(image, layers.GlobalAveragePooling2D()(maps))


def one_pixel() -> keras.Model:
    """Fully convolutional, its answers still a map."""
    image = keras.Input(SHAPE)
    maps = layers.Conv2D(CLASSES, 8, activation="softmax", name="conv_out")(layers.Rescaling(1 / 255)(image))
    return keras.Model(image, maps)


def ensemble(activation: str, units: int = CLASSES) -> Callable[[], keras.Model]:
    def build() -> keras.Model:
        image = keras.Input(SHAPE)
        members = [layers.Activation(activation)(body(image, units, name)) for name in ("out", "other")]
        return keras.Model(image, layers.Average()(members))

    return build


def nested() -> keras.Model:
    image, features = keras.Input(SHAPE), keras.Input((CLASSES,))
    end = keras.Model(features, layers.Activation("softmax")(features), name="end")
    return keras.Model(image, keras.Sequential([end, layers.Dropout(0.5)])(body(image, CLASSES)))


def by_hand(values: Any) -> Any:
    raised = ops.exp(values - ops.max(values, axis=-1, keepdims=True))
    return raised / ops.sum(raised, axis=-1, keepdims=True)


def dead() -> keras.Model:
    model = of(layers.Softmax())()
    model.get_layer("out").kernel.assign(np.zeros(model.get_layer("out").kernel.shape))
    return model


def as_they_are(said: Floats) -> Floats:
    return said


def of_two(said: Floats) -> Floats:
    return np.concatenate([1 - said, said], axis=1)


def by_softmax(said: Floats) -> Floats:
    return np.asarray(softmax(said.astype(float), axis=1))


def by_sigmoid(said: Floats) -> Floats:
    return of_two(expit(said.astype(float)))


@dataclass(frozen=True)
class Ending:
    """A network, what its outputs are called, and the probabilities (n, classes) of what plain Keras says of images."""

    build: Callable[[], keras.Model]
    head: str
    expected: Callable[[Floats], Floats]
    independent: bool = False
    constant: bool = False
    tolerance: float = 2e-6


ENDINGS: dict[str, Ending] = {
    "softmax": Ending(of(layers.Softmax()), "softmax", as_they_are),
    "softmax, flattened": Ending(of(lambda x: layers.Flatten()(layers.Softmax()(x))), "softmax", as_they_are),
    "softmax, dropout": Ending(of(lambda x: layers.Dropout(0.5)(layers.Softmax()(x))), "softmax", as_they_are),
    "softmax, reshaped": Ending(
        of(lambda x: layers.Reshape((CLASSES,))(layers.Softmax()(layers.Reshape((1, 1, CLASSES))(x)))),
        "softmax",
        as_they_are,
    ),
    "softmax, cast": Ending(of(lambda x: ops.cast(layers.Softmax()(x), "float64")), "softmax", as_they_are),
    "softmax after a constant": Ending(
        of(lambda x: layers.Softmax()(x + ops.convert_to_tensor(np.array([0.5, -0.5, 0.25, 0], np.float32)))),
        "softmax",
        as_they_are,
    ),
    "softmax in bfloat16": Ending(in_halves("mixed_bfloat16", "bfloat16"), "softmax", as_they_are, tolerance=4e-3),
    "softmax in float16": Ending(in_halves("mixed_float16", "float16"), "softmax", as_they_are, tolerance=1e-3),
    "softmax after bfloat16": Ending(in_halves("mixed_bfloat16", "float32"), "softmax", as_they_are, tolerance=4e-3),
    "softmax of a nested model": Ending(nested, "softmax", as_they_are),
    "softmax of one pixel": Ending(one_pixel, "softmax", lambda said: said.reshape(len(said), -1)),
    "softmax of one unit": Ending(of(layers.Softmax(), 1), "softmax", of_two, constant=True),
    "softmax of nothing": Ending(dead, "softmax", as_they_are, constant=True),
    "softmax at each place": Ending(conv_softmax, "probabilities", as_they_are),
    "softmaxes averaged": Ending(ensemble("softmax"), "probabilities", as_they_are),
    "softmax by hand": Ending(of(by_hand), "probabilities", as_they_are),
    "linear": Ending(of(lambda x: x), "linear", by_softmax),
    "linear, one unit": Ending(of(lambda x: x, 1), "linear", by_sigmoid),
    "linear, scaled": Ending(of(lambda x: 0.25 * x), "linear", by_softmax),
    "log-softmax": Ending(of(ops.log_softmax), "scores", by_softmax),
    "sigmoid": Ending(of(layers.Activation("sigmoid"), 1), "sigmoid", of_two),
    "sigmoids": Ending(of(layers.Activation("sigmoid")), "sigmoid", as_they_are, independent=True),
    "sigmoids averaged": Ending(ensemble("sigmoid"), "sigmoid", as_they_are, independent=True),
    "sigmoid averaged": Ending(ensemble("sigmoid", 1), "sigmoid", of_two),
    "sigmoid by hand": Ending(of(lambda x: 1 / (1 + ops.exp(-x)), 1), "sigmoid", of_two),
    "hard sigmoid": Ending(of(ops.hard_sigmoid, 1), "sigmoid", of_two),
    "hard sigmoids": Ending(of(ops.hard_sigmoid), "sigmoid", as_they_are, independent=True),
    "relu up to 1": Ending(of(layers.ReLU(max_value=1)), "sigmoid", as_they_are, independent=True),
    "relu": Ending(of(layers.ReLU()), "scores", by_softmax),
    "relu, one unit": Ending(of(layers.ReLU(), 1), "scores", by_sigmoid),
    "tanh": Ending(of(ops.tanh), "scores", by_softmax),
    "tanh, one unit": Ending(of(layers.Activation("tanh"), 1), "scores", by_sigmoid),
    "softplus": Ending(of(ops.softplus), "scores", by_softmax),
    "elu": Ending(of(ops.elu), "scores", by_softmax),
}


def make(ending: str) -> keras.Model:
    keras.utils.set_random_seed(5)
    return ENDINGS[ending].build()


def pictures(count: int = 5) -> NDArray[np.uint8]:
    """Images of different brightness, (count, 8, 8, 3)."""
    random = np.random.default_rng(2)
    return (random.integers(0, 256, (count, *SHAPE)) * np.linspace(0.1, 1, count)[:, None, None, None]).astype(np.uint8)
