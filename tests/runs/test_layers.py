"""What the pinned bar offers, read without Keras, against what Keras says."""

from pathlib import Path

import pytest

from cnnviz import explain
from cnnviz.errors import SpecError
from cnnviz.models import build
from cnnviz.runs import RunStore, Status
from cnnviz.runs.layers import last_maps, shown_layers
from cnnviz.spec import (
    Activation,
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    GlobalPooling,
    Layer,
    ModelSpec,
    Pooling,
    Scaling,
    preset,
)

_BENT = (Convolution(activation="linear"), BatchNormalization(), Activation())
CHAINS: dict[str, tuple[Layer, ...]] = {
    **{name: preset(name).model.layers for name in ("two-conv", "regularised", "big-kernels", "strong", "one-conv")},
    "no pooling at the end": (*_BENT, Convolution()),
    "pooled first": (Pooling(), *_BENT, Dropout(), Pooling(), Pooling(mode="average"), Flatten(), Dense(units=4)),
    "scaled after the pooling": (Convolution(), Pooling(), Scaling(factor=0.5), GlobalPooling()),
    "down to one pixel": (Convolution(), Pooling(), Convolution(kernel_size=15), Activation(), Flatten()),
}


@pytest.mark.parametrize("chain", CHAINS)
def test_the_last_maps_are_those_that_the_library_finds(chain: str, tmp_path: Path) -> None:
    spec = preset("two-conv")
    spec = spec.changed(model=ModelSpec(input_shape=(32, 32, 3), layers=CHAINS[chain]))
    run = RunStore(tmp_path).create(spec, Status("completed"))
    found, place = last_maps(run), explain.last_place(build(spec.model))
    assert (found.name, found.shape) == (place.name, place.output_shape)
    assert found in shown_layers(run, "maps")


def test_without_a_convolution_there_are_none(tmp_path: Path) -> None:
    spec = preset("two-conv").changed(model=ModelSpec(layers=(Flatten(), Dense(units=4))))
    run = RunStore(tmp_path).create(spec, Status("completed"))
    with pytest.raises(SpecError, match="has no convolution, so there is nothing to see"):
        last_maps(run)
