import os
import subprocess
import sys

import numpy as np
import pytest

from cnnviz.runs import Run
from cnnviz.ui.network import arrays_of, keras_ready, model, models
from cnnviz.ui.network.models import feature_maps, peaks
from tests.dashboard import ROOT


def test_weights_are_those_of_the_model(looked_at: Run) -> None:
    opened, arrays = model(looked_at.at()), arrays_of(looked_at.at())
    assert not any(array.flags.writeable for array in arrays.values())
    for weight in opened.weights:
        np.testing.assert_allclose(arrays[weight.path], np.asarray(weight.value), rtol=1e-3, atol=1e-3)


def test_a_model_is_opened_once(looked_at: Run) -> None:
    assert model(looked_at.at(1)) is model(looked_at.at(1))
    assert model(looked_at.at(1)) is not model(looked_at.at(2))


def test_what_a_model_makes_of_images_is_kept(looked_at: Run) -> None:
    image = np.zeros((8, 8, 3), np.uint8)
    maps = feature_maps(looked_at.at(), image)
    assert maps["conv2d_1"].shape == (8, 8, 4)
    assert not any(array.flags.writeable for array in maps.values())
    assert maps["probabilities"].shape == (1, 1, 4)
    assert feature_maps(looked_at.at(), image.copy()) is maps
    assert feature_maps(looked_at.at(0), image) is not maps
    assert peaks(looked_at.at(), "conv2d_1") is peaks(looked_at.at(), "conv2d_1")


def test_maps_are_kept_up_to_a_size_whatever_the_network(looked_at: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    images = [np.full((8, 8, 3), value, np.uint8) for value in (10, 20, 30)]
    each = sum(array.nbytes for array in feature_maps(looked_at.at(), images[0]).values())
    kept = models._KeptMaps(2 * each)
    monkeypatch.setattr(models, "_kept_maps", lambda: kept)
    first, second, third = (feature_maps(looked_at.at(), image) for image in images)
    assert feature_maps(looked_at.at(), images[2]) is third
    assert feature_maps(looked_at.at(), images[1]) is second
    assert feature_maps(looked_at.at(), images[0]) is not first
    monkeypatch.setattr(models, "_kept_maps", lambda: models._KeptMaps(each - 1))
    assert list(feature_maps(looked_at.at(), images[0])) == list(first)


def test_keras_is_imported_in_the_background() -> None:
    script = """
import sys, time
from cnnviz.ui.network import keras_ready
start = time.perf_counter()
ready = keras_ready()
waited = time.perf_counter() - start
while not keras_ready():
    time.sleep(0.1)
print(ready, waited < 0.5, "tensorflow" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={**os.environ}, capture_output=True, text=True, timeout=180
    )
    assert done.stdout.splitlines()[-1] == "False True True", done.stderr


def test_no_page_waits_for_keras_before_it_begins() -> None:
    script = """
import pkgutil, sys
from importlib import import_module
from cnnviz import ui
for module in pkgutil.walk_packages(ui.__path__, "cnnviz.ui."):
    import_module(module.name)
    assert "keras" not in sys.modules, module.name + " imports Keras"
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr


def test_keras_is_ready_where_it_was_imported(looked_at: Run) -> None:
    assert keras_ready()
