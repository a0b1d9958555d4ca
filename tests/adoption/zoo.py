"""Every kind of network whose import is held to plain Keras, by name."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tests.adoption import kinds, older
from tests.adoption.kinds import Kind, Tensor, begins, convolutional_end, dense, ends, in_halves, pooled, within

__all__ = ["KINDS"]

layers, ops = keras.layers, keras.ops


def resnet_scaling(image: Tensor) -> Tensor:
    return keras.applications.resnet50.preprocess_input(image) / 64


def augmented(image: Tensor) -> Tensor:
    """Layers that change images in training and pass them on otherwise; in 0..255."""
    for layer in (
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.1),
        layers.RandomZoom(0.1),
        layers.RandomContrast(0.1),
        layers.RandomTranslation(0.1, 0.1),
        layers.RandomBrightness(0.2),
        layers.RandomShear(0.1, 0.1),
        layers.RandomHue(0.1),
        layers.RandomSaturation(0.5),
        layers.RandomSharpness(0.5),
        layers.RandomColorJitter(0.1),
        layers.RandomGrayscale(0.5),
        layers.RandomInvert(0.5),
        layers.RandomPosterization(4),
        layers.RandomErasing(0.5),
        layers.RandomGaussianBlur(0.5),
        layers.RandomColorDegeneration(0.5),
        layers.RandomPerspective(0.5),
        layers.RandomElasticTransform(0.5),
        layers.Solarization(0.2, 0.2),
        layers.AutoContrast(),
    ):
        image = layer(image)
    return image  # fmt: skip


def prepared(image: Tensor) -> Tensor:
    """Layers that prepare images, and some that augment in a way of their own."""
    image = layers.RandomCrop(10, 10)(layers.RandAugment()(layers.CenterCrop(11, 10)(image)))
    image = layers.Resizing(12, 12, interpolation="bilinear")(layers.AugMix()(image))
    image = layers.Normalization(mean=[120.0, 110.0, 100.0], variance=[3000.0, 3100.0, 3200.0])(image)
    return layers.GaussianNoise(0.1)(layers.GaussianDropout(0.1)(image))


def plain() -> keras.Model:
    image = keras.Input((12, 10, 3))
    return keras.Model(
        image, dense(3, "softmax")(pooled(layers.Add()([kinds.seen(image), kinds.seen(image, "a", "b")])))
    )


def open_size() -> keras.Model:
    image = keras.Input((None, None, 3))
    return keras.Model(image, dense(3, "softmax")(pooled(kinds.seen(image))))


def without_channels() -> keras.Model:
    return keras.Sequential([
        keras.Input((28, 28)),
        layers.Reshape((28, 28, 1)),
        layers.Conv2D(4, 3, activation="relu", name="first"),
        layers.MaxPooling2D(4),
        layers.Conv2D(5, 3, name="last"),
        layers.Flatten(),
        dense(3, "softmax"),
    ])  # fmt: skip


def four_channels() -> keras.Model:
    image = keras.Input((12, 10, 4))
    return keras.Model(image, dense(3, "softmax")(pooled(kinds.seen(image))))


def channels_first() -> keras.Model:
    image, first = keras.Input((3, 12, 10)), {"data_format": "channels_first"}
    maps = layers.Conv2D(4, 3, padding="same", activation="relu", name="first", **first)(image)
    maps = layers.BatchNormalization(axis=1, beta_initializer="random_normal", gamma_initializer="random_uniform")(maps)
    maps = layers.MaxPooling2D(2, **first)(maps)
    maps = layers.Concatenate(axis=1)([maps, layers.Conv2D(2, 3, padding="same", **first)(maps)])
    maps = layers.Conv2D(5, 3, name="last", **first)(layers.ZeroPadding2D(1, **first)(maps))
    return keras.Model(image, dense(3, "softmax")(layers.Flatten(**first)(maps)))


def of_tensorflow() -> keras.Model:
    """Functions of TensorFlow as activations, as many a notebook has them."""
    return keras.Sequential([
        keras.Input((12, 10, 3)),
        layers.Conv2D(4, 3, activation=tf.nn.relu, name="first"),
        layers.Conv2D(5, 3, activation=tf.nn.leaky_relu, name="last"),
        layers.Flatten(),
        layers.Dense(3, activation=tf.nn.softmax, name="out"),
    ])  # fmt: skip


def adaptive(maps: Tensor) -> Tensor:
    return layers.Concatenate()(
        [layers.AdaptiveAveragePooling2D((4, 3))(maps), layers.AdaptiveMaxPooling2D((4, 3))(maps)]
    )


def trained() -> keras.Model:
    """After a fit, with its optimizer, batch normalisation that has moved, and a loss of its own."""
    image = keras.Input((12, 10, 3))
    maps = layers.BatchNormalization(momentum=0.5)(layers.Conv2D(4, 3, name="first", use_bias=False)(image))
    maps = layers.Conv2D(5, 3, activation="relu", name="last", kernel_regularizer="l2")(layers.ReLU()(maps))
    model = keras.Model(image, dense(3, "softmax")(pooled(layers.SpatialDropout2D(0.1)(maps))))
    model.compile(keras.optimizers.AdamW(0.01), loss=my_loss, metrics=["accuracy"])
    images = np.random.default_rng(0).random((16, 12, 10, 3), np.float32)
    model.fit(images, np.eye(3)[np.arange(16) % 3], verbose=0)
    return model


def my_loss(true: Any, said: Any) -> Any:
    return keras.losses.categorical_crossentropy(true, said)


KINDS: dict[str, Kind] = {
    # how layers are put together
    "sequential": Kind(kinds.sequential),
    "sequential by calling": Kind(kinds.by_calling),
    "branches, a fixed batch": Kind(kinds.branches, "imagenet"),
    "a backbone inside": Kind(kinds.nested, "symmetric"),
    "models in a Sequential": Kind(kinds.nested_twice),
    "a shared layer": Kind(kinds.shared, "caffe"),
    "Flatten at 150x150, one sigmoid": Kind(kinds.tutorial),
    "trained, with its optimizer": Kind(trained),
    # how they end
    "several sigmoids": Kind(ends(ops.sigmoid)),
    "a softmax over one": Kind(ends(layers.Identity(), 1, activation="softmax"), score="log"),
    "logits": Kind(ends(lambda logits: logits), behind="softmax"),
    "one logit": Kind(ends(lambda logits: logits, 1), behind="sigmoid"),
    "logits of classes that need not exclude each other": Kind(
        ends(lambda logits: logits / 2), behind="sigmoid", score="outputs", options=("--answers", "independent")
    ),
    "relu at the end": Kind(ends(ops.relu), behind="softmax", score="outputs"),
    "tanh at the end": Kind(ends(ops.tanh), behind="softmax", score="outputs"),
    "mixed_float16, cast at the end": Kind(in_halves("mixed_float16"), tolerance=3e-3),
    "mixed_bfloat16, cast at the end": Kind(in_halves("mixed_bfloat16"), tolerance=3e-2),
    "softmax, reshape, dropout": Kind(
        ends(lambda logits: layers.Dropout(0.2)(layers.Reshape((3,))(layers.Softmax()(logits))))
    ),
    "global pooling, softmax, flatten": Kind(
        convolutional_end(
            lambda maps: layers.Flatten()(ops.softmax(layers.GlobalAveragePooling2D(keepdims=True, name="out")(maps)))
        )
    ),
    "softmax at each place, mean": Kind(convolutional_end(lambda maps: pooled(layers.Softmax()(maps))), score="log"),
    "an ensemble's mean": Kind(kinds.ensemble, score="log"),
    # how they begin
    "ResNet's preprocess_input": Kind(begins(resnet_scaling), None),
    "MobileNet's preprocess_input": Kind(begins(keras.applications.mobilenet.preprocess_input), None),
    "DenseNet's preprocess_input": Kind(begins(keras.applications.densenet.preprocess_input), None),
    "all augmentations": Kind(begins(lambda image: layers.Rescaling(1 / 255)(augmented(image))), None),
    "crops, sizes, Normalization": Kind(begins(prepared), None),
    "any size": Kind(open_size, size=16, options=("--size", "16")),
    "no channel axis": Kind(without_channels),
    "four channels": Kind(four_channels),
    "channels first": Kind(channels_first, file="theirs.h5"),
    # what stands between
    "squeeze-and-excitation": Kind(within(kinds.squeeze_excitation)),
    "spatial attention": Kind(within(kinds.spatial_attention)),
    "ConvNeXt's layers": Kind(within(kinds.convnext)),
    "InceptionResNet's layer": Kind(within(kinds.inception_resnet), file="theirs.h5"),
    "normalisations": Kind(within(kinds.normalisations)),
    "multi-head attention": Kind(within(kinds.attention)),
    "slices and constants": Kind(within(kinds.arithmetic)),
    "adaptive pooling": Kind(within(adaptive)),
    "kinds of convolutions": Kind(within(kinds.convolutions)),
    "functions of TensorFlow": Kind(of_tensorflow),
    # what they are saved as
    "a whole .h5": Kind(kinds.branches, file="theirs.h5"),
    "a whole .h5 after training": Kind(trained, file="theirs.hdf5"),
    "a whole .h5 of Keras 2": Kind(
        older.mobile, None, file="theirs.h5",
        save=lambda model, path: older.as_keras_2(model, older.mobile_layers(), path),
    ),
    "a whole .h5 of Keras 2, slices and attention": Kind(
        older.resnet_and_attention, None, file="theirs.hdf5",
        save=lambda model, path: older.as_keras_2(model, older.resnet_and_attention_layers(), path),
    ),
    "a Sequential .h5 of Keras 2.1": Kind(
        older.cats_and_dogs, file="theirs.h5",
        save=lambda model, path: older.as_keras_2(model, older.cats_and_dogs_layers(), path),
    ),
    "a .keras of TensorFlow 2.13": Kind(plain, save=older.as_tensorflow_2_13),
}  # fmt: skip
