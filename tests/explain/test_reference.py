"""Grad-CAM and Grad-CAM++ against tf-keras-vis, which is installed for development alone."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import keras
import numpy as np
import pytest

from cnnviz import explain
from tests.explain.test_last_maps import joined
from tests.explain.toys import CLASSES, picture

Models = Callable[[str], keras.Model]


@contextmanager
def old_habits() -> Iterator[None]:
    with warnings.catch_warnings():  # theirs, not ours
        warnings.simplefilter("ignore")
        yield


with old_habits():
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus
    from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
    from tf_keras_vis.utils.scores import CategoricalScore


@pytest.mark.parametrize(
    ("ours", "theirs"), [(explain.grad_cam, Gradcam), (explain.grad_cam_plus_plus, GradcamPlusPlus)]
)
@pytest.mark.parametrize("kind", ["sequential", "grey", "functional", "logits", "normalised"])
def test_heatmaps_agree(kind: str, ours: Callable[..., np.ndarray], theirs: type, model_of: Models) -> None:
    model = model_of(kind)
    layer = "separable" if kind == "normalised" else "last"  # where theirs does not look by itself
    end = model.get_layer("out").output if kind == "functional" else model.outputs[0]
    with old_habits():
        modifier = None if kind in ("functional", "logits") else ReplaceToLinear()
        there = theirs(keras.Model(model.inputs[0], end), model_modifier=modifier, clone=True)
    compared = 0
    for class_index in range(CLASSES):
        image = picture(kind, seed=class_index)
        with old_habits():
            expected = there(
                CategoricalScore([class_index]),
                image[None].astype("float32"),
                penultimate_layer=layer,
                seek_penultimate_conv_layer=False,
            )[0]
        found = ours(model, image, class_index, layer)
        if found.any() and np.ptp(expected) > 0:
            compared += 1
            assert np.corrcoef(found.ravel(), np.asarray(expected).ravel())[0, 1] >= 0.99
        else:
            assert not found.any()
    assert compared


def test_the_last_maps_of_a_network_with_branches_agree() -> None:
    keras.utils.set_random_seed(4)
    model, image = joined(), picture()
    with old_habits():
        there = Gradcam(model, model_modifier=ReplaceToLinear(), clone=True)
        [expected] = there(
            CategoricalScore([2]),
            image[None].astype("float32"),
            penultimate_layer="joined",
            seek_penultimate_conv_layer=False,
        )
    found = explain.grad_cam(model, image, 2)
    assert np.ptp(expected) > 0
    assert np.corrcoef(found.ravel(), np.asarray(expected).ravel())[0, 1] >= 0.99
