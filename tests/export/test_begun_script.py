"""The script of a run that began with a trained network: it comes to what that run came to."""

import ast
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.errors import RunError
from cnnviz.export import FORMATS, export
from cnnviz.export.recipes import can_train_again, recipe
from cnnviz.models import named_weights
from cnnviz.runs import Run, RunStore, Status
from cnnviz.runs.beginning import beginning_with
from cnnviz.runs.weights import BEGINNING, NETWORK
from cnnviz.spec import (
    Augmentation,
    BatchNormalization,
    Beginning,
    Body,
    Convolution,
    DataSpec,
    Dense,
    Dropout,
    Layer,
    LayerRow,
    RunSpec,
)
from tests.export.conftest import last_json, python
from tests.export.test_classify_script import RULES, tidy
from tests.export.test_training_script import TRAIN_ALL
from tests.training.helpers import AUGMENTATION, busy_spec, tiny_spec, write_tiny
from tests.training.test_beginning import nested, without_head

HEAD: tuple[Layer, ...] = (Dense(units=6, l2=1e-3), BatchNormalization(), Dropout(rate=0.3))


@pytest.fixture(scope="module")
def begun_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with data sets of several shapes."""
    home = tmp_path_factory.mktemp("begun") / "home"
    write_tiny(home)
    write_tiny(home, "three", classes=3)
    write_tiny(home, "colour", channels=3)
    path = home / "datasets" / "colour.npz"
    with np.load(path) as file:
        arrays = dict(file)
    for part in ("x_train", "x_test"):  # 11 pixels high and 14 wide
        arrays[part] = np.pad(arrays[part], ((0, 0), (1, 2), (4, 2), (0, 0)), mode="reflect")
    np.savez(path, **arrays)
    return home


@pytest.fixture(scope="module")
def first(begun_home: Path) -> Run:
    """The network that the others begin with; batch normalisation and dropout are in its body."""
    from cnnviz.training.execute import train

    return train(busy_spec(), begun_home)


def begun(run: Run, head: tuple[Layer, ...] = (), *, values: dict[str, Any] | None = None, **train: Any) -> RunSpec:
    """Settings on the tiny images that begin with a run; `values` are those of the beginning."""
    spec = tiny_spec(**{"epochs": 2, "learning_rate": 0.01, **train})
    spec = beginning_with(run, spec, ("0", "1", "2", "3"), **{"head": "new", **(values or {})})
    return spec.changed(model=spec.model.changed(layers=head))


def others(spec: RunSpec, data: DataSpec, **model: Any) -> RunSpec:
    return spec.changed(data=data, model=spec.model.changed(**model))


def specs(run: Run) -> dict[str, RunSpec]:
    """Runs that begin with one: whatever can be frozen, with whatever decides how a network learns."""
    copies = {"frozen": "all", "copies": 3}
    return {
        "all frozen": others(
            begun(run, HEAD, values=copies, augmentation=AUGMENTATION, schedule="cosine", views=2),
            DataSpec(name="three", validation=0.1),
            classes=3,
        ),
        "sides of frozen": begun(
            run,
            values=copies,
            augmentation=Augmentation(flip=True, alternate=True),
            averaging="lookahead",
            label_smoothing=0.1,
            optimizer="sgd",
        ),
        "no copies": others(
            begun(run, HEAD, values={"copies": 0}, augmentation=AUGMENTATION, class_weights="balanced", keep="best"),
            DataSpec(name="tiny", classes=("3", "1"), validation=0.2),
            classes=2,
            output="sigmoid",
        ),
        "up to a layer": begun(
            run,
            HEAD,
            values={"frozen": "conv2d_1", "early_rate": 0.05},
            augmentation=AUGMENTATION,
            schedule="one_cycle",
            weight_decay=0.01,
            averaging="ema",
            views=2,
        ),
        "none frozen": begun(
            run,
            values={"frozen": "none", "early_rate": 0.2},
            optimizer="sgd",
            momentum=0.8,
            offset_rate=3.0,
            class_weights=(1.0, 2.0, 0.5, 1.0),
            augmentation=Augmentation(flip=True, alternate=True, shift=0.1),
        ),
        "one rate": begun(
            run, values={"frozen": "none", "early_rate": 1.0, "head": "kept"}, keep="best", early_stopping=1, epochs=6
        ),
        "other images": others(
            begun(run, values={"frozen": "max_pooling2d_1"}), DataSpec(name="colour"), input_shape=(11, 14, 3)
        ),
        "published": published(),
    }


def published() -> RunSpec:
    """Settings that begin with a network by name: its layers do not follow each other, and it ends in maps."""
    rows = tuple(LayerRow(name, "other", (18, 18, 4), 5, 1) for name in ("a", "body_logits", "add", "n"))
    head = (Convolution(filters=5, frozen=True), BatchNormalization())
    spec = tiny_spec(
        head,
        epochs=2,
        optimizer="sgd",
        learning_rate=0.002,  # at a higher one rounding grows
        offset_rate=2.0,
        augmentation=AUGMENTATION,
        views=2,
    )
    return spec.changed(
        model=spec.model.changed(body=Body(input_shape=(20, 20, 3), rows=rows)),
        beginning=Beginning(network="keras:Nested", frozen="a", early_rate=1.0),
    )


_ONE_IMAGE = 1 / 60 + 1e-4  # of accuracy: where two classes are as likely, rounding decides
NAMES = (
    "all frozen",
    "sides of frozen",
    "no copies",
    "up to a layer",
    "none frozen",
    "one rate",
    "other images",
    "published",
)
Told = dict[str, tuple[Run, Any]]


@pytest.fixture(scope="module")
def trained_again(first: Run, begun_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Each run, and what its script told: history, test loss and accuracy, weights."""
    from cnnviz.training.execute import train

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cnnviz.training.beginning.open_published", lambda *which: without_head(nested(center=False)))
        runs = {name: train(spec, begun_home) for name, spec in specs(first).items()}
    assert tuple(runs) == NAMES
    scripts = {}
    for name, run in runs.items():
        assert run.state == "completed", run.status.message
        folder = tmp_path_factory.mktemp("script")
        scripts[name] = export(run, "script", folder / "train.py", home=begun_home).path
        tidy(scripts[name], "check", *RULES)
    gone = shutil.move(first.folder, begun_home / "gone")  # what is needed of it lies in each run's own folder
    told = last_json(python(TRAIN_ALL, *scripts.values(), cwd=begun_home))
    shutil.move(gone, first.folder)
    assert all((script.parent / "trained.keras").is_file() for script in scripts.values())
    return {name: (run, told[str(scripts[name])]) for name, run in runs.items()}


@pytest.mark.parametrize("name", NAMES)
def test_the_script_comes_to_the_same_curves(name: str, trained_again: Told) -> None:
    run, (history, loss, accuracy, _) = trained_again[name]
    curves = {key: values for key, values in run.history().epochs.items() if key not in ("seconds", "learning_rate")}
    assert curves.keys() == history.keys() - {"learning_rate"}
    for key, values in curves.items():
        assert history[key] == pytest.approx(values, abs=_ONE_IMAGE if "accuracy" in key else 1e-4), key
    report = run.evaluation()
    assert report is not None
    assert loss == pytest.approx(report["loss"], abs=1e-4)
    assert accuracy == pytest.approx(report["accuracy"], abs=_ONE_IMAGE)


@pytest.mark.parametrize("name", NAMES)
def test_the_script_comes_to_the_same_weights(name: str, trained_again: Told) -> None:
    run, (_, _, _, weights) = trained_again[name]
    ours = named_weights(run.model())
    assert ours.keys() == weights.keys()
    for path, array in ours.items():
        np.testing.assert_allclose(weights[path], array, atol=1e-3, err_msg=path)


def test_a_run_stops_and_keeps_its_best_as_the_script_does(trained_again: Told) -> None:
    # else the early stop, the best weights and a rate for all would not have been tried
    run, (history, _, _, _) = trained_again["one rate"]
    assert len(history["loss"]) == run.history().n_epochs < 6
    assert np.argmin(history["val_loss"]) < len(history["val_loss"]) - 1


def test_what_is_frozen_stays_and_what_is_not_learns(first: Run, trained_again: Told) -> None:
    before = named_weights(first.model(first.snapshots()[-1].number))
    _, (_, _, _, weights) = trained_again["up to a layer"]
    for path, moved in (("conv2d_1/kernel", False), ("batch_normalization_1/moving_mean", False)):
        assert np.allclose(weights[path], before[path], rtol=0, atol=1e-7) is not moved, path
    for path in ("batch_normalization_1/gamma", "dense_1/kernel"):
        assert not np.allclose(weights[path], before[path], rtol=0, atol=1e-4), path


def test_kernels_of_the_head_that_are_to_stay_do(trained_again: Told) -> None:
    run, (_, _, _, weights) = trained_again["published"]
    np.testing.assert_array_equal(np.float32(weights["conv2d_1/kernel"]), run.weights(0)["conv2d_1/kernel"])
    assert np.abs(weights["conv2d_1/bias"] - run.weights(0)["conv2d_1/bias"]).max() > 1e-3


def test_the_notebook_has_the_script_cell_by_cell(trained_again: Told, begun_home: Path) -> None:
    run, _ = trained_again["all frozen"]
    assert can_train_again(run)
    script = recipe(run, FORMATS["script"], begun_home)
    cells = json.loads(recipe(run, FORMATS["notebook"], begun_home))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert ast.dump(ast.parse(code)) == ast.dump(ast.Module(ast.parse(script).body[1:], []))
    headings = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    assert "## What the frozen layers make of the images" in headings


def test_it_says_what_another_machine_needs_and_looks_beside_itself_first(
    trained_again: Told, begun_home: Path, tmp_path: Path
) -> None:
    run, _ = trained_again["other images"]
    script = recipe(run, FORMATS["script"], begun_home)
    said = " ".join((ast.get_docstring(ast.parse(script)) or "").split())
    assert f"beside it a folder {run.id} with the run's {NETWORK} and {BEGINNING}, and colour.npz with the" in said
    settings = script.partition("# %% The images")[0]
    names: dict[str, Any] = {"__file__": str(tmp_path / "train.py")}
    exec(settings, names)
    assert names["NETWORK"] == run.folder
    (tmp_path / run.id).mkdir()
    exec(settings, names)
    assert names["NETWORK"] == tmp_path / run.id


def test_a_run_that_does_not_hold_its_network_yet_is_one_sentence(first: Run, home: Path, tmp_path: Path) -> None:
    write_tiny(home)
    waiting = RunStore(home).create(begun(first), Status("queued"))
    with pytest.raises(RunError, match="does not hold the network that it begins with yet; wait until its first step"):
        export(waiting, "script", tmp_path / "train.py", home=home)
    assert not (tmp_path / "train.py").exists()
