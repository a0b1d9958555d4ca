"""Numbers in coloured cells: the weights of one kernel, a table for each of its input channels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.tiles import color_table

__all__ = ["NumberCell", "NumberTable", "weight_tables"]

_DARK = 140  # brightness, 0 to 255, below which letters are white


@dataclass(frozen=True)
class NumberCell:
    """One number.

    Attributes:
        text: as it is written.
        exact: all its digits, for who points at it.
        color: behind it, `#RRGGBB`.
        ink: of the letters, `#RRGGBB`.
    """

    text: str
    exact: str
    color: str
    ink: str


@dataclass(frozen=True)
class NumberTable:
    """Numbers in rows.

    Attributes:
        name: above it.
        rows: its cells, row by row.
    """

    name: str
    rows: Sequence[Sequence[NumberCell]]


def weight_tables(kernel: NDArray[np.floating[Any]], limit: float, most: int = 3) -> list[NumberTable]:
    """Write the weights of a kernel, a table for each input channel.

    Args:
        kernel: (kernel height, kernel width, channels in).
        limit: the weight, without its sign, of full colour.
        most: how many tables; of more channels those with the largest norm are taken, the strongest first.
    """
    channels = kernel.shape[2]
    norms = np.linalg.norm(np.where(np.isnan(kernel), 0, kernel).reshape(-1, channels), axis=0)
    shown = range(channels) if channels <= most else np.argsort(-norms, kind="stable")[:most]
    names = {1: ("grey",), 3: ("red", "green", "blue")}.get(channels)
    return [
        NumberTable(
            names[n] if names else f"channel {n}",
            [[_cell(float(weight), limit) for weight in line] for line in kernel[..., n]],
        )
        for n in map(int, shown)
    ]


def _cell(weight: float, limit: float) -> NumberCell:
    unit = float(np.clip(np.nan_to_num(weight) / limit, -1, 1))
    red, green, blue = (int(part) for part in color_table("diverging")[round(127.5 + 127.5 * unit)])
    ink = "#FFFFFF" if 0.299 * red + 0.587 * green + 0.114 * blue < _DARK else "#1B1F2A"
    return NumberCell(_two(weight), f"{weight:.6g}".replace("-", "−"), f"#{red:02X}{green:02X}{blue:02X}", ink)


def _two(weight: float) -> str:
    """Two significant digits, as short as they can be: `.12`, `−.036`, `1.2`."""
    if not math.isfinite(weight):
        return "NaN" if math.isnan(weight) else "∞" if weight > 0 else "−∞"
    size = f"{abs(weight):.2f}" if abs(weight) >= 0.1 else f"{abs(weight):.3f}"
    size = f"{abs(weight):.1f}" if abs(weight) >= 1 else size.removeprefix("0")
    return ("−" if weight < 0 else "") + size
