"""A run that is being set up: what fits, what does not, and how far it works."""

import pytest

from cnnviz.data import DatasetInfo, list_datasets
from cnnviz.errors import SpecError
from cnnviz.spec import (
    PRESETS,
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    GlobalPooling,
    LayerRow,
    ModelSpec,
    Pooling,
    RunSpec,
)
from cnnviz.training.draft import Draft, suggested_preset

KNOWN = {info.name: info for info in list_datasets()}
SAMPLE = KNOWN["cifar10-sample"]
DIGITS = KNOWN["digits"]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_works_on_the_sample_and_is_called_as_it_is(name: str) -> None:
    draft = Draft.from_preset(name, SAMPLE)
    assert draft.table().problem == ""
    assert draft.spec().name == ""
    assert draft.spec().preset == name


def test_cats_and_dogs_are_found_in_the_full_set_too() -> None:
    draft = Draft.from_preset("cats-vs-dogs", KNOWN["cifar10"])
    assert (draft.data.name, draft.data.classes, draft.output) == ("cifar10", ("cat", "dog"), "sigmoid")


def test_cats_and_dogs_on_digits_tell_all_digits_apart() -> None:
    draft = Draft.from_preset("cats-vs-dogs", DIGITS)
    assert (draft.data.classes, draft.output, draft.classes) == (None, "softmax", 10)


def test_a_preset_that_does_not_fit_says_so_and_how_far_it_works() -> None:
    table = Draft.from_preset("two-conv", DIGITS).table()
    assert "pooling does not fit on a 1x1 feature map" in table.problem
    assert [row is not None for row in table.layers] == [True, True, True, False, False, False]
    assert table.output == ()


def test_a_changed_preset_is_told_apart_by_its_name() -> None:
    draft = Draft.from_preset("two-conv", SAMPLE)
    assert draft.with_train(epochs=3, seed=5).spec().name == ""
    assert draft.with_layer(0, filters=8).spec().name == "two-conv, 8 filters"


def test_layers_come_go_and_move() -> None:
    draft = Draft.from_preset("two-conv", SAMPLE)
    kinds = [layer.kind for layer in draft.moved(0, 1).layers]
    assert kinds[:2] == ["pooling", "convolution"]
    assert len(draft.without_layer(5).layers) == 5
    assert draft.inserted(Dropout(), 2).layers[2] == Dropout()


@pytest.mark.parametrize(("layer", "place"), [(Convolution(), 4), (Flatten(), 6), (Dropout(), 6), (Pooling(), 4)])
def test_a_new_layer_goes_to_the_last_place_where_it_works(layer: Convolution, place: int) -> None:
    assert Draft.from_preset("two-conv", SAMPLE).place_for(layer) == place


def test_the_output_follows_the_classes() -> None:
    draft = Draft.from_preset("cats-vs-dogs", SAMPLE).with_data(classes=("cat", "dog", "frog"))
    assert (draft.output, draft.spec().model.classes) == ("softmax", 3)
    with pytest.raises(SpecError, match="at least two"):
        draft.with_data(classes=("cat",))


def test_class_weights_of_other_classes_are_dropped() -> None:
    draft = Draft.from_preset("cats-vs-dogs", SAMPLE).with_train(class_weights=(1.0, 2.0))
    assert draft.with_data(classes=None).spec().train.class_weights is None


def test_a_data_set_that_cannot_be_used_says_why() -> None:
    broken = DatasetInfo("mine", 0, 0, (), (0, 0, 0), False, "", "mine.npz is damaged; import it again")
    assert "mine.npz is damaged" in Draft.from_preset("two-conv", broken).table().problem.lower()
    gone = Draft.of(Draft.from_preset("two-conv", SAMPLE).spec(), None)
    assert "no data set called cifar10-sample" in gone.table().problem


def test_layers_in_words() -> None:
    layers = (Convolution(kernel_size=5, stride=2), Pooling(mode="average"), BatchNormalization(), Dropout(rate=0.5))
    assert [layer.in_words for layer in (*layers, GlobalPooling(), Dense())] == [
        "Convolution 32 · 5×5 /2",
        "Mean pooling 2×2",
        "Batch normalisation",
        "Dropout 50 %",
        "Global mean",
        "Dense 64",
    ]


def test_what_is_learned_from_a_network_with_independent_outputs_has_a_softmax() -> None:
    row = LayerRow("out", "dense", (3,), 3, 3)
    spec = RunSpec(model=ModelSpec(input_shape=(8, 8, 3), classes=3, foreign=(row,), output="independent"))
    assert Draft.of(spec, None).output == "softmax"


@pytest.mark.parametrize(
    ("classes", "shape", "wanted"),
    [
        (("cat", "dog"), (100, 100, 3), "cats-vs-dogs"),
        (("a", "b", "c"), (100, 100, 1), "two-conv"),
        (("cat", "dog"), (6, 6, 1), "one-conv"),
        (("a", "b", "c"), (224, 224, 3), "two-conv"),
    ],
)
def test_the_suggested_preset_works_on_the_images(
    classes: tuple[str, ...], shape: tuple[int, int, int], wanted: str
) -> None:
    info = DatasetInfo("own", 10, 2, classes, shape, True, "a test")
    assert suggested_preset(info) == wanted
    assert not Draft.from_preset(wanted, info).table().problem
