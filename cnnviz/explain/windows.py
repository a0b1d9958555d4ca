"""How windows lie on an image: kernels and poolings with stride, padding and dilation, as TensorFlow places them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import SpecError

__all__ = ["Windows", "check_place", "windows_of"]


@dataclass(frozen=True)
class Windows:
    """Windows sliding over an image; all pairs are (rows, columns).

    Attributes:
        input_size: of the image.
        output_size: how many windows there are.
        window: cells of one window.
        strides: from one window to the next.
        dilation: from one cell to the next.
        offset: how far the first window begins outside the image.
    """

    input_size: tuple[int, int]
    output_size: tuple[int, int]
    window: tuple[int, int]
    strides: tuple[int, int]
    dilation: tuple[int, int]
    offset: tuple[int, int]

    @property
    def extent(self) -> tuple[int, int]:
        """Rows and columns from a window's first cell to its last, both included."""
        rows, columns = ((cells - 1) * step + 1 for cells, step in zip(self.window, self.dilation, strict=True))
        return rows, columns

    def cells(self, row: int, column: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the input rows (window height,) and columns (window width,) of one window; some may lie outside."""
        rows, columns = (
            place * stride - offset + np.arange(cells) * dilation
            for place, stride, offset, cells, dilation in zip(
                (row, column), self.strides, self.offset, self.window, self.dilation, strict=True
            )
        )
        return rows, columns

    def patch(self, maps: NDArray[np.float32], row: int, column: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Cut one window.

        Args:
            maps: (height, width, channels).
            row: of the window.
            column: of the window.

        Returns:
            (window height, window width, channels), zeros outside; (window height, window width) True outside.
        """
        rows, columns = self.cells(row, column)
        inside = np.logical_and.outer(
            (rows >= 0) & (rows < self.input_size[0]), (columns >= 0) & (columns < self.input_size[1])
        )
        near = maps[np.clip(rows, 0, self.input_size[0] - 1)][:, np.clip(columns, 0, self.input_size[1] - 1)]
        return np.where(inside[..., None], near, np.float32(0)), ~inside


def windows_of(
    input_size: tuple[int, int],
    window: tuple[int, int],
    strides: tuple[int, int],
    padding: str,
    dilation: tuple[int, int] = (1, 1),
) -> Windows:
    """Lay windows over an image as TensorFlow does: with "same" padding, the odd row or column goes below or right.

    Args:
        input_size: (height, width).
        window: (height, width) in cells.
        strides: (rows, columns).
        padding: "valid" or "same".
        dilation: (rows, columns).
    """
    sides = [_side(*along, padding) for along in zip(input_size, window, strides, dilation, strict=True)]
    (rows, above), (columns, left) = sides
    return Windows(input_size, (rows, columns), window, strides, dilation, (above, left))


def _side(length: int, cells: int, stride: int, dilation: int, padding: str) -> tuple[int, int]:
    """Return how many windows there are along one side, and the padding before the first cell."""
    extent = (cells - 1) * dilation + 1
    if padding != "same":
        return (length - extent) // stride + 1, 0
    count = -(-length // stride)
    return count, max((count - 1) * stride + extent - length, 0) // 2


def check_place(layer: str, what: str, row: int, column: int, number: int, shape: tuple[int, ...]) -> None:
    """Refuse an output pixel that a layer does not have.

    Args:
        layer: its name.
        what: what the last axis counts, "filter" or "channel".
        row: of the pixel.
        column: of the pixel.
        number: of the filter or channel.
        shape: (height, width, filters) of the layer's output.

    Raises:
        SpecError: there is no such pixel or filter.
    """
    given: tuple[Any, ...] = (row, column, number)
    for name, value, limit in zip(("row", "column", what), given, shape, strict=True):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value < limit:
            raise SpecError(f"the layer {layer} has no {name} {value!r:.40}; give a whole number from 0 to {limit - 1}")
