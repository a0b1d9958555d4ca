"""The script that trains a run again: without cnnviz it comes to the same losses and the same weights."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.data import Dataset, Split, load_dataset, prepare
from cnnviz.data.known import CIFAR10_CLASSES
from cnnviz.errors import DataError
from cnnviz.export import FORMATS, export
from cnnviz.export.data_code import DataPlace, data_code
from cnnviz.export.network_code import network_code
from cnnviz.export.recipes import recipe
from cnnviz.export.training_script import Plan, training_script
from cnnviz.models import build, named_weights
from cnnviz.runs import Run, RunStore, Status
from cnnviz.spec import (
    PRESETS,
    Activation,
    Convolution,
    DataSpec,
    Dense,
    Flatten,
    GlobalPooling,
    ModelSpec,
    Pooling,
    RunSpec,
    TrainSpec,
    preset,
)
from tests.export.conftest import NETWORKS, last_json, python
from tests.export.test_classify_script import RULES, tidy
from tests.training.helpers import NETWORK, PLAIN, busy_spec, strong_spec, tiny_spec, write_large, write_tiny

# Everything that decides how a network learns is in one of these.
SPECS = {
    "busy": busy_spec(),
    "one cycle": tiny_spec(
        NETWORK,
        data={"train_images": 90},
        optimizer="sgd",
        learning_rate=0.05,
        schedule="one_cycle",
        label_smoothing=0.1,
        class_weights="balanced",
    ),
    "plateau": tiny_spec(
        PLAIN,
        epochs=12,
        optimizer="sgd",
        nesterov=False,
        learning_rate=0.08,
        schedule="plateau",
        plateau_patience=1,
        early_stopping=3,
        keep="best",
    ),
    "strong": strong_spec(learning_rate=0.05, offset_rate=3.0),  # rounding grows at a higher rate
    "average": tiny_spec(
        PLAIN, epochs=8, learning_rate=0.01, weight_decay=0.02, averaging="ema", averaging_every=3, keep="best", views=2
    ),
    "digits": preset("one-conv").changed(
        data=DataSpec(name="digits", train_images=300, validation=0), train=TrainSpec(epochs=2)
    ),
}
TRAIN_ALL = """
import json, runpy
told = {}
for script in sys.argv[1:]:
    names = runpy.run_path(script)
    network = names.get("network", names["model"])  # begun with another one: its head alone may have been trained
    weights = {weight.path: weight.numpy().tolist() for weight in network.weights}
    told[script] = [names["history"].history, names["loss"], names["accuracy"], weights]
print()
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def trained_again(
    trained_home: Path, binary_run: Run, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Run, Any]]:
    """Each run, and what its script told: history, test loss and accuracy, weights."""
    from cnnviz.training.execute import train

    runs = {name: train(spec, trained_home) for name, spec in SPECS.items()} | {"binary": binary_run}
    scripts = {}
    for name, run in runs.items():
        folder = tmp_path_factory.mktemp("script")
        scripts[name] = export(run, "script", folder / "train.py", home=trained_home).path
        tidy(scripts[name], "check", *RULES)
    told = last_json(python(TRAIN_ALL, *scripts.values(), cwd=trained_home))
    assert all((script.parent / "trained.keras").is_file() for script in scripts.values())
    return {name: (run, told[str(scripts[name])]) for name, run in runs.items()}


@pytest.mark.parametrize("name", [*SPECS, "binary"])
def test_the_script_comes_to_the_same_curves(name: str, trained_again: dict[str, tuple[Run, Any]]) -> None:
    run, (history, loss, accuracy, _) = trained_again[name]
    curves = {key: values for key, values in run.history().epochs.items() if key not in ("seconds", "learning_rate")}
    assert curves.keys() == history.keys() - {"learning_rate"}
    for key, values in curves.items():
        close = 1e-3 if name == "plateau" else 1e-4  # a rate high enough to stall lets rounding grow
        assert history[key] == pytest.approx(values, abs=close), key  # every epoch: as many, too
    report = run.evaluation()
    assert report is not None
    assert (loss, accuracy) == pytest.approx((report["loss"], report["accuracy"]), abs=1e-4)


@pytest.mark.parametrize("name", [*SPECS, "binary"])
def test_the_script_comes_to_the_same_weights(name: str, trained_again: dict[str, tuple[Run, Any]]) -> None:
    run, (_, _, _, weights) = trained_again[name]
    ours = named_weights(run.model())
    assert ours.keys() == weights.keys()
    for path, array in ours.items():
        np.testing.assert_allclose(weights[path], array, atol=1e-3, err_msg=path)


def test_the_plateau_was_one(trained_again: dict[str, tuple[Run, Any]]) -> None:
    # else neither the falling rate, nor the early stop, nor the best weights were tried
    run, (history, _, _, _) = trained_again["plateau"]
    assert len(history["loss"]) < 12
    assert history["learning_rate"][-1] < history["learning_rate"][0]
    assert np.argmin(history["val_loss"]) < len(history["val_loss"]) - 1
    assert run.history().n_epochs == len(history["loss"])


EVERY_LAYER = ModelSpec(
    input_shape=(40, 40, 3),
    classes=3,
    layers=(
        Convolution(filters=3, kernel_size=5, stride=2, padding="same", activation="gelu", l2=1e-4),
        Activation(function="leaky_relu"),
        Convolution(filters=3, activation="linear", bias=False),
        Pooling(mode="average"),
        Pooling(size=3),
        GlobalPooling(mode="max"),
        Dense(units=4, activation="linear", l2=0.01),
    ),
)


@pytest.mark.parametrize(
    "spec",
    [EVERY_LAYER, *NETWORKS.values(), *(preset(name).model for name in PRESETS)],
    ids=["every layer", *NETWORKS, *PRESETS],
)
def test_the_code_of_a_network_builds_that_network(spec: ModelSpec, capsys: pytest.CaptureFixture[str]) -> None:
    import keras

    names: dict[str, Any] = {"keras": keras, "np": np, "SEED": 9}
    exec(network_code(spec), names)
    ours, theirs = build(spec, seed=9), names["model"]
    assert theirs.get_config() == ours.get_config()
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)


DATA = {
    "all": DataSpec(name="tiny", validation=0),
    "validation": DataSpec(name="tiny", validation=0.23),
    "part": DataSpec(name="tiny", train_images=77, validation=0.1),
    "classes": DataSpec(name="tiny", classes=("2", "0", "3"), train_images=50, validation=0.3),
    "digits": DataSpec(name="digits", classes=("8", "1"), validation=0.1),
}


def place_of(spec: DataSpec, home: Path) -> DataPlace:
    dataset = load_dataset(spec.name, home)
    kept = None if spec.classes is None else tuple(dataset.class_names.index(name) for name in spec.classes)
    return DataPlace(spec, (8, 8, 1), spec.classes or dataset.class_names, kept, home / "datasets")


@pytest.mark.parametrize("name", DATA)
def test_the_code_of_the_data_prepares_the_same_images(name: str, trained_home: Path, tmp_path: Path) -> None:
    spec = DATA[name]
    place = place_of(spec, trained_home)
    script = training_script(
        RunSpec(data=spec, model=ModelSpec(classes=len(place.class_names)), train=TrainSpec(seed=3)), place
    )
    upto = script.partition("# %% The network")[0]
    names: dict[str, Any] = {"__file__": str(tmp_path / "train.py")}
    exec(upto, names)
    expected = prepare(load_dataset(spec.name, trained_home), spec, seed=3)
    assert names["CLASSES"] == expected.class_names
    for split, ending in ((expected.train, "train"), (expected.validation, "val"), (expected.test, "test")):
        if len(split):
            np.testing.assert_array_equal(names[f"x_{ending}"], split.images)
            np.testing.assert_array_equal(names[f"y_{ending}"], split.labels)


@pytest.mark.parametrize("kind", ["folder", "folder with validation", "file with validation"])
@pytest.mark.parametrize("name", ["all", "validation", "part", "classes"])
def test_images_on_the_disk_and_validation_that_was_brought(name: str, kind: str, home: Path, tmp_path: Path) -> None:
    write_tiny(home)
    write_large(home, "mine", validation=60 if "with" in kind else 0)
    if kind.startswith("file"):
        dataset = load_dataset("mine", home)
        shutil.rmtree(home / "datasets" / "mine")
        splits = {"train": dataset.train, "test": dataset.test, "validation": dataset.validation}
        arrays = {f"x_{part}": np.asarray(split.images) for part, split in splits.items() if split}
        labels = {f"y_{part}": split.labels for part, split in splits.items() if split}
        np.savez(home / "datasets" / "mine.npz", **arrays, **labels)
    spec = DATA[name].changed(name="mine")
    dataset = load_dataset("mine", home)
    place = dataclasses.replace(place_of(spec, home), validation=dataset.validation is not None)
    settings = RunSpec(data=spec, model=ModelSpec(classes=len(place.class_names)), train=TrainSpec(seed=3))
    names: dict[str, Any] = {"__file__": str(tmp_path / "train.py")}
    exec(training_script(settings, place).partition("# %% The network")[0], names)
    expected = prepare(dataset, spec, seed=3)
    assert len(expected.validation) == (0 if name == "all" else len(names["x_val"]))
    for split, ending in ((expected.train, "train"), (expected.validation, "val"), (expected.test, "test")):
        if len(split):
            np.testing.assert_array_equal(names[f"x_{ending}"], split.images)
            np.testing.assert_array_equal(names[f"y_{ending}"], split.labels)


def test_the_sample_is_the_first_images_of_cifar10(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    sample = load_dataset("cifar10-sample")

    def padded(split: Split) -> tuple[Any, Any]:
        """As Keras loads it: labels (n, 1), and more images of each class behind the first ones."""
        images = np.concatenate([split.images, np.zeros((200, 32, 32, 3), np.uint8)])
        return images, np.append(split.labels, np.arange(200) % 10).astype(np.uint8)[:, None]

    full = (padded(sample.train), padded(sample.test))
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: full)
    spec = DataSpec(validation=0)
    place = DataPlace(spec, (32, 32, 3), CIFAR10_CLASSES, None, tmp_path)
    names: dict[str, Any] = {"np": np, "keras": keras, "DATA": tmp_path / "cifar10.npz"}
    exec(data_code(place), names)
    same_images(names, sample)
    (x_train, y_train), (x_test, y_test) = full
    np.savez(tmp_path / "cifar10.npz", x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: pytest.fail("the file is there"))
    exec(data_code(place), names)
    same_images(names, sample)


def same_images(names: dict[str, Any], dataset: Dataset) -> None:
    for split, ending in ((dataset.train, "train"), (dataset.test, "test")):
        np.testing.assert_array_equal(names[f"x_{ending}"], split.images)
        np.testing.assert_array_equal(names[f"y_{ending}"], split.labels)


@pytest.mark.parametrize("name", ["cifar10", "cifar100", "mnist", "fashion-mnist"])
def test_published_data_sets_come_from_keras_where_there_is_no_file(name: str, tmp_path: Path) -> None:
    import keras

    code = data_code(DataPlace(DataSpec(name=name, validation=0), (32, 32, 3), ("a", "b"), None, tmp_path))
    module = name.replace("-", "_")
    assert f"read(DATA) if DATA.is_file() else keras.datasets.{module}.load_data()" in code
    assert callable(getattr(keras.datasets, module).load_data)


def test_the_file_beside_the_script_comes_first(trained_home: Path, tmp_path: Path) -> None:
    script = training_script(tiny_spec(), place_of(DATA["all"], trained_home))
    settings = script.partition("# %% The images")[0]
    names: dict[str, Any] = {"__file__": str(tmp_path / "train.py")}
    exec(settings, names)
    assert names["DATA"] == trained_home / "datasets" / "tiny.npz"
    (tmp_path / "tiny.npz").touch()
    exec(settings, names)
    assert names["DATA"] == tmp_path / "tiny.npz"


def test_a_folder_in_the_users_own_is_not_spelled_out(trained_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: trained_home.parent)
    script = training_script(tiny_spec(), place_of(DATA["all"], trained_home))
    assert 'DATA = Path.home() / "home" / "datasets" / "tiny.npz"' in script
    assert str(trained_home) not in script


def test_names_from_strangers_stay_text(trained_home: Path) -> None:
    wild = ('"""', "a\\b\n", "{x}", "é'\"")
    place = place_of(DATA["all"], trained_home)
    place = DataPlace(place.spec, place.shape, wild, None, place.datasets)
    names: dict[str, Any] = {}
    exec(training_script(tiny_spec(), place).partition("# %% The images")[0], names)
    assert names["CLASSES"] == wild


def test_a_run_that_was_given_a_time_trains_what_it_came_to(trained_home: Path) -> None:
    from cnnviz.training.execute import train

    run = train(tiny_spec(seconds=4), trained_home)
    images = sum(run.history().batches["images"][: run.history().batches["position"].index(1.0) + 1])
    script = recipe(run, FORMATS["script"], trained_home)
    assert f"\nEPOCHS = {run.status.epochs}\n" in script
    assert f"\nIMAGES = {images:.0f}  # an epoch\n" in script
    assert "4 seconds" in training_script(run.spec, place_of(DATA["all"], trained_home))
    assert "seconds" not in training_script(run.spec, place_of(DATA["all"], trained_home), Plan(2, 50))


def test_classes_of_a_data_set_that_is_gone_are_one_sentence(binary_run: Run, home: Path, tmp_path: Path) -> None:
    elsewhere = RunStore(home).create(binary_run.spec, Status("completed", epochs=2))
    with pytest.raises(DataError, match="the data set tiny has no class '3' here, which the run learned; import it"):
        export(elsewhere, "script", tmp_path / "train.py", home=home)
    assert not (tmp_path / "train.py").exists()


def test_the_weights_of_classes_are_written_out(trained_home: Path) -> None:
    spec = tiny_spec(class_weights=(1.0, 2.0, 0.5, 1.0))
    assert "class_weights = np.array([1.0, 2.0, 0.5, 1.0], np.float32)" in training_script(
        spec, place_of(DATA["all"], trained_home)
    )


def test_every_layer_of_a_network_is_flattened_or_pooled() -> None:
    assert "GlobalAveragePooling2D" in network_code(ModelSpec(classes=3, layers=(Convolution(),)))
    assert "GlobalAveragePooling2D" not in network_code(ModelSpec(classes=3, layers=(Flatten(),)))


def test_json_of_the_history_is_finite(trained_again: dict[str, tuple[Run, Any]]) -> None:
    json.dumps([told for _, told in trained_again.values()], allow_nan=False)
