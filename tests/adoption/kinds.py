"""Kinds of networks that people bring: tiny, each as plain Keras builds it, and what a person says of it on import.

The first convolution is called "first", a later one that heatmaps are asked for "last", what gives logits "out".
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

layers, ops = keras.layers, keras.ops
Made = Callable[[], keras.Model]
Tensor = Any


@dataclass(frozen=True)
class Kind:
    """A kind of network.

    Attributes:
        build: makes one.
        scaling: what it was trained on, which is said on import; None where it scales pixels itself, which is found.
        behind: what has to be put behind its end: a softmax, a sigmoid, or nothing.
        options: what else is said on import.
        file: what it is saved as.
        save: saves it there.
        size: of a side of its images, where it leaves that open.
        score: what Grad-CAM raises: "out", that layer's logits; the network's own "outputs"; or their "log".
        tolerance: by how much answers may differ, where it computes in half precision.
    """

    build: Made
    scaling: str | None = "unit"
    behind: str = ""
    options: tuple[str, ...] = ()
    file: str = "theirs.keras"
    save: Callable[[keras.Model, Path], None] = keras.Model.save
    size: int | None = None
    score: str = "out"
    tolerance: float = 1e-5


def dense(units: int, activation: Any = None, **settings: Any) -> Any:
    """The layer "out", whose answers are far apart."""
    start = keras.initializers.RandomNormal(stddev=2.0, seed=units)
    return layers.Dense(units, activation=activation, kernel_initializer=start, name="out", **settings)


def seen(tensor: Tensor, first: str = "first", last: str = "last") -> Tensor:
    """Two convolutions."""
    maps = layers.MaxPooling2D(2)(layers.Conv2D(4, 3, activation="relu", name=first)(tensor))
    return layers.Conv2D(5, 3, activation="tanh", padding="same", name=last)(maps)


def pooled(tensor: Tensor) -> Tensor:
    return layers.GlobalAveragePooling2D()(tensor)


def ends(
    end: Callable[[Tensor], Tensor],
    units: int = 3,
    *,
    activation: str | None = None,
    before: Callable[[Tensor], Tensor] | None = None,
) -> Made:
    """A network with an end, or a beginning, of its own."""

    def build() -> keras.Model:
        image = keras.Input((12, 10, 3))
        logits = dense(units, activation)(pooled(seen(before(image) if before else image)))
        return keras.Model(image, end(logits))

    return build


def begins(before: Callable[[Tensor], Tensor]) -> Made:
    return ends(ops.softmax, before=before)


def within(between: Callable[[Tensor], Tensor], shape: tuple[int, ...] = (12, 10, 3)) -> Made:
    """A network with something between its convolutions, (images, height, width, 4) to any maps."""

    def build() -> keras.Model:
        image = keras.Input(shape)
        maps = between(layers.Conv2D(4, 3, activation="relu", padding="same", name="first")(image))
        last = layers.Conv2D(5, 3, activation="relu", padding="same", name="last")(maps)
        return keras.Model(image, dense(3, "softmax")(pooled(last)))

    return build


@contextmanager
def policy(name: str) -> Iterator[None]:
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.mixed_precision.set_dtype_policy(before)


def in_halves(name: str) -> Made:
    """As the guide on mixed precision ends a network: a softmax, and a layer in single precision behind it."""

    def build() -> keras.Model:
        with policy(name):
            image = keras.Input((12, 10, 3))
            answer = layers.Activation("softmax", dtype=name.removeprefix("mixed_"))(dense(3)(pooled(seen(image))))
            return keras.Model(image, layers.Activation("linear", dtype="float32")(answer))

    return build


def sequential() -> keras.Model:
    return keras.Sequential([
        keras.Input((12, 10, 3)),
        layers.Conv2D(4, 3, activation="relu", name="first"),
        layers.MaxPooling2D(2),
        layers.Conv2D(5, 3, name="last", activation=layers.LeakyReLU(0.2)),
        layers.PReLU(shared_axes=[1, 2]),
        layers.Flatten(),
        layers.Dropout(0.5),
        dense(3, "softmax"),
    ])  # fmt: skip


def by_calling() -> keras.Model:
    model = keras.Sequential([
        layers.Conv2D(4, 3, activation="relu", name="first"),
        layers.Conv2D(5, 3, activation="relu", name="last"),
        layers.GlobalAveragePooling2D(),
        dense(3, "softmax"),
    ])  # fmt: skip
    model(np.zeros((1, 12, 10, 3), np.float32))
    return model


def branches() -> keras.Model:
    image = keras.Input((12, 10, 3), batch_size=4)  # a batch of a fixed size
    first = layers.Conv2D(4, 3, activation="relu", name="first")(image)
    one, other = layers.Conv2D(5, 1, name="last")(first), layers.Conv2D(5, 3, padding="same", name="side")(first)
    joined = layers.Concatenate()([layers.Add()([one, other]), one * 0.5, layers.Subtract()([one, other])])
    both = layers.Concatenate()([pooled(joined), layers.GlobalMaxPooling2D()(joined)])
    return keras.Model(image, dense(3, "softmax")(both))


def nested() -> keras.Model:
    """A backbone in it, as transfer learning has it."""
    inner = keras.Input((12, 10, 3))
    backbone = keras.Model(inner, seen(inner), name="backbone")
    image = keras.Input((12, 10, 3))
    maps = layers.BatchNormalization()(backbone(image, training=False))
    return keras.Model(image, dense(3, "softmax")(pooled(maps)))


def nested_twice() -> keras.Model:
    """The other way about: a Sequential model of a Sequential and a functional one."""
    inner = keras.Input((5, 4, 4))
    block = keras.Model(inner, layers.Conv2D(5, 3, padding="same", name="last")(inner), name="block")
    stem = [keras.Input((12, 10, 3)), layers.Conv2D(4, 3, activation="relu", name="first"), layers.MaxPooling2D(2)]
    end = keras.Sequential([keras.Input((5, 4, 5)), layers.Flatten(), dense(3, "softmax")], name="end")
    return keras.Sequential([keras.Input((12, 10, 3)), keras.Sequential(stem, name="stem"), block, end])


def shared() -> keras.Model:
    image = keras.Input((12, 10, 3))
    first = layers.Conv2D(4, 3, padding="same", activation="relu", name="first")(image)
    again = layers.Conv2D(4, 3, padding="same", activation="relu", name="again")
    maps = again(again(first))
    return keras.Model(image, dense(3, "softmax")(pooled(layers.Conv2D(5, 3, name="last")(maps))))


def tutorial() -> keras.Model:
    """Cats and dogs at 150x150, a Flatten of 77,440 numbers and a sigmoid."""
    return keras.Sequential([
        keras.Input((150, 150, 3)),
        layers.Conv2D(4, 5, strides=2, activation="relu", name="first"),
        layers.Conv2D(16, 4, activation="relu", name="last"),
        layers.Flatten(),
        layers.Dense(1, activation="sigmoid", kernel_initializer=keras.initializers.RandomNormal(stddev=0.1, seed=1),
                     name="out"),
    ])  # fmt: skip


def convolutional_end(end: Callable[[Tensor], Tensor]) -> Made:
    """No dense layer: a convolution gives a map a class."""

    def build() -> keras.Model:
        image = keras.Input((12, 10, 3))
        start = keras.initializers.RandomNormal(stddev=2.0, seed=3)
        maps = layers.Conv2D(3, 1, kernel_initializer=start, name="classes")(seen(image))
        return keras.Model(image, end(maps))

    return build


def ensemble() -> keras.Model:
    image = keras.Input((12, 10, 3))
    members = [
        layers.Dense(3, activation="softmax", name=f"member_{number}")(pooled(seen(image, *names)))
        for number, names in enumerate((("first", "last"), ("second", "late")))
    ]
    return keras.Model(image, layers.Average()(members))


def squeeze_excitation(maps: Tensor) -> Tensor:
    share = layers.Dense(2, activation="relu")(ops.mean(maps, axis=[1, 2], keepdims=True))
    return maps * layers.Dense(4, activation="sigmoid")(share)


def spatial_attention(maps: Tensor) -> Tensor:
    """As CBAM has it, by keras.ops, with a few more of them."""
    strongest, mean = ops.max(maps, axis=-1, keepdims=True), ops.mean(maps, axis=-1, keepdims=True)
    spread = ops.sqrt(ops.mean(ops.square(maps - mean), axis=-1, keepdims=True) + 1e-3)
    facts = ops.concatenate([strongest, mean, ops.min(maps, axis=-1, keepdims=True), spread], axis=-1)
    return maps * layers.Conv2D(1, 3, padding="same", activation="sigmoid", name="attention")(facts)


def convnext(maps: Tensor) -> Tensor:
    from keras.src.applications.convnext import LayerScale, StochasticDepth  # as keras.applications has them

    inner = layers.LayerNormalization(epsilon=1e-6)(layers.DepthwiseConv2D(3, padding="same")(maps))
    inner = layers.Dense(4)(layers.Activation("gelu")(layers.Dense(8)(inner)))
    return maps + StochasticDepth(0.2)(LayerScale(0.5, 4)(inner))


def inception_resnet(maps: Tensor) -> Tensor:
    from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

    return layers.Activation("relu")(CustomScaleLayer(0.17)([maps, layers.Conv2D(4, 1)(maps)]))


def normalisations(maps: Tensor) -> Tensor:
    maps = layers.RMSNormalization()(layers.GroupNormalization(2)(maps))
    maps = layers.SpectralNormalization(layers.Conv2D(6, 3, name="spectral"), power_iterations=2)(maps)
    return layers.UnitNormalization()(layers.LayerNormalization()(maps))


def attention(maps: Tensor) -> Tensor:
    """A block of a vision transformer on maps."""
    tokens = layers.Reshape((-1, 4))(layers.AveragePooling2D(2)(maps))  # (images, places, 4)
    normed = layers.LayerNormalization()(tokens)
    tokens = layers.Add()([tokens, layers.MultiHeadAttention(2, 3, dropout=0.1)(normed, normed)])
    return layers.Reshape((6, 5, 4))(tokens + layers.Dense(4, activation="gelu")(tokens))


def arithmetic(maps: Tensor) -> Tensor:
    """Slices, ellipses, constants and stacks between layers."""
    left, right = maps[:, :, ::2, :2], maps[..., 1::2, 2:]
    stacked = ops.max(ops.stack([left, right, ops.minimum(left, 0.3)], axis=-1), axis=-1)
    weighed = stacked * ops.convert_to_tensor(np.array([0.5, 2.0], np.float32))
    return ops.transpose(ops.pad(weighed, [[0, 0], [1, 1], [0, 0], [0, 0]]), (0, 2, 1, 3))


def convolutions(maps: Tensor) -> Tensor:
    maps = layers.Conv2D(6, 3, dilation_rate=2, padding="same", use_bias=False)(maps)
    maps = layers.Conv2D(6, 3, groups=3, padding="same")(maps)
    maps = layers.DepthwiseConv2D(3, strides=2, depth_multiplier=2, padding="same")(maps)
    maps = layers.SeparableConv2D(5, 3, padding="same", activation="relu")(maps)
    maps = layers.UpSampling2D(2, interpolation="bilinear")(layers.Conv2DTranspose(4, 3, padding="same")(maps))
    return layers.Cropping2D(1)(layers.ZeroPadding2D(2)(maps))
