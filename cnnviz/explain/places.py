"""The layers of a network in the order a pass goes through them, and what each one makes."""

import weakref
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf
from cachetools import LRUCache
from numpy.typing import ArrayLike

from cnnviz.errors import SpecError
from cnnviz.explain.compiled import traced
from cnnviz.explain.last_maps import CONVOLUTIONS, LAST_MAPS, last_maps, plain
from cnnviz.explain.network import Shape, fingerprint, image_shape
from cnnviz.explain.passage import Passage, pass_through

__all__ = ["CONVOLUTIONS", "LayerPlace", "Places", "last_place", "layers_of", "places_of"]

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
    """All places of a network, and their layers while the model lives.

    Attributes:
        places: in the order of the pass.
        layers: of each place.
        last: where the last maps are made: one of the places, or one of its own where no layer makes them; None
            without convolved maps.
    """

    places: tuple[LayerPlace, ...]
    layers: "tuple[weakref.ref[keras.layers.Layer], ...]"
    last: LayerPlace | None

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


_kept: "weakref.WeakKeyDictionary[keras.Model, LRUCache[Any, Places]]" = weakref.WeakKeyDictionary()
_MOST_SHAPES = 4


def places_of(model: keras.Model, shape: Shape) -> Places:
    """Return a network's places, found once by tracing a pass.

    Args:
        model: any Keras model of one image.
        shape: (height, width, channels) of its images.
    """
    kept = _kept.setdefault(model, LRUCache(_MOST_SHAPES))
    key = (shape, fingerprint(model))
    if key not in kept:
        found: list[Places] = []

        def body(network: keras.Model, images: tf.Tensor) -> tf.Tensor:
            found.append(_read(pass_through(network, images)))
            return tf.constant(0)

        traced(model, shape, body)
        kept[key] = found[-1]
    return kept[key]


def _read(passage: Passage) -> Places:
    calls = passage.calls
    made = {plain(passage.images).name: IMAGE}
    places = []
    for number, call in enumerate(calls):
        source = None if call.inputs is None else made.get(plain(call.inputs).name)
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
        made.setdefault(plain(call.output).name, number)
    last = last_maps(passage)
    found = None if last is None else made.get(plain(last).name)
    return Places(
        places=tuple(places),
        layers=tuple(weakref.ref(call.layer) for call in calls),
        last=places[found] if found is not None else _made_by_no_layer(last),
    )


def _made_by_no_layer(maps: tf.Tensor | None) -> LayerPlace | None:
    return None if maps is None else LayerPlace(LAST_MAPS, "operation", tuple(maps.shape[1:]), None, None, False, False)


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


def last_place(model: keras.Model, image: ArrayLike | None = None) -> LayerPlace:
    """Return where Grad-CAM looks unless told otherwise: where a network's last maps are made.

    These are the whole feature maps (of more than one pixel) that go into the global pooling or the flatten; with a
    pooling right before it, the maps that go into that, which are finer. In a network with branches they are all of
    them together, of which the last convolution is one.

    Args:
        model: any Keras model of one image.
        image: (height, width, channels), settles the size where the model takes any.

    Returns:
        The layer's place; where an operation between layers makes the maps, its name is LAST_MAPS and its kind
        "operation".

    Raises:
        SpecError: the model has no 2-D convolution.
    """
    places = places_of(model, image_shape(model, image))
    convolutions = [place for place in places.places if place.is_convolution and place.has_maps]
    found = places.last or (convolutions[-1] if convolutions else None)
    if found is None:
        raise SpecError(
            f"the model {model.name} has no 2-D convolution, so there are no feature maps to look at; choose a "
            "convolutional network"
        )
    return found
