"""Heatmap: what an attribution says about an image's pixels, and how raw numbers become one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import SpecError

__all__ = ["Heatmap", "Verdict", "heatmap", "upsample", "values_of"]

Arguments = ParamSpec("Arguments")

# What a method's `explain_` function says of its result, and its short form does not.
_RECORD = "The heatmap with its record: its values are "


@dataclass(frozen=True)
class Verdict:
    """Which class is explained, and what the network says of it.

    Attributes:
        class_index: the class.
        predicted: the class the network predicts.
        score: the class's logit.
        probability: the class's probability, in [0, 1].
        logits: whether the network has this logit itself; else it was made of what the network gives, as the logarithm
            of a probability is.
    """

    class_index: int
    predicted: int
    score: float
    probability: float
    logits: bool


@dataclass(frozen=True, eq=False)
class Heatmap:
    """An attribution over an image's pixels.

    Attributes:
        values: (height, width) float32 in [0, 1]; 1 is the strongest pixel, all 0 where `empty` says why.
        raw: (height, width) float32, before clipping and scaling; signed where the method tells for from against.
        raw_range: the smallest and largest of `raw`; what `values` are scaled from.
        method: its name in METHODS.
        verdict: the class explained, its score and probability.
        layer: whose feature maps were used; "" for methods that work on pixels.
        coarse: (map height, map width) float32, `raw` at the layer's own resolution; None for methods on pixels.
        empty: why nothing lights up, one sentence; "" where something does.
        details: the method's settings and checks, such as {"steps": 64, "completeness_error": 0.003}.
    """

    values: NDArray[np.float32]
    raw: NDArray[np.float32]
    raw_range: tuple[float, float]
    method: str
    verdict: Verdict
    layer: str = ""
    coarse: NDArray[np.float32] | None = None
    empty: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def class_index(self) -> int:
        """The class explained."""
        return self.verdict.class_index

    @property
    def class_score(self) -> float:
        """The class's logit."""
        return self.verdict.score


def heatmap(
    raw: NDArray[np.floating[Any]],
    method: str,
    verdict: Verdict,
    why_empty: str,
    *,
    cap: float = 100.0,
    noise: float = 0.0,
    layer: str = "",
    coarse: NDArray[np.float32] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Heatmap:
    """Make a heatmap of raw attributions: what speaks against the class is cut off, the rest scaled to [0, 1].

    Args:
        raw: (height, width); positive speaks for the class.
        method: the method's name.
        verdict: the class explained.
        why_empty: the sentence that says what it means when nothing is positive.
        cap: the percentile drawn as 1; below 100 for methods whose few extreme pixels would hide all others.
        noise: by how much rounding alone moves a raw number; where nothing is above it, nothing lights up.
        layer: see `Heatmap`.
        coarse: see `Heatmap`.
        details: see `Heatmap`.

    Returns:
        The record, its values (height, width) float32 in [0, 1].

    Raises:
        SpecError: the attributions are not finite, because the network's weights or outputs are not.
    """
    raw = np.asarray(raw, np.float32)
    if not (np.isfinite(raw).all() and np.isfinite(verdict.score)):
        raise SpecError(
            "the network gives no finite numbers for this image, because its weights or activations are infinite or "
            "NaN; choose an earlier snapshot or train it again with a smaller learning rate"
        )
    positive = np.maximum(raw, 0)
    if positive.max() <= noise:
        positive = np.zeros_like(raw)
    top = float(np.percentile(positive, cap)) or float(positive.max())
    return Heatmap(
        values=np.minimum(positive / np.float32(top or 1), 1).astype(np.float32),
        raw=raw,
        raw_range=(float(raw.min()), float(raw.max())),
        method=method,
        verdict=verdict,
        layer=layer,
        coarse=coarse,
        empty="" if top else why_empty,
        details=details or {},
    )


def values_of(explained: Callable[Arguments, Heatmap]) -> Callable[Arguments, NDArray[np.float32]]:
    """Make the short form of a method: the same arguments, and of the heatmap its values alone.

    Args:
        explained: a function called `explain_...`.

    Returns:
        The function without that prefix, with the docstring that fits.
    """

    @wraps(explained)
    def values(*arguments: Arguments.args, **settings: Arguments.kwargs) -> NDArray[np.float32]:
        return explained(*arguments, **settings).values

    values.__name__ = values.__qualname__ = explained.__name__.removeprefix("explain_")
    values.__doc__ = (explained.__doc__ or "").replace(_RECORD, "")
    shown = signature(explained).replace(return_annotation=NDArray[np.float32])
    values.__signature__ = shown  # type: ignore[attr-defined]
    return values


def upsample(coarse: NDArray[np.floating[Any]], height: int, width: int) -> NDArray[np.float32]:
    """Enlarge a map bilinearly; its corners come to lie on the image's corners, as `scipy.ndimage.zoom` does it.

    Args:
        coarse: (map height, map width), finite.
        height: of the result in pixels.
        width: of the result in pixels.

    Returns:
        (height, width) float32 within the range of `coarse`.
    """
    rows = _interpolation(coarse.shape[0], height)  # (height, map height)
    columns = _interpolation(coarse.shape[1], width)  # (width, map width)
    return np.asarray(rows @ coarse.astype(np.float64) @ columns.T, np.float32)


def _interpolation(few: int, many: int) -> NDArray[np.float64]:
    """Return the (many, few) matrix of linear interpolation; each row's sum is 1."""
    places = np.linspace(0, few - 1, many) if many > 1 else np.array([(few - 1) / 2])
    return np.asarray(np.maximum(0.0, 1 - np.abs(places[:, None] - np.arange(few)[None, :])))
