"""What is compiled stays warm, follows the weights, is bounded, and dies with its model; the model is left alone."""

import gc
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

import cnnviz
from cnnviz import explain
from cnnviz.explain import compiled as compiled_module
from tests.explain.toys import make, picture

Models = Callable[[str], keras.Model]


def seconds(action: Callable[[], object], times: int = 5) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        took.append(time.perf_counter() - began)
    return min(took)


def test_a_warm_call_is_much_faster_than_a_fresh_one() -> None:
    model = cnnviz.build(cnnviz.preset("two-conv").model)
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    cold = seconds(lambda: explain.grad_cam(model, image), times=1)
    warm = seconds(lambda: explain.grad_cam(model, image))
    assert warm < cold / 3
    explain.feature_maps(model, image)
    assert seconds(lambda: explain.feature_maps(model, image)) < 0.2
    explain.forget(model)
    assert seconds(lambda: explain.grad_cam(model, image), times=1) > 2 * warm


def test_present_weights_are_used() -> None:
    model, image = make("sequential"), picture()
    before = explain.feature_maps(model, image)["out"], explain.explain(model, image).class_score
    model.set_weights([weight * 0.5 for weight in model.get_weights()])
    after = explain.feature_maps(model, image)["out"], explain.explain(model, image).class_score
    np.testing.assert_allclose(after[0][0, 0, 0], model(image[None].astype("float32")).numpy()[0], atol=1e-6)
    assert before[1] != after[1]


@pytest.mark.parametrize("kind", ["sequential", "nested", "subclass"])
def test_a_model_is_let_go(kind: str) -> None:
    model, image = make(kind), picture()
    for method in explain.METHODS:
        explain.explain(model, image, method)
    explain.feature_maps(model, image)
    explain.convolution_terms(model, "first", image, 0, 0, 0)
    watched = weakref.ref(model)
    del model
    gc.collect()
    assert watched() is None


def test_functions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_module, "MOST_FUNCTIONS", 3)
    model, image = make("sequential"), picture()
    for layers in (["first"], ["pool"], ["last"], ["flat"], ["out"]):
        explain.feature_maps(model, image, layers)
    assert len(compiled_module._functions[model]) == 3


def test_a_model_is_left_as_it_was(tmp_path: Path) -> None:
    model, image = make("nested"), picture()
    before = {path: dict(vars(layer)) for path, layer in layers_by_path(model)}
    output = model(image[None].astype("float32")).numpy()
    for method in explain.METHODS:
        explain.explain(model, image, method)
    explain.randomisation_check(model, image)
    after = {path: dict(vars(layer)) for path, layer in layers_by_path(model)}
    for path, values in before.items():
        assert {"call", "activation"} & values.keys() == {"call", "activation"} & after[path].keys()
        assert values.get("activation") is after[path].get("activation")
    np.testing.assert_array_equal(model(image[None].astype("float32")).numpy(), output)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again(image[None].astype("float32")).numpy(), output, atol=1e-6)
    np.testing.assert_allclose(explain.grad_cam(again, image), explain.grad_cam(model, image), atol=1e-5)


def layers_by_path(model: keras.Model) -> list[tuple[str, keras.layers.Layer]]:
    from cnnviz.explain.network import walk

    return list(walk(model))


def test_a_model_that_grows_is_looked_at_anew() -> None:
    model, image = make("sequential"), picture()
    assert list(explain.feature_maps(model, image))[-1] == "out"
    model.pop()
    model.add(keras.layers.Dense(2, activation="softmax", name="other"))
    assert list(explain.feature_maps(model, image))[-1] == "other"
    assert explain.explain(model, image).verdict.class_index in (0, 1)


def test_an_error_while_tracing_leaves_the_model_as_it_was() -> None:
    model = make("sequential")
    with pytest.raises(cnnviz.SpecError):
        explain.grad_cam(model, picture(), layer="flat")
    assert all("call" not in vars(layer) for layer in model.layers)
    assert explain.grad_cam(model, picture()).shape == (8, 8)


def test_many_threads_at_once() -> None:
    model, image = make("nested"), picture()
    expected = model(image[None].astype("float32")).numpy()
    wrong: list[object] = []

    def look(method: str) -> None:
        try:
            for _ in range(3):
                explain.explain(model, image, method)
                if not np.allclose(model(image[None].astype("float32")).numpy(), expected, atol=1e-6):
                    wrong.append(method)
                explain.randomisation_check(model, image, stages=1)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to this test
            wrong.append(error)

    threads = [threading.Thread(target=look, args=(method,)) for method in list(explain.METHODS)[:4]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    np.testing.assert_array_equal(explain.grad_cam(model, image), explain.grad_cam(make("nested"), image))


def test_the_public_names() -> None:
    contract = {"kernels", "feature_maps", "convolution_terms", "grad_cam", "explain", "METHODS"}
    assert contract <= set(explain.__all__) == set(dir(explain))
    for name in explain.__all__:
        assert getattr(explain, name) is not None
        if callable(getattr(explain, name)):
            assert getattr(explain, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'lime'"):
        _ = explain.lime  # type: ignore[attr-defined]
