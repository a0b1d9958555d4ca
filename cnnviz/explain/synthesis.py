"""Activation maximisation: an image made to excite one filter.

Gradient ascent on pixels, kept from noise by four things that are said with the picture: jitter, a pull towards grey
(L2), a pull towards smoothness (total variation), and a blur now and then.
Sources: Yosinski et al. 2015, "Understanding neural networks through deep visualization"; Olah et al. 2017, "Feature
visualization".
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnnviz.errors import SpecError
from cnnviz.explain.compiled import compiled
from cnnviz.explain.network import Images, find_layer, full_name, image_shape, one_image
from cnnviz.explain.passage import pass_through
from cnnviz.explain.places import places_of

__all__ = ["Regularisation", "Synthesis", "maximise_activation"]

_MOST_STEPS = 5000
_SILENT = 0.1  # the share at which values below zero count, so that a silent filter still learns where to go


@dataclass(frozen=True)
class Regularisation:
    """What keeps a synthesised image from being noise; 0 turns one off.

    Attributes:
        jitter: the image is moved by up to so many pixels before each step (Olah et al. 2017).
        l2: how strongly pixels are pulled towards grey, as a share of a step (Yosinski et al. 2015).
        total_variation: how strongly neighbours are pulled together, as a share of a step (Mahendran and Vedaldi 2015).
        blur_every: steps from one slight blur to the next (Yosinski et al. 2015).
    """

    jitter: int = 2
    l2: float = 0.1
    total_variation: float = 0.15
    blur_every: int = 8

    def __str__(self) -> str:
        said = {
            "jitter of up to {} px": self.jitter,
            "L2 {:g}": self.l2,
            "total variation {:g}": self.total_variation,
            "a blur every {} steps": self.blur_every,
        }
        return ", ".join(text.format(value) for text, value in said.items() if value) or "none"


@dataclass(frozen=True, eq=False)
class Synthesis:
    """An image made to excite a filter.

    Attributes:
        layer: its name.
        filter: the filter's number.
        image: (height, width, channels) uint8.
        activations: (steps done + 1,) float32, what is raised, from the first image to the last.
        steps: steps done.
        seed: of the first image and the jitter.
        regularisation: what kept it from being noise; `str()` of it is a caption.
        stopped: whether it was stopped early.
        empty: why nothing came of it, one sentence; "" where something did.
    """

    layer: str
    filter: int
    image: NDArray[np.uint8]
    activations: NDArray[np.float32]
    steps: int
    seed: int
    regularisation: Regularisation
    stopped: bool
    empty: str


def maximise_activation(
    model: keras.Model,
    layer: str | int,
    filter: int,  # noqa: A002 - the vocabulary's word
    *,
    steps: int = 96,
    rate: float = 0.05,
    seed: int = 0,
    regularisation: Regularisation | None = None,
    size: tuple[int, int, int] | None = None,
    on_progress: Callable[[int, int, NDArray[np.uint8]], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Synthesis:
    """Make an image that excites a filter (or a unit of a vector), from noise around grey.

    What is raised is the mean of the feature map as a ReLU would leave it, except that values below zero count a tenth:
    a filter that is silent at first still learns where to go. The same seed gives the same image.

    Args:
        model: any Keras model of one image.
        layer: name or index.
        filter: the filter's or unit's number.
        steps: of gradient ascent, 1 to 5000.
        rate: how far a pixel moves in a step, as a share of half its range.
        seed: of the first image and the jitter.
        regularisation: None for the usual one.
        size: (height, width, channels) of the image; None for the model's own.
        on_progress: told (step, steps, image so far as uint8) after each step.
        stop: asked before each step; True ends it with what there is.

    Returns:
        The image (height, width, channels) uint8 with what was raised step by step, and how it was kept from noise.

    Raises:
        SpecError: there is no such layer or filter, or a setting is out of range.
        DataError: the size does not fit the model.
    """
    settings = regularisation or Regularisation()
    _check(steps, rate, settings)
    shape = image_shape(model) if size is None else image_shape(model, one_image(model, np.zeros(size, np.uint8)))
    found, use = find_layer(model, layer)
    places = places_of(model, shape)
    channels = places.places[places.number(found, use)].output_shape[-1]
    if isinstance(filter, bool) or not 0 <= filter < channels:
        raise SpecError(f"the layer {found.name} has no filter {filter!r:.40}; give one from 0 to {channels - 1}")
    more = (tf.TensorSpec([], tf.int32), tf.TensorSpec([2], tf.int32))
    ascent = compiled(model, shape, ("ascent", id(found), use), partial(_ascent, layer), *more)
    random = np.random.default_rng(seed)
    pixels = random.normal(0, 0.05, shape).astype(np.float32)  # -1 is black, 0 grey, 1 white
    activations: list[float] = []
    empty, stopped = "", False
    still = np.zeros(2, np.int32)
    for step in range(steps):
        if stop and stop():
            stopped = True
            break
        shift = random.integers(-settings.jitter, settings.jitter + 1, 2).astype(np.int32)
        value, gradient = (part.numpy() for part in ascent(_grey_levels(pixels)[None], np.int32(filter), shift))
        activations.append(float(value))
        if not (np.isfinite(gradient).all() and gradient.any()):
            empty = f"no gradient from filter {filter} of {found.name} reaches the image, so nothing can be made of it"
            break
        pixels = _moved(pixels, gradient[0], rate, settings, step)
        if on_progress:
            on_progress(step + 1, steps, _bytes(pixels))
    activations.append(float(ascent(_grey_levels(pixels)[None], np.int32(filter), still)[0]))
    return Synthesis(
        layer=full_name(model, layer),
        filter=int(filter),
        image=_bytes(pixels),
        activations=np.array(activations, np.float32),
        steps=len(activations) - 1,
        seed=seed,
        regularisation=settings,
        stopped=stopped,
        empty=empty,
    )


def _check(steps: int, rate: float, settings: Regularisation) -> None:
    values = [getattr(settings, field.name) for field in fields(settings)]
    if not (1 <= steps <= _MOST_STEPS and 0 < rate <= 1 and all(np.isfinite(value) and value >= 0 for value in values)):
        raise SpecError(
            f"activation maximisation was given {steps} steps, rate {rate} and {settings!r}; give 1 to {_MOST_STEPS} "
            "steps, a rate above 0 and at most 1, and no regularisation below 0"
        )


def _ascent(
    layer: str | int, model: keras.Model, images: tf.Tensor, number: tf.Tensor, shift: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        call = pass_through(model, tf.roll(images, shift, axis=[1, 2])).of(*find_layer(model, layer))
        maps = call.output if call.before_activation is None else call.before_activation
        value = tf.cast(tf.gather(maps, number, axis=-1), tf.float32)
        if maps.shape.rank == 4:
            # The plain mean of a linear map is blind to edges: what a stripe gains, its other side loses.
            value = tf.nn.leaky_relu(value, _SILENT)
        value = tf.reduce_mean(value)
    gradient = tape.gradient(value, images, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return value, gradient


def _moved(pixels: Images, gradient: Images, rate: float, settings: Regularisation, step: int) -> Images:
    """Take one step: up the gradient, whose size does not matter, and where the regularisation pulls."""
    direction = gradient / (np.sqrt(np.mean(gradient**2)) + 1e-12)
    pull = settings.l2 * pixels + settings.total_variation * _roughness(pixels)
    moved: NDArray[Any] = np.clip(pixels + rate * (np.clip(direction, -3, 3) - pull), -1, 1)
    if settings.blur_every and (step + 1) % settings.blur_every == 0:
        moved = _blurred(moved)
    return np.asarray(moved, np.float32)


def _roughness(pixels: Images) -> NDArray[Any]:
    """Return the gradient of the total variation: in which direction each pixel sticks out of its neighbours."""
    slope = np.zeros_like(pixels)
    for axis in (0, 1):
        ahead = np.sign(np.diff(pixels, axis=axis))
        first, last = (slice(None, -1), slice(1, None))
        slope[first if axis == 0 else (slice(None), first)] -= ahead
        slope[last if axis == 0 else (slice(None), last)] += ahead
    return slope


def _blurred(pixels: NDArray[Any]) -> NDArray[Any]:
    """Blur slightly: a quarter of each neighbour's difference along both sides (a binomial of 3)."""
    for axis in (0, 1):
        edges = [(1, 1) if side == axis else (0, 0) for side in range(3)]
        padded = np.pad(pixels, edges, mode="edge")
        count = pixels.shape[axis]
        before, middle, after = (padded.take(range(start, start + count), axis=axis) for start in range(3))
        pixels = (before + 2 * middle + after) / 4
    return pixels


def _grey_levels(pixels: Images) -> Images:
    return np.asarray((pixels + 1) * np.float32(127.5), np.float32)


def _bytes(pixels: Images) -> NDArray[np.uint8]:
    return np.asarray(np.round(_grey_levels(pixels)), np.uint8)
