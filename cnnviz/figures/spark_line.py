"""How a run learned, as a picture as small as a word."""

import math

from cnnviz.runs import History

__all__ = ["spark_line"]

# An SVG image does not know the theme: these are readable on both backgrounds.
_COLOURS = {"validation": "#E0761B", "training": "#6272EC"}


def spark_line(history: History, width: int, height: int) -> tuple[str, str]:
    """Draw accuracy over the epochs as a small picture, from 0 to 100 %.

    Args:
        history: of a run.
        width: of the picture, in pixels.
        height: of the picture, in pixels.

    Returns:
        The picture as SVG, and what it shows in words; two empty texts before the first epoch has ended.
    """
    split = "validation" if history.epochs.get("val_accuracy") else "training"
    values = history.epochs.get("val_accuracy") or history.epochs.get("accuracy") or []
    values = [min(max(value, 0.0), 1.0) for value in values if math.isfinite(value)]
    if not values:
        return "", ""
    told = f"{split} accuracy by epoch: from {100 * values[0]:.0f} to {100 * values[-1]:.0f} %"
    steps = max(len(values) - 1, 1)
    points = [(4 + (width - 8) * n / steps, 4 + (height - 8) * (1 - value)) for n, value in enumerate(values)]
    (x, y), drawn = points[-1], " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    colour = _COLOURS[split]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<line x1="0" x2="{width}" y1="{height - 2}" y2="{height - 2}" stroke="#808899" stroke-opacity=".4"/>'
        f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/></svg>'
    )
    return svg, told
