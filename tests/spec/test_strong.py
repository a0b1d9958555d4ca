"""The settings that the preset `strong` brought: what they refuse, and how they follow the images."""

import pytest

from cnnviz.errors import SpecError
from cnnviz.spec import Augmentation, BatchNormalization, Convolution, GlobalPooling, ModelSpec, TrainSpec, preset

WHITENED = Convolution(filters=24, kernel_size=2, initial="whitened", frozen=True)


def test_there_are_as_many_whitened_kernels_as_directions_and_their_negatives() -> None:
    ModelSpec(layers=(WHITENED,))
    with pytest.raises(SpecError, match="2x2 patches of 3 channels give 24 whitened kernels and 25 filters are asked"):
        ModelSpec(layers=(WHITENED.changed(filters=25),))
    with pytest.raises(SpecError, match="2x2 patches of 1 channel give 8 whitened kernels"):
        ModelSpec(layers=(WHITENED,), input_shape=(32, 32, 1))


def test_only_the_first_layer_can_be_whitened() -> None:
    with pytest.raises(SpecError, match=r"layer 2 \(convolution\) begins with whitened kernels"):
        ModelSpec(layers=(Convolution(), WHITENED.changed(filters=4)))


@pytest.mark.parametrize(("filters", "grey"), [(24, 8), (10, 8), (4, 4)])
def test_grey_images_have_fewer_whitened_kernels(filters: int, grey: int) -> None:
    model = ModelSpec(layers=(WHITENED.changed(filters=filters), GlobalPooling()))
    fitted = model.for_images((28, 28, 1), 5, "softmax")
    assert (fitted.layers[0].filters, fitted.classes) == (grey, 5)  # type: ignore[union-attr]
    back = fitted.for_images((32, 32, 3), 10, "softmax")
    assert back.layers[0].filters == (24 if grey == 8 else grey)  # type: ignore[union-attr]


def test_strong_fits_mnist() -> None:
    spec = preset("strong").for_data("mnist", (28, 28, 1), 10)
    assert spec.model.rows[0].output_shape == (27, 27, 8)


def test_the_parameters_of_strong_are_those_of_the_recipe() -> None:
    rows = preset("strong").model.rows
    kernels = 4 * 3 * 24 + 9 * (24 * 64 + 64 * 64 + 64 * 256 + 3 * 256 * 256) + 256 * 10
    biases, normalisations = 24 + 10, 3 * (2 * 64 + 4 * 256)
    assert sum(row.parameters for row in rows) == kernels + biases + normalisations
    assert [row.output_shape for row in rows if row.kind == "pooling"] == [(15, 15, 64), (7, 7, 256), (3, 3, 256)]


def test_a_normalisation_without_a_scale_has_a_parameter_less_for_each_channel() -> None:
    assert BatchNormalization(scale=False).parameters((8, 8, 5)) == 15


def test_faster_offsets_need_sgd() -> None:
    with pytest.raises(SpecError, match="the offsets' rate is 64 and the optimiser adam"):
        TrainSpec(offset_rate=64)


def test_alternating_alone_is_no_augmentation() -> None:
    assert not Augmentation(alternate=True).active
    assert Augmentation(flip=True, alternate=True).active


@pytest.mark.parametrize("views", [0, 3, 7])
def test_other_numbers_of_views_are_refused(views: int) -> None:
    with pytest.raises(SpecError, match="views"):
        TrainSpec(views=views)  # type: ignore[arg-type]
