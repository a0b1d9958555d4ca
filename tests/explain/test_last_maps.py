"""Where Grad-CAM looks unless told otherwise: the whole maps that go into the pooling, against plain TensorFlow."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from cnnviz import explain
from cnnviz.errors import SpecError
from tests.explain.toys import picture

Models = Callable[[str], keras.Model]
layers = keras.layers


def image() -> Any:
    return keras.Input((8, 8, 3), name="image")


def ended(inputs: Any, maps: Any) -> keras.Model:
    pooled = layers.GlobalAveragePooling2D(name="pooled")(maps)
    return keras.Model(inputs, layers.Dense(3, activation="softmax", name="out")(pooled))


def branches(inputs: Any) -> list[Any]:
    scaled = layers.Rescaling(1 / 255)(inputs)
    return [layers.Conv2D(4, size, padding="same", activation="relu", name=f"conv_{size}")(scaled) for size in (1, 3)]


def joined() -> keras.Model:
    inputs = image()
    return ended(inputs, layers.Concatenate(name="joined")(branches(inputs)))


def normalised() -> keras.Model:
    """As DenseNet ends."""
    inputs = image()
    maps = layers.BatchNormalization(name="bn")(layers.Concatenate()(branches(inputs)))
    return ended(inputs, layers.ReLU(name="relu")(maps))


def excited() -> keras.Model:
    """With a squeeze-and-excitation, which pools on the way."""
    inputs = image()
    maps = layers.Add(name="joined")(branches(inputs))
    share = layers.Dense(4, activation="sigmoid")(layers.GlobalAveragePooling2D(keepdims=True)(maps))
    return ended(inputs, layers.Multiply(name="excited")([maps, share]))


def pooled_twice() -> keras.Model:
    inputs = image()
    maps = layers.ReLU(name="relu")(layers.Conv2D(4, 3, name="conv")(inputs))
    maps = layers.Dropout(0.5)(layers.MaxPooling2D(2, name="pool")(maps))
    return ended(inputs, layers.AveragePooling2D(2, name="again")(maps))


def pooled_whole() -> keras.Model:
    """A pooling over everything, and a convolution on what is left, as a dense layer."""
    inputs = image()
    maps = layers.AveragePooling2D(8)(layers.Concatenate(name="joined")(branches(inputs)))
    return keras.Model(inputs, layers.Softmax()(layers.Flatten()(layers.Conv2D(3, 1, name="head")(maps))))


def of_classes() -> keras.Model:
    """A map for each class (Lin et al. 2013)."""
    inputs = image()
    maps = layers.Conv2D(3, 1, name="classes")(layers.Concatenate()(branches(inputs)))
    return keras.Model(inputs, layers.Softmax()(layers.GlobalAveragePooling2D()(maps)))


def two_heights() -> keras.Model:
    inputs = image()
    first = layers.Conv2D(4, 3, name="first")(inputs)
    second = layers.Conv2D(4, 3, name="second")(first)
    both = layers.Concatenate()([layers.GlobalMaxPooling2D()(maps) for maps in (second, first)])
    return keras.Model(inputs, layers.Dense(3)(both))


def attending() -> keras.Model:
    inputs = image()
    patches = layers.Conv2D(4, 2, strides=2, name="patches")(inputs)
    words = layers.Reshape((16, 4))(patches)
    words = words + layers.MultiHeadAttention(2, 2)(words, words)
    return keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling1D()(words)))


def within() -> keras.Model:
    inputs, inner = image(), image()
    features = keras.Model(inner, layers.Concatenate(name="joined")(branches(inner)), name="features")
    return ended(inputs, features(inputs))


KINDS: dict[str, tuple[Callable[[], keras.Model], str, tuple[int, ...]]] = {
    "concatenated": (joined, "joined", (8, 8, 8)),
    "normalised": (normalised, "relu", (8, 8, 8)),
    "squeeze and excitation": (excited, "excited", (8, 8, 4)),
    "pooled twice": (pooled_twice, "relu", (6, 6, 4)),
    "pooled whole": (pooled_whole, "joined", (8, 8, 8)),
    "maps of classes": (of_classes, "classes", (8, 8, 3)),
    "pooled at two heights": (two_heights, "second", (4, 4, 4)),
    "attention": (attending, "patches", (4, 4, 4)),
    "nested": (within, "joined", (8, 8, 8)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_maps_of_every_kind(kind: str) -> None:
    build, name, shape = KINDS[kind]
    keras.utils.set_random_seed(1)
    model = build()
    place = explain.last_place(model)
    assert (place.name, place.output_shape) == (name, shape)
    record = explain.explain(model, picture())
    assert record.layer == name
    assert record.coarse is not None
    assert record.coarse.shape == shape[:2]
    np.testing.assert_array_equal(record.values, explain.grad_cam(model, picture(), layer=name))
    last = explain.feature_maps(model, picture(), explain.LAST_MAPS)[explain.LAST_MAPS]
    np.testing.assert_array_equal(last, explain.feature_maps(model, picture(), name)[name])


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("sequential", "last"),
        ("sigmoid", "last"),
        ("functional", "last"),
        ("normalised", "relu_2"),
        ("strong", "gelu_2"),
        ("open_size", "last"),
        ("nested", "last"),
        ("mixed", "last"),
        ("subclass", "act:2"),
    ],
)
def test_chains_end_after_their_activation_and_before_their_pooling(kind: str, name: str, model_of: Models) -> None:
    assert explain.last_place(model_of(kind), picture(kind)).name == name


def grad_cam_by_hand(maps: Any, gradients: Any) -> NDArray[np.float32]:
    """(images, map height, map width): the formula of Selvaraju et al. 2017, in TensorFlow's own operations."""
    weights = tf.reduce_mean(gradients, axis=(1, 2), keepdims=True)
    return np.asarray(tf.nn.relu(tf.reduce_sum(maps * weights, axis=-1)))


@pytest.mark.parametrize("class_index", [0, 1, 2])
def test_grad_cam_of_a_network_with_branches_is_that_of_all_of_them(class_index: int) -> None:
    keras.utils.set_random_seed(2)
    model, images = joined(), picture(count=3)
    out = model.get_layer("out")
    both = keras.Model(model.input, [model.get_layer("joined").output, model.get_layer("pooled").output])
    with tf.GradientTape() as tape:
        maps, _ = both(images.astype("float32"))
        tape.watch(maps)
        score = tf.reduce_mean(maps, axis=(1, 2)) @ out.kernel.value + out.bias.value
        score = score[:, class_index]
    expected = grad_cam_by_hand(maps, tape.gradient(score, maps))
    assert expected.any()
    tops = expected.max(axis=(1, 2), keepdims=True)
    found = explain.grad_cam(model, images, class_index)  # maps of the image's own size: nothing is enlarged
    np.testing.assert_allclose(found, expected / np.where(tops > 0, tops, 1), atol=1e-5)
    one_branch = explain.grad_cam(model, images, class_index, "conv_3")
    assert np.abs(found - one_branch).max() > 0.1


class Written(keras.Model):
    """A residual end in TensorFlow's operations, with no layer that makes the sum or pools it."""

    def __init__(self) -> None:
        super().__init__()
        self.first = layers.Conv2D(4, 3, padding="same", activation="relu", name="first")
        self.second = layers.Conv2D(4, 3, padding="same", name="second")
        self.out = layers.Dense(3, name="out")

    def whole(self, images: Any) -> Any:
        first = self.first(images / 255)
        return tf.nn.relu(first + self.second(first))

    def call(self, images: Any) -> Any:
        return self.out(tf.reduce_mean(self.whole(images), axis=(1, 2)))


def test_maps_made_by_no_layer_are_explained_and_have_a_name() -> None:
    keras.utils.set_random_seed(3)
    model, images = Written(), picture(count=2)
    place = explain.last_place(model, images[0])
    assert (place.name, place.kind, place.output_shape) == (explain.LAST_MAPS, "operation", (8, 8, 4))
    assert not place.is_convolution
    with tf.GradientTape() as tape:
        maps = model.whole(images.astype("float32"))
        tape.watch(maps)
        score = model.out(tf.reduce_mean(maps, axis=(1, 2)))[:, 2]
    expected = grad_cam_by_hand(maps, tape.gradient(score, maps))
    tops = expected.max(axis=(1, 2), keepdims=True)
    records = explain.explain_batch(model, images, "gradcam", 2)
    assert {record.layer for record in records} == {explain.LAST_MAPS}
    found = explain.grad_cam(model, images, 2, records[0].layer)  # the name, passed back
    np.testing.assert_allclose(found, expected / np.where(tops > 0, tops, 1), atol=1e-5)
    np.testing.assert_array_equal(found, [record.values for record in records])
    seen = explain.feature_maps(model, images, explain.LAST_MAPS)[explain.LAST_MAPS]
    np.testing.assert_allclose(seen, maps, atol=1e-5)
    assert explain.saliency(model, images, 2, explain.LAST_MAPS).shape == (2, 8, 8)
    assert explain.LAST_MAPS not in explain.feature_maps(model, images)


def test_operations_of_a_functional_model_count_too(model_of: Models) -> None:
    assert explain.explain(model_of("operators"), picture()).layer == explain.LAST_MAPS  # a GELU is no layer there


def test_without_larger_maps_the_last_convolution_is_what_there_is() -> None:
    inputs = keras.Input((4, 4, 3))
    maps = layers.Conv2D(3, 1, name="head")(layers.Conv2D(5, 4, name="whole")(inputs))
    model = keras.Model(inputs, layers.Flatten()(maps))
    assert explain.last_place(model).name == "head"
    flat = keras.Sequential([inputs, layers.Flatten(), layers.Dense(2)])
    with pytest.raises(SpecError, match="has no 2-D convolution"):
        explain.last_place(flat)
