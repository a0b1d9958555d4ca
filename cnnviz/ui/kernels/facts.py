"""What a layer's kernels are in numbers, read from snapshots without Keras."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import RunError
from cnnviz.explain import filter_changes, filter_norms, similarity_order
from cnnviz.figures.mosaic import in_digits
from cnnviz.runs import Weights
from cnnviz.ui.network import arrays_of

__all__ = ["ORDERS", "KernelFacts", "kernel_facts", "kernels_at", "signed"]

ORDERS = {  # what the page calls them, in the URL too
    "by number": "number",
    "strongest first": "norm",
    "alike together": "similarity",
    "most changed first": "change",
}

_UNLEARNED = {
    "whitened": "These kernels are not learned: they are the directions in which patches of the training images vary "
    "and the same negated (whitening), worked out before training and left so.",
    "frozen": "These kernels are not learned: training left them as they began, which this layer's settings ask for.",
}


@dataclass(frozen=True, eq=False)
class KernelFacts:
    """A convolution layer's kernels at one moment.

    Attributes:
        layer: its name.
        kernels: (kernel height, kernel width, channels in, filters).
        bias: (filters,); zeros without one.
        norms: (filters,) Euclidean norm of each kernel.
        changes: (filters,) how far each has moved since the start; None where the first snapshot is gone.
        unlearned: what they are where they did not learn, a sentence; else empty.
    """

    layer: str
    kernels: NDArray[np.floating[Any]]
    bias: NDArray[np.floating[Any]]
    norms: NDArray[np.float64]
    changes: NDArray[np.float64] | None
    unlearned: str = ""

    @property
    def size(self) -> str:
        """`3×3`."""
        return "×".join(map(str, self.kernels.shape[:2]))

    @property
    def limit(self) -> float:
        """The largest weight without its sign: full colour for the layer. 1 where all are zero, or none is finite."""
        finite = self.kernels[np.isfinite(self.kernels)]
        return float(np.abs(finite).max(initial=0)) or 1.0

    def order(self, rule: str) -> list[int]:
        """Return the filters' numbers in the order of "number", "norm", "similarity" or "change"."""
        if rule == "norm":
            found = np.argsort(-self.norms, kind="stable")
        elif rule == "change" and self.changes is not None:
            found = np.argsort(-self.changes, kind="stable")
        elif rule == "similarity":
            found = similarity_order(self.kernels)
        else:
            found = np.arange(len(self.norms))
        return [int(number) for number in found]

    def labels(self, rule: str) -> list[str]:
        """Return what stands under each kernel, by filter number: what it is sorted by."""
        if rule == "norm":
            return [signed(norm) for norm in self.norms]
        if rule == "change" and self.changes is not None:
            return [signed(change) for change in self.changes]
        return [str(number) for number in range(len(self.norms))]


def kernels_at(weights: Weights, layer: str) -> NDArray[np.floating[Any]]:
    """Return a layer's kernels, (kernel height, kernel width, channels in, filters), without Keras.

    Raises:
        RunError: the snapshot has none of that name.
    """
    try:
        return arrays_of(weights)[f"{layer}/kernel"]
    except KeyError as error:
        run = weights.run
        if run.spec.model.foreign:
            raise RunError(f"the run {run.name} holds no kernels of {layer}; choose another layer") from error
        raise RunError(
            f"the snapshot {weights.number} of the run {run.name} holds no kernels of {layer}; "
            "choose another snapshot or train it again"
        ) from error


def kernel_facts(weights: Weights, layer: str) -> KernelFacts:
    """Gather the numbers of a layer's kernels.

    Raises:
        RunError: the snapshot cannot be read.
    """
    kernels = kernels_at(weights, layer)
    try:
        changes = filter_changes(kernels, kernels_at(Weights(weights.run, 0), layer))
    except RunError:
        changes = None
    bias = arrays_of(weights).get(f"{layer}/bias")
    zeros = np.zeros(kernels.shape[-1], np.float32)
    unlearned = _UNLEARNED.get(weights.run.spec.model.unlearned(layer) or "", "")
    return KernelFacts(layer, kernels, zeros if bias is None else bias, filter_norms(kernels), changes, unlearned)


def signed(value: float) -> str:
    """Return a number in two significant digits, with a real minus: `−0.012`."""
    if not math.isfinite(value):
        return "not finite"
    return ("−" if value < 0 else "") + in_digits(abs(float(value))) if value else "0"
