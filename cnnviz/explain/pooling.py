"""The arithmetic of a pooling: each window and, for a max-pooling, its winner."""

from dataclasses import dataclass
from typing import Any, Literal

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import SpecError
from cnnviz.explain.convolution import layer_values
from cnnviz.explain.network import Images, find_layer, full_name
from cnnviz.explain.windows import Windows, check_place, windows_of

__all__ = ["PoolingLayer", "PoolingTerms", "pooling_layer", "pooling_terms"]

Mode = Literal["max", "average"]


@dataclass(frozen=True, eq=False)
class PoolingLayer:
    """A pooling on one image.

    Attributes:
        name: the layer's name.
        mode: "max" or "average"; cells outside the image take no part in either.
        inputs: (input height, input width, channels) float32.
        outputs: (height, width, channels) float32.
        window: (rows, columns).
        strides: (rows, columns).
        offset: (rows above, columns to the left) outside the image.
        winners: (height, width, channels, 2) int32, row and column of each window's largest value; None for "average".
    """

    name: str
    mode: Mode
    inputs: Images
    outputs: Images
    window: tuple[int, int]
    strides: tuple[int, int]
    offset: tuple[int, int]
    winners: NDArray[np.int32] | None


@dataclass(frozen=True, eq=False)
class PoolingTerms:
    """One window of a pooling.

    Attributes:
        layer: its name.
        mode: "max" or "average".
        row: of the output pixel.
        column: of the output pixel.
        channel: the channel.
        rows: (window height,) input rows; outside the image where padded.
        columns: (window width,) input columns.
        values: (window height, window width) float32, padded cells 0.
        padded: (window height, window width) bool, cells outside the image, which take no part.
        winner: (row, column) in the input of the largest value, the first of equals; None for "average".
        output: the largest or mean value.
    """

    layer: str
    mode: Mode
    row: int
    column: int
    channel: int
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: NDArray[np.float32]
    padded: NDArray[np.bool_]
    winner: tuple[int, int] | None
    output: float


def pooling_layer(model: keras.Model, layer: str | int, image: ArrayLike) -> PoolingLayer:
    """Return everything about a pooling on one image.

    Args:
        model: any Keras model of one image.
        layer: name or index of a MaxPooling2D or AveragePooling2D layer.
        image: (height, width, channels) uint8 or float in 0..255.

    Raises:
        SpecError: there is no such layer, or it is no 2-D pooling.
        DataError: the image does not fit the model.
    """
    found, mode = _pooling(model, layer)
    inputs, outputs, _ = layer_values(model, layer, image)
    windows = _windows(found, inputs)
    return PoolingLayer(
        name=full_name(model, layer),
        mode=mode,
        inputs=inputs,
        outputs=outputs,
        window=windows.window,
        strides=windows.strides,
        offset=windows.offset,
        winners=_winners(windows, inputs) if mode == "max" else None,
    )


def pooling_terms(
    model: keras.Model, layer: str | int, image: ArrayLike, row: int, column: int, channel: int
) -> PoolingTerms:
    """Take one output pixel of a pooling apart.

    Args:
        model: any Keras model of one image.
        layer: name or index of a MaxPooling2D or AveragePooling2D layer.
        image: (height, width, channels) uint8 or float in 0..255.
        row: of the output pixel, from 0.
        column: of the output pixel, from 0.
        channel: from 0.

    Returns:
        The values under the window, padding marked, and the one that wins or their mean.

    Raises:
        SpecError: there is no such layer, pixel or channel, or the layer is no 2-D pooling.
        DataError: the image does not fit the model.
    """
    found, mode = _pooling(model, layer)
    inputs, outputs, _ = layer_values(model, layer, image)
    check_place(found.name, "channel", row, column, channel, outputs.shape)
    windows = _windows(found, inputs)
    values, padded = windows.patch(inputs[..., channel : channel + 1], row, column)
    rows, columns = windows.cells(row, column)
    best = np.unravel_index(np.where(padded, -np.inf, values[..., 0]).argmax(), padded.shape)
    return PoolingTerms(
        layer=full_name(model, layer),
        mode=mode,
        row=row,
        column=column,
        channel=channel,
        rows=rows,
        columns=columns,
        values=values[..., 0],
        padded=padded,
        winner=(int(rows[best[0]]), int(columns[best[1]])) if mode == "max" else None,
        output=float(outputs[row, column, channel]),
    )


def _pooling(model: keras.Model, layer: str | int) -> tuple[keras.layers.Layer, Mode]:
    found, _ = find_layer(model, layer)
    kinds: dict[Mode, Any] = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}
    for mode, kind in kinds.items():
        if isinstance(found, kind) and found.data_format == "channels_last":
            return found, mode
    raise SpecError(
        f"the layer {found.name} is a {type(found).__name__}, expected a MaxPooling2D or AveragePooling2D with "
        "channels last; choose a pooling layer"
    )


def _windows(layer: keras.layers.Layer, inputs: Images) -> Windows:
    size, strides = tuple(layer.pool_size), tuple(layer.strides)
    return windows_of((inputs.shape[0], inputs.shape[1]), (size[0], size[1]), (strides[0], strides[1]), layer.padding)


def _winners(windows: Windows, inputs: Images) -> NDArray[np.int32]:
    """Find each window's largest value, (height, width, channels, 2): all windows at once, cell after cell."""
    height, width = windows.output_size
    best = np.full((height, width, inputs.shape[2]), -np.inf, np.float32)
    winners = np.zeros((*best.shape, 2), np.int32)
    first = np.array(windows.strides)[:, None] * np.arange(max(height, width)) - np.array(windows.offset)[:, None]
    for cell in np.ndindex(windows.window):
        rows, columns = first[0, :height] + cell[0], first[1, :width] + cell[1]
        inside_rows, inside_columns = rows < inputs.shape[0], columns < inputs.shape[1]
        inside = np.logical_and.outer((rows >= 0) & inside_rows, (columns >= 0) & inside_columns)
        values = inputs[rows.clip(0, inputs.shape[0] - 1)][:, columns.clip(0, inputs.shape[1] - 1)]
        better = inside[..., None] & (values > best)
        best = np.where(better, values, best)
        here = np.stack(np.broadcast_arrays(rows[:, None, None], columns[None, :, None]), axis=-1)
        winners = np.where(better[..., None], here, winners).astype(np.int32)
    return winners
