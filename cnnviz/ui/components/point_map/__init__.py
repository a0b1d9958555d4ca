"""A map of images as points, in the browser: moved, zoomed, pointed at and drawn round without the server."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.map_words import Colour
from cnnviz.figures.packing import packed
from cnnviz.figures.theme import class_colors, palette
from cnnviz.ui.components.component import component, nothing_more, when_told
from cnnviz.ui.components.image_grid import Source
from cnnviz.ui.sheets import SHEET_COLUMNS

__all__ = ["Drawn", "MapPoints", "point_map"]

_component = component(__file__)


@dataclass(frozen=True, eq=False)
class MapPoints:
    """Test images as points.

    Attributes:
        places: (n, 2) float32, x to the right, y upwards; the map is the square from 0 to 1, and some may lie outside.
        labels: (n,) the true classes.
        predicted: (n,) the predicted classes.
        confidence: (n,) in [0, 1], the predicted classes' probabilities.
        extent: width and height of the part round (0.5, 0.5) that is shown at first, each at most 1.
    """

    places: NDArray[np.float32]
    labels: NDArray[np.integer[Any]]
    predicted: NDArray[np.integer[Any]]
    confidence: NDArray[np.floating[Any]]
    extent: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Drawn:
    """A line that was drawn round points, as `cnnviz.ui.judge.map.place` reads it.

    Attributes:
        text: its corners, as the browser wrote them; empty for none.
        chosen: (n,) which points are inside; None for none.
        here: whether it was drawn on the points' present places, and can be shown.
    """

    text: str = ""
    chosen: NDArray[np.bool_] | None = None
    here: bool = True


def point_map(
    points: MapPoints,
    class_names: Sequence[str],
    *,
    key: str,
    alt: str,
    caption: str,
    pictures: Source | None = None,
    colour: Colour = "true",
    hidden: Sequence[str] = (),
    drawn: Drawn | None = None,
    on_line: Callable[[str], None],
    on_hidden: Callable[[list[str]], None],
) -> int | None:
    """Draw the map, or bring the one under the same key up to date: points that moved glide to their new places.

    Args:
        points: what to draw.
        class_names: by label.
        key: unique on the page.
        alt: what the map shows, for those who do not see it; a whole sentence.
        caption: how to read it.
        pictures: where the browser gets the pictures; None where there are none.
        colour: what the colours stand for: the true class, the predicted one, or right and wrong.
        hidden: what the legend has switched off: "right", "wrong", and labels as text.
        drawn: the line round points.
        on_line: called with the line that somebody drew (as in `Drawn.text`; empty to choose none), before the page
            runs again.
        on_hidden: the same for what is switched off.

    Returns:
        The point that was clicked, in the one run that the click brings; else None.
    """
    line = drawn or Drawn()
    result = _component(
        key=key,
        data={
            **_arrays(points),
            "extent": list(points.extent),
            "classes": _classes(class_names),
            "right": [palette("light").right, palette("dark").right],
            "wrong": [palette("light").wrong, palette("dark").wrong],
            "colour": colour,
            "hidden": list(hidden),
            "lasso": line.text,
            "border": line.text if line.here else "",
            "chosen": None if line.chosen is None else packed(line.chosen, "u1"),
            "pictures": {**vars(pictures or Source("", 1, 1)), "columns": SHEET_COLUMNS},
            "alt": alt,
            "caption": caption,
        },
        on_lasso_change=when_told(key, "lasso", on_line, lambda told: isinstance(told, str)),
        on_hidden_change=when_told(key, "hidden", on_hidden, lambda told: isinstance(told, list)),
        on_opened_change=nothing_more,
        on_lost_change=nothing_more,  # the page runs again and names its images anew
    )
    opened = result.get("opened")
    return opened if isinstance(opened, int) and 0 <= opened < len(points.labels) else None


def _arrays(points: MapPoints) -> dict[str, str]:
    arrays = {
        "places": points.places.astype("<f4"),
        "labels": points.labels.astype("<u2"),
        "predicted": points.predicted.astype("<u2"),
        "confidence": np.rint(65535 * points.confidence).astype("<u2"),
    }
    texts = {name: packed(array) for name, array in arrays.items()}
    version = hashlib.blake2b("".join(texts.values()).encode(), digest_size=8).hexdigest()
    return {**texts, "version": version}


def _classes(names: Sequence[str]) -> list[dict[str, Any]]:
    pairs = zip(class_colors(names, "light"), class_colors(names, "dark"), strict=True)
    return [{"name": name, "colors": list(pair)} for name, pair in zip(names, pairs, strict=True)]
