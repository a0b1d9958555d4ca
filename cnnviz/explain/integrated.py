"""Integrated gradients: how the difference to a plain image is shared out among the pixels.

Source: Sundararajan et al. 2017, "Axiomatic attribution for deep networks".
"""

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import SpecError
from cnnviz.explain.gradients import CAP
from cnnviz.explain.heatmap import Heatmap, Heatmaps, Verdict, heatmap, values_of
from cnnviz.explain.network import Images
from cnnviz.explain.subject import Classes, gradient_sums, scores_of, subject

__all__ = ["explain_integrated_gradients", "integrated_gradients"]

_MOST_STEPS = 2000


def explain_integrated_gradients(
    model: keras.Model,
    image: ArrayLike,
    class_index: Classes = None,
    layer: str | int | None = None,
    *,
    steps: int = 64,
    baseline: float = 0.0,
) -> Heatmaps:
    """Show how much each pixel raises the class's logit against a plain image (Sundararajan et al. 2017).

    The record's details hold the method's own check: the attributions should add up to the difference between the
    image's score and the plain image's, and `completeness_error` is by how much they do not, as a share of it.

    Args:
        model: any Keras classifier of images.
        image: (height, width, channels) uint8 or float in 0..255, or several (images, height, width, channels).
        class_index: the class to explain, or one for each image; None for the predicted one.
        layer: not used; the method works on pixels.
        steps: images on the way from the plain image, 1 to 2000; more make the completeness error smaller.
        baseline: the plain image's grey level in 0..255; 0 is black.

    Returns:
        Each image's heatmap with its record: its values are (height, width) float32 in [0, 1], channels added up, what
        lowers the class cut off; (images, height, width) for several images.

    Raises:
        SpecError: a class or the layer does not exist, no gradient reaches the pixels, or steps are out of range.
        DataError: the images do not fit the model.
    """
    if not (1 <= steps <= _MOST_STEPS and 0 <= baseline <= 255):
        raise SpecError(
            f"integrated gradients were given {steps} steps and baseline {baseline}, expected 1 to {_MOST_STEPS} steps "
            "and a grey level in 0..255"
        )
    what = subject(model, image, class_index, layer)
    middles = ((np.arange(steps) + 0.5) / steps).astype(np.float32)  # midpoint rule: exact for straight stretches
    way = what.images - np.float32(baseline)

    def on_the_way(number: int) -> Images:
        return np.asarray(np.float32(baseline) + middles[:, None, None, None] * way[number])

    totals = gradient_sums(what, on_the_way, steps)  # (images, height, width, channels)
    shares = (way * totals / steps).sum(axis=3)  # (images, height, width)
    plain, _, _ = scores_of(model, np.full_like(what.images[:1], baseline), what.shape)
    settings = {"steps": steps, "baseline": baseline}
    found = (_heatmap(raw, verdict, plain[0], settings) for raw, verdict in zip(shares, what.verdicts, strict=True))
    return Heatmaps(tuple(found), what.single)


integrated_gradients = values_of(explain_integrated_gradients)


def _heatmap(raw: NDArray[np.float64], verdict: Verdict, plain: Images, settings: dict[str, float]) -> Heatmap:
    """Make one image's heatmap.

    Args:
        raw: (height, width) shares of the pixels.
        verdict: of the image.
        plain: (classes,) logits of the plain image.
        settings: the method's.
    """
    difference = verdict.score - float(plain[verdict.class_index])
    error = abs(float(raw.sum()) - difference) / max(abs(difference), 1e-6)
    return heatmap(
        raw,
        "integrated-gradients",
        verdict,
        f"no pixel raises this class against a plain image of grey level {settings['baseline']:g}",
        cap=CAP,
        details={**settings, "score_difference": difference, "completeness_error": error},
    )
