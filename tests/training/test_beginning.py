"""Runs that begin with a trained network: what is taken over, what learns, and how it is kept."""

import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from cnnviz.data import Split, load_dataset, prepare
from cnnviz.errors import SpecError
from cnnviz.models import begin_with, described, named_weights, opened
from cnnviz.runs import Event, Run
from cnnviz.runs.beginning import beginning_with, gentle
from cnnviz.runs.status import read_status
from cnnviz.runs.weights import BEGINNING, NETWORK
from cnnviz.spec import Augmentation, Beginning, Body, Convolution, DataSpec, LayerRow, ModelSpec, RunSpec
from cnnviz.training.execute import continue_run, train
from cnnviz.training.remembering import features_of
from cnnviz.training.step import TrainingStep
from tests.training.helpers import AUGMENTATION, curves, same_weights, stop_at, tiny_spec, write_tiny

NAMES = ("0", "1", "2", "3")


@pytest.fixture(scope="session")
def trained(busy: Run) -> Run:
    """A network with batch normalisation and dropout in its body, trained on images of 8x8 grey pixels."""
    return busy


def begun(run: Run, *, frozen: str = "all", classes: int = 4, name: str = "tiny", **values: object) -> RunSpec:
    """Settings on the tiny data set that begin with a run; a new head unless something else is said."""
    given = {
        "head": "new",
        **{key: values.pop(key) for key in ("head", "copies", "early_rate", "size") if key in values},
    }
    spec = tiny_spec((), **{"learning_rate": 0.01, **values})
    spec = spec.changed(data=DataSpec(name=name), model=spec.model.changed(classes=classes))
    return beginning_with(run, spec, NAMES[:classes], frozen=frozen, **given)


@pytest.fixture(scope="session")
def on_frozen(trained: Run, shared_home: Path) -> Run:
    """A run on the frozen layers of the trained one, on other images with fewer classes."""
    write_tiny(shared_home, "three", classes=3)
    return train(begun(trained, classes=3, name="three", augmentation=AUGMENTATION, copies=3), shared_home)


def images_of(run: Run) -> NDArray[np.float32]:
    return load_dataset(run.spec.data.name, run.home).test.images.astype(np.float32)


def features(model: keras.Model, layer: str, images: NDArray[np.float32]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = keras.Model(model.inputs, model.get_layer(layer).output).predict(images, verbose=0)
    return found


def test_the_frozen_layers_are_the_other_network_s(trained: Run, on_frozen: Run) -> None:
    assert on_frozen.state == "completed", on_frozen.status.message
    ours, theirs = on_frozen.model(), trained.model()
    for layer in theirs.layers:
        if layer.name not in ("image", "logits", "probabilities"):
            for one, other in zip(ours.get_layer(layer.name).get_weights(), layer.get_weights(), strict=True):
                np.testing.assert_array_equal(one, other)
    images = images_of(on_frozen)
    np.testing.assert_array_equal(features(ours, "dense_1", images), features(theirs, "dense_1", images))
    assert ours.output_shape == (None, 3)


def test_the_head_learns(on_frozen: Run) -> None:
    losses = on_frozen.history().epochs["loss"]
    assert losses[-1] < losses[0]
    first, last = (on_frozen.weights(item.number)["logits/kernel"] for item in on_frozen.snapshots()[::4])
    assert not np.array_equal(first, last)


def test_the_first_step_of_a_head_by_hand(trained: Run, shared_home: Path) -> None:
    spec = begun(trained, epochs=1, batch_size=216, optimizer="sgd", momentum=0.0, learning_rate=0.5, copies=0)
    run = train(spec, shared_home)
    data = prepare(load_dataset("tiny", shared_home), spec.data, spec.train.seed)
    values = features(trained.model(), "dense_1", data.train.images.astype(np.float32)).astype(np.float64)
    before, after = (run.weights(item.number) for item in (run.snapshots()[0], run.snapshots()[-1]))
    logits = values @ before["logits/kernel"] + before["logits/bias"]
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    wrong = shares - np.eye(4)[data.train.labels]
    np.testing.assert_allclose(
        after["logits/kernel"], before["logits/kernel"] - 0.5 * values.T @ wrong / len(values), atol=1e-5
    )
    np.testing.assert_allclose(after["logits/bias"], before["logits/bias"] - 0.5 * wrong.mean(0), atol=1e-5)
    loss = -np.log(shares[np.arange(len(values)), data.train.labels]).mean()
    assert run.history().epochs["loss"] == pytest.approx([loss], abs=1e-5)


def test_a_snapshot_holds_what_learns_and_opens_whole(on_frozen: Run) -> None:
    last = on_frozen.snapshots()[-1].number
    with np.load(on_frozen.folder / "snapshots" / f"{last:04d}.npz") as file:
        assert set(file) == {"logits/kernel", "logits/bias"}
    images = images_of(on_frozen)
    said = on_frozen.model(last).predict(images, verbose=0)
    np.testing.assert_allclose(said, on_frozen.model().predict(images, verbose=0), atol=1e-6)
    found = on_frozen.predictions(last)
    np.testing.assert_array_equal(found.predicted, said.argmax(1))
    np.testing.assert_allclose(found.confidence, said.max(1), atol=1e-5)
    assert (
        on_frozen.evaluation()["n_mistakes"]
        == (said.argmax(1) != load_dataset("three", on_frozen.home).test.labels).sum()
    )  # type: ignore[index]
    assert "conv2d_1/kernel" in on_frozen.at(last).arrays()


def test_features_are_of_each_image_and_of_changed_copies(trained: Run, shared_home: Path) -> None:
    flip = Augmentation(flip=True)
    spec = begun(trained, copies=6, augmentation=flip)
    data = prepare(load_dataset("tiny", shared_home), spec.data, spec.train.seed)
    told: list[tuple[int, int]] = []
    model = begin_with(spec, trained.model())
    found = features_of(model, spec, data, lambda done, total: told.append((done, total)))
    assert found is not None
    assert found.train.shape == (216, 7, 8)
    assert told[0] == (0, 216 * 7 + 24 + 60)
    assert told[-1][0] == told[-1][1]
    plain = data.train.images.astype(np.float32)
    as_is, mirrored = (features(trained.model(), "dense_1", images) for images in (plain, plain[:, :, ::-1]))
    np.testing.assert_allclose(found.train[:, 0], as_is, atol=1e-4)
    same = [np.isclose(found.train[:, copy], as_is, atol=1e-4).all(1) for copy in range(1, 7)]
    turned = [np.isclose(found.train[:, copy], mirrored, atol=1e-4).all(1) for copy in range(1, 7)]
    assert np.logical_or(same, turned).all()  # each copy is mirrored or not,
    assert 0.3 < np.mean(turned) < 0.7  # half of them
    assert features_of(model, begun(trained, frozen="none"), data) is None


def test_how_far_the_frozen_layers_are_is_said_and_a_stop_ends_them(
    home: Path, busy: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(busy.folder, home / "runs" / busy.id)
    monkeypatch.setattr("cnnviz.training.preparing._SAID_EVERY_S", 0.0)
    monkeypatch.setattr("cnnviz.training.recorder._STATUS_EVERY_S", 0.0)
    said: list[str] = []
    done: list[float] = []

    def follow(event: Event) -> None:
        said.append(event.get("message", ""))
        if said[-1].startswith("Passing images through the frozen layers: 32 of 300"):
            newest = max((home / "runs").iterdir(), key=lambda folder: folder.stat().st_ctime_ns)
            done.append(read_status(newest).prepared)
            (newest / "stop").touch()

    run = train(begun(busy, copies=0), home, follow)
    assert "Passing images through the frozen layers: 0 of 300." in said
    message = "Stopped before its first step: passing images through the frozen layers."
    assert (run.state, run.status.message) == ("stopped", message)
    assert done == [32 / 300]
    continue_run(run)
    assert (run.state, run.status.message, run.status.prepared) == ("completed", "", 0)


def test_layers_up_to_one_are_frozen_and_the_others_learn(trained: Run, shared_home: Path) -> None:
    run = train(begun(trained, frozen="max_pooling2d_1", epochs=1), shared_home)
    ours, theirs = run.model(), trained.model()
    for name, moved in (("conv2d_1", False), ("batch_normalization_1", False), ("dense_1", True)):
        pairs = zip(ours.get_layer(name).get_weights(), theirs.get_layer(name).get_weights(), strict=True)
        assert all(np.array_equal(one, other) for one, other in pairs) is not moved, name


def test_normalisations_of_a_body_keep_what_they_know(trained: Run, shared_home: Path) -> None:
    run = train(begun(trained, frozen="none", epochs=1), shared_home)
    ours, theirs = (one.model().get_layer("batch_normalization_1") for one in (run, trained))
    np.testing.assert_array_equal(ours.moving_mean, theirs.moving_mean)
    np.testing.assert_array_equal(ours.moving_variance, theirs.moving_variance)
    assert not np.array_equal(ours.gamma, theirs.gamma)


def test_early_layers_learn_at_a_share_of_the_rate(trained: Run, shared_home: Path) -> None:
    steps = {}
    for rate in (1.0, 0.01):
        settings = {"epochs": 1, "batch_size": 216, "optimizer": "sgd", "momentum": 0.0, "learning_rate": 0.1}
        run = train(begun(trained, frozen="none", early_rate=rate, **settings), shared_home)
        first, last = (run.weights(item.number) for item in (run.snapshots()[0], run.snapshots()[-1]))
        steps[rate] = {name: last[name].astype(np.float64) - first[name] for name in first}
    rows = [row.name for row in trained.spec.model.rows][:-1]  # without the logits
    for name in ("conv2d_1/kernel", "dense_1/kernel"):
        share = 0.01 ** (1 - rows.index(name.split("/")[0]) / len(rows))
        np.testing.assert_allclose(steps[0.01][name], share * steps[1.0][name], rtol=2e-2, atol=2e-7)
    np.testing.assert_allclose(steps[0.01]["logits/kernel"], steps[1.0]["logits/kernel"], rtol=1e-4, atol=1e-8)


def test_a_kept_head_goes_on_where_the_other_network_stood(trained: Run, shared_home: Path) -> None:
    spec = beginning_with(trained, tiny_spec((), epochs=1, learning_rate=1e-9), NAMES, frozen="none")
    assert spec.beginning is not None
    assert spec.beginning.head == "kept"
    run = train(spec, shared_home)
    np.testing.assert_array_equal(run.predictions(0).predicted, trained.predictions().predicted)
    np.testing.assert_allclose(run.predictions(0).confidence, trained.predictions().confidence, atol=1e-5)


@pytest.mark.usefixtures("step_by_step")
@pytest.mark.parametrize("frozen", ["all", "none"])
def test_the_same_seed_is_the_same_run_also_when_it_is_stopped(home: Path, busy: Run, frozen: str) -> None:
    shutil.copytree(busy.folder, home / "runs" / busy.id)
    spec = begun(busy, frozen=frozen, augmentation=AUGMENTATION, epochs=2)
    reference = train(spec, home)
    run = train(spec, home, stop_at(home, 33))
    assert run.state == "stopped"
    shutil.rmtree(home / "runs" / busy.id)  # what is needed of it lies in the run's own folder
    continue_run(run)
    assert run.state == "completed", run.status.message
    assert curves(run) == curves(reference)
    for snapshot in reference.snapshots():
        same_weights(run, reference, snapshot.number)


def test_a_network_that_is_gone_or_another_is_said_in_a_sentence(home: Path, busy: Run) -> None:
    spec = begun(busy, epochs=1)
    run = train(spec, home)
    assert (run.state, run.status.message) == (
        "failed",
        f"The network {busy.name} that this run begins with is not here any more; choose another one to begin with.",
    )
    shutil.copytree(busy.folder, home / "runs" / busy.id)
    other = spec.changed(beginning=spec.beginning and spec.beginning.changed(digest="0" * 32))
    assert "its weights have changed; choose it anew." in train(other, home).status.message


def test_a_damaged_beginning_is_made_anew(home: Path, busy: Run) -> None:
    shutil.copytree(busy.folder, home / "runs" / busy.id)
    run = train(begun(busy, epochs=1), home, stop_at(home, 1))
    for name in (NETWORK, BEGINNING):
        (run.folder / name).write_bytes(b"{")
        continue_run(run) if run.state == "stopped" else None
    assert run.state == "completed", run.status.message
    assert np.isfinite(run.model().predict(images_of(run), verbose=0)).all()


def test_settings_that_cannot_be_are_refused(trained: Run) -> None:
    with pytest.raises(SpecError, match=r"has no such layer; give all, none, or one of conv2d_1, .* dense_1"):
        begun(trained, frozen="conv2d_7")
    with pytest.raises(SpecError, match="needs both its name and its layers"):
        tiny_spec().changed(beginning=Beginning(network="x"))
    with pytest.raises(SpecError, match="nothing to begin with"):
        Body.of(ModelSpec(input_shape=(8, 8, 1), classes=4))
    with pytest.raises(SpecError, match="takes images of 8x8 pixels alone"):
        begun(trained, size=16)


def test_parameters_are_counted_as_learned_and_frozen(trained: Run) -> None:
    head = 8 * 4 + 4
    for frozen, learned in (("all", head), ("none", trained.spec.model.parameters), ("conv2d_1", None)):
        spec = begun(trained, frozen=frozen)
        assert spec.model.parameters == trained.spec.model.parameters
        expected = spec.model.parameters - 4 * 9 if learned is None else learned
        assert spec.trained_parameters == expected


def nested(*, center: bool = True) -> keras.Model:
    """A network with another inside it, arithmetic between layers, and names that a head has too."""
    inner = keras.Sequential(
        [keras.Input((20, 20, 3)), keras.layers.Conv2D(4, 3, name="a"), keras.layers.ReLU(name="r")]
    )
    image = keras.Input((20, 20, 3), name="image")
    maps = inner(keras.layers.Rescaling(1 / 127.5, -1, name="rescaling")(image))
    wide = keras.layers.Conv2D(4, 3, padding="same", name="logits")(maps)
    maps = keras.layers.BatchNormalization(center=center, name="n")(keras.layers.Add(name="add")([maps, wide]) * 2.0)
    flat = keras.layers.GlobalAveragePooling2D(name="mean")(maps)
    return keras.Model(image, keras.layers.Dense(7, activation="softmax", name="answer")(flat))


@pytest.mark.parametrize("shape", [(20, 20, 3), (8, 10, 1), (24, 24, 3)])
def test_any_network_is_taken_over_for_images_of_any_shape(shape: tuple[int, int, int]) -> None:
    network = nested()
    network.get_layer("n").set_weights([np.full(4, value, np.float32) for value in (2, 1, 0.5, 3)])
    rows = [LayerRow(name, "other", (18, 18, 4), 5, 1) for name in ("a", "body_logits", "add", "n")]
    body = Body(input_shape=(20, 20, 3), rows=(*rows, LayerRow("mean", "global_pooling", (4,), 0, 0)))
    model = begin_with(
        RunSpec(
            model=ModelSpec(input_shape=shape, body=body, classes=3), data=DataSpec(), beginning=Beginning(network="n")
        ),
        network,
    )
    images = np.random.default_rng(0).uniform(0, 255, (2, *shape)).astype(np.float32)
    seen = keras.ops.image.resize(np.repeat(images, 3, -1) if shape[2] == 1 else images, (20, 20))
    expected = features(network, "mean", np.asarray(seen))
    np.testing.assert_allclose(features(model, "mean", images), expected, rtol=1e-5)
    called = np.asarray(keras.Model(model.inputs[0], model.get_layer("mean").output)(images))  # nobody said how
    np.testing.assert_allclose(called, expected, rtol=1e-5)
    assert [layer.name for layer in model.layers][-2:] == ["logits", "probabilities"]


def without_head(network: keras.Model) -> keras.Model:
    """The network up to its last maps, as Keras publishes them."""
    return keras.Model(network.inputs[0], network.get_layer("n").output)


def test_kernels_of_a_head_that_are_to_stay_do_not_learn_and_normalisations_need_no_offsets() -> None:
    rows = tuple(LayerRow(name, "other", (18, 18, 4), 5, 1) for name in ("a", "body_logits", "add", "n"))
    spec = RunSpec(
        model=ModelSpec(
            input_shape=(20, 20, 3),
            body=Body(input_shape=(20, 20, 3), rows=rows),
            layers=(Convolution(filters=2, activation="linear", frozen=True),),
            classes=3,
        ),
        beginning=Beginning(network="n", frozen="none"),
    )
    made = begin_with(spec, without_head(nested(center=False)))
    model = opened(described(made), named_weights(made))  # as for a run that goes on after a stop
    images = Split(np.random.default_rng(0).integers(0, 256, (8, 20, 20, 3), np.uint8), np.arange(8) % 3)
    step, before = TrainingStep(model, spec, images), named_weights(model)
    step(np.arange(8, dtype=np.int32)[None], np.array([0.1], np.float32), 0)
    moved = {path: not np.array_equal(array, before[path]) for path, array in named_weights(model).items()}
    assert not moved["conv2d_1/kernel"]
    assert moved["conv2d_1/bias"]
    assert moved["a/kernel"]


def test_colours_become_brightness_for_a_network_of_grey_images(trained: Run) -> None:
    spec = begun(trained)
    colour = spec.changed(model=spec.model.changed(input_shape=(8, 8, 3)))
    model = begin_with(colour, trained.model())
    images = np.random.default_rng(0).uniform(0, 255, (3, 8, 8, 3)).astype(np.float32)
    grey = images @ np.array([[0.299], [0.587], [0.114]], np.float32)
    np.testing.assert_allclose(
        features(model, "dense_1", images), features(trained.model(), "dense_1", grey), rtol=1e-4, atol=1e-4
    )


def test_gentle_settings_do_not_mirror_characters() -> None:
    assert gentle().augmentation.flip
    assert not gentle(characters=True).augmentation.flip
    assert gentle(learns=True).learning_rate < gentle().learning_rate
