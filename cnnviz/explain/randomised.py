"""The randomised-weights check: does a heatmap change when the network forgets what it learned?

Source: Adebayo et al. 2018, "Sanity checks for saliency maps". The weights are replaced within the pass only; the model
itself is not touched, so that others may look at it meanwhile.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import SpecError
from cnnviz.explain.heatmap import Heatmap
from cnnviz.explain.methods import explain
from cnnviz.explain.network import image_shape, one_image
from cnnviz.explain.passage import replaced_weights
from cnnviz.explain.places import places_of

__all__ = ["RandomisationCheck", "RandomisedStage", "randomisation_check", "rank_correlation"]


@dataclass(frozen=True, eq=False)
class RandomisedStage:
    """The heatmap after the weights of some layers were drawn anew.

    Attributes:
        layers: their names, from the network's end.
        heatmap: the heatmap of the same class.
        correlation: Spearman's, in [-1, 1], with the real heatmap; None where one of the two is the same everywhere.
    """

    layers: tuple[str, ...]
    heatmap: Heatmap
    correlation: float | None


@dataclass(frozen=True, eq=False)
class RandomisationCheck:
    """A real heatmap and what becomes of it, layer by layer.

    Attributes:
        real: the heatmap of the trained network.
        stages: with ever more layers drawn anew, from the network's end to its beginning.
        seed: of the new weights.
    """

    real: Heatmap
    stages: tuple[RandomisedStage, ...]
    seed: int


def randomisation_check(
    model: keras.Model,
    image: ArrayLike,
    method: str = "gradcam",
    class_index: int | None = None,
    layer: str | int | None = None,
    *,
    stages: int = 3,
    seed: int = 0,
    **settings: Any,
) -> RandomisationCheck:
    """Draw the weights anew from the network's end and see whether the heatmap follows (Adebayo et al. 2018).

    A heatmap that stays the same (correlation near 1) shows the image, not what the network learned.

    Args:
        model: any Keras classifier of images; it keeps its weights.
        image: (height, width, channels) uint8 or float in 0..255.
        method: a name in METHODS.
        class_index: the class to explain; None for the one the trained network predicts.
        layer: as for `explain`.
        stages: how many steps from the first randomised layer to all of them, at least 1.
        seed: of the new weights.
        settings: the method's own.

    Returns:
        The real heatmap, and after each stage the new one with their rank correlation in [-1, 1].

    Raises:
        SpecError: as `explain`, or no layer has weights.
        DataError: the image does not fit the model.
    """
    if stages < 1:
        raise SpecError(f"the randomised-weights check was given {stages} stages, expected at least 1")
    real = explain(model, image, method, class_index, layer, **settings)
    shape = image_shape(model, one_image(model, image))
    weighted = _weighted_layers(model, shape)
    counts = np.unique(np.linspace(1, len(weighted), min(stages, len(weighted))).round().astype(int))
    generator = np.random.default_rng(seed)
    fresh = [[(weight, _drawn_anew(weight, generator)) for weight in found.weights] for _, found in weighted]
    found_stages = []
    for count in counts:
        with replaced_weights([pair for pairs in fresh[:count] for pair in pairs]):
            changed = explain(model, image, method, real.class_index, layer, **settings)
        names = tuple(name for name, _ in weighted[:count])
        found_stages.append(RandomisedStage(names, changed, rank_correlation(real.values, changed.values)))
    return RandomisationCheck(real, tuple(found_stages), seed)


def _weighted_layers(model: keras.Model, shape: tuple[int, int, int]) -> list[tuple[str, keras.layers.Layer]]:
    """Return the layers that learn, from the network's end, each once."""
    places = places_of(model, shape)
    layers: dict[int, tuple[str, keras.layers.Layer]] = {}
    for number in reversed(range(len(places.places))):
        layer = places.layer(number)
        learned = layer.weights and not isinstance(layer, keras.layers.Normalization)
        if learned and not places.places[number].inside:
            layers.setdefault(id(layer), (places.places[number].name, layer))
    if not layers:
        raise SpecError(f"the model {model.name} has no layer that learns, so there are no weights to draw anew")
    return list(layers.values())


def _drawn_anew(weight: Any, generator: np.random.Generator) -> NDArray[np.float32]:
    """Draw a weight as an untrained layer has it: Glorot's for kernels, 0 for biases, 1 for scales and variances.

    Not with the layer's own initializer: one with a fixed seed would give the very weights training began with.
    """
    shape = tuple(weight.shape)
    if len(shape) < 2:
        return np.full(shape, float(any(word in weight.path for word in ("gamma", "variance"))), np.float32)
    window = float(np.prod(shape[:-2]))  # Glorot and Bengio 2010
    limit = np.sqrt(6 / (window * (shape[-2] + shape[-1])))
    return generator.uniform(-limit, limit, shape).astype(np.float32)


def rank_correlation(one: NDArray[np.floating[Any]], other: NDArray[np.floating[Any]]) -> float | None:
    """Return Spearman's rank correlation, ties sharing their mean rank.

    Args:
        one: any shape.
        other: the same shape.

    Returns:
        A number in [-1, 1], or None where one of the two is the same everywhere.
    """
    first, second = _ranks(one), _ranks(other)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    _, places, counts = np.unique(values.ravel(), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[places], np.float64)
