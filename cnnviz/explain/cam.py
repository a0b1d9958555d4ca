"""Grad-CAM and Grad-CAM++: which places of a layer's feature maps raise a class.

Sources: Selvaraju et al. 2017, "Grad-CAM: Visual explanations from deep networks via gradient-based localization";
Chattopadhay et al. 2018, "Grad-CAM++: Generalized gradient-based visual explanations for deep convolutional networks".
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import SpecError
from cnnviz.explain.batching import batches
from cnnviz.explain.compiled import compiled
from cnnviz.explain.heatmap import Heatmap, Heatmaps, Verdict, heatmap, upsample, values_of
from cnnviz.explain.last_maps import LAST_MAPS, output_of
from cnnviz.explain.network import full_name, image_shape
from cnnviz.explain.passage import pass_through
from cnnviz.explain.places import last_place
from cnnviz.explain.scores import choose, class_scores
from cnnviz.explain.subject import CLASSES, Classes, asked_class, class_given, given_images, verdict_of

__all__ = ["explain_grad_cam", "explain_grad_cam_plus_plus", "grad_cam", "grad_cam_plus_plus"]

Maps = NDArray[np.floating[Any]]  # (map height, map width, filters)
Weights = NDArray[np.floating[Any]]  # (filters,)

_ROUNDING = 1e-6  # of what is added up: the sums of float32 maps and gradients are no more exact than that


def explain_grad_cam(
    model: keras.Model, image: ArrayLike, class_index: Classes = None, layer: str | int | None = None
) -> Heatmaps:
    """Show where a layer's feature maps raise a class (Selvaraju et al. 2017).

    Each feature map is weighted by the mean gradient of the class's logit with respect to it; the sum, cut at zero, is
    enlarged bilinearly.

    Args:
        model: any Keras classifier with 2-D convolutions.
        image: (height, width, channels) uint8 or float in 0..255, or several (images, height, width, channels).
        class_index: the class to explain, or one for each image; None for the predicted one. A single sigmoid output
            has the classes 0 and 1.
        layer: name or index of a layer with feature maps; None for the last maps, see `last_place`.

    Returns:
        Each image's heatmap with its record: its values are (height, width) float32 in [0, 1], all zeros where no
        feature map
        raises the class; (images, height, width) for several images.

    Raises:
        SpecError: a class or the layer does not exist, or the model has no convolution.
        DataError: the images do not fit the model.
    """
    return _explain("gradcam", _by_means, model, image, class_index, layer)


def explain_grad_cam_plus_plus(
    model: keras.Model, image: ArrayLike, class_index: Classes = None, layer: str | int | None = None
) -> Heatmaps:
    """Show where feature maps raise a class, several places more evenly (Chattopadhay et al. 2018).

    Each feature map is weighted by its positive gradients alone, each place by how much it adds to the score.

    Args:
        model: any Keras classifier with 2-D convolutions.
        image: (height, width, channels) uint8 or float in 0..255, or several (images, height, width, channels).
        class_index: the class to explain, or one for each image; None for the predicted one. A single sigmoid output
            has the classes 0 and 1.
        layer: name or index of a layer with feature maps; None for the last maps, see `last_place`.

    Returns:
        Each image's heatmap with its record: its values are (height, width) float32 in [0, 1], all zeros where no
        feature map
        raises the class; (images, height, width) for several images.

    Raises:
        SpecError: a class or the layer does not exist, or the model has no convolution.
        DataError: the images do not fit the model.
    """
    return _explain("gradcam-plus-plus", _by_alphas, model, image, class_index, layer)


grad_cam = values_of(explain_grad_cam)
grad_cam_plus_plus = values_of(explain_grad_cam_plus_plus)


def _by_means(maps: Maps, gradients: Maps) -> Weights:
    """Weigh every map by its mean gradient."""
    return np.asarray(gradients.mean(axis=(0, 1)))


def _by_alphas(maps: Maps, gradients: Maps) -> Weights:
    """Weigh every map by its positive gradients, each place by equation 19.

    The factor exp(score) of equation 10 is the same for all maps and is left out; the weights of a map's places are
    divided by their sum, as the authors' own program does.
    """
    below = 2 * gradients**2 + maps.sum(axis=(0, 1)) * gradients**3
    alphas = np.divide(gradients**2, below, out=np.zeros_like(below), where=below != 0)
    sums = alphas.sum(axis=(0, 1))
    alphas = np.divide(alphas, sums, out=alphas, where=sums != 0)
    return np.asarray((alphas * np.maximum(gradients, 0)).sum(axis=(0, 1)))


def _explain(
    method: str,
    weights_of: Callable[[Maps, Maps], Weights],
    model: keras.Model,
    image: ArrayLike,
    class_index: Classes,
    layer: str | int | None,
) -> Heatmaps:
    images, single = given_images(model, image)
    shape = image_shape(model, images)
    given = class_given(class_index, len(images))
    name = _name(model, images, layer)
    function = compiled(model, shape, ("cam", name), partial(_traced, name), CLASSES)
    asked = np.array([asked_class(one) for one in given], np.int32)
    found: list[Heatmap] = []
    for part in batches(model, images):
        done = len(found)
        logits, probabilities, known, *both = (one.numpy() for one in function(part, asked[done : done + len(part)]))
        for number, (maps, gradients) in enumerate(zip(*both, strict=True)):
            verdict = verdict_of(logits[number], probabilities[number], given[done + number], bool(known))
            found.append(_heatmap(method, weights_of, verdict, name, maps, gradients, shape[:2]))
    return Heatmaps(tuple(found), single)


def _heatmap(
    method: str,
    weights_of: Callable[[Maps, Maps], Weights],
    verdict: Verdict,
    layer: str,
    maps: Maps,
    gradients: Maps,
    size: tuple[int, int],
) -> Heatmap:
    """Make one image's heatmap of its maps and of the score's gradients there."""
    exact = maps.astype(np.float64)  # (map height, map width, filters)
    weights = weights_of(exact, gradients.astype(np.float64))
    coarse = (exact @ weights).astype(np.float32)  # (map height, map width)
    return heatmap(
        # cut at zero before enlarging, as the paper does: what speaks against the class must not eat into neighbours
        upsample(np.maximum(coarse, 0), *size),
        method,
        verdict,
        _why_empty(maps, gradients, layer),
        noise=_ROUNDING * float((np.abs(exact) @ np.abs(weights)).max()),
        layer=layer,
        coarse=coarse,
    )


def _name(model: keras.Model, images: ArrayLike, layer: str | int | None) -> str:
    """Return the name under which this use of a layer, and no other, is found again."""
    name = last_place(model, images).name if layer is None else layer
    return LAST_MAPS if name == LAST_MAPS else full_name(model, name)


def _traced(layer: str, model: keras.Model, images: tf.Tensor, class_index: tf.Tensor) -> tuple[tf.Tensor, ...]:
    passage = pass_through(model, images)
    scores = class_scores(passage)
    _, score = choose(scores, tf.minimum(class_index, scores.logits.shape[1] - 1))
    maps = output_of(passage, model, layer)
    if maps.shape.rank != 4:
        raise SpecError(
            f"the layer {layer} gives {tuple(maps.shape[1:])} numbers an image, expected feature maps (height, width, "
            "channels); choose a convolution or a layer before the flatten"
        )
    [gradients] = tf.gradients(score, [maps], unconnected_gradients="zero")
    known = tf.constant(scores.exact)
    return scores.logits, scores.probabilities, known, tf.cast(maps, tf.float32), tf.cast(gradients, tf.float32)


def _why_empty(maps: Maps, gradients: Maps, layer: str) -> str:
    """Say why no place of the maps raises the class."""
    if not maps.any():
        return f"every feature map of {layer} is zero on this image"
    if not gradients.any():
        return f"the class's score does not change with the feature maps of {layer} on this image"
    return f"no feature map of {layer} raises this class on this image"
