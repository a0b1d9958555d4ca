"""The runs that come with cnnviz, as they lie in the package."""

import json
import os
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnnviz
from cnnviz.data import load_dataset
from cnnviz.data.example_photos import example_photo
from cnnviz.errors import RunError
from cnnviz.models import assign_weights, build
from cnnviz.runs import Run, RunStore
from cnnviz.runs.showcase import read_showcase
from cnnviz.spec import preset
from cnnviz.training.forward import Forward
from tests.dashboard import ROOT

PACKAGE = Path(str(files("cnnviz")))
RUNS = PACKAGE / "assets" / "runs"
NAMES = ("two-conv", "big-kernels", "strong")
TRACES = (str(Path.home()), "/home/", "/root/", "/tmp/", "/work/")
_ALIKE = 1e-3  # the share of predictions that half precision may change


@pytest.fixture(params=NAMES)
def run(request: pytest.FixtureRequest, home: Path) -> Run:
    return RunStore(home, RUNS).get(f"bundled-{request.param}")


def record(run: Run) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((run.folder / "bundled.json").read_text())
    return values


def half(run: Run) -> bool:
    """Whether the model itself, too, is in half precision, as that of a large network is."""
    return bool(record(run).get("model_in_half_precision"))


def content(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (os.stat(path).st_mtime_ns, os.stat(path).st_size) for path in sorted(folder.rglob("*"))}


def embedded(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """The sample's test images, and where they stand among the 10,000: the first 100 of each class."""
    labels, sample = run.predictions().labels, load_dataset("cifar10-sample").test
    assert labels is not None
    places = np.sort(np.concatenate([np.flatnonzero(labels == label)[:100] for label in range(10)]))
    np.testing.assert_array_equal(labels[places], sample.labels)
    return sample.images, places


def test_they_are_listed_after_ones_own_and_are_small(home: Path) -> None:
    rows = RunStore(home, RUNS).list()
    assert {row.name for row in rows} >= set(NAMES)
    presets = [row for row in rows if row.run_id.startswith("bundled-")]
    assert len(presets) == len(NAMES)
    assert all(row.bundled and not row.problem and row.dataset == "cifar10" for row in presets)
    assert sum(path.stat().st_size for path in RUNS.glob("bundled-*/**/*")) < 30e6


def test_a_wheel_takes_all_of_their_files() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    patterns = settings["tool"]["setuptools"]["package-data"]["cnnviz"]
    taken = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    assert {path for path in RUNS.rglob("*") if path.is_file()} <= taken


@pytest.mark.parametrize("run_id", sorted(path.name for path in RUNS.iterdir() if path.is_dir()))
def test_nothing_tells_whose_machine_it_was(run_id: str, home: Path) -> None:
    run = RunStore(home, RUNS).get(run_id)
    status = json.loads((run.folder / "status.json").read_text())
    assert [status[key] for key in ("pid", "process_started", "process_since_boot", "host")] == [None, None, None, ""]
    for path in run.folder.rglob("*"):
        if path.is_file():
            assert not [trace for trace in TRACES if trace.encode() in path.read_bytes()], path


def test_it_is_the_preset_on_the_whole_of_cifar10(run: Run) -> None:
    expected = preset(run.name).for_data("cifar10", (32, 32, 3), 10)
    assert run.spec.changed(versions={}) == expected
    assert (run.state, run.status.epoch) == ("completed", expected.train.epochs)
    assert run.history().n_epochs == expected.train.epochs
    assert record(run)["made_by"] == f"python scripts/bundle_runs.py {run.name}"


def test_early_moments_and_every_epoch_are_there(run: Run) -> None:
    positions = [snapshot.position for snapshot in run.predicted_snapshots()]
    opened = [snapshot.position for snapshot in run.snapshots()]
    assert set(opened) == {0, 1, 4, 14} if half(run) else opened == positions  # of a large network a few have weights
    assert positions[0] == 0
    assert len([position for position in positions if 0 < position < 1]) >= (2 if half(run) else 3)
    assert {float(epoch) for epoch in range(run.status.epoch + 1)} <= set(positions)


def test_weights_that_did_not_come_are_named_with_those_that_did(home: Path) -> None:
    run = RunStore(home, RUNS).get("bundled-strong")
    with pytest.raises(RunError, match=r"strong has no weights of snapshot 1; choose one of 0, 3, 6, 16$"):
        run.weights(1)
    assert len(run.predictions(1).predicted) == 10_000


def test_the_report_is_that_of_its_predictions(run: Run) -> None:
    kept, anew = run.evaluation(), cnnviz.evaluate(run)
    assert kept is not None
    assert (kept["n_test"], kept["n_mistakes"]) == (anew.n_test, anew.n_mistakes)
    assert kept["accuracy"] == anew.accuracy
    assert anew.n_test == 10_000
    assert anew.loss is not None
    assert kept["loss"] == pytest.approx(anew.loss + smoothing(run) + penalty(run), rel=1e-3)


def smoothing(run: Run) -> float:
    """What the smoothing of the labels adds to the loss: that share of it is counted against all classes alike."""
    final, share = run.predictions(), run.spec.train.label_smoothing
    assert final.probabilities is not None
    logs = -np.log(np.maximum(final.probabilities.astype(np.float64), 1e-12))
    return share * float((logs.mean(axis=1) - logs[np.arange(len(logs)), final.labels]).mean()) if share else 0.0


def penalty(run: Run) -> float:
    """What the weights' decay adds to the loss, as Keras counts it."""
    weights = run.weights(run.snapshots()[-1].number)
    decays = {
        name: getattr(layer, "l2", 0.0) for name, layer in zip(run.spec.model.names, run.spec.model.layers, strict=True)
    }
    kernels = {name: weights[f"{name}/kernel"].astype(np.float64) for name, decay in decays.items() if decay}
    return sum(decays[name] * float((kernel**2).sum()) for name, kernel in kernels.items())


def test_two_conv_is_as_good_as_it_is_said_to_be(home: Path) -> None:
    evaluation = RunStore(home, RUNS).get("bundled-two-conv").evaluation()
    assert evaluation is not None
    assert evaluation["accuracy"] >= 0.70


def test_every_big_kernel_has_learned_something_that_is_seen(home: Path) -> None:
    from cnnviz.explain import feature_maps

    run = RunStore(home, RUNS).get("bundled-big-kernels")
    first, last = (run.weights(item.number)["conv2d_1/kernel"] for item in (run.snapshots()[0], run.snapshots()[-1]))
    strongest = np.abs(last).max(axis=(0, 1, 2))
    assert strongest.min() > 0.1 * strongest.max()  # on one scale for all, none is grey
    alike = [np.corrcoef(first[..., n].ravel(), last[..., n].ravel())[0, 1] for n in range(last.shape[3])]
    assert max(alike) < 0.5  # little is left of the noise they began with
    [maps] = feature_maps(run.model(), load_dataset("cifar10-sample").test.images[:200], ["activation_1"]).values()
    assert (maps.max(axis=(0, 1, 2)) > 0).all()


def test_weights_agree_with_the_predictions_beside_them(run: Run) -> None:
    images, places = embedded(run)
    changed, whole = record(run)["changed_by_half_precision"], record(run)["in_single_precision"]
    model = build(run.spec.model)
    forward = Forward(model)
    for snapshot in run.snapshots():
        arrays = run.weights(snapshot.number)
        single = snapshot.name in whole
        large = {array.dtype for array in arrays.values() if array.size > 2_000}
        assert large == {np.dtype(np.float32 if single else np.float16)}
        if half(run):
            assert {array.dtype for array in arrays.values() if array.size <= 2_000} == {np.dtype(np.float32)}
        assert (changed[snapshot.name] <= _ALIKE) is not single
        assign_weights(model, arrays)
        other = forward(images).argmax(1) != run.predictions(snapshot.number).predicted[places]
        limit = 1 if single else round(10_000 * changed[snapshot.name]) + 1  # one more where two classes tie
        assert other.sum() <= limit, snapshot


def test_the_model_agrees_with_the_report(run: Run) -> None:
    images, places = embedded(run)
    said = run.model().predict(images, verbose=0)
    final = run.predictions()
    assert final.probabilities is not None
    np.testing.assert_allclose(said, final.probabilities[places], atol=5e-3 if half(run) else 2e-4)
    assert (said.argmax(1) != final.predicted[places]).sum() <= (2 if half(run) else 1)


def test_what_home_shows_is_what_the_model_says(run: Run) -> None:
    from cnnviz.explain import feature_maps, kernels
    from cnnviz.inference.crops import prepare_photo

    showcase, model, live = read_showcase(run), run.model(), run.live()
    assert showcase is not None
    assert live is not None
    assert live.kernels is not None
    image = prepare_photo(example_photo(showcase.example).pixels, run.spec.model.input_shape)
    np.testing.assert_array_equal(showcase.image, image)
    np.testing.assert_allclose(showcase.probabilities, cnnviz.classify(model, image)[0].probabilities, atol=1e-3)
    np.testing.assert_allclose(live.kernels, kernels(model), atol=1e-6)
    names = [layer.name for layer in showcase.layers]
    for layer, maps in zip(showcase.layers, feature_maps(model, image, names).values(), strict=True):
        assert maps.shape[1:] == layer.shape
        np.testing.assert_allclose(layer.maps, maps[0][:, :, layer.filters], rtol=2e-3, atol=1e-3)


def test_reading_writes_nothing_beside_them(run: Run) -> None:
    before = content(run.folder)
    run.history(), run.live(), run.evaluation(), cnnviz.evaluate(run)
    run.model()
    run.model(run.snapshots()[-1].number)
    run.describe(tags=["shown first"])
    assert (run.home / "additions" / run.id / "about.json").is_file()
    assert content(run.folder) == before
