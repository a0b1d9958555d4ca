from typing import Any

import pytest

from cnnviz.spec import Beginning, Body, Dropout, LayerRow, RunSpec, preset
from cnnviz.spec.words import beginning_in_words, data_in_words, name_in_words, named


def changed(name: str = "two-conv", *, layers: int = 0, data: dict[str, Any] | None = None, **train: Any) -> RunSpec:
    """A preset with its last layers left out, and other settings."""
    spec = preset(name)
    return spec.changed(
        model=spec.model.changed(layers=spec.model.layers[: len(spec.model.layers) - layers]),
        data=spec.data.changed(**data or {}),
        train=spec.train.changed(**train),
    )


def layers(spec: RunSpec, *changes: tuple[int, dict[str, Any]]) -> RunSpec:
    """A spec with some settings of its layers changed."""
    found = list(spec.model.layers)
    for at, values in changes:
        found[at] = found[at].changed(**values)
    return spec.changed(model=spec.model.changed(layers=tuple(found)))


def with_dropout(spec: RunSpec) -> RunSpec:
    found = spec.model.layers
    return spec.changed(model=spec.model.changed(layers=(*found[:-1], Dropout(rate=0.5), found[-1])))


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        (changed(learning_rate=5, optimizer="sgd"), "two-conv, rate 5, SGD"),
        (changed(learning_rate=5), "two-conv, rate 5"),
        (changed(momentum=0.5, epochs=3), "two-conv, momentum 0.5, 3 epochs"),
        (changed(nesterov=False), "two-conv, no nesterov"),
        (layers(changed(), (0, {"filters": 8})), "two-conv, 8 filters"),
        (layers(changed(), (0, {"kernel_size": 5, "activation": "tanh"})), "two-conv, kernels 5×5, tanh"),
        (with_dropout(changed()), "two-conv, with dropout 50 %"),
        (changed(layers=1), "two-conv, no dense 64"),
        (changed(learning_rate=5, optimizer="sgd", batch_size=8, seed=4), "two-conv, rate 5, SGD, batch 8 and more"),
        (changed(learning_rate=5).changed(preset="of another version"), "of another version, changed"),
    ],
)
def test_a_run_is_named_by_what_differs(spec: RunSpec, name: str) -> None:
    assert name_in_words(spec) == name


def test_runs_that_differ_in_one_setting_have_different_names() -> None:
    found = [changed(learning_rate=rate, optimizer=kind) for rate in (0.1, 1, 5) for kind in ("adam", "sgd")]
    found += [layers(changed(), (0, {"filters": count})) for count in (4, 8, 16)]
    assert len({name_in_words(spec) for spec in found}) == len(found)


def test_a_name_is_never_longer_than_settings_allow() -> None:
    spec = layers(changed(label_smoothing=0.123456789, averaging_decay=0.98765), (0, {"kernel_size": 5}))
    assert len(name_in_words(spec)) <= 80
    assert name_in_words(spec).startswith("two-conv, ")


def test_only_what_is_no_longer_its_preset_is_named() -> None:
    assert named(preset("two-conv")).name == ""
    assert named(changed(epochs=3, seed=9)).name == ""
    assert named(changed(learning_rate=5)).name == "two-conv, rate 5"
    assert named(changed(learning_rate=5).changed(name="mine")).name == "mine"
    assert named(changed(learning_rate=5).changed(preset=None)).name == ""


BODY = Body(
    input_shape=(32, 32, 3),
    rows=(
        LayerRow("conv", "convolution", (32, 32, 8), 224, 0),
        LayerRow("norm", "batch_normalization", (32, 32, 8), 32, 0),
    ),
)


def begun(layers: tuple[Any, ...] = (), **values: Any) -> RunSpec:
    """Settings with a body of two layers."""
    spec = preset("two-conv")
    beginning = Beginning(network="other", title="another", **values)
    return spec.changed(model=spec.model.changed(layers=layers, body=BODY), beginning=beginning)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (preset("two-conv"), "random weights: all 167,562 parameters learn."),
        (begun(), "the 2 layers of another, all frozen, below a new last layer: 90 of 346 parameters learn."),
        (
            begun(frozen="conv", layers=(Dropout(),)),
            "the 2 layers of another, frozen up to conv, below new layers: 122 of 346 parameters learn.",
        ),
        (
            begun(frozen="none", head="kept"),
            "the 2 layers of another, none frozen, below its own last layer: all 346 parameters learn.",
        ),
    ],
)
def test_what_a_run_begins_with(spec: RunSpec, words: str) -> None:
    assert beginning_in_words(spec) == f"It begins with {words}"


def test_what_a_run_learns_from() -> None:
    data = preset("cats-vs-dogs").data
    assert data_in_words(preset("two-conv").data) == preset("two-conv").data.name
    assert data_in_words(data.changed(train_images=1200)) == f"{data.name} (cat and dog, 1,200 images)"


def test_frozen_kernels_of_a_body_are_taken_over() -> None:
    assert begun().unlearned("conv") == "taken over"
    assert begun(frozen="none").unlearned("conv") is None
    assert preset("strong").unlearned("conv2d_1") == "whitened"
