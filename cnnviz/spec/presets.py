"""Presets: named specs to start from."""

from collections.abc import Callable

from cnnviz.errors import SpecError
from cnnviz.spec.data import DataSpec
from cnnviz.spec.layers import (
    Activation,
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    GlobalPooling,
    Layer,
    Pooling,
    Scaling,
)
from cnnviz.spec.model import ModelSpec
from cnnviz.spec.run import RunSpec
from cnnviz.spec.train import Augmentation, TrainSpec
from cnnviz.spec.varying import normalised

__all__ = ["PRESETS", "as_written", "preset"]

_TWO_CONV: tuple[Layer, ...] = (
    Convolution(filters=32),
    Pooling(),
    Convolution(filters=64),
    Pooling(),
    Flatten(),
    Dense(units=64),
)


def _two_conv() -> RunSpec:
    """The reference network: two convolutions, two poolings, one dense layer.

    The rate: on CIFAR-10, one cycle up to 0.002 gets two to three points more right than Adam's constant 0.001.
    """
    return RunSpec(
        preset="two-conv",
        model=ModelSpec(layers=_TWO_CONV),
        train=TrainSpec(schedule="one_cycle", learning_rate=2e-3),
    )


def _cats_vs_dogs() -> RunSpec:
    """Two classes that look alike, one sigmoid output."""
    return RunSpec(
        preset="cats-vs-dogs",
        data=DataSpec(classes=("cat", "dog")),
        model=ModelSpec(layers=_TWO_CONV, classes=2, output="sigmoid"),
        train=TrainSpec(augmentation=Augmentation(flip=True)),
    )


def _block(filters: int, dropout: float) -> tuple[Layer, ...]:
    """Two normalised convolutions, a pooling, a dropout."""
    convolution = normalised(Convolution(filters=filters, padding="same"))
    return (*convolution, *convolution, Pooling(), Dropout(rate=dropout))


def _regularised() -> RunSpec:
    """Batch normalisation, dropout and augmentation: slower to learn, better on new images."""
    return RunSpec(
        preset="regularised",
        model=ModelSpec(layers=(*_block(32, 0.1), *_block(64, 0.2), *_block(128, 0.3), GlobalPooling())),
        train=TrainSpec(
            epochs=20,
            schedule="one_cycle",
            learning_rate=4e-3,
            augmentation=Augmentation(flip=True, shift=0.125),
        ),
    )


def _big_kernels() -> RunSpec:
    """A first layer of 7x7 kernels: edges and colour blobs that are seen from the back row.

    Normalised before they are cut off at zero, else half of the kernels, those that are dark on the whole, never
    answer to a photo. Plain gradient descent with a decay wears away the noise they began with, which Adam keeps.
    """
    return RunSpec(
        preset="big-kernels",
        model=ModelSpec(
            layers=(
                *normalised(Convolution(filters=32, kernel_size=7, stride=2, padding="same", l2=5e-4)),
                *normalised(Convolution(filters=64, padding="same")),
                Pooling(),
                *normalised(Convolution(filters=128, padding="same")),
                GlobalPooling(),
            )
        ),
        train=TrainSpec(
            epochs=10,
            batch_size=128,
            optimizer="sgd",
            learning_rate=0.1,
            schedule="one_cycle",
            augmentation=Augmentation(flip=True, shift=0.1),
        ),
    )


def _one_conv() -> RunSpec:
    """The smallest network that learns to see; fits images down to 8x8, as in `digits`."""
    return RunSpec(
        preset="one-conv",
        data=DataSpec(name="digits"),
        model=ModelSpec(input_shape=(8, 8, 1), layers=(Convolution(filters=16), Pooling(), Flatten(), Dense(units=32))),
    )


def _strong_block(filters: int) -> tuple[Layer, ...]:
    """Convolution, pooling, convolution; each is normalised and bent, and begins as what passes its input on."""
    convolution = Convolution(filters=filters, padding="same", activation="linear", bias=False, initial="identity")
    normalised = (BatchNormalization(momentum=0.6, scale=False), Activation(function="gelu"))
    return (convolution, Pooling(), *normalised, convolution, *normalised)


def _strong() -> RunSpec:
    """The best accuracy a laptop reaches: the recipe of Jordan 2024 (arXiv 2404.00498), for more epochs."""
    return RunSpec(
        preset="strong",
        data=DataSpec(name="cifar10", validation=0.02),  # 1,000 images to watch it by; the others teach
        model=ModelSpec(
            layers=(
                Convolution(filters=24, kernel_size=2, activation="linear", initial="whitened", frozen=True),
                Activation(function="gelu"),
                *_strong_block(64),
                *_strong_block(256),
                *_strong_block(256),
                GlobalPooling(mode="max"),
                Scaling(factor=1 / 9),
            )
        ),
        train=TrainSpec(
            epochs=14,
            batch_size=500,
            optimizer="sgd",
            learning_rate=0.75,
            momentum=0.85,
            weight_decay=0.009,
            offset_rate=64.0,
            schedule="one_cycle",
            warm_up=0.23,
            final_rate=0.07,
            label_smoothing=0.2,
            averaging="lookahead",
            views=6,
            # 2.5 of 32 pixels, which as whole ones are -2 to 2, each as often
            augmentation=Augmentation(flip=True, alternate=True, shift=0.078125),
        ),
    )


PRESETS: dict[str, Callable[[], RunSpec]] = {
    "two-conv": _two_conv,
    "cats-vs-dogs": _cats_vs_dogs,
    "regularised": _regularised,
    "big-kernels": _big_kernels,
    "one-conv": _one_conv,
    "strong": _strong,
}


def preset(name: str) -> RunSpec:
    """Return a preset's spec.

    It is for images of 32x32 pixels (`one-conv`: 8x8). `preset(name).for_data(...)` fits it to a data set: for larger
    images its strides and poolings grow, so that its last feature maps and what comes after them stay about as small.

    Args:
        name: one of `PRESETS`.

    Raises:
        SpecError: there is no such preset.
    """
    if name not in PRESETS:
        raise SpecError(f"there is no preset called {name!r}; choose one of {', '.join(PRESETS)}")
    return PRESETS[name]()


def as_written(spec: RunSpec) -> RunSpec:
    """Return a spec whose layers are those of its preset as it is written, where they still are, whatever they grew to.

    Fitting to images only makes strides and poolings grow; so a preset that was fitted to large images is fitted to
    small ones by `as_written(spec).for_data(...)`.

    Args:
        spec: any; without a preset, or with layers that somebody changed, it is returned as it is.
    """
    if spec.preset not in PRESETS:
        return spec
    model, written = spec.model, PRESETS[spec.preset]().model
    try:
        fitted = written.for_images(model.input_shape, model.classes, model.output)
    except SpecError:  # its images are too small for the preset, so its layers are others
        return spec
    if fitted.layers != model.layers:
        return spec
    return spec.changed(model=written.changed(classes=model.classes, output=model.output))
