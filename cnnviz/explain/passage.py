"""Watching one pass of images through a model, whatever kind of model it is.

While TensorFlow traces the model, every layer's `call` and `activation` report what goes in and what comes out. This
works where a functional graph cannot be cut: inside nested models, in blocks, and in subclasses. Nothing of the
model is changed afterwards, and a pass in another thread meanwhile is not disturbed.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from cnnviz.errors import SpecError
from cnnviz.explain.network import fitting, layer_names, numbered, walk

__all__ = ["Call", "Passage", "as_given", "pass_through", "replaced_weights", "weights_are_replaced"]

_TRACING = threading.RLock()  # one trace at a time: two would put their reporters into the same layers
_REPLACED: ContextVar[tuple[tuple[Any, Any], ...]] = ContextVar("replaced weights", default=())


@dataclass(eq=False)
class Call:
    """One use of one layer.

    Attributes:
        name: the layer's name; its second use in the pass is "name:2".
        layer: the layer.
        use: which use it is, from 0.
        inputs: the tensor that went in, or None where several or none did.
        given: every tensor that went in.
        output: the tensor that came out.
        before_activation: what the layer's own activation function was given, or None without one.
        inside: whether the output is that of a layer inside, as a nested model's is.
    """

    name: str
    layer: keras.layers.Layer
    use: int
    inputs: tf.Tensor | None
    given: tuple[tf.Tensor, ...]
    output: tf.Tensor
    before_activation: tf.Tensor | None
    inside: bool


@dataclass(eq=False)
class Passage:
    """One pass: the model, what it was given, what each layer did, what came out."""

    model: keras.Model
    images: tf.Tensor
    calls: list[Call] = field(default_factory=list)
    output: Any = None

    def of(self, layer: keras.layers.Layer, use: int) -> Call:
        """Return one use of a layer.

        Raises:
            SpecError: the pass did not go through it that often, or it gives no single tensor.
        """
        for call in self.calls:
            if call.layer is layer and call.use == use:
                return call
        raise SpecError(
            f"the layer {layer.name} gives no single tensor in a pass through the model (or is used fewer than "
            f"{use + 1} times); choose another layer"
        )


def pass_through(model: keras.Model, images: tf.Tensor) -> Passage:
    """Send images through a model and watch every layer. To be called while a tf.function is traced.

    Args:
        model: any built Keras model.
        images: (images, height, width, channels) float32.
    """
    passage = Passage(model, images)
    with _TRACING, ExitStack() as stack:
        reporter = _Reporter(passage, layer_names(model))
        for _, layer in walk(model):
            stack.enter_context(_reporting(layer, reporter))
        if _REPLACED.get():
            stack.enter_context(keras.StatelessScope(state_mapping=list(_REPLACED.get())))
        with fitting(model, images.shape[1:]):
            passage.output = model(as_given(model, images), training=False)
    return passage


def as_given(model: keras.Model, images: tf.Tensor) -> Any:
    """Wrap images the way the model's input is declared: a list of one, a dictionary of one, or as they are."""
    try:
        declared = model.input
    except (AttributeError, ValueError, RuntimeError):  # a subclass declares nothing
        return images
    if not isinstance(declared, list | tuple | dict):
        return images
    return keras.tree.map_structure(lambda _: images, declared)


@dataclass(eq=False)
class _Reporter:
    passage: Passage
    names: dict[int, str]
    thread: int = field(default_factory=threading.get_ident)
    uses: dict[int, int] = field(default_factory=dict)
    activations: dict[int, tf.Tensor] = field(default_factory=dict)

    def mine(self) -> bool:
        """Tell whether the present call belongs to this pass: same thread, same graph."""
        return threading.get_ident() == self.thread and _graph() is self.passage.images.graph

    def call(self, layer: keras.layers.Layer, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not self.mine():
            return original(*args, **kwargs)
        calls, began = self.passage.calls, len(self.passage.calls)
        self.activations.pop(id(layer), None)
        result = original(*args, **kwargs)
        tensors = [tensor for tensor in keras.tree.flatten(result) if isinstance(tensor, tf.Tensor)]
        if len(tensors) == 1:
            use = self.uses.get(id(layer), 0)
            self.uses[id(layer)] = use + 1
            name = self.names[id(layer)]
            given = [tensor for tensor in keras.tree.flatten((args, kwargs)) if isinstance(tensor, tf.Tensor)]
            inside = any(call.output is tensors[0] for call in calls[began:])
            calls.append(
                Call(
                    name=numbered(name, use),
                    layer=layer,
                    use=use,
                    inputs=given[0] if len(given) == 1 else None,
                    given=tuple(given),
                    output=tensors[0],
                    before_activation=self.activations.pop(id(layer), None),
                    inside=inside,
                )
            )
        return result

    def activation(self, layer: keras.layers.Layer, original: Callable[..., Any], value: Any) -> Any:
        if self.mine():
            self.activations[id(layer)] = value
        return original(value)


def _graph() -> Any:
    return tf.compat.v1.get_default_graph()


@contextmanager
def _reporting(layer: keras.layers.Layer, reporter: _Reporter) -> Iterator[None]:
    """Let a layer report, by its instance's dictionary: Keras' own attribute setting would track the reporters."""
    values = vars(layer)
    changes: dict[str, Any] = {"call": partial(reporter.call, layer, layer.call)}
    if callable(values.get("activation")):
        changes["activation"] = reporting = partial(reporter.activation, layer, values["activation"])
        vars(reporting)["__wrapped__"] = values["activation"]  # what `inspect.unwrap` finds, in another thread
    before = {name: values[name] for name in changes if name in values}
    values.update(changes)
    try:
        yield
    finally:
        for name in changes:
            del values[name]
        values.update(before)


@contextmanager
def replaced_weights(weights: list[tuple[Any, Any]]) -> Iterator[None]:
    """Let passes in this context use other weights; the model itself keeps its own.

    Args:
        weights: (variable, array of the same shape) pairs.
    """
    token = _REPLACED.set(tuple(weights))
    try:
        yield
    finally:
        _REPLACED.reset(token)


def weights_are_replaced() -> bool:
    """Tell whether `replaced_weights` is in force."""
    return bool(_REPLACED.get())
