"""A network's verdict inside a traced pass: logits where they can be had, and the probabilities they become.

The gradient of a probability vanishes where the network is sure, so explanations start from the logits: what goes into
the softmax or sigmoid at the end, found in the traced graph whichever layer or function computes it.
"""

from dataclasses import dataclass
from typing import Any, Literal

import tensorflow as tf

from cnnviz.errors import SpecError
from cnnviz.explain.passage import Passage

__all__ = ["Head", "Scores", "choose", "class_scores"]

Head = Literal["softmax", "sigmoid", "linear", "unknown"]

_HEADS: dict[str, Head] = {"Softmax": "softmax", "LogSoftmax": "softmax", "Sigmoid": "sigmoid"}
_PASSED_ON = {"Identity", "Cast", "Reshape", "Squeeze"}
_LINEAR = {"BiasAdd", "Add", "AddV2", "MatMul", "Conv2D", "Mean", "Max", "Einsum"}


@dataclass(eq=False)
class Scores:
    """What the network says of each image, one column a class; a single output gets two columns.

    Attributes:
        logits: (n, classes) float32, the values explanations start from; the outputs themselves for an unknown head.
        probabilities: (n, classes) float32.
        units: (n, units) float32, the logits as the network has them: one column for a single output.
        head: what the network ends with.
    """

    logits: tf.Tensor
    probabilities: tf.Tensor
    units: tf.Tensor
    head: Head


def class_scores(passage: Passage) -> Scores:
    """Find a pass's logits and probabilities.

    Raises:
        SpecError: the model does not give one number a class.
    """
    outputs = [tensor for tensor in tf.nest.flatten(passage.output) if isinstance(tensor, tf.Tensor)]
    if len(outputs) != 1:
        raise SpecError(f"the model has {len(outputs)} outputs, expected one (images, classes); choose a classifier")
    output = _as_rows(outputs[0])
    before, head = _before_head(outputs[0])
    units = tf.cast(_as_rows(before), tf.float32)
    logits, probabilities = _both(units, tf.cast(output, tf.float32), head)
    return Scores(logits, probabilities, units, head)


def _as_rows(output: tf.Tensor) -> tf.Tensor:
    """Bring outputs into the form (n, classes); maps of one pixel count as such."""
    shape = output.shape
    if shape.rank is None or shape.rank < 2 or any(side != 1 for side in shape[1:-1]) or not shape[-1]:
        raise SpecError(
            f"the model gives outputs of shape {tuple(shape[1:]) if shape.rank else '?'} an image, expected one number "
            "a class; choose a classifier"
        )
    return tf.reshape(output, [-1, shape[-1]])


def _before_head(output: tf.Tensor) -> tuple[tf.Tensor, Head]:
    """Go back through the traced graph to the tensor before the softmax or sigmoid, if that is how it ends."""
    tensor = output
    while tensor.op.type in _PASSED_ON:
        tensor = tensor.op.inputs[0]
    kind = tensor.op.type
    if kind in _HEADS:
        before: Any = tensor.op.inputs[0]
        if before.shape.rank == output.shape.rank and before.shape[-1] == output.shape[-1]:
            return before, _HEADS[kind]
        return output, "unknown"
    return output, "linear" if kind in _LINEAR else "unknown"


def _both(units: tf.Tensor, output: tf.Tensor, head: Head) -> tuple[tf.Tensor, tf.Tensor]:
    """Return logits and probabilities, (n, classes) both."""
    if units.shape[-1] == 1:
        if head == "unknown":
            return tf.concat([-units, units], 1), tf.concat([1 - output, output], 1)
        yes = tf.sigmoid(units)
        return tf.concat([-units, units], 1), tf.concat([1 - yes, yes], 1)
    match head:
        case "sigmoid":
            return units, tf.sigmoid(units)
        case "unknown":
            return units, output
        case _:
            return units, tf.nn.softmax(units)


def choose(scores: Scores, class_index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Pick each image's class and its score.

    Args:
        scores: of n images.
        class_index: (n,) int32; negative for the class an image is predicted to be.

    Returns:
        (n,) int32 classes and (n,) float32 logits.
    """
    predicted = tf.argmax(scores.logits, 1, output_type=tf.int32)
    index = tf.where(class_index < 0, predicted, class_index)
    return index, tf.gather(scores.logits, index, batch_dims=1)
