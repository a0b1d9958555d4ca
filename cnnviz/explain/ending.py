"""How a traced network ends: what makes its answers, and between which bounds they lie whatever the image.

The graph itself is read, so it does not matter which layer, function or arithmetic between layers makes an operation,
nor what it is called. Bounds are those of interval arithmetic (Moore 1966), as far back as the operations are known.
"""

import math
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import tensorflow as tf

__all__ = ["Bounds", "before_activation", "bounds_of"]

Bounds = tuple[float, float]

_EVERYTHING: Bounds = (-math.inf, math.inf)

# They give values of their first input, or means of them, and nothing else.
_PASSED_ON = {
    "Identity",
    "IdentityN",
    "Cast",
    "Reshape",
    "Squeeze",
    "ExpandDims",
    "StopGradient",
    "PreventGradient",
    "CheckNumerics",
    "EnsureShape",
    "Snapshot",
}
_PICKED = {
    "Transpose",
    "Slice",
    "StridedSlice",
    "GatherV2",
    "Tile",
    "BroadcastTo",
    "Mean",
    "Max",
    "Min",
    "MaxPool",
    "AvgPool",
}
_WEIGHED = {"MatMul", "BatchMatMulV2", "BatchMatMulV3", "Einsum", "Conv2D", "DepthwiseConv2dNative", "ReadVariableOp"}
_FIXED: dict[str, Bounds] = {
    "Softmax": (0.0, 1.0),
    "Sigmoid": (0.0, 1.0),
    "LogSoftmax": (-math.inf, 0.0),
    "Tanh": (-1.0, 1.0),
    "Softsign": (-1.0, 1.0),
    "Softplus": (0.0, math.inf),
    "Elu": (-1.0, math.inf),
    "Erf": (-1.0, 1.0),
    "Erfc": (0.0, 2.0),
    "Sqrt": (0.0, math.inf),
    "Rsqrt": (0.0, math.inf),
}


def before_activation(output: tf.Tensor) -> tuple[Literal["softmax", "sigmoid"], tf.Tensor] | None:
    """Go back to what a softmax or sigmoid was given, where nothing but passing values on comes after it.

    Args:
        output: (n, ..., units) of a graph.

    Returns:
        Which of the two, and (n, ..., units) that went into it; None where a network ends otherwise.
    """
    tensor = _passed_on(output)
    if tensor.op.type not in ("Softmax", "Sigmoid"):
        return None
    before: tf.Tensor = tensor.op.inputs[0]
    sides = before.shape[1:].as_list() if before.shape.rank else []
    if not sides or sides[-1] != output.shape[-1] or any(side != 1 for side in sides[:-1]):
        return None  # another layout, such as a softmax over places that were then flattened
    return ("softmax" if tensor.op.type == "Softmax" else "sigmoid"), before


def bounds_of(output: tf.Tensor) -> Bounds | None:
    """Return the bounds of a graph's tensor, or None where it is made by operations that are not known here."""
    return _bounds(output, {})


def _passed_on(tensor: tf.Tensor) -> tf.Tensor:
    while tensor.op.type in _PASSED_ON:
        tensor = tensor.op.inputs[tensor.value_index if tensor.op.type == "IdentityN" else 0]
    return tensor


def _bounds(tensor: tf.Tensor, known: dict[str, Bounds | None]) -> Bounds | None:
    tensor = _passed_on(tensor)
    if tensor.name not in known:
        known[tensor.name] = None  # a loop in the graph stays unknown
        known[tensor.name] = _made(tensor.op, known)
    return known[tensor.name]


def _made(operation: tf.Operation, known: dict[str, Bounds | None]) -> Bounds | None:
    """Return the bounds of what an operation gives."""
    kind = operation.type
    if kind in _FIXED:
        return _FIXED[kind]
    if kind in _WEIGHED:  # by numbers that were learned, and may be any
        return _EVERYTHING
    if kind == "Const":
        value = tf.get_static_value(operation.outputs[0])
        numeric = value is not None and np.size(value) > 0 and np.asarray(value).dtype.kind not in "OSU"
        return (float(np.min(value)), float(np.max(value))) if numeric else None
    inputs = operation.inputs[:-1] if kind == "ConcatV2" else operation.inputs  # the last says along which axis
    if kind in _PICKED:
        return _bounds(inputs[0], known)
    if kind not in _ARITHMETIC:
        return None
    found = [_bounds(tensor, known) for tensor in inputs]
    bounds = [one for one in found if one is not None]
    return _ARITHMETIC[kind](bounds) if bounds and len(bounds) == len(found) else None


def _ends(low: float, high: float) -> Bounds:
    """Bounds; infinity less infinity, or times nothing, can be anything."""
    return (-math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high)


def _sum(terms: Sequence[Bounds]) -> Bounds:
    return _ends(sum(low for low, _ in terms), sum(high for _, high in terms))


def _negative(bounds: Bounds) -> Bounds:
    return -bounds[1], -bounds[0]


def _product(terms: Sequence[Bounds]) -> Bounds:
    (a, b), (c, d) = terms
    products = [0.0 if 0 in (one, other) else one * other for one in (a, b) for other in (c, d)]
    return min(products), max(products)


def _quotient(terms: Sequence[Bounds]) -> Bounds:
    above, (low, high) = terms
    if low < 0 < high:
        return _EVERYTHING
    ends = [1 / side if side else math.copysign(math.inf, high if high else low) for side in (low, high)]
    return _product([above, (min(ends), max(ends))])


def _exponential(terms: Sequence[Bounds]) -> Bounds:
    low, high = (math.exp(min(side, 700.0)) if side < math.inf else math.inf for side in terms[0])
    return low, high


def _square(terms: Sequence[Bounds]) -> Bounds:
    low, high = terms[0]
    return (0.0 if low <= 0 <= high else min(low * low, high * high)), max(low * low, high * high)


def _within(bounds: Bounds, low: float, high: float) -> Bounds:
    return min(max(bounds[0], low), high), min(max(bounds[1], low), high)


_ARITHMETIC: dict[str, Callable[[Sequence[Bounds]], Bounds]] = {
    "Add": _sum,
    "AddV2": _sum,
    "AddN": _sum,
    "BiasAdd": _sum,
    "Sub": lambda terms: _sum([terms[0], _negative(terms[1])]),
    "Neg": lambda terms: _negative(terms[0]),
    "Mul": _product,
    "RealDiv": _quotient,
    "Reciprocal": lambda terms: _quotient([(1.0, 1.0), terms[0]]),
    "Exp": _exponential,
    "Square": _square,
    "Relu": lambda terms: _within(terms[0], 0.0, math.inf),
    "Relu6": lambda terms: _within(terms[0], 0.0, 6.0),
    "LeakyRelu": lambda terms: terms[0],
    "Minimum": lambda terms: (min(terms[0][0], terms[1][0]), min(terms[0][1], terms[1][1])),
    "Maximum": lambda terms: (max(terms[0][0], terms[1][0]), max(terms[0][1], terms[1][1])),
    "ClipByValue": lambda terms: _within(terms[0], terms[1][0], terms[2][1]),
    "ConcatV2": lambda terms: (min(low for low, _ in terms), max(high for _, high in terms)),
    "Pack": lambda terms: (min(low for low, _ in terms), max(high for _, high in terms)),
}
