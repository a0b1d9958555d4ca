"""The names of Keras and TensorFlow that are not public: they are there, and what happens where they are gone."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.common import global_state

from cnnviz import keras_private as private


class Block(keras.layers.Layer):
    """Parts that only a private name finds."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = [keras.layers.Dense(2), keras.layers.Dense(3)]


def test_what_is_installed_was_tried() -> None:
    """A newer version: run all tests, then write its number into `TRIED`."""
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__}
    assert {name: ".".join(version.split(".")[:2]) for name, version in versions.items()} == private.TRIED


def test_the_parts_of_a_block_are_found() -> None:
    block = Block()
    assert private.layers_inside(block) == block.parts
    model = keras.Sequential([keras.Input((4,)), block.parts[0], keras.Sequential([block.parts[1]])])
    assert block.parts[1] in private.layers_inside(model)
    assert block.parts[1] not in private.layers_inside(model, recursive=False)


def test_without_its_name_those_of_models_and_wrappers_are_found() -> None:
    class Other:
        def __init__(self, **parts: Any) -> None:
            self.__dict__ |= parts

    inner, wrapped = Other(), Other()
    outer = Other(layers=[Other(layers=[inner]), Other(layer=wrapped)])
    assert private.layers_inside(outer) == [outer.layers[0], inner, outer.layers[1], wrapped]
    assert private.layers_inside(outer, recursive=False) == outer.layers


def test_weights_are_written_as_a_whole_model_has_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="dense")])
    assert private.write_h5_weights(model, tmp_path / "weights.h5")
    model.save(tmp_path / "whole.h5")
    for name in ("weights", "whole"):
        with h5py.File(tmp_path / f"{name}.h5") as file:
            kernels: list[Any] = []
            file["model_weights"].visititems(
                lambda path, found, kernels=kernels: kernels.append(found[()]) if path.endswith("kernel") else None
            )
        np.testing.assert_array_equal(kernels, [model.layers[0].kernel.numpy()])
    gone: Any = None
    monkeypatch.setitem(sys.modules, "keras.src.legacy.saving.legacy_h5_format", gone)
    assert not private.write_h5_weights(model, tmp_path / "none.h5")
    assert not (tmp_path / "none.h5").exists()


def test_operations_and_what_they_make_are_found_in_a_sequential_model() -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2), keras.layers.Dense(3)])
    graph = private.graph_of(model)
    assert graph is not model
    shapes = [tuple(tensor.shape) for one in graph.operations for tensor in private.outputs_of(one)]
    assert sorted(shapes) == [(None, 2), (None, 3), (None, 4)]
    layer = keras.layers.Dense(2)
    used = [layer(keras.Input((4,))), layer(keras.Input((4,)))]
    assert len(private.outputs_of(layer)) == len(used)
    assert private.name_of_maker(used[0]) == layer.name


def test_variables_without_values_never_get_any() -> None:
    waiting = global_state.get_global_attribute("uninitialized_variables", [], set_to_default=True)
    before = list(waiting)
    with private.without_values():
        layer = keras.layers.Dense(10)
        layer.build((None, 2**40))  # 40 TB
    assert layer.kernel.shape == (2**40, 10)
    assert global_state.get_global_attribute("uninitialized_variables") == before
    with keras.StatelessScope():
        pass  # at its end Keras would give them values
    assert layer.kernel._value is None


def test_tensorflow_forgets_how_it_was_started() -> None:
    script = """
import tensorflow as tf
from cnnviz.keras_private import forget_context
tf.zeros(1)
try:
    tf.config.threading.set_intra_op_parallelism_threads(1)
except RuntimeError:
    assert forget_context()
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.zeros(1)
assert tf.config.threading.get_intra_op_parallelism_threads() == 1
from tensorflow.python.eager import context
del context._reset_context
assert not forget_context()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_a_function_that_is_traced_often_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    for number in range(12):
        function = tf.function(lambda values, number=number: values + number)
        private.quiet_about_tracing(function)
        function(tf.constant(np.ones(number + 1, np.float32)))
    assert "retracing" not in caplog.text
