"""A microscope on one layer and one image: all that hovers, steps and scans happens in the browser."""

from typing import Any

from cnnviz.figures.packing import versioned
from cnnviz.figures.saving import Saving, saving_data
from cnnviz.ui.components.component import component, nothing_more

__all__ = ["Pixel", "microscope", "output_steps"]

Pixel = tuple[int, int]

_microscope = component(__file__)
_steps = component(__file__, "output")


def microscope(
    specimen: dict[str, Any], *, key: str, pinned: Pixel | None = None, saved: Saving | None = None
) -> Pixel | None:
    """Draw a microscope; under the same key it keeps the pinned pixel when layer, filter or image change.

    Args:
        specimen: from `cnnviz.figures.specimens`; sent once, as long as it stays the same.
        key: unique on the page.
        pinned: (row, column) of the output pixel to begin with; the middle where None.
        saved: what the figure is called when it is saved; None where it cannot be.

    Returns:
        The output pixel that somebody pinned last, or None.
    """
    data = {**versioned(specimen), "pinned": pinned, "saved": saving_data(saved)}
    result = _microscope(key=key, data=data, on_pinned_change=nothing_more)
    place = result.get("pinned")
    if isinstance(place, list) and len(place) == 2 and all(isinstance(value, int) for value in place):
        return place[0], place[1]
    return None


def output_steps(terms: dict[str, Any], *, key: str, saved: Saving | None = None) -> None:
    """Draw how logits become probabilities, class by class.

    Args:
        terms: from `cnnviz.figures.specimens.output_data`.
        key: unique on the page.
        saved: what the figure is called when it is saved; None where it cannot be.
    """
    _steps(key=key, data={**versioned(terms), "saved": saving_data(saved)})
