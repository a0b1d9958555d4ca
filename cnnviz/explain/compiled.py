"""Compiled functions, kept as long as their model lives."""

import threading
import weakref
from collections.abc import Callable, Hashable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from cachetools import LRUCache

from cnnviz.explain.network import Shape, fingerprint, fitting, refuse_channels_first, walk
from cnnviz.explain.passage import weights_are_replaced
from cnnviz.keras_private import quiet_about_tracing

__all__ = ["compiled", "forget", "make_ready", "traced"]

# A function of a small model takes about a megabyte, one of 150 layers 12; a page needs a handful for each model.
MOST_FUNCTIONS = 32

_functions: "weakref.WeakKeyDictionary[keras.Model, LRUCache[Hashable, Any]]" = weakref.WeakKeyDictionary()
_lock = threading.Lock()

Body = Callable[..., Any]


def compiled(model: keras.Model, shape: Shape, key: Hashable, body: Body, *more: tf.TensorSpec) -> Any:
    """Return a compiled function of a model, made when it is first asked for.

    Args:
        model: any Keras model; its present weights are used at each call, and it is not kept alive by this.
        shape: (height, width, channels) of the images.
        key: what tells this function from the model's others, such as ("feature maps", layer names).
        body: body(model, images, *more) -> tensors; it must not hold the model or its layers.
        more: what the further arguments are.

    Returns:
        A function of images (n, height, width, channels) float32, n free, and the further arguments.
    """
    if weights_are_replaced():  # another network, needed once
        return _compile(weakref.ref(model), shape, body, more)
    whole = (key, shape, fingerprint(model))
    with _lock:
        kept = _functions.setdefault(model, LRUCache(MOST_FUNCTIONS))
        if whole not in kept:
            make_ready(model, shape)
            kept[whole] = _compile(weakref.ref(model), shape, body, more)
        return kept[whole]


def traced(model: keras.Model, shape: Shape, body: Body) -> None:
    """Follow a model's pass once, for what the body notes down of it; nothing is kept.

    Args:
        model: as for `compiled`.
        shape: (height, width, channels) of the images.
        body: as for `compiled`.
    """
    make_ready(model, shape)
    _compile(weakref.ref(model), shape, body, ()).get_concrete_function()


def _compile(model: "weakref.ref[keras.Model]", shape: Shape, body: Body, more: tuple[tf.TensorSpec, ...]) -> Any:
    def traced(images: tf.Tensor, *arguments: tf.Tensor) -> Any:
        return body(model(), images, *arguments)

    signature = [tf.TensorSpec([None, *shape], tf.float32), *more]
    function = tf.function(traced, input_signature=signature, autograph=False)
    quiet_about_tracing(function)  # each is traced once, but TensorFlow counts them all as one
    return function


def make_ready(model: keras.Model, shape: Shape) -> None:
    """Build what was never called: variables cannot be made inside a compiled function.

    Args:
        model: any Keras model; one that is built is left as it is.
        shape: (height, width, channels) of its images.

    Raises:
        SpecError: it has its channels first.
        DataError: it cannot take such images.
    """
    refuse_channels_first(model)
    if not all(layer.built for _, layer in walk(model)) or not model.built:
        with fitting(model, shape):
            model(np.zeros((1, *shape), np.float32), training=False)


def forget(model: keras.Model) -> None:
    """Drop a model's compiled functions, as must be done after its layers were changed from outside.

    Args:
        model: any Keras model; new weights alone need nothing.
    """
    with _lock:
        _functions.pop(model, None)
