"""Every layer of a network on one image, as columns of maps."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.tiles import Tiles, map_tiles, photo_tiles, span
from cnnviz.ui.components.strip import Column, strip
from cnnviz.ui.look import switch
from cnnviz.ui.maps.choices import SEEN, MapView, Sight, strengths

__all__ = ["bounds_of", "network"]

_MOST_PIXELS = 120_000  # of a layer in one column; larger maps are made smaller by the mean of blocks
_WORDS = 20  # a vector of so many numbers is a list with words


def network(sight: Sight, view: MapView, chosen: tuple[str, int], *, key: str, rows: int, caption: str) -> None:
    """Draw the network from left to right.

    Args:
        sight: what is looked at.
        view: how.
        chosen: layer and number of the map with a frame.
        key: unique on the page.
        rows: maps below each other.
        caption: one sentence.
    """
    whole = span([maps for name, maps in sight.maps.items() if name != SEEN])
    columns = [_image(sight)]
    before = sight.maps[SEEN]
    for name, maps in sight.maps.items():
        if name != SEEN and maps.size and not _repeats(maps, before):
            columns.append(_column(name, maps, sight, view, whole, chosen))
            before = maps
    strip(
        columns,
        key=key,
        caption=caption,
        rows=rows,
        size=view.size,
        chosen=chosen,
        on_pick=lambda layer, number: switch(layer=layer, filter=number),
    )


def _repeats(maps: NDArray[Any], before: NDArray[Any]) -> bool:
    """Whether a layer only passes on what came in, as a change of scale before the first convolution or a flatten."""
    return maps.size == before.size and np.array_equal(maps.ravel(), before.ravel())


def bounds_of(maps: NDArray[Any], view: MapView, whole: tuple[float, float]) -> tuple[float, float] | None:
    """Return the ends of the scale that a layer's maps are drawn on; None for each its own."""
    return {"map": None, "layer": span([maps]), "all": whole}[view.scale]


def _image(sight: Sight) -> Column:
    """The input as the network sees it; its own scale is said."""
    seen = sight.maps[SEEN]
    low, high = span([seen])
    reach = max(high - low, 1e-12) if (low < 0 or high > 1) else 1.0
    start = low if (low < 0 or high > 1) else 0.0
    pixels = np.rint(255 * np.clip((seen - start) / reach, 0, 1)).astype(np.uint8)[None]
    shown = pixels if pixels.shape[-1] in (1, 3) else pixels[..., :1]
    shape = "×".join(map(str, seen.shape))
    return Column("input", shape, photo_tiles(shown), [0], note=f"{low:.2g} to {high:.2g}")


def _column(
    name: str, maps: NDArray[Any], sight: Sight, view: MapView, whole: tuple[float, float], chosen: tuple[str, int]
) -> Column:
    flat = maps.shape[:2] == (1, 1)
    shape = str(maps.shape[2]) if flat else "×".join(map(str, maps.shape))
    order = _order(name, maps, view, chosen, flat)
    bounds = bounds_of(maps, view, whole)
    if flat and bounds is None:
        bounds = span([maps])  # a single number has no scale of its own
    pictures = map_tiles(_fitting(maps[..., order]), bounds)
    words = _words(name, maps, order, sight) if flat and len(order) <= _WORDS else []
    left_out = maps.shape[2] - len(order)
    return Column(
        name, shape, _named_ends(pictures, flat), order, words, f"the strongest {len(order)}" if left_out else ""
    )


def _named_ends(pictures: Tiles, flat: bool) -> Tiles:
    """Short ends for a narrow column."""
    if "its own" in pictures.high:
        return Tiles(pictures.pixels, pictures.lows, pictures.highs, pictures.table, pictures.low[:1], "each its own")
    return pictures


def _order(name: str, maps: NDArray[Any], view: MapView, chosen: tuple[str, int], flat: bool) -> list[int]:
    """Return which maps are drawn, in order; the chosen one is always among them."""
    count = maps.shape[2]
    order = list(range(count))
    if view.sort == "strength" and not flat:
        order = [int(number) for number in np.argsort(-strengths(maps), kind="stable")]
    if flat or view.most is None or count <= view.most:
        return order
    kept = order[: view.most] if view.sort == "strength" else sorted(
        int(number) for number in np.argsort(-strengths(maps), kind="stable")[: view.most]
    )  # fmt: skip
    if chosen[0] == name and chosen[1] not in kept and chosen[1] < count:
        kept[-1] = chosen[1]
    return kept


def _fitting(maps: NDArray[Any]) -> NDArray[Any]:
    """Make large maps small enough for a column, by the mean of whole blocks of pixels."""
    height, width, count = maps.shape
    factor = int(np.ceil(np.sqrt(max(1.0, height * width * count / _MOST_PIXELS))))
    rows, columns = height // factor, width // factor
    if factor == 1 or not (rows and columns):
        return maps
    cut = maps[: rows * factor, : columns * factor].reshape(rows, factor, columns, factor, count)
    return np.asarray(cut.mean(axis=(1, 3)))


def _words(name: str, maps: NDArray[Any], order: list[int], sight: Sight) -> list[str]:
    values = maps[0, 0]
    if name != "probabilities":
        return ["" for _ in order]
    if len(values) == 1:
        return [f"{sight.class_names[-1]} {100 * float(values[0]):.0f} %"]
    return [f"{sight.class_names[n]} {100 * float(values[n]):.0f} %" for n in order]
