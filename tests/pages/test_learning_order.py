"""The Learning order page without a browser: four groups, one of them, one class, and hard cases."""

from base64 import b64decode
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.home import datasets_folder
from cnnviz.runs import Run
from tests.evaluation.made import ended_run, guesses, stopped_run, with_snapshots, write_dataset
from tests.pages import looked
from tests.pages.looked import figures, words

opened = partial(looked.opened, "pages/judge/learning_order.py")

CLASSES = 4
LABELS = np.random.default_rng(1).integers(0, CLASSES, 600)
LEARNING = [guesses(LABELS, CLASSES, seed, skill) for seed, skill in ((1, 0), (2, 0.5), (3, 1), (4, 1))]
RIGHT = np.stack([chances.argmax(axis=1) == LABELS for chances in LEARNING])
NEVER = np.flatnonzero(~RIGHT.any(axis=0))
FORGOTTEN = np.flatnonzero(RIGHT.any(axis=0) & ~RIGHT[-1])
TIMES = (RIGHT[:-1] & ~RIGHT[1:]).sum(axis=0)


@pytest.fixture
def run(home: Path) -> Run:
    """A completed run with four snapshots, and its data set."""
    write_dataset(home, LABELS, CLASSES)
    return with_snapshots(ended_run(home, LABELS, LEARNING[-1]), LEARNING)


def tiles(at: AppTest) -> list[dict[str, Any]]:
    return [one for one in figures(at) if "ids" in one]


def grid(at: AppTest) -> dict[str, Any]:
    [found] = [one for one in figures(at) if "groups" in one]
    return found


def listed(at: AppTest) -> list[int]:
    return np.frombuffer(b64decode(grid(at)["indices"]), "<u4").tolist()


def drawings(at: AppTest) -> list[dict[str, Any]]:
    return [one for one in figures(at) if "svg" in one]


def test_nothing_yet_invites_to_train(home: Path) -> None:
    at = opened()
    assert "There is nothing to judge yet" in at.info[0].value
    assert at.main.get("page_link")[0].proto.label == "Go to Train"


def test_a_damaged_snapshot_is_left_out_and_said(run: Run) -> None:
    (run.folder / "predictions" / "0002.npz").write_bytes(b"PK damaged")
    at = opened()
    assert not at.error
    assert "Left out: after epoch 1. The predictions of this snapshot cannot be read" in words(at)
    right = RIGHT[[0, 1, 3]]
    assert f"**Never learned** · {(~right.any(axis=0)).sum():,}" in words(at)


def test_four_groups_side_by_side(run: Run) -> None:
    at = opened()
    told = words(at)
    assert f"**Never learned** · {len(NEVER):,}" in told
    assert f"**Forgotten** · {len(FORGOTTEN):,}" in told
    assert "Toneva et al. 2019" in told
    first, late, forgotten, never = tiles(at)
    assert RIGHT[-1][first["ids"]].all()
    assert RIGHT[-1][late["ids"]].all()
    assert set(never["ids"]) <= set(NEVER.tolist())
    times = TIMES[forgotten["ids"]].tolist()
    assert times == sorted(TIMES[FORGOTTEN].tolist(), reverse=True)[: len(times)]  # the most often forgotten first
    assert "Right at no snapshot" in never["caption"]
    surest = max(NEVER, key=lambda index: LEARNING[-1][index].max())
    assert never["ids"][0] == surest
    assert never["names"][0].startswith(f"test image {surest}, c{LABELS[surest]}, predicted c")


def test_the_bars_count_every_image(run: Run) -> None:
    stages, classes = drawings(opened())
    assert f"At the last one {RIGHT[-1].sum()} of 600 test images are right" in stages["caption"]
    assert f"{len(FORGOTTEN)} were right once and are forgotten" in stages["caption"]
    assert f"after epoch 1: {RIGHT[:3].any(axis=0).sum() - RIGHT[2].sum()} of 600 were right once" in stages["svg"]
    assert "c0:" in classes["svg"]


def test_one_group_by_class(run: Run) -> None:
    at = opened(group="never")
    assert sorted(listed(at)) == NEVER.tolist()
    counts = {group["label"]: (group["count"], group["note"]) for group in grid(at)["groups"]}
    for label in range(CLASSES):
        some, every = int((LABELS[NEVER] == label).sum()), int(np.bincount(LABELS)[label])
        assert counts[f"c{label}"] == (some, f"{some} of {every}")
    assert grid(at)["lead"] == f"Never learned: {len(NEVER)} images"


def test_when_an_image_was_learned_stands_below_it(run: Run) -> None:
    data = grid(opened(group="late"))
    assert (data["format"], data["moments"][2]) == ("moment", "after epoch 1")
    values = np.frombuffer(b64decode(data["values"]), "<f4").astype(int)
    indices = np.frombuffer(b64decode(data["indices"]), "<u4")
    for index, since in zip(indices, values, strict=True):
        assert RIGHT[since:, index].all()
        assert not RIGHT[since - 1, index]


def test_choices_are_in_the_link(run: Run) -> None:
    at = opened()
    at.selectbox(key="learning-order-label").set_value(2).run()
    assert at.query_params["class"] in ("c2", ["c2"])
    at.button(key="order-all-forgotten").click().run()
    assert at.query_params["group"] in ("forgotten", ["forgotten"])
    assert sorted(listed(at)) == [index for index in FORGOTTEN.tolist() if LABELS[index] == 2]
    at.segmented_control(key="learning-order-group").set_value("all").run()
    assert "group" not in at.query_params
    assert f"of {(LABELS == 2).sum()} test images are right" in drawings(at)[0]["caption"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"group": "always"}, "choose one of first, late, forgotten, never"),
        ({"class": "<b>"}, "the classes are c0, c1"),
    ],
)
def test_a_wrong_link_has_a_way_back(run: Run, query: dict[str, str], told: str) -> None:
    at = opened(**query)
    [error] = at.error
    assert told in error.value.replace("\\", "")
    assert "Show the newest run" in [link.proto.label for link in at.main.get("page_link")]


def test_one_snapshot_says_what_will_come(home: Path) -> None:
    write_dataset(home, LABELS, CLASSES)
    stopped_run(home, CLASSES, LEARNING[:1])
    at = opened()
    assert "One snapshot was measured" in drawings(at)[0]["caption"]
    assert "**Forgotten** · 0" in words(at)
    assert "No test image is among these." in words(at)


def test_a_run_that_was_stopped_is_shown_so_far(home: Path) -> None:
    write_dataset(home, LABELS, CLASSES)
    stopped_run(home, CLASSES, LEARNING[:3])
    at = opened(group="forgotten")
    assert sorted(listed(at)) == np.flatnonzero(RIGHT[:3].any(axis=0) & ~RIGHT[2]).tolist()


def test_without_its_data_set_all_but_the_pictures_is_there(run: Run, home: Path) -> None:
    (datasets_folder(home) / "nowhere.npz").unlink()
    at = opened()
    assert "is not on this machine, so the images stay empty" in at.info[0].value
    assert not tiles(at)
    assert "of 600 test images are right" in drawings(at)[0]["caption"]
    assert grid(opened(group="never"))["source"]["address"] == ""


@pytest.mark.parametrize(("classes", "count"), [(2, 5), (100, 300)], ids=["binary, 5 images", "100 classes"])
def test_few_images_and_many_classes(home: Path, classes: int, count: int) -> None:
    labels = np.arange(count) % classes
    moments = [guesses(labels, classes, seed, 2) for seed in range(3)]
    write_dataset(home, labels, classes)
    with_snapshots(ended_run(home, labels, moments[-1]), moments)
    at = opened()
    assert f"of {count} test images are right" in drawings(at)[0]["caption"]
    assert ("of 100 classes" in drawings(at)[1]["caption"]) == (classes == 100)


def test_no_mistakes_at_all(home: Path) -> None:
    perfect = np.eye(CLASSES)[LABELS]
    write_dataset(home, LABELS, CLASSES)
    with_snapshots(ended_run(home, LABELS, perfect), [perfect, perfect])
    at = opened()
    assert "**Learned first** · 600" in words(at)
    assert listed(opened(group="late")) == []
    assert "No test image is among these" in grid(opened(group="late"))["nothing"]
