"""One kernel's weights as numbers in the colours of the wall."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.tiles import color_table
from cnnviz.ui.components.numbers import Cell, Table

__all__ = ["kernel_tables"]

_MOST_CHANNELS = 3  # as many as fit beside each other


def kernel_tables(kernel: NDArray[np.floating[Any]], limit: float) -> list[Table]:
    """Write a kernel's weights down, the strongest input channels where there are many.

    Args:
        kernel: (kernel height, kernel width, channels in).
        limit: the weight of full colour.

    Returns:
        A table an input channel, three at most.
    """
    channels = kernel.shape[2]
    norms = np.linalg.norm(np.nan_to_num(kernel).reshape(-1, channels), axis=0)
    shown = range(channels) if channels <= _MOST_CHANNELS else np.argsort(-norms, kind="stable")[:_MOST_CHANNELS]
    names = {1: ("grey",), 3: ("red", "green", "blue")}.get(channels)
    return [
        Table(
            names[n] if names else f"channel {n}",
            [[_cell(float(weight), limit) for weight in line] for line in kernel[..., n]],
        )
        for n in map(int, shown)
    ]


def _cell(weight: float, limit: float) -> Cell:
    unit = float(np.clip(np.nan_to_num(weight) / limit, -1, 1))
    red, green, blue = (int(part) for part in color_table("diverging")[round(127.5 + 127.5 * unit)])
    ink = "#FFFFFF" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else "#1B1F2A"
    return Cell(_two(weight), f"{weight:.6g}".replace("-", "−"), f"#{red:02X}{green:02X}{blue:02X}", ink)


def _two(weight: float) -> str:
    """Two significant digits, as short as they can be: `.12`, `−.036`, `1.2`."""
    if not np.isfinite(weight):
        return "NaN" if np.isnan(weight) else "∞" if weight > 0 else "−∞"
    size = f"{abs(weight):.2f}" if abs(weight) >= 0.1 else f"{abs(weight):.3f}"
    size = f"{abs(weight):.1f}" if abs(weight) >= 1 else size.removeprefix("0")
    return ("−" if weight < 0 else "") + size
