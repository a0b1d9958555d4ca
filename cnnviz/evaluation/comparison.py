"""Two runs on the same test images: which is better, is it more than chance, and where do they disagree."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import RunError, SpecError
from cnnviz.evaluation.judged import Judged
from cnnviz.evaluation.report import Z95
from cnnviz.words import joined

__all__ = ["WHICH", "Comparison", "Which", "compare", "disagreements", "same_images", "why_not_compared"]

Which = Literal["all", "only_a", "only_b", "both_wrong"]
WHICH: tuple[Which, ...] = get_args(Which)


@dataclass(frozen=True)
class Comparison:
    """Two runs on the same test images.

    Attributes:
        both_right, only_a, only_b, both_wrong: how many images both, only the first, only the second, or neither of
            them predicts correctly.
        p_value: of the exact McNemar test: the probability of a difference at least as large, were both equally good.
        difference: the second's accuracy less the first's, in [-1, 1].
        interval: (low, high), its 95 % interval (Bonett and Price 2012).
        sentence: all this in words.
    """

    both_right: int
    only_a: int
    only_b: int
    both_wrong: int
    p_value: float
    difference: float
    interval: tuple[float, float]
    sentence: str


def compare(a: Judged, b: Judged, names: tuple[str, str] = ("A", "B")) -> Comparison:
    """Compare two runs image by image.

    The test is about these two networks: the same settings with another seed give another network.

    Args:
        a: what one predicted for the test images.
        b: what the other predicted for the same ones.
        names: what to call them in the sentence.

    Raises:
        RunError: the two were measured on different test images.
    """
    from scipy.stats import binomtest

    _require_same_images(a, b)
    only_a, only_b = int((a.right & ~b.right).sum()), int((b.right & ~a.right).sum())
    p_value = float(binomtest(only_b, only_a + only_b).pvalue) if only_a + only_b else 1.0
    difference, interval = (only_b - only_a) / len(a), _interval(only_a, only_b, len(a))
    return Comparison(
        both_right=int((a.right & b.right).sum()),
        only_a=only_a,
        only_b=only_b,
        both_wrong=int((~a.right & ~b.right).sum()),
        p_value=p_value,
        difference=difference,
        interval=interval,
        sentence=_sentence(names, only_a, only_b, p_value, difference, interval),
    )


def disagreements(a: Judged, b: Judged, which: Which = "all") -> NDArray[np.int64]:
    """Find the images that two runs take for different classes.

    Args:
        a: what one predicted for the test images.
        b: what the other predicted for the same ones.
        which: all of them; where "only_a" or "only_b" is right; or where "both_wrong".

    Returns:
        (k,) int64 indices of test images, first those on which the less confident of the two is most confident.

    Raises:
        RunError: the two were measured on different test images.
        SpecError: there is no such choice.
    """
    _require_same_images(a, b)
    if which not in WHICH:
        raise SpecError(f"the disagreements cannot be {which!r:.40}; choose one of {', '.join(WHICH)}")
    parts = {"only_a": a.right, "only_b": b.right, "both_wrong": ~a.right & ~b.right}
    found = np.flatnonzero((a.predicted != b.predicted) & parts.get(which, np.True_))
    doubt = -np.minimum(a.confidence, b.confidence)[found]
    return found[np.argsort(doubt, kind="stable")]


def same_images(a: Judged, b: Judged) -> bool:
    """Say whether two runs were measured on the same test images."""
    return (a.dataset, a.class_names) == (b.dataset, b.class_names) and np.array_equal(a.labels, b.labels)


def _require_same_images(a: Judged, b: Judged) -> None:
    if not same_images(a, b):
        described = [f"{len(judged):,} of {judged.dataset or 'a data set'}" for judged in (a, b)]
        raise RunError(
            f"the runs {a.run_id} and {b.run_id} were measured on different test images ({' and '.join(described)}, "
            "perhaps of other classes); choose two runs on the same ones"
        )


def why_not_compared(runs: Mapping[str, Judged | None]) -> str:
    """Say why no two of several runs can be compared image by image, and what can.

    Args:
        runs: what each predicted, by what it is called; None where nothing can be judged.
    """
    blind = [name for name, judged in runs.items() if judged is None]
    if len(blind) > len(runs) - 2:
        has = "has" if len(blind) == 1 else "have"
        return (
            f"{joined(blind)} {has} no predictions that can be judged, so the runs cannot be compared image by image; "
            "their settings and curves can."
        )
    told = [f"{name} {len(judged):,} of {judged.dataset}" for name, judged in runs.items() if judged]
    return (
        f"These runs were measured on different test images ({joined(told)}), so they cannot be compared image by "
        "image and their accuracies say little about each other; their settings, curves and kernels can be compared."
    )


def _interval(only_a: int, only_b: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a difference of paired shares, one image added to each side (Bonett and Price)."""
    share_a, share_b = (only_a + 1) / (n + 2), (only_b + 1) / (n + 2)
    centre = share_b - share_a
    half = Z95 * sqrt((share_a + share_b - centre**2) / (n + 2))
    return max(-1.0, centre - half), min(1.0, centre + half)


def _sentence(
    names: tuple[str, str], only_a: int, only_b: int, p_value: float, difference: float, interval: tuple[float, float]
) -> str:
    first, second = names
    if not only_a + only_b:
        return f"{first} and {second} are right on the same images."
    low, high = (100 * bound for bound in interval)
    images = "1 image" if only_b == 1 else f"{only_b:,} images"
    return (
        f"{second} is better on {images}, worse on {only_a:,}; {_chance(p_value)}. Its accuracy differs by "
        f"{100 * difference:+.1f} points (95 % interval {low:+.1f} to {high:+.1f})."
    )


def _chance(p_value: float) -> str:
    if p_value < 0.001:
        return "very unlikely to be chance (p < 0.001)"
    told = "unlikely to be chance" if p_value < 0.05 else "this may be chance"
    return f"{told} (p = {p_value:.2g})"
