"""Where a network's feature maps end: the whole tensor that its verdict is made of, whatever makes it.

In a network with branches the last convolution is one branch of several; what goes into the global pooling or the
flatten is all of them together. docs/decisions/0011-where-to-explain.md has the comparison.
"""

from collections.abc import Callable, Iterable, Iterator

import keras
import tensorflow as tf

from cnnviz.explain.network import find_layer
from cnnviz.explain.passage import Passage

__all__ = ["CONVOLUTIONS", "LAST_MAPS", "last_maps", "output_of", "plain"]

LAST_MAPS = "(last maps)"
"""The name of the last maps where no layer but an operation makes them; no Keras layer can be called so by accident."""

CONVOLUTIONS = (
    keras.layers.Conv2D,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv2D,
    keras.layers.Conv2DTranspose,
)
_ATTENTION = (keras.layers.MultiHeadAttention, keras.layers.GroupQueryAttention)
_POOLS = {"MaxPool", "AvgPool"}
_FOR_SHAPE_ALONE = {"Shape", "Size", "Rank"}


def last_maps(passage: Passage) -> tf.Tensor | None:
    """Find the last feature maps in a traced pass: of more than one pixel, and with a convolution before them.

    The way goes back from the verdict to the first maps on it, and from there back over a pooling, which makes maps
    coarser and adds nothing. Where several maps are pooled side by side, those with the most channels are taken, and
    of these the ones made last.

    Args:
        passage: of any model.

    Returns:
        (images, height, width, channels), or None where there are none.
    """
    outputs = [tensor for tensor in tf.nest.flatten(passage.output) if isinstance(tensor, tf.Tensor)]
    inside = {call.output.name: call.given for call in passage.calls if isinstance(call.layer, _ATTENTION)}
    convolved = {call.output.name for call in passage.calls if isinstance(call.layer, CONVOLUTIONS)}
    found = [
        _before_pooling(tensor, convolved)
        for tensor in _back(outputs, _is_maps, inside)
        if _is_maps(tensor) and _comes_from(tensor, convolved)
    ]
    if len(found) > 1:
        order = {operation.name: number for number, operation in enumerate(passage.images.graph.get_operations())}
        found.sort(key=lambda tensor: (tensor.shape[-1] or 0, order[tensor.op.name]))
    return found[-1] if found else None


def output_of(passage: Passage, model: keras.Model, layer: str | int) -> tf.Tensor:
    """Return what a layer, or what LAST_MAPS stands for, made in a pass.

    Args:
        passage: of the model.
        model: the same.
        layer: its name, as `find_layer` takes it, or LAST_MAPS.

    Raises:
        SpecError: there is no such layer or use, or it gives no single tensor.
    """
    if layer == LAST_MAPS and (maps := last_maps(passage)) is not None:
        return maps
    found, use = find_layer(model, layer)
    # nothing is computed in an input layer, so nothing reports it
    return passage.images if isinstance(found, keras.layers.InputLayer) else passage.of(found, use).output


def plain(tensor: tf.Tensor) -> tf.Tensor:
    """Go back over operations that change no value, as the change of precision between layers."""
    while tensor.op.type in ("Identity", "Cast") and tensor.op.inputs:
        tensor = tensor.op.inputs[0]
    return tensor


def _back(
    tensors: Iterable[tf.Tensor],
    ends: Callable[[tf.Tensor], bool],
    jumps: dict[str, tuple[tf.Tensor, ...]] | None = None,
) -> Iterator[tf.Tensor]:
    """Yield tensors and all that they were made of, each once, nothing behind one where the way `ends`.

    An attention makes tables of (heads, queries, keys), which look like maps: `jumps` lead from its output past them.
    """
    waiting, seen = list(tensors), set()
    while waiting:
        tensor = waiting.pop()
        if tensor.name in seen:
            continue
        seen.add(tensor.name)
        yield tensor
        if ends(tensor) or tensor.op.type in _FOR_SHAPE_ALONE:
            continue
        waiting.extend((jumps or {}).get(tensor.name) or tensor.op.inputs)


def _is_maps(tensor: tf.Tensor) -> bool:
    if tensor.shape.rank != 4 or not tensor.dtype.is_floating:
        return False
    return tuple(tensor.shape[1:3]) != (1, 1)


def _comes_from(tensor: tf.Tensor, names: set[str]) -> bool:
    return any(one.name in names for one in _back([tensor], lambda one: one.name in names))


def _before_pooling(tensor: tf.Tensor, convolved: set[str]) -> tf.Tensor:
    operation = plain(tensor).op
    while operation.type in _POOLS and _comes_from(operation.inputs[0], convolved):
        tensor = operation.inputs[0]
        operation = plain(tensor).op
    return tensor
