"""Class weights count in the validation as in the training: what is kept as the best is the best by both."""

from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import load_dataset, prepare
from cnnviz.training.execute import train
from tests.training.helpers import tiny_spec

WEIGHTS = (0.2, 4.0, 1.0, 0.5)


def test_the_validation_loss_weighs_classes_as_the_training_does(home: Path) -> None:
    weights = np.array(WEIGHTS)
    run = train(tiny_spec(epochs=2, class_weights=WEIGHTS, keep="best"), home)
    held = prepare(load_dataset("tiny", home), run.spec.data, run.spec.train.seed).validation
    ends = [item.number for item in run.snapshots() if item.position in (1.0, 2.0)]
    for number, loss in zip(ends, run.history().epochs["val_loss"], strict=True):
        said = np.asarray(run.model(number)(held.images.astype(np.float32)), np.float64)
        each = -np.log(said[np.arange(len(held)), held.labels])
        assert loss == pytest.approx((each * weights[held.labels]).mean(), rel=1e-4)
        assert loss != pytest.approx(each.mean(), rel=1e-2)


def test_an_epoch_says_how_many_images_it_was_validated_on(home: Path) -> None:
    run = train(tiny_spec(epochs=1, data={"train_images": 40, "validation": 0.1}), home)
    assert (run.history().val_images, run.history().train_images) == (4, 36)
    without = train(tiny_spec(epochs=1, data={"validation": 0.0}), home)
    assert (without.history().val_images, without.history().train_images) == (None, 240)
