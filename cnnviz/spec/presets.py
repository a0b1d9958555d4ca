"""Presets: named specs to start from."""

from collections.abc import Callable

from cnnviz.errors import SpecError
from cnnviz.spec.data import DataSpec
from cnnviz.spec.layers import (
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    GlobalPooling,
    Layer,
    Pooling,
)
from cnnviz.spec.model import ModelSpec
from cnnviz.spec.run import RunSpec
from cnnviz.spec.train import Augmentation, TrainSpec

__all__ = ["PRESETS", "preset"]

_TWO_CONV: tuple[Layer, ...] = (
    Convolution(filters=32),
    Pooling(),
    Convolution(filters=64),
    Pooling(),
    Flatten(),
    Dense(units=64),
)


def _two_conv() -> RunSpec:
    """The reference network: two convolutions, two poolings, one dense layer."""
    return RunSpec(preset="two-conv", model=ModelSpec(layers=_TWO_CONV))


def _cats_vs_dogs() -> RunSpec:
    """Two classes that look alike, one sigmoid output."""
    return RunSpec(
        preset="cats-vs-dogs",
        data=DataSpec(classes=("cat", "dog")),
        model=ModelSpec(layers=_TWO_CONV, classes=2, output="sigmoid"),
        train=TrainSpec(augmentation=Augmentation(flip=True)),
    )


def _block(filters: int, dropout: float) -> tuple[Layer, ...]:
    """Two normalised convolutions, a pooling, a dropout; the bias is the normalisation's own."""
    convolution = Convolution(filters=filters, padding="same", bias=False)
    return (
        convolution,
        BatchNormalization(),
        convolution,
        BatchNormalization(),
        Pooling(),
        Dropout(rate=dropout),
    )


def _regularised() -> RunSpec:
    """Batch normalisation, dropout and augmentation: slower to learn, better on new images."""
    return RunSpec(
        preset="regularised",
        model=ModelSpec(layers=(*_block(32, 0.1), *_block(64, 0.2), *_block(128, 0.3), GlobalPooling())),
        train=TrainSpec(
            epochs=30,
            schedule="one_cycle",
            learning_rate=4e-3,
            augmentation=Augmentation(flip=True, shift=0.125),
        ),
    )


def _big_kernels() -> RunSpec:
    """A first layer of 7x7 kernels: edges and colour blobs that are seen from the back row."""
    return RunSpec(
        preset="big-kernels",
        model=ModelSpec(
            layers=(
                Convolution(filters=32, kernel_size=7, padding="same", l2=1e-3),
                Pooling(),
                Convolution(filters=64, padding="same"),
                Pooling(),
                Convolution(filters=64, padding="same"),
                GlobalPooling(),
            )
        ),
        train=TrainSpec(epochs=15, schedule="cosine", augmentation=Augmentation(flip=True, shift=0.1)),
    )


def _one_conv() -> RunSpec:
    """The smallest network that learns to see; fits images down to 8x8, as in `digits`."""
    return RunSpec(
        preset="one-conv",
        data=DataSpec(name="digits"),
        model=ModelSpec(input_shape=(8, 8, 1), layers=(Convolution(filters=16), Pooling(), Flatten(), Dense(units=32))),
    )


PRESETS: dict[str, Callable[[], RunSpec]] = {
    "two-conv": _two_conv,
    "cats-vs-dogs": _cats_vs_dogs,
    "regularised": _regularised,
    "big-kernels": _big_kernels,
    "one-conv": _one_conv,
}


def preset(name: str) -> RunSpec:
    """Return a preset's spec.

    Args:
        name: one of `PRESETS`.

    Raises:
        SpecError: there is no such preset.
    """
    if name not in PRESETS:
        raise SpecError(f"there is no preset called {name!r}; choose one of {', '.join(PRESETS)}")
    return PRESETS[name]()
