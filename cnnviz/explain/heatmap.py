"""Heatmap: what an attribution says about an image's pixels, and how raw numbers become one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import SpecError

__all__ = ["Heatmap", "Verdict", "heatmap", "upsample"]


@dataclass(frozen=True)
class Verdict:
    """Which class is explained, and what the network says of it.

    Attributes:
        class_index: the class.
        predicted: the class the network predicts.
        score: the class's logit (the network's output itself where `logits` is False).
        probability: the class's probability.
        logits: whether the logits were found, so that `score` is one.
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
        layer: see `Heatmap`.
        coarse: see `Heatmap`.
        details: see `Heatmap`.

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
