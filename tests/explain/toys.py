"""Toy models of 8x8 images, one of every kind that explanations must work on."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

layers = keras.layers
CLASSES = 3


def stack(channels: int = 3) -> list[Any]:
    return [
        layers.Rescaling(1 / 255, name="rescaling"),
        layers.Conv2D(4, 3, activation="relu", name="first"),
        layers.MaxPooling2D(2, name="pool"),
        layers.Conv2D(5, 2, activation="relu", padding="same", name="last"),
    ]


def sequential(channels: int = 3) -> keras.Model:
    end = [layers.Flatten(name="flat"), layers.Dense(CLASSES, activation="softmax", name="out")]
    return keras.Sequential([keras.Input((8, 8, channels)), *stack(), *end])


def grey() -> keras.Model:
    return sequential(1)


def functional() -> keras.Model:
    """With a branch, and the softmax as a layer of its own."""
    inputs = keras.Input((8, 8, 3), name="image")
    first = layers.Conv2D(4, 3, padding="same", activation="relu", name="first")(layers.Rescaling(1 / 255)(inputs))
    side = layers.Conv2D(4, 1, name="side")(first)
    joined = layers.Add(name="joined")([first, side])
    last = layers.Conv2D(5, 3, strides=2, padding="same", activation="relu", name="last")(joined)
    pooled = layers.GlobalAveragePooling2D(name="pooled")(last)
    return keras.Model(inputs, layers.Softmax(name="softmax")(layers.Dense(CLASSES, name="out")(pooled)))


def operators() -> keras.Model:
    """With arithmetic between its layers, which Keras keeps as operations that are no layers."""
    inputs = keras.Input((8, 8, 3), name="image")
    first = layers.Conv2D(4, 3, padding="same", activation="relu", name="first")(layers.Rescaling(1 / 255)(inputs))
    side = layers.Conv2D(4, 1, name="side")(first)
    last = layers.Conv2D(5, 3, strides=2, padding="same", name="last")(keras.ops.relu(first + 0.5 * side))
    pooled = layers.GlobalAveragePooling2D(name="pooled")(keras.ops.gelu(last))
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax", name="out")(pooled))


def nested() -> keras.Model:
    inputs = keras.Input((8, 8, 3), name="image")
    features = keras.Sequential([keras.Input((8, 8, 3)), *stack()], name="features")
    tensor = layers.Flatten(name="flat")(features(inputs))
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax", name="out")(tensor))


class Block(layers.Layer):
    """A block that is no model, whose result is none of its parts'."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.conv = layers.Conv2D(4, 3, padding="same", name="conv")
        self.act = layers.ReLU(name="act")

    def call(self, maps: Any) -> Any:
        return maps + self.act(self.conv(maps))


class Subclass(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.scale = layers.Rescaling(1 / 255, name="rescaling")
        self.first = layers.Conv2D(4, 3, activation="relu", name="first")
        self.block = Block(name="block")
        self.last = layers.Conv2D(5, 3, name="last")
        self.act = layers.ReLU(name="act")
        self.flat = layers.Flatten(name="flat")
        self.out = layers.Dense(CLASSES, name="out")

    def call(self, images: Any) -> Any:
        maps = self.block(self.act(self.first(self.scale(images))))
        return keras.ops.softmax(self.out(self.flat(self.act(self.last(maps)))))


def subclass() -> keras.Model:
    return Subclass()  # never called: it has no weights yet


def sigmoid() -> keras.Model:
    end = [layers.GlobalAveragePooling2D(name="pooled"), layers.Dense(1, activation="sigmoid", name="out")]
    return keras.Sequential([keras.Input((8, 8, 3)), *stack(), *end])


def combined() -> keras.Model:
    """Grey images, a functional model within a functional one, one sigmoid output."""
    inputs, inner = keras.Input((8, 8, 1), name="image"), keras.Input((8, 8, 1))
    maps = inner
    for layer in stack():
        maps = layer(maps)
    features = keras.Model(inner, maps, name="features")(inputs)
    pooled = layers.GlobalAveragePooling2D(name="pooled")(features)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid", name="out")(pooled))


def logits() -> keras.Model:
    end = [layers.Flatten(name="flat"), layers.Dense(CLASSES, name="out")]
    return keras.Sequential([keras.Input((8, 8, 3)), *stack(), *end])


def normalised() -> keras.Model:
    """As pretrained networks are: convolution, batch normalisation, ReLU, depthwise and separable layers."""
    inputs = keras.Input((8, 8, 3), name="image")
    tensor = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    for number, layer in enumerate(
        [
            layers.Conv2D(4, 3, strides=2, padding="same", use_bias=False, name="stem"),
            layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="depthwise"),
            layers.SeparableConv2D(6, 3, padding="same", name="separable"),
        ]
    ):
        tensor = layers.ReLU(6.0, name=f"relu_{number}")(layers.BatchNormalization(name=f"bn_{number}")(layer(tensor)))
    pooled = layers.Dropout(0.5, name="drop")(layers.GlobalAveragePooling2D(name="pooled")(tensor))
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax", name="out")(pooled))


def open_size() -> keras.Model:
    """Takes images of any size."""
    inputs = keras.Input((None, None, 3), name="image")
    maps = layers.Conv2D(4, 3, activation="relu", name="last")(layers.Rescaling(1 / 255)(inputs))
    end = layers.Dense(CLASSES, name="out")(layers.GlobalMaxPooling2D(name="pooled")(maps))
    return keras.Model(inputs, layers.Activation("softmax")(end))


def mixed() -> keras.Model:
    """Computes with half precision."""
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy("mixed_bfloat16")
    try:
        end = [layers.Flatten(name="flat"), layers.Dense(CLASSES, activation="softmax", dtype="float32", name="out")]
        return keras.Sequential([keras.Input((8, 8, 3)), *stack(), *end])
    finally:
        keras.mixed_precision.set_dtype_policy(before)


def strong() -> keras.Model:
    """As the preset `strong`: fixed first kernels, pooling before normalisation, GELU as a layer, scaled features."""
    inputs = keras.Input((8, 8, 3), name="image")
    tensor = layers.Conv2D(4, 3, name="first")(layers.Rescaling(1 / 255, name="rescaling")(inputs))
    tensor = layers.Activation("gelu", name="gelu_0")(tensor)
    for number, name in enumerate(("middle", "last"), 1):
        tensor = layers.Conv2D(5, 3, padding="same", use_bias=False, name=name)(tensor)
        tensor = layers.MaxPooling2D(2, name="pool")(tensor) if number == 1 else tensor
        tensor = layers.BatchNormalization(momentum=0.6, scale=False, name=f"bn_{number}")(tensor)
        tensor = layers.Activation("gelu", name=f"gelu_{number}")(tensor)
    scaled = layers.Rescaling(1 / 9, name="scaling")(layers.GlobalMaxPooling2D(name="pooled")(tensor))
    model = keras.Model(inputs, layers.Activation("softmax")(layers.Dense(CLASSES, name="out")(scaled)))
    model.get_layer("first").kernel.trainable = False
    return model


KINDS: dict[str, Callable[[], keras.Model]] = {
    kind.__name__: kind
    for kind in (
        sequential,
        grey,
        functional,
        operators,
        nested,
        subclass,
        sigmoid,
        combined,
        logits,
        normalised,
        open_size,
        mixed,
        strong,
    )
}


def make(kind: str, seed: int = 3) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return KINDS[kind]()


def channels_of(kind: str) -> int:
    """Channels of the images that a kind of model takes."""
    return 1 if kind in ("grey", "combined") else 3


def classes_of(kind: str) -> int:
    """How many classes a kind of model tells apart."""
    return 2 if kind in ("sigmoid", "combined") else CLASSES


def picture(model_kind: str = "sequential", seed: int = 0, count: int | None = None) -> NDArray[np.uint8]:
    """One image, or several, that fit a kind of model."""
    shape = (8, 8, channels_of(model_kind))
    random = np.random.default_rng(seed)
    return random.integers(0, 256, shape if count is None else (count, *shape), dtype=np.uint8)
