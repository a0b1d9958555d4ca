"""Settings go to JSON and back, and what cannot work is refused in one sentence."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from cnnviz.errors import SpecError
from cnnviz.spec import (
    PRESETS,
    Augmentation,
    Convolution,
    DataSpec,
    Dense,
    Flatten,
    LayerRow,
    ModelSpec,
    Pooling,
    RunSpec,
    TrainSpec,
    preset,
)
from tests.spec.specs import random_model


def refusal(make: Any, *arguments: Any, **values: Any) -> str:
    """The one sentence with which something is refused."""
    with pytest.raises(SpecError) as caught:
        make(*arguments, **values)
    sentence = str(caught.value)
    assert sentence.isprintable(), "one line, nothing that moves a terminal's cursor"
    assert 10 < len(sentence) <= 500
    return sentence


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_survives_json(name: str) -> None:
    spec = preset(name)
    assert spec.preset == name
    assert RunSpec.from_json(spec.to_json()) == spec
    assert RunSpec.from_json(spec.to_json().encode()) == spec
    assert RunSpec(**json.loads(json.dumps(spec.model_dump(mode="json")))) == spec


@pytest.mark.parametrize("seed", range(20))
def test_any_network_survives_json(seed: int) -> None:
    spec = RunSpec(name="Äpfel 🍏", model=random_model(seed), versions={"keras": "3"})
    again = RunSpec.from_json(spec.to_json())
    assert again == spec
    assert again.model.rows == spec.model.rows


def test_settings_that_differ_are_not_equal() -> None:
    assert preset("two-conv") != preset("two-conv").changed(train=TrainSpec(seed=1))


def test_presets_are_what_the_design_says() -> None:
    two_conv = preset("two-conv")
    train = two_conv.train
    assert (train.optimizer, train.batch_size, train.epochs) == ("adam", 64, 10)
    assert not train.augmentation.active
    assert two_conv.loss == "sparse_categorical_crossentropy"
    cats = preset("cats-vs-dogs")
    assert (cats.model.output, cats.loss, cats.data.classes) == ("sigmoid", "binary_crossentropy", ("cat", "dog"))
    regularised = preset("regularised")
    kinds = {layer.kind for layer in regularised.model.layers}
    assert {"batch_normalization", "dropout"} <= kinds
    assert regularised.train.augmentation.active
    first = preset("big-kernels").model.layers[0]
    assert isinstance(first, Convolution)
    assert first.kernel_size == 7


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    sentence = refusal(preset, "two-cnov")
    assert "'two-cnov'" in sentence
    assert "two-conv, " in sentence


def test_settings_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        preset("two-conv").train.epochs = 3  # type: ignore[misc]


def test_changed_leaves_the_first_as_it_was() -> None:
    first = TrainSpec()
    assert (first.changed(epochs=3).epochs, first.epochs) == (3, 10)
    assert "epochs" in refusal(first.changed, epochs=0)


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([Pooling()] * 5, "layer 5 (max_pooling2d_5) cannot work: a 2x2 pooling would leave a single pixel"),
        ([Pooling()] * 6, "layer 5 (max_pooling2d_5)"),
        ([Convolution(), Pooling()] * 5, "layer 7 (conv2d_4)"),
        ([Convolution(), Pooling(size=16), Convolution()], "layer 2 (max_pooling2d_1)"),
        ([Pooling(size=8), Pooling(size=5)], "a 5x5 pooling does not fit on a 4x4 feature map"),
        ([Dense()], "layer 1 (dense_1)"),
        ([Convolution(), Dense()], "put a flatten or a global pooling before it"),
        ([Flatten(), Convolution()], "layer 2 (conv2d_1)"),
        ([Flatten(), Pooling()], "move it before the flatten"),
        ([Flatten(), Flatten()], "layer 2 (flatten_2)"),
        ([Flatten(), Dense(units=4096), Dense(units=4096), Dense(units=4096), Dense(units=4096)], "parameters"),
    ],
)
def test_a_network_that_cannot_work_names_the_layer(layers: list[Any], said: str) -> None:
    assert said in refusal(ModelSpec, layers=layers)


def test_poolings_may_leave_two_pixels_and_no_fewer() -> None:
    assert ModelSpec(layers=[Pooling()] * 4).rows[3].output_shape == (2, 2, 3)
    narrow = ModelSpec(input_shape=(4, 8, 3), layers=[Pooling(), Pooling()])
    assert narrow.rows[1].output_shape == (1, 2, 3)
    assert "use larger images" in refusal(ModelSpec, input_shape=(4, 7, 3), layers=[Pooling(), Pooling()])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"input_shape": (3, 32, 3)}, "3x32"),
        ({"input_shape": (32, 513, 3)}, "513"),
        ({"input_shape": (32, 32, 2)}, "2 channels"),
        ({"input_shape": (32, 32)}, "input_shape"),
        ({"input_shape": "32x32x3"}, "input_shape"),
        ({"classes": 1}, "classes"),
        ({"classes": 3, "output": "sigmoid"}, "sigmoid"),
        ({"output": "relu"}, "output"),
        ({"layers": 7}, "layers"),
        ({"layers": [{"kind": "lstm"}]}, "layers.0"),
        ({"layers": [{"filters": 3}]}, "layers.0"),
        ({"layers": [{"kind": "flatten"}, {"kind": "dense", "units": 5000}]}, "layer 2 (dense): the setting units"),
        ({"layers": [{"kind": "convolution", "size": 3}]}, "layer 1 (convolution): there is no setting called size"),
        ({"layers": [{"kind": "flatten"}] * 201}, "layers"),
        ({"layers": [{"kind": "dropout", "rate": 1}]}, "rate"),
        ({"layers": [{"kind": "a\nb\x1b[31m" * 99}]}, "layers.0"),
        ({"layers": [{"kind": "dense", "units": float("nan")}]}, "units"),
        ({"layers": [{"kind": "dense", "units": 10**5000}]}, "units"),
        ({"layers": [{"kind": "dense", "l2": float("inf")}]}, "l2"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_model_setting_that_cannot_be_used(values: dict[str, Any], said: str) -> None:
    assert said in refusal(ModelSpec, **values)


@pytest.mark.parametrize(
    "values",
    [
        {"epochs": 0},
        {"epochs": 1001},
        {"epochs": 2.5},
        {"epochs": "many"},
        {"epochs": None},
        {"epochs": [1]},
        {"batch_size": 0},
        {"batch_size": 10**400},
        {"learning_rate": 0},
        {"learning_rate": float("nan")},
        {"learning_rate": float("inf")},
        {"learning_rate": -1e-3},
        {"learning_rate": "fast\nfaster"},
        {"momentum": 1},
        {"optimizer": "lion"},
        {"schedule": "none"},
        {"loss": "mse"},
        {"label_smoothing": 1},
        {"label_smoothing": 0.1, "loss": "sparse_categorical_crossentropy"},
        {"class_weights": "equal"},
        {"class_weights": (0, 0)},
        {"class_weights": (1, -1)},
        {"class_weights": (1, 2e6)},
        {"class_weights": (1, float("nan"))},
        {"class_weights": ()},
        {"early_stopping": 0},
        {"keep": "first"},
        {"seed": -1},
        {"seed": 2**31},
        {"seconds": 0.5},
        {"augmentation": {"shift": 0.6}},
        {"augmentation": {"shear": 1}},
        {"augmentation": {"rotation": float("nan")}},
        {"patience": 3},
        {"a\nb": 3},
    ],
    ids=str,
)
def test_a_training_setting_that_cannot_be_used_is_named(values: dict[str, Any]) -> None:
    sentence = refusal(TrainSpec, **values)
    inside = next(iter(values.values()))
    names = {next(iter(values)).replace("\n", " "), *(inside if isinstance(inside, dict) else ())}
    assert any(name.replace("_", " ") in sentence.replace("_", " ") for name in names)


@pytest.mark.parametrize(
    "values",
    [
        {"name": "../etc"},
        {"name": ""},
        {"name": "A"},
        {"name": "a\n"},
        {"name": "a" * 65},
        {"validation": 0.6},
        {"validation": -0.1},
        {"train_images": 1},
        {"train_images": 10_000_001},
        {"classes": ("cat",)},
        {"classes": ("cat", "cat")},
        {"classes": ("cat\n", "cat\n")},
        {"classes": "cat"},
    ],
    ids=str,
)
def test_a_data_setting_that_cannot_be_used_is_refused(values: dict[str, Any]) -> None:
    refusal(DataSpec, **values)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"null",
        b"3",
        b'"two-conv"',
        b"{",
        b"{'model': 1}",
        b'{"model": {}, "train": {"seed": NaN}}',
        b'{"model": {}, "train": {"learning_rate": 1e999}}',
        b'{"model": {}, "format": 2}',
        b'{"model": {}, "self": 1}',
        b'{"model": {}, "cls": 1}',
        b"[" * 100_000,
        b"\xff\xfe\x00",
        b'{"model": {}, "train": {"seed": ' + b"9" * 5000 + b"}}",
        b"{}",
    ],
    ids=lambda text: repr(text[:40]),
)
def test_json_that_is_no_spec_is_refused(text: bytes) -> None:
    refusal(RunSpec.from_json, text)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"data": DataSpec(classes=("cat", "dog"))}, "2 classes and the model 10"),
        ({"train": TrainSpec(class_weights=(1, 2))}, "2 class weights for 10 classes"),
        ({"train": TrainSpec(loss="binary_crossentropy")}, "binary_crossentropy"),
        ({"data": DataSpec(validation=0), "train": TrainSpec(early_stopping=2)}, "early stopping"),
        ({"data": DataSpec(validation=0), "train": TrainSpec(schedule="plateau")}, "plateau"),
        ({"data": DataSpec(validation=0), "train": TrainSpec(keep="best")}, "best"),
        ({"name": "x" * 81}, "name"),
    ],
)
def test_settings_that_do_not_go_together(values: dict[str, Any], said: str) -> None:
    assert said in refusal(RunSpec, model=ModelSpec(), **values)


def test_the_loss_follows_the_task() -> None:
    binary = ModelSpec(layers=(Flatten(),), classes=2, output="sigmoid")
    assert RunSpec(model=ModelSpec()).loss == "sparse_categorical_crossentropy"
    assert RunSpec(model=ModelSpec(), train=TrainSpec(label_smoothing=0.1)).loss == "categorical_crossentropy"
    assert RunSpec(model=binary).loss == "binary_crossentropy"
    assert RunSpec(model=binary, train=TrainSpec(label_smoothing=0.1)).loss == "binary_crossentropy"
    assert "sparse" in refusal(RunSpec, model=binary, train=TrainSpec(loss="sparse_categorical_crossentropy"))


def test_augmentation_knows_whether_it_does_anything() -> None:
    assert not Augmentation().active
    for values in ({"flip": True}, {"shift": 0.1}, {"rotation": 1}, {"zoom": 0.1}, {"contrast": 0.1}):
        assert Augmentation(**values).active  # type: ignore[arg-type]


def test_independent_outputs_are_for_networks_from_elsewhere() -> None:
    row = LayerRow("out", "dense", (4,), 8, 8)
    spec = ModelSpec(classes=4, output="independent", foreign=(row,))
    assert ModelSpec.from_json(spec.to_json()) == spec
    with pytest.raises(SpecError, match='the output "independent" is for networks from elsewhere'):
        ModelSpec(classes=4, output="independent")
