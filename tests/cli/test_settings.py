"""From flags to settings; nothing is trained here."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cnnviz.cli.settings import Flags, spec_of
from cnnviz.errors import DataError, SpecError
from cnnviz.home import datasets_folder
from cnnviz.runs.presets import save_preset
from cnnviz.spec import Augmentation, RunSpec, preset


def settings(**flags: Any) -> RunSpec:
    return spec_of(Flags(**flags), None)


def test_nothing_said_is_two_conv() -> None:
    assert settings() == preset("two-conv")


@pytest.mark.parametrize(
    ("dataset", "expected", "shape"),
    [
        ("cifar10-sample", "two-conv", (32, 32, 3)),
        ("mnist", "two-conv", (28, 28, 1)),
        ("digits", "one-conv", (8, 8, 1)),
    ],
)
def test_the_preset_follows_the_images(dataset: str, expected: str, shape: tuple[int, ...]) -> None:
    spec = settings(dataset=dataset)
    assert (spec.preset, spec.data.name, spec.model.input_shape) == (expected, dataset, shape)


def test_the_output_follows_the_classes() -> None:
    assert settings(dataset="cifar100").model.classes == 100


def test_a_preset_keeps_its_own_data_set() -> None:
    assert settings(preset="one-conv").data.name == "digits"


def test_a_preset_of_the_homes_own_is_one_as_any(home: Path, tmp_path: Path) -> None:
    own = preset("two-conv").changed(train=preset("two-conv").train.changed(learning_rate=0.03))
    save_preset("mine", own, tmp_path / "other")
    with pytest.raises(SpecError, match="there is no preset called 'mine'; choose one of two-conv"):
        settings(preset="mine")
    found = spec_of(Flags(preset="mine", dataset="mnist", epochs=2), tmp_path / "other")
    assert (found.preset, found.data.name, found.model.input_shape) == ("mine", "mnist", (28, 28, 1))
    assert (found.train.learning_rate, found.train.epochs) == (0.03, 2)


def test_a_choice_of_classes_goes_along_to_a_data_set_that_has_them() -> None:
    spec = settings(preset="cats-vs-dogs", dataset="cifar10")
    assert (spec.data.classes, spec.model.output) == (("cat", "dog"), "sigmoid")
    assert settings(preset="cats-vs-dogs", dataset="mnist").data.classes is None


def test_a_named_preset_that_does_not_fit_is_refused() -> None:
    with pytest.raises(SpecError, match=r"layer \d"):
        settings(preset="two-conv", dataset="digits")


def test_flags_change_settings() -> None:
    spec = settings(epochs=3, batch_size=32, optimizer="sgd", learning_rate=0.5, seed=7, validation=0.2, name=" a  b ")
    train = spec.train
    assert (train.epochs, train.batch_size, train.optimizer, train.learning_rate, train.seed) == (
        *(3, 32, "sgd", 0.5),
        7,
    )
    assert (spec.data.validation, spec.name) == (0.2, "a b")


def test_a_changed_preset_is_named_by_what_differs() -> None:
    assert settings(preset="two-conv", learning_rate=5, optimizer="sgd").name == "two-conv, rate 5, SGD"
    assert settings(preset="two-conv", epochs=3).name == ""


@pytest.mark.parametrize(("dataset", "flip"), [("cifar10-sample", True), ("digits", False), ("mnist", False)])
def test_augmentation_mirrors_pictures_and_not_digits(dataset: str, flip: bool) -> None:
    assert settings(dataset=dataset, augment=True).train.augmentation == Augmentation(flip=flip, shift=0.125)


def test_a_spec_from_a_file_and_flags_over_it(tmp_path: Path) -> None:
    written = preset("regularised").changed(name="mine")
    written = written.changed(train=written.train.changed(seconds=60))
    path = tmp_path / "spec.json"
    path.write_text(written.to_json())
    assert settings(spec=str(path)) == written
    changed = settings(spec=str(path), epochs=2, dataset="mnist")
    assert (changed.train.epochs, changed.train.seconds) == (2, None)
    assert (changed.name, changed.model.input_shape) == ("mine", (28, 28, 1))


def test_a_spec_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    content = preset("one-conv").to_json().encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    assert settings(spec="-") == preset("one-conv")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not JSON"),
        (b"[1]", "JSON list"),
        (b"\xff\xfe", "not JSON"),
        (b'{"model": {"layers": [{"kind": "spiral"}]}}', "layers"),
        (b'{"model": {}, "modle": {}}', "modle"),
        (b"{}", "the setting model is missing"),
        (b" " * 4_000_001, "more than 4 MB"),
    ],
)
def test_a_bad_spec_is_one_sentence(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_bytes(content)
    with pytest.raises(SpecError, match=sentence):
        settings(spec=str(path))


def test_a_spec_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"cannot be read \(No such file or directory\); give a file"):
        settings(spec=str(tmp_path / "nothing"))
    with pytest.raises(SpecError, match=r"cannot be read \(Is a directory\); give a file"):
        settings(spec=str(tmp_path))


def test_contradictions() -> None:
    with pytest.raises(SpecError, match="--spec and --preset"):
        settings(spec="-", preset="two-conv")
    with pytest.raises(SpecError, match="--epochs and --seconds"):
        settings(epochs=1, seconds=10)


def test_unknown_names() -> None:
    with pytest.raises(DataError, match="there is no data set 'nope'"):
        settings(dataset="nope")
    with pytest.raises(SpecError, match="there is no preset called 'nope'"):
        settings(preset="nope")


@pytest.mark.parametrize(
    "flags",
    [{"epochs": 0}, {"learning_rate": float("nan")}, {"validation": 0.9}, {"seed": -1}, {"name": "x" * 81}],
)
def test_values_out_of_range(flags: dict[str, Any]) -> None:
    flag = f"--{next(iter(flags)).replace('_', '-')}"
    with pytest.raises(SpecError, match=f"^{flag} cannot be used: "):
        settings(**flags)


def test_a_data_set_of_letters_is_not_mirrored() -> None:
    path = datasets_folder() / "letters.npz"
    path.parent.mkdir(parents=True)
    images, labels = np.zeros((4, 8, 8, 1), np.uint8), np.array([0, 1, 0, 1])
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels, class_names=["b", "d"])
    assert not settings(dataset="letters", augment=True).train.augmentation.flip
