"""Presets follow the images: for larger ones strides and poolings grow, so that what comes after them stays small."""

from math import prod

import pytest

from cnnviz.errors import SpecError
from cnnviz.spec import (
    PRESETS,
    Convolution,
    Dense,
    Flatten,
    ModelSpec,
    Pooling,
    RunSpec,
    as_written,
    preset,
)
from cnnviz.spec.growing import grown, halvings

SIZES = [(28, 28), (32, 32), (64, 64), (96, 96), (100, 100), (150, 150), (224, 224), (100, 60)]


def last_maps(spec: RunSpec) -> tuple[int, ...]:
    return [row.output_shape for row in spec.model.rows if len(row.output_shape) == 3][-1]


def parameters(spec: RunSpec) -> int:
    return sum(row.parameters for row in spec.model.rows)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", PRESETS)
def test_what_reaches_the_end_stays_small(name: str, size: tuple[int, int], channels: int) -> None:
    made_for = preset(name).for_data("mine", (32, 32, channels), 10)
    spec = preset(name).for_data("mine", (*size, channels), 10)
    assert spec.model.input_shape == (*size, channels)
    assert prod(last_maps(spec)) <= 2 * prod(last_maps(made_for))
    assert parameters(spec) <= 2 * parameters(made_for)
    assert sum(prod(row.output_shape) for row in spec.model.rows) < 3_000_000  # 12 MB of float32 for an image
    if name != "one-conv":  # has a single pooling, at 32 pixels too
        assert prod(last_maps(spec)[:2]) <= 100


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("side", [28, 32, 45])
def test_small_images_change_no_layer(name: str, side: int) -> None:
    assert preset(name).for_data("mine", (side, side, 3), 10).model.layers[1:] == preset(name).model.layers[1:]


@pytest.mark.parametrize("name", ["one-conv", "big-kernels"])
def test_eight_pixels_are_enough_for_some(name: str) -> None:
    assert preset(name).for_data("mine", (8, 8, 1), 10).model.layers == preset(name).model.layers


def test_others_say_that_eight_pixels_are_too_few() -> None:
    with pytest.raises(SpecError, match="use larger images"):
        preset("two-conv").for_data("mine", (8, 8, 1), 10)


def test_the_first_stride_and_then_the_poolings() -> None:
    assert [halvings((side, side, 3)) for side in (8, 32, 45, 46, 64, 90, 91, 128, 224, 512)] == [
        *(0, 0, 0, 1, 1, 1, 2, 2, 3, 4)
    ]
    layers = preset("two-conv").for_data("mine", (224, 224, 3), 10).model.layers
    assert [layer.stride for layer in layers if isinstance(layer, Convolution)] == [2, 1]
    assert [layer.size for layer in layers if isinstance(layer, Pooling)] == [4, 4]
    big = preset("big-kernels").for_data("mine", (224, 224, 3), 10).model.layers
    assert [layer.stride for layer in big if isinstance(layer, Convolution)] == [4, 1, 1]


def test_no_stride_skips_pixels() -> None:
    for name in PRESETS:
        for layer in preset(name).for_data("mine", (512, 512, 3), 10).model.layers:
            assert not isinstance(layer, Convolution) or layer.stride <= layer.kernel_size


def test_thin_images_grow_as_far_as_they_can() -> None:
    assert preset("two-conv").for_data("mine", (512, 20, 1), 10).model.rows


def test_a_network_that_cannot_grow_stays() -> None:
    assert grown((Flatten(),), (64, 64, 3), 1) == (Flatten(),)
    own = ModelSpec(input_shape=(64, 64, 3), layers=(Convolution(), Pooling()))
    assert own.for_images((64, 64, 3), 5, "softmax").layers == own.layers
    assert own.for_images((32, 32, 3), 5, "softmax").layers == own.layers  # and none shrinks


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("large", [(224, 224, 3), (100, 60, 1)], ids=str)
def test_a_preset_that_grew_is_fitted_to_small_images_as_it_is_written(name: str, large: tuple[int, int, int]) -> None:
    grew = preset(name).for_data("large", large, 7)
    assert as_written(grew).for_data("mine", (32, 32, 3), 10) == preset(name).for_data("mine", (32, 32, 3), 10)
    assert as_written(preset(name)) == preset(name)


def test_layers_that_somebody_changed_stay_and_what_does_not_fit_is_said() -> None:
    grew = preset("two-conv").for_data("large", (224, 224, 3), 10)
    changed = grew.changed(model=grew.model.changed(layers=(*grew.model.layers[:-1], Dense(units=7))))
    assert as_written(changed) == changed
    assert as_written(grew.changed(preset=None)) == grew.changed(preset=None)
    with pytest.raises(SpecError, match=r"layer 2 \(max_pooling2d_1\) cannot work.*use larger images"):
        changed.for_data("small", (16, 16, 3), 10)
