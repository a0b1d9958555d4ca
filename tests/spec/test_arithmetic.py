"""Shapes, parameters and multiply-adds, by hand."""

import pytest

from cnnviz.spec import (
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    GlobalPooling,
    Layer,
    ModelSpec,
    Pooling,
    Shape,
    preset,
)


def test_two_conv_is_the_reference_network() -> None:
    rows = preset("two-conv").model.rows
    assert [(row.name, row.output_shape, row.parameters) for row in rows] == [
        ("conv2d_1", (30, 30, 32), 3 * 3 * 3 * 32 + 32),
        ("max_pooling2d_1", (15, 15, 32), 0),
        ("conv2d_2", (13, 13, 64), 3 * 3 * 32 * 64 + 64),
        ("max_pooling2d_2", (6, 6, 64), 0),
        ("flatten_1", (2304,), 0),
        ("dense_1", (64,), 2304 * 64 + 64),
        ("logits", (10,), 64 * 10 + 10),
    ]
    assert sum(row.parameters for row in rows) == 167_562
    assert [row.multiply_adds for row in rows] == [
        30 * 30 * 32 * 27,
        0,
        13 * 13 * 64 * 288,
        0,
        0,
        2304 * 64,
        640,
    ]
    assert [row.kind for row in rows][-2:] == ["dense", "output"]


@pytest.mark.parametrize(
    ("layer", "shape", "output", "parameters", "multiply_adds"),
    [
        # one output pixel needs kernel height x kernel width x channels in products
        (Convolution(filters=1, kernel_size=1), (1, 1, 1), (1, 1, 1), 2, 1),
        (Convolution(filters=5, kernel_size=4), (10, 7, 3), (7, 4, 5), 4 * 4 * 3 * 5 + 5, 7 * 4 * 5 * 48),
        (Convolution(filters=2, stride=2), (7, 8, 1), (3, 3, 2), 20, 3 * 3 * 2 * 9),
        (Convolution(filters=2, stride=2, padding="same"), (7, 8, 1), (4, 4, 2), 20, 4 * 4 * 2 * 9),
        (Convolution(filters=2, bias=False), (3, 3, 2), (1, 1, 2), 36, 36),
        (Convolution(filters=1, kernel_size=31, padding="same"), (4, 4, 1), (4, 4, 1), 962, 16 * 961),
        (Pooling(), (7, 9, 3), (3, 4, 3), 0, 0),
        (Pooling(size=3, mode="average"), (6, 8, 8), (2, 2, 8), 0, 0),
        (BatchNormalization(), (5, 6, 7), (5, 6, 7), 28, 0),
        (BatchNormalization(), (9,), (9,), 36, 0),
        (Dropout(), (5, 6, 7), (5, 6, 7), 0, 0),
        (Flatten(), (2, 3, 4), (24,), 0, 0),
        (GlobalPooling(mode="max"), (2, 3, 4), (4,), 0, 0),
        (Dense(units=3), (5,), (3,), 18, 15),
    ],
    ids=str,
)
def test_one_layer(layer: Layer, shape: Shape, output: Shape, parameters: int, multiply_adds: int) -> None:
    found = (layer.output_shape(shape), layer.parameters(shape), layer.multiply_adds(shape))
    assert found == (output, parameters, multiply_adds)


def test_layers_of_a_kind_are_numbered() -> None:
    layers = (Convolution(), Pooling(), Convolution(), Pooling(mode="average"), GlobalPooling(), Dense(), Dense())
    assert ModelSpec(layers=layers).names == (
        "conv2d_1",
        "max_pooling2d_1",
        "conv2d_2",
        "average_pooling2d_1",
        "global_average_pooling2d_1",
        "dense_1",
        "dense_2",
    )


def test_feature_maps_that_reach_the_output_are_averaged() -> None:
    rows = ModelSpec(layers=(Convolution(filters=6),), classes=3).rows
    assert [(row.name, row.output_shape) for row in rows[1:]] == [("output_pooling", (6,)), ("logits", (3,))]


def test_a_network_of_no_layers_works() -> None:
    assert [row.name for row in ModelSpec().rows] == ["output_pooling", "logits"]


def test_a_sigmoid_has_one_output() -> None:
    assert ModelSpec(layers=(Flatten(),), classes=2, output="sigmoid").rows[-1].output_shape == (1,)


def test_rows_follow_a_change() -> None:
    model = preset("two-conv").model
    smaller = model.changed(input_shape=(28, 28, 1))
    assert smaller.rows[0].output_shape == (26, 26, 32)
    assert model.rows[0].output_shape == (30, 30, 32)
