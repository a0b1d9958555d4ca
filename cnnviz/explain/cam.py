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
from cnnviz.explain.compiled import compiled
from cnnviz.explain.heatmap import Heatmap, heatmap, upsample, values_of
from cnnviz.explain.network import find_layer, image_shape, layer_names, one_image
from cnnviz.explain.passage import pass_through
from cnnviz.explain.places import last_convolution
from cnnviz.explain.scores import choose, class_scores
from cnnviz.explain.subject import CLASS, check_class, verdict_of

__all__ = ["explain_grad_cam", "explain_grad_cam_plus_plus", "grad_cam", "grad_cam_plus_plus"]

Maps = NDArray[np.floating[Any]]  # (map height, map width, filters)
Weights = NDArray[np.floating[Any]]  # (filters,)

_MOST_CLASSES = 2**31 - 1
_ROUNDING = 1e-6  # of what is added up: the sums of float32 maps and gradients are no more exact than that


def explain_grad_cam(
    model: keras.Model, image: ArrayLike, class_index: int | None = None, layer: str | int | None = None
) -> Heatmap:
    """Show where a layer's feature maps raise a class (Selvaraju et al. 2017).

    Each feature map is weighted by the mean gradient of the class's logit with respect to it; the sum, cut at zero, is
    enlarged bilinearly.

    Args:
        model: any Keras classifier with 2-D convolutions.
        image: (height, width, channels) uint8 or float in 0..255.
        class_index: the class to explain; None for the predicted one. A single sigmoid output has the classes 0 and 1.
        layer: name or index of a layer with feature maps; None for the last convolution.

    Returns:
        The heatmap with its record: its values are (height, width) float32 in [0, 1], all zeros where no feature map
        raises the class.

    Raises:
        SpecError: the class or layer does not exist, or the model has no convolution.
        DataError: the image does not fit the model.
    """
    return _explain("gradcam", _by_means, model, image, class_index, layer)


def explain_grad_cam_plus_plus(
    model: keras.Model, image: ArrayLike, class_index: int | None = None, layer: str | int | None = None
) -> Heatmap:
    """Show where feature maps raise a class, several places more evenly (Chattopadhay et al. 2018).

    Each feature map is weighted by its positive gradients alone, each place by how much it adds to the score.

    Args:
        model: any Keras classifier with 2-D convolutions.
        image: (height, width, channels) uint8 or float in 0..255.
        class_index: the class to explain; None for the predicted one. A single sigmoid output has the classes 0 and 1.
        layer: name or index of a layer with feature maps; None for the last convolution.

    Returns:
        The heatmap with its record: its values are (height, width) float32 in [0, 1], all zeros where no feature map
        raises the class.

    Raises:
        SpecError: the class or layer does not exist, or the model has no convolution.
        DataError: the image does not fit the model.
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
    class_index: int | None,
    layer: str | int | None,
) -> Heatmap:
    batch = one_image(model, image)
    shape = image_shape(model, batch)
    name = last_convolution(model, shape) if layer is None else layer
    found, use = find_layer(model, name)
    function = compiled(model, shape, ("cam", id(found), use), partial(_traced, name), CLASS)
    # a class that does not exist is told after the pass, which knows how many there are
    asked = -1 if class_index is None else check_class(class_index, _MOST_CLASSES)
    logits, probabilities, known, maps, gradients = (part.numpy() for part in function(batch, np.int32(asked)))
    verdict = verdict_of(logits[0], probabilities[0], check_class(class_index, logits.shape[1]), bool(known))
    exact = maps[0].astype(np.float64)  # (map height, map width, filters)
    weights = weights_of(exact, gradients[0].astype(np.float64))
    coarse = (exact @ weights).astype(np.float32)  # (map height, map width)
    shown = layer_names(model).get(id(found), found.name)
    return heatmap(
        # cut at zero before enlarging, as the paper does: what speaks against the class must not eat into neighbours
        upsample(np.maximum(coarse, 0), *shape[:2]),
        method,
        verdict,
        _why_empty(maps[0], gradients[0], shown),
        noise=_ROUNDING * float((np.abs(exact) @ np.abs(weights)).max()),
        layer=shown,
        coarse=coarse,
    )


def _traced(layer: str | int, model: keras.Model, images: tf.Tensor, class_index: tf.Tensor) -> tuple[tf.Tensor, ...]:
    found, use = find_layer(model, layer)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        passage = pass_through(model, images, lambda made_by, made: tape.watch(made) if made_by is found else None)
        scores = class_scores(passage)
        inside = tf.minimum(class_index, scores.logits.shape[1] - 1)
        _, score = choose(scores, inside)
    maps = passage.of(found, use).output
    if maps.shape.rank != 4:
        raise SpecError(
            f"the layer {found.name} gives {tuple(maps.shape[1:])} numbers an image, expected feature maps (height, "
            "width, channels); choose a convolution or a layer before the flatten"
        )
    gradients = tape.gradient(score, maps, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    known = tf.constant(scores.exact)
    return scores.logits, scores.probabilities, known, tf.cast(maps, tf.float32), tf.cast(gradients, tf.float32)


def _why_empty(maps: Maps, gradients: Maps, layer: str) -> str:
    """Say why no place of the maps raises the class."""
    if not maps.any():
        return f"every feature map of {layer} is zero on this image"
    if not gradients.any():
        return f"the class's score does not change with the feature maps of {layer} on this image"
    return f"no feature map of {layer} raises this class on this image"
