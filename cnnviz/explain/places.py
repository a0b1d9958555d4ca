"""The layers of a network in the order a pass goes through them, and what each one makes."""

import weakref
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from cnnviz.errors import SpecError
from cnnviz.explain.compiled import compiled
from cnnviz.explain.network import Shape, fingerprint, image_shape
from cnnviz.explain.passage import Passage, pass_through

__all__ = ["CONVOLUTIONS", "LayerPlace", "Places", "last_convolution", "layers_of", "places_of"]

CONVOLUTIONS = (
    keras.layers.Conv2D,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv2D,
    keras.layers.Conv2DTranspose,
)
IMAGE = -1


@dataclass(frozen=True)
class LayerPlace:
    """One layer (or one use of a shared layer) in the order of the pass.

    Attributes:
        name: what `layer=` takes: the layer's name; its path where the name is not unique; ":2" for a second use.
        kind: the Keras class, such as "Conv2D".
        output_shape: of one image: (height, width, channels), or (features,).
        input_shape: the same of what goes in; None where several things do.
        source: the number of the place the input comes from, -1 for the image; None where that cannot be told.
        is_convolution: whether it has kernels.
        inside: whether it stands for a nested model or block whose last layer is listed too.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    input_shape: tuple[int, ...] | None
    source: int | None
    is_convolution: bool
    inside: bool

    @property
    def has_maps(self) -> bool:
        """Whether it gives feature maps (height, width, channels)."""
        return len(self.output_shape) == 3


@dataclass(frozen=True, eq=False)
class Places:
    """All places of a network, and their layers while the model lives."""

    places: tuple[LayerPlace, ...]
    layers: "tuple[weakref.ref[keras.layers.Layer], ...]"

    def layer(self, number: int) -> keras.layers.Layer:
        """Return the layer at a place."""
        layer = self.layers[number]()
        if layer is None:
            raise RuntimeError("the model of these places is gone")
        return layer

    def number(self, layer: keras.layers.Layer, use: int) -> int:
        """Return the number of a layer's use.

        Raises:
            SpecError: the pass does not go through it that often.
        """
        uses = [number for number, reference in enumerate(self.layers) if reference() is layer]
        if use >= len(uses):
            raise SpecError(
                f"a pass through the model uses the layer {layer.name} {len(uses)} times, not {use + 1}; choose another"
            )
        return uses[use]


_kept: "weakref.WeakKeyDictionary[keras.Model, OrderedDict[Any, Places]]" = weakref.WeakKeyDictionary()
_MOST_SHAPES = 4


def places_of(model: keras.Model, shape: Shape) -> Places:
    """Return a network's places, found once by tracing a pass.

    Args:
        model: any Keras model of one image.
        shape: (height, width, channels) of its images.
    """
    kept = _kept.setdefault(model, OrderedDict())
    key = (shape, fingerprint(model))
    if key not in kept:
        found: list[Places] = []

        def body(traced: keras.Model, images: tf.Tensor) -> tf.Tensor:
            found.append(_read(pass_through(traced, images)))
            return tf.constant(0)

        compiled(model, shape, ("places", object()), body).get_concrete_function()
        kept[key] = found[-1]
        while len(kept) > _MOST_SHAPES:
            kept.popitem(last=False)
    return kept[key]


def _read(passage: Passage) -> Places:
    calls = passage.calls
    made = {id(_origin(passage.images)): IMAGE}
    places = []
    for number, call in enumerate(calls):
        source = None if call.inputs is None else made.get(id(_origin(call.inputs)))
        places.append(
            LayerPlace(
                name=call.name,
                kind=type(call.layer).__name__,
                output_shape=tuple(call.output.shape[1:]) if call.output.shape.rank else (),
                input_shape=None if call.inputs is None else tuple(call.inputs.shape[1:]),
                source=source,
                is_convolution=isinstance(call.layer, CONVOLUTIONS),
                inside=call.inside,
            )
        )
        made.setdefault(id(_origin(call.output)), number)
    return Places(tuple(places), tuple(weakref.ref(call.layer) for call in calls))


def _origin(tensor: tf.Tensor) -> tf.Tensor:
    """Go back over operations that change no value, as the change of precision between layers."""
    while tensor.op.type in ("Identity", "Cast") and tensor.op.inputs:
        tensor = tensor.op.inputs[0]
    return tensor


def layers_of(model: keras.Model, image: ArrayLike | None = None) -> tuple[LayerPlace, ...]:
    """List a network's layers in the order a pass goes through them, without nested models themselves.

    Args:
        model: any Keras model of one image.
        image: (height, width, channels), settles the size where the model takes any.

    Returns:
        One place a layer, or a use of a shared layer, with its shapes.

    Raises:
        SpecError: the model does not take one image.
    """
    return tuple(place for place in places_of(model, image_shape(model, image)).places if not place.inside)


def last_convolution(model: keras.Model, shape: Shape) -> str:
    """Return the name of the last convolution whose maps have more than one pixel, else of the last at all.

    Args:
        model: any Keras model of one image.
        shape: (height, width, channels) of the images.

    Raises:
        SpecError: the model has none.
    """
    found = [place for place in places_of(model, shape).places if place.is_convolution and place.has_maps]
    if not found:
        raise SpecError(
            f"the model {model.name} has no 2-D convolution, so there are no feature maps to look at; choose a "
            "convolutional network"
        )
    wide = [place for place in found if int(np.prod(place.output_shape[:2])) > 1]
    return (wide or found)[-1].name
