"""A batch of images is explained as its images are one by one, whatever else is in it."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from cnnviz import explain
from cnnviz.errors import CnnvizError, DataError, SpecError
from cnnviz.explain import batching
from tests.explain.test_methods import FUNCTIONS, QUICK
from tests.explain.toys import picture

Models = Callable[[str], keras.Model]


@pytest.mark.parametrize("method", explain.METHODS)
@pytest.mark.parametrize("kind", ["functional", "sigmoid", "grey", "strong"])
def test_a_batch_is_its_images_one_by_one(kind: str, method: str, model_of: Models) -> None:
    model, images = model_of(kind), picture(kind, count=5)
    images[1] //= 16  # a dark one: what is scaled or capped by an image's own range must not be by another's
    asked = [1, 0, 1, 1, 0]
    function, quick = FUNCTIONS[method], QUICK.get(method, {})
    batch = function(model, images, asked, **quick)
    assert batch.shape == (5, 8, 8)
    assert batch.dtype == np.float32
    alone = [function(model, image, index, **quick) for image, index in zip(images, asked, strict=True)]
    np.testing.assert_allclose(batch, alone, atol=1e-5)
    others = function(model, images[[4, 1]], np.array(asked)[[4, 1]], **quick)
    np.testing.assert_allclose(others, batch[[4, 1]], atol=1e-5)
    one_class = function(model, images, 1, **quick)
    np.testing.assert_allclose(one_class[[0, 2, 3]], batch[[0, 2, 3]], atol=1e-5)
    predicted = explain.explain_batch(model, images, method, **quick)
    for record, image in zip(predicted, images, strict=True):
        single = explain.explain(model, image, method, **quick)
        np.testing.assert_allclose(record.values, single.values, atol=1e-5)
        assert (record.class_index, record.empty, record.layer) == (single.class_index, single.empty, single.layer)


def test_a_batch_larger_than_memory_is_cut(model_of: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    model, images = model_of("functional"), picture(count=7)
    whole = {name: FUNCTIONS[name](model, images, 2) for name in ("gradcam", "saliency", "smoothgrad")}
    monkeypatch.setattr(batching, "_LARGEST", 3)
    for name, found in whole.items():
        np.testing.assert_allclose(FUNCTIONS[name](model, images, 2), found, atol=1e-5)


def test_many_images_take_one_pass(model_of: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    model, images = model_of("functional"), picture(count=9)
    explain.grad_cam(model, images)
    passes: list[int] = []
    from cnnviz.explain import cam

    real = cam.compiled

    def counted(*given: Any) -> Callable[..., Any]:
        function = real(*given)
        return lambda part, *rest: (passes.append(len(part)), function(part, *rest))[1]

    monkeypatch.setattr(cam, "compiled", counted)
    explain.grad_cam(model, images, list(range(3)) * 3)
    assert passes == [9]


def test_a_batch_of_one_stays_a_batch(model_of: Models) -> None:
    image = picture()
    assert explain.grad_cam(model_of("sequential"), image[None]).shape == (1, 8, 8)
    assert explain.grad_cam(model_of("sequential"), image, [2]).shape == (8, 8)
    assert explain.saliency(model_of("grey"), picture("grey")[..., 0]).shape == (8, 8)
    assert explain.saliency(model_of("grey"), picture("grey", count=3)[..., 0]).shape == (3, 8, 8)
    assert explain.explain(model_of("sequential"), image[None]).values.shape == (8, 8)


@pytest.mark.parametrize(
    ("count", "classes", "says"),
    [
        (2, [0, 1, 2], "3 classes were given for 2 images; give one class for all, or one for each image"),
        (2, [0, 3], "the class 3 does not exist; the model has the classes 0 to 2"),
        (2, ["cat", 1], "the class was given as 'cat'; give its index, 0 to 2"),
        (2, "cat", "the class was given as 'cat'; give its index, 0 to 2"),
        (1, 1.5, "the class was given as 1.5; give its index, 0 to 2"),
        (1, True, "the class was given as True; give its index, 0 to 2"),
        (1, 2**40, f"the class {2**40} does not exist; the model has the classes 0 to 2"),
        (0, None, "no images were given to explain; give at least one"),
    ],
)
@pytest.mark.parametrize("method", ["gradcam", "saliency"])
def test_wrong_classes_are_told_with_the_real_range(
    method: str, count: int, classes: Any, says: str, model_of: Models
) -> None:
    with pytest.raises(CnnvizError) as raised:
        explain.explain_batch(model_of("functional"), picture(count=count), method, classes)
    assert str(raised.value) == says


def test_one_image_is_asked_for_where_one_is_explained(model_of: Models) -> None:
    with pytest.raises(DataError, match=r"2 images were given where one is explained; give one .* explain_batch"):
        explain.explain(model_of("sequential"), picture(count=2))
    with pytest.raises(SpecError, match="no layer 'nowhere'"):
        explain.explain_batch(model_of("sequential"), picture(count=2), layer="nowhere")


@pytest.mark.parametrize("method", ["occlusion", "smoothgrad", "gradcam"])
def test_whoever_watches_is_told_of_every_batch_and_may_end_it(
    method: str, model_of: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "_LARGEST", 4)
    told: list[tuple[int, int]] = []
    with batching.watched(lambda done, of: told.append((done, of))):
        explain.explain(model_of("functional"), picture(), method)
    largest = max(of for _, of in told)
    assert [done for done, of in told if of == largest] == list(range(0, largest, 4))
    asked = len(told)
    explain.explain(model_of("functional"), picture(), method)
    assert len(told) == asked  # nobody watches any more

    def end(done: int, of: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError), batching.watched(end):
        explain.explain(model_of("functional"), picture(), method)
