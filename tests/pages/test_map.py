"""The Map page without a browser: where the points stand, what is kept, what is chosen, and hard cases."""

import shutil
from base64 import b64decode
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import streamlit as st
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from cnnviz.errors import StorageError
from cnnviz.home import datasets_folder
from cnnviz.inference import planes
from cnnviz.runs import Run
from cnnviz.spec import DataSpec
from cnnviz.training.execute import train
from cnnviz.ui.loaders import class_names
from cnnviz.ui.network import test_split as images_of
from tests.evaluation.test_lasso import text
from tests.look import look_spec
from tests.look_fixtures import looked_at, trained_home
from tests.pages import looked
from tests.pages.looked import asked, figures
from tests.training.helpers import write_tiny

__all__ = ["looked_at", "trained_home"]

opened = partial(looked.opened, "pages/judge/map.py")


def drawn(at: AppTest) -> dict[str, Any]:
    [found] = [one for one in figures(at) if "places" in one]
    return found


def gallery(at: AppTest) -> dict[str, Any]:
    [found] = [one for one in figures(at) if "groups" in one]
    return found


def places(at: AppTest) -> NDArray[np.float32]:
    return np.frombuffer(b64decode(drawn(at)["places"]), "<f4").reshape(-1, 2)


def listed(at: AppTest) -> list[int]:
    return np.frombuffer(b64decode(gallery(at)["indices"]), "<u4").tolist()


def features_of(run: Run, snapshot: int | None) -> NDArray[np.float64]:
    """What enters the last layer, by another way than the library's."""
    model = run.model(snapshot)
    inner = keras.Model(model.inputs, model.get_layer("dense_1").output)
    return np.asarray(inner.predict(images_of(run).images, verbose=0), np.float64)


def spread(points: NDArray[Any]) -> NDArray[np.float64]:
    """All distances between points, the largest being 1: a map has no unit, and may be turned over."""
    distances = np.linalg.norm(points[:, None].astype(float) - points[None].astype(float), axis=2)
    return distances / distances.max()


def forget_everything() -> None:
    """As a server that was started anew."""
    st.cache_resource.clear()
    planes.PlacedImages._loaded.clear()


def until(at: AppTest, condition: Callable[[AppTest], bool]) -> AppTest:
    for _ in range(200):
        if condition(at):
            return at
        at.run()
    raise AssertionError("it never came")


def test_nothing_yet_invites_to_train(home: Path) -> None:
    at = opened()
    assert "There is nothing to judge yet" in at.info[0].value
    assert at.main.get("page_link")[0].proto.label == "Go to Train"


def test_points_stand_where_a_pca_of_the_last_features_puts_them(looked_at: Run) -> None:
    at = opened()
    features = features_of(looked_at, None)
    centred = features - features.mean(axis=0)
    left, values, directions = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(spread(places(at)), spread(left[:, :2] * values[:2]), atol=1e-3)
    shares = values[:2] ** 2 / (values**2).sum()
    assert f"with {shares[0]:.0%} and {shares[1]:.0%} of their variance".replace("%", " %") in drawn(at)["caption"]
    predictions = looked_at.predictions()
    assert np.frombuffer(b64decode(drawn(at)["predicted"]), "<u2").tolist() == predictions.predicted.tolist()
    assert drawn(at)["alt"].startswith("A PCA map of 60 images of the test set")

    # Another snapshot, along the same directions.
    number = looked_at.snapshots()[1].number
    early = opened(snapshot=str(number))
    moved = (features_of(looked_at, number) - features.mean(axis=0)) @ directions[:2].T
    np.testing.assert_allclose(spread(places(early)), spread(moved), atol=1e-3)
    scale = np.ptp(places(at), axis=0).max() / np.ptp(left[:, :2] * values[:2], axis=0).max()
    assert np.ptp(places(early), axis=0).max() == pytest.approx(scale * np.ptp(moved, axis=0).max(), rel=1e-3)


def test_a_map_is_made_once(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    first = opened()
    forget_everything()
    monkeypatch.setattr(planes, "pca", None)  # whatever calls it now fails
    again = opened()
    np.testing.assert_array_equal(places(again), places(first))


def test_tsne_when_asked_and_kept(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened()
    at.segmented_control(key="map-method").set_value("tsne").run()
    assert asked(at, "plane") == "tsne"
    until(at, lambda at: "t-SNE keeps neighbours" in drawn(at)["caption"])
    assert "With 60 images it has few neighbours to go by." in drawn(at)["caption"]
    kept = (looked_at.folder / "planes" / "tsne-model.npz").read_bytes()
    forget_everything()
    monkeypatch.setattr(planes, "tsne", None)
    again = opened(plane="tsne")
    np.testing.assert_array_equal(places(again), places(at))
    assert (looked_at.folder / "planes" / "tsne-model.npz").read_bytes() == kept


def test_a_link_to_tsne_starts_nothing_by_itself(looked_at: Run) -> None:
    at = opened(plane="tsne")
    assert "PCA lays" in drawn(at)["caption"]
    assert "There is no t-SNE map of this snapshot yet, so this is PCA." in looked.words(at)
    at.button(key="map-make").click().run()
    until(at, lambda at: "t-SNE keeps neighbours" in drawn(at)["caption"])


def test_a_line_in_the_link_chooses_what_lies_inside(looked_at: Run) -> None:
    at = opened()
    points, middle = places(at), float(np.median(places(at)[:, 0]))
    line = f"pca.model.{text((middle, -0.4), (1.4, -0.4), (1.4, 1.4), (middle, 1.4))}"
    chosen = opened(lasso=line)
    expected = np.flatnonzero(points[:, 0] > middle)
    assert sorted(listed(chosen)) == expected.tolist()
    assert np.flatnonzero(np.frombuffer(b64decode(drawn(chosen)["chosen"]), np.uint8)).tolist() == expected.tolist()
    labels, right = looked_at.predictions().labels, looked_at.predictions().predicted == images_of(looked_at).labels
    assert labels is not None
    assert gallery(chosen)["lead"] == f"{len(expected)} images chosen, {(~right[expected]).sum()} wrong"
    counts = {group["label"]: group["count"] for group in gallery(chosen)["groups"]}
    assert sum(counts.values()) == len(expected)
    for label, name in enumerate(class_names(looked_at)):
        assert counts.get(name, 0) == (labels[expected] == label).sum()

    # The same images stay chosen while the points move to an earlier snapshot.
    earlier = opened(lasso=line, snapshot="1")
    assert sorted(listed(earlier)) == expected.tolist()
    assert drawn(earlier)["border"] == ""


def test_what_the_legend_hides_is_in_the_link(looked_at: Run) -> None:
    split, predicted = images_of(looked_at), looked_at.predictions().predicted
    at = opened(hide="right.2.nonsense")
    assert drawn(at)["hidden"] == ["right", "2"]
    assert sorted(listed(at)) == np.flatnonzero((predicted != split.labels) & (split.labels != 2)).tolist()
    by_guess = opened(hide="wrong.1", colour="predicted")
    assert sorted(listed(by_guess)) == np.flatnonzero((predicted == split.labels) & (predicted != 1)).tolist()
    assert listed(opened(hide="right.wrong")) == []


def test_colours_and_moments_are_chosen(looked_at: Run) -> None:
    at = opened()
    at.segmented_control(key="map-colour").set_value("right").run()
    assert drawn(at)["colour"] == asked(at, "colour") == "right"
    before = places(at)
    at.select_slider(key="map-moment").set_value(0).run()
    assert asked(at, "snapshot") == "0"
    assert not np.array_equal(places(at), before)


def test_a_run_that_was_stopped_shows_its_newest_snapshot(looked_at: Run) -> None:
    (looked_at.folder / "predictions" / "final.npz").unlink()
    (looked_at.folder / "model.keras").unlink()
    at = opened()
    last = looked_at.predicted_snapshots()[-1].number
    np.testing.assert_allclose(
        spread(places(at)), spread(_flat(features_of(looked_at, last))), atol=1e-3
    )  # its own directions
    assert (looked_at.folder / "planes" / f"pca-{last:04d}.npz").is_file()


def test_one_snapshot_has_no_moments_to_choose(looked_at: Run) -> None:
    (looked_at.folder / "model.keras").unlink()
    for path in sorted((looked_at.folder / "predictions").iterdir())[1:]:
        path.unlink()
    at = opened()
    assert len(places(at)) == 60
    assert not at.select_slider


def test_other_images_under_the_same_name_are_refused(looked_at: Run, home: Path) -> None:
    path = datasets_folder(home) / "tiny.npz"
    with np.load(path) as arrays:
        kept = dict(arrays)
    np.savez(path, **(kept | {"y_test": (kept["y_test"] + 1) % 4}))
    [error] = opened().error
    assert "has other test images now than when the run" in error.value


def _flat(features: NDArray[np.float64]) -> NDArray[np.float64]:
    left, values, _ = np.linalg.svd(features - features.mean(axis=0), full_matrices=False)
    return left[:, :2] * values[:2]


def test_without_its_data_set_a_map_that_is_kept_is_shown(looked_at: Run, home: Path) -> None:
    before = places(opened())
    shutil.rmtree(datasets_folder(home))
    at = opened()
    np.testing.assert_array_equal(places(at), before)
    assert drawn(at)["pictures"]["address"] == ""
    assert "is not on this machine, so the images stay empty" in at.info[0].value
    assert "PCA lays" in drawn(opened(plane="tsne"))["caption"]


def test_without_its_data_set_there_is_no_new_map(looked_at: Run, home: Path) -> None:
    shutil.rmtree(datasets_folder(home))
    at = opened()
    [error] = at.error
    assert "is not on this machine" in error.value
    assert "import it again" in error.value
    assert "photo" not in error.value


def test_a_damaged_map_and_other_images_are_made_anew(looked_at: Run, home: Path) -> None:
    first = places(opened())
    path = looked_at.folder / "planes" / "pca-model.npz"
    path.write_bytes(path.read_bytes()[:500])
    (looked_at.folder / "planes" / "axes.npz").write_bytes(b"no arrays")
    forget_everything()
    np.testing.assert_allclose(places(opened()), first, atol=1e-5)
    content = path.read_bytes()
    weights = looked_at.folder / "snapshots" / "0001.npz"
    shutil.copy(weights, looked_at.folder / "snapshots" / "0000.npz")
    forget_everything()
    assert not np.array_equal(places(opened(snapshot="0")), first)
    assert path.read_bytes() == content


@pytest.mark.parametrize(("classes", "tests"), [(2, 5), (100, 200)], ids=["binary, 5 images", "100 classes"])
def test_few_images_and_many_classes(home: Path, classes: int, tests: int) -> None:
    write_tiny(home, classes=classes, channels=3)
    path = datasets_folder(home) / "tiny.npz"
    with np.load(path) as arrays:
        kept = dict(arrays)
    rng = np.random.default_rng(0)
    kept |= {"x_test": rng.integers(0, 256, (tests, 8, 8, 3), np.uint8), "y_test": np.arange(tests) % classes}
    np.savez(path, **kept)
    spec = look_spec()
    output = "sigmoid" if classes == 2 else "softmax"
    spec = spec.changed(
        data=DataSpec(name="tiny", validation=0.1),
        model=spec.model.changed(classes=classes, output=output),
        train=spec.train.changed(epochs=1),
    )
    train(spec, home)
    at = opened()
    assert places(at).shape == (tests, 2)
    assert ("100 classes share ten colours" in drawn(at)["caption"]) == (classes == 100)
    at.segmented_control(key="map-method").set_value("tsne").run()
    until(at, lambda at: "t-SNE keeps neighbours" in drawn(at)["caption"])
    assert np.isfinite(places(at)).all()


@pytest.mark.parametrize("query", [{"run": "../etc"}, {"snapshot": "99"}])
def test_a_wrong_link_has_a_way_back(looked_at: Run, query: dict[str, str]) -> None:
    at = opened(**query)
    assert len(at.error) == 1
    assert "Show the map of the newest run" in [link.proto.label for link in at.main.get("page_link")]


def test_nonsense_in_the_link_is_passed_over(looked_at: Run) -> None:
    at = opened(plane="umap", colour="<b>", hide="..", lasso="pca.model.<script>")
    assert (drawn(at)["colour"], drawn(at)["hidden"], drawn(at)["chosen"]) == ("true", [], None)
    assert len(listed(at)) == 60


def test_a_disk_that_takes_nothing_still_shows_the_map(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StorageError("cannot write: the disk is full")

    monkeypatch.setattr("cnnviz.runs.additions.Additions.write", full)
    at = opened()
    assert len(places(at)) == 60
    assert len(places(at.run())) == 60


def test_features_that_are_no_numbers_are_one_sentence(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planes.MappedImages, "features", lambda *_: np.full((60, 5), np.nan))
    at = opened()
    assert "values that are no finite numbers" in at.error[0].value
