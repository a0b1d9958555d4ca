"""The preset `strong` on the Train page: how long it takes, and its techniques as settings of any run."""

from pathlib import Path

import pytest

from cnnviz.spec import Convolution, preset
from tests.pages.test_train import choose, fill, open_page, press, the_only_run, words


@pytest.fixture
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs wait in the queue; no test here needs a process that trains them."""
    monkeypatch.setattr("cnnviz.training.launcher.ensure_worker", lambda store: None)


def test_strong_says_how_long_it_takes_and_starts_as_it_is(home: Path, no_workers: None) -> None:
    app = choose(open_page(), "Begin with", "strong")
    assert "about 25 minutes for the full CIFAR-10 on two quiet cores" in words(app)
    assert not app.error
    press(app, "train-start-")
    spec = the_only_run(home)
    assert (spec.preset, spec.name) == ("strong", "")
    assert spec.train == preset("strong").train
    assert spec.model == preset("strong").model


def test_every_technique_can_be_set_by_hand(home: Path, no_workers: None) -> None:
    app = open_page()
    press(app, "train-layer-0")
    choose(app, "Kernels begin as", "whitened")
    assert "24 filters are asked for" not in words(app)
    choose(app, "Optimiser", "sgd")
    fill(app, "Weight decay", 0.01)
    fill(app, "Offsets' rate", 4.0)
    choose(app, "Learning rate over the run", "one_cycle")
    fill(app, "Rises for (%)", 20.0)
    fill(app, "Ends at (%)", 5.0)
    choose(app, "Average the weights", "ema")
    fill(app, "A step keeps (%)", 90.0)
    fill(app, "Every so many steps", 2)
    choose(app, "Look at each test image in", 2)  # type: ignore[arg-type]
    for label in ("Mirror left and right", "In turn", "Stay so"):
        next(one for one in app.toggle if one.label == label).set_value(True).run()
        assert not app.exception
    press(app, "train-start-")
    train, first = the_only_run(home).train, the_only_run(home).model.layers[0]
    assert (train.weight_decay, train.offset_rate, train.warm_up, train.final_rate) == (0.01, 4.0, 0.2, 0.05)
    assert (train.averaging, train.averaging_decay, train.averaging_every, train.views) == ("ema", 0.9, 2, 2)
    assert train.augmentation.flip
    assert train.augmentation.alternate
    assert isinstance(first, Convolution)
    assert (first.initial, first.frozen) == ("whitened", True)
