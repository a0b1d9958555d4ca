"""A network with one thing changed throughout: by hand, and on the layers of every preset."""

from collections.abc import Callable
from typing import Any

import pytest

from cnnviz.errors import SpecError
from cnnviz.spec import (
    PRESETS,
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
    preset,
    varying,
)

Layers = tuple[Layer, ...]

# What reads a network, what changes it, and some values.
CHANGES: dict[str, tuple[Callable[[Layers], Any], Callable[[Layers, Any], Layers], tuple[Any, ...]]] = {
    "blocks": (varying.blocks_of, varying.with_blocks, (1, 2, 3)),
    "filters": (varying.filters_of, varying.with_filters, (3, 8, 40)),
    "kernel size": (varying.kernel_size_of, varying.with_kernel_size, (1, 3, 5)),
    "activation": (varying.activation_of, varying.with_activation, ("relu", "elu", "gelu")),
    "dropout": (varying.dropout_of, varying.with_dropout, (0.0, 0.1, 0.45)),
    "normalisation": (varying.normalised_of, varying.with_normalisation, (False, True)),
    "units": (varying.units_of, varying.with_units, (1, 96)),
    "ending": (varying.ending_of, varying.with_ending, ("flatten", "average", "max")),
}

SMALL: Layers = (
    Convolution(filters=8, activation="elu"),
    Pooling(),
    Dropout(rate=0.1),
    Convolution(filters=20, kernel_size=5, activation="elu", bias=False),
    Pooling(),
    Flatten(),
    Dense(units=30, activation="elu"),
)
WHITENED = Convolution(filters=6, kernel_size=2, initial="whitened", frozen=True)


def makes_a_network(model: ModelSpec, layers: Layers) -> bool:
    try:
        return model.changed(layers=layers).parameters > 0
    except SpecError:
        return False


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", PRESETS)
def test_what_a_network_has_already_leaves_it_as_it_is(name: str, change: str) -> None:
    layers = preset(name).model.layers
    read, changed, _ = CHANGES[change]
    own = read(layers)
    assert own is None or changed(layers, own) == layers


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", PRESETS)
def test_a_change_is_read_back_and_makes_a_network_that_works(name: str, change: str) -> None:
    model = preset(name).model
    read, changed, values = CHANGES[change]
    frozen = [layer for layer in model.layers if isinstance(layer, Convolution) and layer.frozen]
    for value in values:
        layers = changed(model.layers, value)
        roomy = change != "blocks" and (name, change) != ("one-conv", "kernel size")
        assert makes_a_network(model, layers) or not roomy
        assert [layer for layer in layers if isinstance(layer, Convolution) and layer.frozen] == frozen
        if read(layers) is not None:  # there is such a thing
            assert read(layers) == value
        else:
            assert layers == model.layers


def test_blocks_are_added_with_twice_the_filters_and_taken_away_from_the_end() -> None:
    assert varying.blocks_of(SMALL) == 2
    one, three = varying.with_blocks(SMALL, 1), varying.with_blocks(SMALL, 3)
    assert one == (*SMALL[:3], *SMALL[5:])  # the dropout is of the block before
    doubled = Convolution(filters=40, kernel_size=5, activation="elu", bias=False)
    assert three == (*SMALL[:5], doubled, Pooling(), *SMALL[5:])
    assert varying.with_blocks(three, 2) == SMALL


def test_added_blocks_do_not_grow_without_end() -> None:
    convolutions = [layer.filters for layer in varying.with_blocks(SMALL, 8) if isinstance(layer, Convolution)]
    assert convolutions == [8, 20, 40, 80, 160, 320, 512, 512]
    wide = (Convolution(filters=700), Pooling())
    assert varying.with_blocks(wide, 2) == wide * 2


def test_without_a_block_none_is_added() -> None:
    assert varying.blocks_of(SMALL[3:4]) == 0
    assert varying.with_blocks(SMALL[3:4], 3) == SMALL[3:4]


def test_an_added_block_has_no_convolution_that_does_not_learn() -> None:
    layers = (WHITENED, Convolution(filters=8, padding="same"), Pooling(), GlobalPooling())
    more = varying.with_blocks(layers, 2)
    assert more == (*layers[:3], Convolution(filters=16, padding="same"), Pooling(), GlobalPooling())
    ModelSpec(layers=more)


def test_filters_keep_their_proportion_and_one_is_left() -> None:
    assert varying.filters_of(SMALL) == 8
    fewer, more = varying.with_filters(SMALL, 2), varying.with_filters(SMALL, 12)
    assert [layer.filters for layer in fewer if isinstance(layer, Convolution)] == [2, 5]
    assert [layer.filters for layer in more if isinstance(layer, Convolution)] == [12, 30]
    falling = (Convolution(filters=16), Convolution(filters=2))
    assert varying.with_filters(falling, 1) == (Convolution(filters=1), Convolution(filters=1))
    assert varying.filters_of((Flatten(),)) is None
    assert varying.with_filters((Flatten(),), 9) == (Flatten(),)


def test_what_differs_has_no_one_value() -> None:
    assert varying.kernel_size_of(SMALL) is None
    assert varying.dropout_of((Dropout(rate=0.1), Dropout(rate=0.2))) is None
    assert varying.activation_of((Convolution(filters=1, activation="relu"), Activation(function="elu"))) is None
    assert varying.units_of((Dense(units=3), Dense(units=4))) is None
    assert varying.normalised_of((*varying.normalised(Convolution(filters=2)), Convolution(filters=2))) is None


def test_what_is_not_there_has_no_value() -> None:
    assert varying.units_of((Flatten(),)) is None
    assert varying.ending_of((Convolution(filters=1),)) is None
    assert varying.activation_of((Convolution(filters=1, activation="linear"), Flatten())) is None
    assert varying.kernel_size_of((WHITENED,)) is None
    assert varying.normalised_of((WHITENED,)) is None


def test_functions_that_bend_nothing_stay_so() -> None:
    layers = (Convolution(filters=1, activation="linear"), Activation(function="relu"), Dense(units=2))
    changed = (
        Convolution(filters=1, activation="linear"),
        Activation(function="gelu"),
        Dense(units=2, activation="gelu"),
    )
    assert varying.with_activation(layers, "gelu") == changed


def test_a_convolution_that_does_not_learn_stays_in_every_change() -> None:
    frozen = Convolution(filters=5, kernel_size=3, frozen=True)
    layers = (frozen, *SMALL)
    for _, change, values in CHANGES.values():
        for value in values:
            assert change(layers, value)[0] == frozen
    assert varying.filters_of(layers) == 8
    assert varying.activation_of(layers) == "elu"  # its own function is not one of those that are tried


def test_dropouts_are_changed_where_they_are_or_come_behind_poolings_and_dense_layers() -> None:
    assert varying.dropout_of(SMALL) == 0.1
    changed = varying.with_dropout(SMALL, 0.3)
    assert changed == (*SMALL[:2], Dropout(rate=0.3), *SMALL[3:])
    bare = varying.with_dropout(SMALL, 0)
    assert bare == (*SMALL[:2], *SMALL[3:])
    assert varying.dropout_of(bare) == 0
    one = Dropout(rate=0.2)
    assert varying.with_dropout(bare, 0.2) == (*SMALL[:2], one, *SMALL[3:5], one, Flatten(), SMALL[6], one)


def test_normalisation_comes_between_a_convolution_and_its_function() -> None:
    convolution = Convolution(filters=4, activation="gelu", l2=0.1)
    bare = convolution.changed(activation="linear", bias=False)
    assert varying.normalised(convolution) == (bare, BatchNormalization(), Activation(function="gelu"))
    assert varying.normalised(Convolution(filters=4, activation="linear")) == (
        Convolution(filters=4, activation="linear", bias=False),
        BatchNormalization(),
    )
    layers = (convolution, Pooling(), *varying.normalised(Convolution(filters=3)), Flatten(), Dense(units=2))
    with_it = varying.with_normalisation(layers, True)
    assert with_it == (*varying.normalised(convolution), *layers[1:])  # the second has its own already
    without = varying.with_normalisation(layers, False)
    linear = Convolution(filters=3, activation="linear")
    assert without == (convolution, Pooling(), linear, Activation(function="relu"), Flatten(), Dense(units=2))


def test_a_normalisation_behind_a_pooling_is_the_convolutions_one_behind_a_dense_layer_is_not() -> None:
    assert varying.normalised_of((Convolution(filters=2), Pooling(), BatchNormalization())) is True
    assert varying.normalised_of((Convolution(filters=2), Flatten(), Dense(units=2), BatchNormalization())) is False


def test_a_network_without_normalisation_keeps_its_missing_biases() -> None:
    assert varying.normalised_of(SMALL) is False
    assert varying.with_normalisation(SMALL, False) == SMALL


def test_endings() -> None:
    flat = (Convolution(filters=2), Flatten())
    assert varying.ending_of(flat) == "flatten"
    assert varying.with_ending(flat, "max") == (flat[0], GlobalPooling(mode="max"))
    assert varying.with_ending(varying.with_ending(flat, "average"), "flatten") == flat
    assert varying.ending_of((GlobalPooling(mode="average"),)) == "average"
