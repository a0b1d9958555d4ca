"""A run that begins with another network, at another size of images: the pages say and show what it took over."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from cnnviz.runs import Run, RunStore
from cnnviz.runs.beginning import beginning_with
from cnnviz.spec import Convolution, GlobalPooling, Pooling
from cnnviz.ui import loaders
from cnnviz.ui.network.models import NEEDED
from tests.look import copied, look_spec, train_look
from tests.pages.looked import captions, figures, opened, words
from tests.ui_train.prepared import prepared_run

LAYERS = (Convolution(filters=4, padding="same"), Pooling(), Convolution(filters=6, padding="same"), GlobalPooling())
TOLD = "It begins with the 4 layers of base, all frozen, below a new last layer: 28 of 362 parameters learn."


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a network and a run that begins with it; only to be copied."""
    from cnnviz.training.execute import train

    folder = tmp_path_factory.mktemp("begun") / "home"
    base = train_look(folder, "base", layers=LAYERS)
    train(beginning_with(base, look_spec("begun"), ("0", "1", "2", "3"), head="new", size=16), folder)
    return folder


@pytest.fixture
def run(trained: Path, home: Path) -> Run:
    """The one that begins with the other."""
    copied(trained, home)
    loaders.look_again()
    for name in (*NEEDED, "sklearn.metrics"):
        import_module(name)
    return next(run for run in RunStore(home).runs() if run.name == "begun")


def told_on(at: object) -> str:
    return words(at).replace("\\", "").replace("\u2060", "").replace("\u00a0", " ")  # type: ignore[arg-type]


def test_train_says_and_draws_what_is_frozen(run: Run) -> None:
    at = opened("pages/learn/train.py", run=run.id)
    said = told_on(at)
    assert TOLD in said
    assert "base on tiny ·" in said
    assert "parameters ·" not in said  # counted once
    [blocks] = [data["blocks"] for data in figures(at) if "blocks" in data]
    assert [block["frozen"] for block in blocks] == [False, *[True] * 5, False]
    assert "They are frozen: they stay as they were trained before." in captions(at)


def test_what_is_trained_on_is_not_told_as_frozen(run: Run, home: Path) -> None:
    spec = run.spec.changed(beginning=run.spec.beginning.changed(frozen="none")) if run.spec.beginning else run.spec
    other = prepared_run(home, "completed", spec=spec)
    at = opened("pages/learn/train.py", run=other.id)
    assert "none frozen, below a new last layer: all 362 parameters learn." in told_on(at)
    [blocks] = [data["blocks"] for data in figures(at) if "blocks" in data]
    assert not any(block["frozen"] for block in blocks)  # what enlarges the images neither
    assert "They are frozen" not in captions(at)


def test_other_runs_have_no_such_words_on_train(run: Run, home: Path) -> None:
    base = next(run for run in RunStore(home).runs() if run.name == "base")
    at = opened("pages/learn/train.py", run=base.id)
    assert "It begins with" not in told_on(at)
    assert "frozen" not in captions(at)


def test_compare_says_what_each_began_with_and_how_much_of_it_learned(run: Run, home: Path) -> None:
    base = next(run for run in RunStore(home).runs() if run.name == "base")
    at = opened("pages/judge/compare.py", runs=f"{base.id},{run.id}")
    said = told_on(at)
    assert "They differ in beginning (random weights and base), layers" in said
    assert "It begins with random weights: all 362 parameters learn." in said
    assert TOLD in said
    tables = "\n".join(one.proto.body for one in at.get("html"))
    assert "<tr><th>of these learn</th><td>362</td><td>28</td></tr>" in tables
    assert "<td>the 4 of the beginning</td>" in tables


def test_kernels_that_are_frozen_have_no_history(run: Run) -> None:
    at = opened("pages/look/kernels.py", run=run.id)
    assert "They have no history" in told_on(at)
    assert "they are frozen, as the network has them that this run begins with" in captions(at)
    assert "not learned, bias" in told_on(at)


def test_what_enlarges_the_image_is_in_the_input(run: Run) -> None:
    at = opened("pages/look/feature_maps.py", run=run.id, image="test-0")
    [network] = [data for data in figures(at) if "columns" in data]
    assert [column["name"] for column in network["columns"]][:3] == ["input", "conv2d_1", "max_pooling2d_1"]
    assert network["columns"][0]["shape"] == "16×16×3"


def test_the_first_convolution_shows_the_image_in_its_colours(run: Run) -> None:
    at = opened("pages/look/convolution.py", run=run.id, image="test-0", layer="conv2d_1")
    [shown] = [data for data in figures(at) if data.get("kind") == "convolution"]
    assert shown["picture"]
    assert shown["channels"] == ["red", "green", "blue"]
    deeper = opened("pages/look/convolution.py", run=run.id, image="test-0", layer="conv2d_2")
    [shown] = [data for data in figures(deeper) if data.get("kind") == "convolution"]
    assert not shown["picture"], json.dumps(shown["channels"])
