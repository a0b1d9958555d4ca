"""Integrated gradients: how the difference to a plain image is shared out among the pixels.

Source: Sundararajan et al. 2017, "Axiomatic attribution for deep networks".
"""

import keras
import numpy as np
from numpy.typing import ArrayLike

from cnnviz.errors import SpecError
from cnnviz.explain.gradients import CAP
from cnnviz.explain.heatmap import Heatmap, heatmap, values_of
from cnnviz.explain.subject import gradient_sum, scores_of, subject

__all__ = ["explain_integrated_gradients", "integrated_gradients"]

_MOST_STEPS = 2000


def explain_integrated_gradients(
    model: keras.Model,
    image: ArrayLike,
    class_index: int | None = None,
    layer: str | int | None = None,
    *,
    steps: int = 64,
    baseline: float = 0.0,
) -> Heatmap:
    """Show how much each pixel raises the class's logit against a plain image (Sundararajan et al. 2017).

    The record's details hold the method's own check: the attributions should add up to the difference between the
    image's score and the plain image's, and `completeness_error` is by how much they do not, as a share of it.

    Args:
        model: any Keras classifier of images.
        image: (height, width, channels) uint8 or float in 0..255.
        class_index: the class to explain; None for the predicted one.
        layer: not used; the method works on pixels.
        steps: images on the way from the plain image, 1 to 2000; more make the completeness error smaller.
        baseline: the plain image's grey level in 0..255; 0 is black.

    Returns:
        The heatmap with its record: its values are (height, width) float32 in [0, 1], channels added up, what lowers
        the class cut off.

    Raises:
        SpecError: the class or layer does not exist, no gradient reaches the pixels, or steps are out of range.
        DataError: the image does not fit the model.
    """
    if not (1 <= steps <= _MOST_STEPS and 0 <= baseline <= 255):
        raise SpecError(
            f"integrated gradients were given {steps} steps and baseline {baseline}, expected 1 to {_MOST_STEPS} steps "
            "and a grey level in 0..255"
        )
    what = subject(model, image, class_index, layer)
    plain = np.full_like(what.image, baseline)
    way = what.image - plain
    middles = ((np.arange(steps) + 0.5) / steps).astype(np.float32)  # midpoint rule: exact for straight stretches
    total = gradient_sum(what, plain + middles[:, None, None, None] * way)  # (height, width, channels)
    raw = (way[0] * total / steps).sum(axis=2)  # (height, width)
    logits, _, _ = scores_of(model, plain, what.shape)
    difference = what.verdict.score - float(logits[0, what.verdict.class_index])
    error = abs(float(raw.sum()) - difference) / max(abs(difference), 1e-6)
    return heatmap(
        raw,
        "integrated-gradients",
        what.verdict,
        f"no pixel raises this class against a plain image of grey level {baseline:g}",
        cap=CAP,
        details={
            "steps": steps,
            "baseline": baseline,
            "score_difference": difference,
            "completeness_error": error,
        },
    )


integrated_gradients = values_of(explain_integrated_gradients)
