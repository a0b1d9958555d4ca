"""A layer on one image for the microscope: compact, base64 of little-endian float32, with what it says of itself."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.colors
from numpy.typing import NDArray

from cnnviz.figures.packing import packed
from cnnviz.figures.theme import DIVERGING, SEQUENTIAL

if TYPE_CHECKING:
    from cnnviz.explain import ConvolutionLayer, OutputTerms, PoolingLayer

__all__ = ["CLASSIC_KERNELS", "convolution_data", "output_data", "playground_data", "pooling_data"]

# Numbers sent with one layer, at most: 1.6 MB. Of a larger one the strongest channels are sent and the others summed.
_MOST_NUMBERS = 400_000
_FEWEST_CHANNELS = 8

Kernel = tuple[float, ...]

CLASSIC_KERNELS: tuple[tuple[str, Kernel, str], ...] = (
    ("Vertical edges", (-1, 0, 1, -2, 0, 2, -1, 0, 1), "Sobel's kernel: positive where it gets brighter to the right."),
    ("Horizontal edges", (-1, -2, -1, 0, 0, 0, 1, 2, 1), "Sobel's kernel: positive where it gets brighter downwards."),
    ("Outline", (-1, -1, -1, -1, 8, -1, -1, -1, -1), "A pixel against its eight neighbours: nothing where all agree."),
    ("Blur", (1 / 9,) * 9, "The mean of nine pixels."),
    ("Soft blur", tuple(n / 16 for n in (1, 2, 1, 2, 4, 2, 1, 2, 1)), "A mean that counts the middle most."),
    ("Sharpen", (0, -1, 0, -1, 5, -1, 0, -1, 0), "The pixel, and what sets it apart from its neighbours, added."),
    ("Emboss", (-2, -1, 0, -1, 1, 1, 0, 1, 2), "Light from the upper left: edges look like a relief."),
    ("Nothing", (0, 0, 0, 0, 1, 0, 0, 0, 0), "The pixel alone: the output is the input."),
)


def convolution_data(layer: "ConvolutionLayer", unit: int, *, picture: bool, title: str) -> dict[str, Any]:
    """Pack one filter of a convolution.

    Args:
        layer: the layer on one image.
        unit: the filter's number.
        picture: whether what goes in is the image itself and is drawn as one.
        title: what the layer is called.

    Returns:
        What the component `microscope` takes.
    """
    seen = layer.channels_of[unit]
    inputs = layer.inputs[..., seen]  # (input height, input width, channels)
    kernel = layer.kernel[..., unit]  # (kernel height, kernel width, channels)
    before = layer.pre_activation[..., unit]
    sent = _strongest(inputs, kernel)
    hidden = len(seen) - len(sent)
    others = None
    if hidden:
        rest = np.setdiff1d(np.arange(len(seen)), sent)
        others = packed(_response(layer, inputs[..., rest], kernel[..., rest], before.shape), "<f4")
    return {
        **_common(inputs[..., sent], before.shape, layer.kernel.shape[:2], layer.strides, layer.dilation, layer.offset),
        "kind": "convolution",
        "title": title,
        "picture": picture,
        "channels": _channel_names(seen[sent], picture, layer.inputs.shape[2]),
        "hidden": hidden,
        "others": others,
        "kernel": packed(kernel[..., sent], "<f4"),
        "bias": _number(float(layer.bias[unit])),
        "before": packed(before, "<f4"),
        "after": packed(layer.activation[..., unit], "<f4"),
        "function": layer.function,
        "inputName": "Input",
        "outputName": f"Filter {unit}",
        "caption": _convolution_caption(layer, unit, len(seen)),
    }


def pooling_data(layer: "PoolingLayer", channel: int, *, title: str) -> dict[str, Any]:
    """Pack one channel of a pooling; as `convolution_data`."""
    largest = layer.mode == "max"
    cells = "×".join(map(str, layer.window))
    outside = " Cells outside the input take no part." if any(layer.offset) else ""
    return {
        **_common(
            layer.inputs[..., channel : channel + 1],
            layer.outputs.shape[:2],
            layer.window,
            layer.strides,
            (1, 1),
            layer.offset,
        ),
        "kind": layer.mode,
        "title": title,
        "picture": False,
        "channels": [f"channel {channel}"],
        "hidden": 0,
        "kernel": None,
        "before": None,
        "after": packed(layer.outputs[..., channel], "<f4"),
        "inputName": "Input",
        "outputName": "Output",
        "caption": f"Each output pixel is the {'largest' if largest else 'mean'} value of a {cells} window of the same "
        f"channel; {_moves(layer.strides)}. There are no weights: nothing is learned here.{outside}",
    }


def playground_data(image: NDArray[np.uint8]) -> dict[str, Any]:
    """Pack the brightness of an image for a kernel that somebody types.

    Args:
        image: (height, width, 1 or 3) uint8.

    Returns:
        As `convolution_data`; brightness is the mean of the channels from 0 to 1.
    """
    brightness = (image.mean(axis=2, keepdims=True) / 255).astype(np.float32)
    height, width = image.shape[:2]
    return {
        **_common(brightness, (height - 2, width - 2), (3, 3), (1, 1), (1, 1), (0, 0)),
        "kind": "playground",
        "title": "playground",
        "picture": True,
        "channels": ["brightness"],
        "kernel": None,
        "hidden": 0,
        "bias": 0.0,
        "function": "linear",
        "presets": [{"name": name, "kernel": kernel, "note": note} for name, kernel, note in CLASSIC_KERNELS],
        "inputName": "Brightness",
        "outputName": "Output",
        "caption": "Choose a kernel, type into its cells, or paste nine numbers. Each output pixel is the sum of nine "
        "products of the pinned image's brightness. A network finds such numbers by itself: that is what it learns.",
    }


def output_data(terms: "OutputTerms", class_names: Sequence[str], label: int | None) -> dict[str, Any]:
    """Pack how logits become probabilities.

    Args:
        terms: from `cnnviz.explain.output_terms`.
        class_names: one a class.
        label: the image's class, or None.
    """
    names = list(class_names)
    single = terms.head == "sigmoid" and len(terms.logits) == 1 and len(names) == 2
    return {
        "head": terms.head,
        "names": names[1:] if single else names,
        "other": names[0] if single else None,
        "label": label,
        "logits": _numbers(terms.logits),
        "shift": _number(terms.shift),
        "exponentials": _numbers(terms.exponentials),
        "total": _numbers(terms.total),
        "probabilities": _numbers(terms.probabilities[-1:] if single else terms.probabilities),
        "diverging": [color for _, color in DIVERGING],
    }


def _numbers(array: NDArray[np.floating[Any]]) -> list[float | str]:
    return [_number(float(value)) for value in array]


def _number(value: float) -> float | str:
    """A number for JSON, which has none that are not finite: those go as JavaScript writes them."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _common(
    inputs: NDArray[np.float32],
    output_size: Sequence[int],
    window: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
    offset: Sequence[int],
) -> dict[str, Any]:
    return {
        "inputs": packed(inputs, "<f4"),
        "size": list(inputs.shape[:2]),
        "outputSize": list(output_size),
        "window": list(window),
        "strides": list(strides),
        "dilation": list(dilation),
        "offset": list(offset),
        "diverging": [color for _, color in DIVERGING],
        "sequential": [_hex(color) for _, color in plotly.colors.get_colorscale(SEQUENTIAL)],
    }


def _hex(color: str) -> str:
    return color if color.startswith("#") else "#{:02X}{:02X}{:02X}".format(*plotly.colors.unlabel_rgb(color))


def _strongest(inputs: NDArray[np.float32], kernel: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return which channels to send, in order: all, or those that can add most."""
    channels = inputs.shape[2]
    most = max(_FEWEST_CHANNELS, _MOST_NUMBERS // (inputs.shape[0] * inputs.shape[1]))
    if channels <= most:
        return np.arange(channels)
    strength = np.abs(inputs).mean(axis=(0, 1)) * np.abs(kernel).sum(axis=(0, 1))
    return np.sort(np.argsort(-strength)[:most])


def _response(
    layer: "ConvolutionLayer", inputs: NDArray[np.float32], kernel: NDArray[np.float32], size: Sequence[int]
) -> NDArray[np.float32]:
    """Add up the products of some channels for every output pixel, (height, width)."""
    height, width = inputs.shape[:2]
    total = np.zeros(tuple(size), np.float64)
    for i, j in np.ndindex(*kernel.shape[:2]):
        rows = np.arange(size[0]) * layer.strides[0] - layer.offset[0] + i * layer.dilation[0]
        columns = np.arange(size[1]) * layer.strides[1] - layer.offset[1] + j * layer.dilation[1]
        inside = np.logical_and.outer((rows >= 0) & (rows < height), (columns >= 0) & (columns < width))
        patch = inputs[rows.clip(0, height - 1)][:, columns.clip(0, width - 1)] @ kernel[i, j]
        total += np.where(inside, patch, 0)
    return total.astype(np.float32)


def _channel_names(numbers: NDArray[np.int64], picture: bool, channels: int) -> list[str]:
    if picture and channels == 3:
        return [("red", "green", "blue")[number] for number in numbers]
    if picture and channels == 1:
        return ["brightness"]
    return [f"channel {number}" for number in numbers]


def _moves(strides: Sequence[int]) -> str:
    if tuple(strides) == (1, 1):
        return "the window moves by one pixel"
    step = str(strides[0]) if strides[0] == strides[1] else f"{strides[0]} rows and {strides[1]} columns"
    return f"the window moves by {step} pixels" if step.isdigit() else f"the window moves by {step}"


def _convolution_caption(layer: "ConvolutionLayer", unit: int, channels: int) -> str:
    height, width = layer.kernel.shape[:2]
    products = height * width * channels
    sentences = [
        f"One output pixel of filter {unit} is the sum of {products:,} products, {height}×{width} of "
        f"{'one channel' if channels == 1 else f'each of {channels} channels'}, and one bias; {_moves(layer.strides)}."
    ]
    if layer.padding == "same":
        sentences.append("Hatched cells are padding: they count as zero.")
    if layer.dilation != (1, 1):
        sentences.append(f"Neighbours in the kernel lie {layer.dilation[0]} pixels apart on the input.")
    sentences.append("In kernels, products and sums red is positive, blue negative, white zero.")
    return " ".join(sentences)
