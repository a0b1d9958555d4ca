"""Finding one's way in somebody's Keras model: its layers by name, and images in the form it takes."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from cnnviz.data.levels import refuse_fractions
from cnnviz.errors import CnnvizError, DataError, SpecError
from cnnviz.keras_private import layers_inside

__all__ = [
    "Images",
    "Shape",
    "find_layer",
    "fingerprint",
    "fitting",
    "full_name",
    "image_batch",
    "image_shape",
    "layer_names",
    "numbered",
    "one_image",
    "own_weights",
    "refuse_channels_first",
    "scales_pixels",
    "walk",
]

Shape = tuple[int, int, int]
Images = NDArray[np.float32]

# A model's own size where it takes any: large enough to see something, small enough to be quick.
_FREE_SIDE = 64

_SCALED = 0.1  # a factor below this is for 0..255, not for 0..1


def walk(model: keras.Model) -> Iterator[tuple[str, keras.layers.Layer]]:
    """Go through every layer of a model, those inside nested models and blocks included.

    Args:
        model: any Keras model.

    Yields:
        (path, layer): the names from the model down, such as "features/conv2d"; each layer once, outer before inner.
            Where a block holds two of the same name, the second one's path is "block/conv (2)".
    """
    seen: set[int] = set()
    paths: Counter[str] = Counter()

    def below(parent: Any, prefix: str) -> Iterator[tuple[str, keras.layers.Layer]]:
        inner = parent.layers if isinstance(parent, keras.Model) else _parts(parent)
        for layer in inner:
            if id(layer) in seen:
                continue
            seen.add(id(layer))
            path = f"{prefix}{layer.name}"
            paths[path] += 1
            path = path if paths[path] == 1 else f"{path} ({paths[path]})"
            yield path, layer
            yield from below(layer, f"{path}/")

    yield from below(model, "")


def fingerprint(model: keras.Model) -> tuple[int, ...]:
    """Return what changes when layers are added to a model or taken away."""
    return tuple(id(layer) for _, layer in walk(model))


def _parts(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Return the layers a block is made of."""
    return layers_inside(layer, recursive=False)


def own_weights(layer: keras.layers.Layer) -> list[Any]:
    """Return a layer's variables without those of the layers inside it."""
    inside = layer.layers if isinstance(layer, keras.Model) else _parts(layer)
    others = {id(variable) for part in inside for variable in part.variables}
    return [variable for variable in layer.variables if id(variable) not in others]


def layer_names(model: keras.Model) -> dict[int, str]:
    """Name every layer of a model so that each name stands for one layer.

    Returns:
        By `id(layer)`: its own name, or its path where two layers have the same name.
    """
    layers = list(walk(model))
    counts = Counter(layer.name for _, layer in layers)
    return {id(layer): layer.name if counts[layer.name] == 1 else path for path, layer in layers}


def full_name(model: keras.Model, layer: str | int) -> str:
    """Return the name of a layer's use that stands for it alone, from any name or index that `find_layer` takes."""
    found, use = find_layer(model, layer)
    return numbered(layer_names(model).get(id(found), found.name), use)


def numbered(name: str, use: int) -> str:
    """Return what one use of a layer, counted from 0, is called; `name` is the layer's, from `layer_names`."""
    return f"{name}:{use + 1}" if use else name


def find_layer(model: keras.Model, layer: str | int) -> tuple[keras.layers.Layer, int]:
    """Find a layer by name, path or index.

    Args:
        model: any Keras model.
        layer: a name ("conv2d_1"), a path ("features/conv2d_1"), either with ":2" for the second time the layer is
            used in a pass, or an index into `model.layers`; negative ones count from the end.

    Returns:
        The layer, and which of its uses is meant, counted from 0.

    Raises:
        SpecError: there is none, or several have this name.
    """
    if isinstance(layer, int | np.integer) and not isinstance(layer, bool):
        if not -len(model.layers) <= layer < len(model.layers):
            raise SpecError(
                f"the model {model.name} has {len(model.layers)} layers and no layer {layer}; "
                f"give an index from 0 to {len(model.layers) - 1}, or a name"
            )
        return model.layers[layer], 0
    if not isinstance(layer, str):
        raise SpecError(f"a layer was given as {type(layer).__name__}; give its name or its index")
    name, _, use = layer.rpartition(":")
    if not (use.isdecimal() and len(use) < 9 and int(use)):
        name, use = layer, "1"
    layers = list(walk(model))
    by_path = [found for path, found in layers if path == name]
    found = by_path or [candidate for _, candidate in layers if candidate.name == name]
    if len(found) == 1:
        return found[0], int(use) - 1
    if found:
        paths = [path for path, candidate in layers if candidate in found]
        raise SpecError(f"the model {model.name} has more than one layer {layer!r:.80}; choose one of {_few(paths)}")
    names = list(layer_names(model).values())
    raise SpecError(f"the model {model.name} has no layer {layer!r:.80}; choose one of {_few(names)}")


def _few(names: list[str]) -> str:
    return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")


def image_shape(model: keras.Model, image: ArrayLike | None = None) -> Shape:
    """Return the (height, width, channels) of the images a model works on.

    Args:
        model: any Keras model with one image input.
        image: an image or a batch of images, which settles what the model leaves open.

    Raises:
        SpecError: the model takes several inputs, or something that is not images.
    """
    found = np.shape(image)[-3:] if image is not None else ()
    given = found if len(found) == 3 else (None, None, None)
    expected = _input_shape(model) or (None if found else _built_shape(model))
    height, width, channels = (
        want if want is not None else have for want, have in zip(expected or given, given, strict=True)
    )
    return height or _FREE_SIDE, width or _FREE_SIDE, channels or 3


def _built_shape(model: keras.Model) -> tuple[int | None, ...] | None:
    """Return the (height, width, channels) a subclass was first called with, or None."""
    shape = (model.get_build_config() or {}).get("input_shape") if model.built else None
    return tuple(shape[1:]) if isinstance(shape, list | tuple) and len(shape) == 4 else None


def _input_shape(model: keras.Model) -> tuple[int | None, ...] | None:
    """Return a model's own (height, width, channels) with None where it takes any, or None where it does not say."""
    try:
        shape = model.input_shape
    except (AttributeError, ValueError, RuntimeError):  # a subclass that was never called
        return None
    if isinstance(shape, list | dict) or (shape and isinstance(shape[0], list | tuple)):
        inputs = list(shape.values()) if isinstance(shape, dict) else list(shape)
        if len(inputs) != 1:
            raise SpecError(
                f"the model {model.name} has {len(inputs)} inputs, expected one image; choose a model of one image"
            )
        shape = inputs[0]
    if len(shape) != 4:
        raise SpecError(
            f"the model {model.name} takes inputs of shape {tuple(shape[1:])}, expected images (height, width, "
            "channels); choose an image model"
        )
    return tuple(shape[1:])


@contextmanager
def fitting(model: keras.Model, shape: Iterable[int]) -> Iterator[None]:
    """Tell in a sentence when a model that declares no input shape cannot take images of this one.

    Raises:
        DataError: the model refused.
    """
    try:
        yield
    except CnnvizError:
        raise
    except (ValueError, TypeError, tf.errors.InvalidArgumentError) as error:
        shown = "x".join(str(side) for side in shape)
        raise DataError(
            f"the model {model.name} cannot take images of {shown} (height x width x channels); give images of the "
            "size it was made for"
        ) from error


def image_batch(model: keras.Model, images: ArrayLike) -> Images:
    """Bring images into the form a model takes.

    Args:
        model: any Keras model with one image input.
        images: (images, height, width, channels) or one image (height, width, channels), uint8 or float in 0..255;
            a grey model also takes them without the last axis.

    Returns:
        (images, height, width, channels) float32, values unchanged.

    Raises:
        DataError: another shape, values that are no finite numbers, or fractions up to 1 for a model that scales 0..255
            itself.
        SpecError: the model takes no images.
    """
    expected = _input_shape(model)
    try:
        array = np.asarray(images)
        if array.dtype.kind not in "uifb":
            raise TypeError(f"values of type {array.dtype}")
        given, array = array, array.astype(np.float32)
    except (TypeError, ValueError) as error:
        raise DataError(f"the images are not numbers ({error}); give uint8 or float arrays in 0..255") from error
    fitting = [
        candidate
        for candidate in _readings(array)
        if expected is None or all(w is None or w == h for w, h in zip(expected, candidate.shape[1:], strict=True))
    ]
    if not fitting or 0 in fitting[0].shape[1:]:
        refuse_channels_first(model)  # whose size would be read with its axes confused
        shown = "x".join(str(side or "any") for side in expected or (None, None, None))
        raise DataError(
            f"the model {model.name} takes images of {shown} (height x width x channels) and got an array of shape "
            f"{array.shape}; resize or convert the image"
        )
    if not np.isfinite(array).all():
        raise DataError("the image has values that are not finite numbers; give values in 0..255")
    if given.dtype.kind == "f" and np.abs(array).max(initial=0) <= 1 and scales_pixels(model):
        refuse_fractions(given)
    return np.ascontiguousarray(fitting[0])


def scales_pixels(model: keras.Model) -> bool:
    """Say whether a layer of a model brings 0..255 to smaller numbers, so that it takes no fractions."""
    return any(
        isinstance(layer, keras.layers.Rescaling)
        and (np.max(np.abs(layer.scale)) < _SCALED or np.max(np.abs(layer.offset)) > 1 / _SCALED)
        for _, layer in walk(model)
    )


def _readings(array: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return what an array can be taken for: a batch, an image, grey images without their last axis."""
    match array.ndim:
        case 4:
            return [array]
        case 3:
            return [array[None], array[..., None]]
        case 2:
            return [array[None, ..., None]]
        case _:
            return []


def one_image(model: keras.Model, image: ArrayLike) -> Images:
    """Bring one image into the form a model takes; see `image_batch`.

    Returns:
        (1, height, width, channels) float32.

    Raises:
        DataError: another shape, several images, or values that are no finite numbers.
    """
    batch = image_batch(model, image)
    if len(batch) != 1:
        raise DataError(
            f"{len(batch)} images were given where one is explained; give one (height, width, channels), or take "
            "explain_batch or a method's own function, such as grad_cam"
        )
    return batch


def refuse_channels_first(model: keras.Model) -> None:
    """Refuse a model whose axes would be confused: one with a layer that has its channels first.

    Args:
        model: any Keras model.

    Raises:
        SpecError: there is such a layer.
    """
    found = [path for path, layer in walk(model) if getattr(layer, "data_format", None) == "channels_first"]
    if found:
        raise SpecError(
            f"the model {model.name} has its channels first ({_few(found[:3])}), and images and feature maps are read "
            'as (height, width, channels); build the same network with data_format="channels_last" and give it these '
            "weights, which are the same in both"
        )
