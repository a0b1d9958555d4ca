"""Taking a spec to another data set."""

import pytest

from cnnviz.errors import SpecError
from cnnviz.spec import Flatten, ModelSpec, RunSpec, TrainSpec, preset


def test_input_and_output_follow_the_data() -> None:
    spec = preset("two-conv").for_data("mnist", (28, 28, 1), 7)
    assert spec.data.name == "mnist"
    assert spec.model.input_shape == (28, 28, 1)
    assert spec.model.classes == 7
    assert spec.model.layers == preset("two-conv").model.layers
    assert spec.train == preset("two-conv").train


def test_the_same_data_changes_nothing() -> None:
    for name, shape, classes in (("two-conv", (32, 32, 3), 10), ("one-conv", (8, 8, 1), 10)):
        spec = preset(name)
        assert spec.for_data(spec.data.name, shape, classes) == spec


def test_a_choice_of_classes_stays_with_its_data() -> None:
    cats = preset("cats-vs-dogs")
    same = cats.for_data("cifar10-sample", (32, 32, 3), 10)
    assert (same.data.classes, same.model.output) == (("cat", "dog"), "sigmoid")
    other = cats.for_data("cifar10", (32, 32, 3), ("airplane", "cat", "deer", "dog"))
    assert (other.data.classes, other.model.classes, other.model.output) == (("cat", "dog"), 2, "sigmoid")
    other = cats.for_data("fashion-mnist", (28, 28, 1), 10)
    assert (other.data.classes, other.model.classes, other.model.output) == (None, 10, "softmax")
    assert other.loss == "sparse_categorical_crossentropy"


def test_a_sigmoid_is_kept_for_two_classes() -> None:
    spec = preset("cats-vs-dogs").for_data("mine", (32, 32, 3), 2)
    assert (spec.model.output, spec.data.classes, spec.loss) == ("sigmoid", None, "binary_crossentropy")


def test_a_named_loss_does_not_outlive_its_output() -> None:
    binary = ModelSpec(layers=(Flatten(),), classes=2, output="sigmoid")
    spec = RunSpec(model=binary, train=TrainSpec(loss="binary_crossentropy"))
    assert spec.for_data("mine", (32, 32, 3), 5).loss == "sparse_categorical_crossentropy"


def test_class_weights_stay_while_they_fit() -> None:
    spec = RunSpec(model=ModelSpec(classes=3), train=TrainSpec(class_weights=(1, 2, 3)))
    assert spec.for_data("a", (32, 32, 3), 3).train.class_weights == (1, 2, 3)
    assert spec.for_data("a", (32, 32, 3), 4).train.class_weights is None
    balanced = spec.changed(train=TrainSpec(class_weights="balanced"))
    assert balanced.for_data("a", (32, 32, 3), 4).train.class_weights == "balanced"


def test_images_that_are_too_small_are_refused_by_layer() -> None:
    with pytest.raises(SpecError, match=r"layer 2 \(max_pooling2d_1\) cannot work: .* 2x2 feature map"):
        preset("two-conv").for_data("tiny", (4, 4, 1), 10)
