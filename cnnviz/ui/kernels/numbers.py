"""One kernel's weights as numbers in the colours of the wall."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.tiles import color_table

__all__ = ["kernel_table"]

_MOST_CHANNELS = 3  # as many as fit beside each other
_STYLE = """<style>
.kernel-numbers { display: flex; flex-wrap: wrap; gap: .5rem .75rem; }
.kernel-numbers table { border-collapse: collapse; margin: 0; }
.kernel-numbers caption { caption-side: top; padding: 0 0 .125rem; font-size: .875rem; text-align: left; opacity: .75; }
.kernel-numbers td { padding: 0; border: 0; text-align: center; font-variant-numeric: tabular-nums; }
</style>"""


def kernel_table(kernel: NDArray[np.floating[Any]], limit: float) -> tuple[str, list[int]]:
    """Write a kernel's weights down, the strongest input channels where there are many.

    Args:
        kernel: (kernel height, kernel width, channels in).
        limit: the weight of full colour.

    Returns:
        HTML made of numbers only, and which input channels are shown.
    """
    channels = kernel.shape[2]
    norms = np.linalg.norm(np.nan_to_num(kernel).reshape(-1, channels), axis=0)
    shown = (
        list(range(channels))
        if channels <= _MOST_CHANNELS
        else [int(channel) for channel in np.argsort(-norms, kind="stable")[:_MOST_CHANNELS]]
    )
    names = {1: ("grey",), 3: ("red", "green", "blue")}.get(channels)
    tables = [_table(kernel[..., n], limit, names[n] if names else f"channel {n}") for n in shown]
    return f'{_STYLE}<div class="kernel-numbers">{"".join(tables)}</div>', shown


def _table(weights: NDArray[np.floating[Any]], limit: float, name: str) -> str:
    colors = color_table("diverging")
    side, letters = (36, ".8125rem") if weights.shape[1] <= 5 else (31, ".6875rem")
    rows = []
    for line in weights:
        cells = []
        for weight in line:
            unit = float(np.clip(np.nan_to_num(weight) / limit, -1, 1))
            red, green, blue = (int(part) for part in colors[round(127.5 + 127.5 * unit)])
            ink = "#fff" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else "#1B1F2A"
            cells.append(
                f'<td style="width:{side}px;height:{side * 2 // 3}px;background:rgb({red},{green},{blue});color:{ink}" '
                f'title="{weight:.6g}">{_two(float(weight))}</td>'
            )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    width = side * weights.shape[1]
    return f'<table style="width:{width}px;font-size:{letters}"><caption>{name}</caption>{"".join(rows)}</table>'


def _two(weight: float) -> str:
    """Two significant digits, as short as they can be: `.12`, `−.036`, `1.2`."""
    if not np.isfinite(weight):
        return "none"
    size = f"{abs(weight):.2f}" if abs(weight) >= 0.1 else f"{abs(weight):.3f}"
    size = f"{abs(weight):.1f}" if abs(weight) >= 1 else size.removeprefix("0")
    return ("−" if weight < 0 else "") + size
