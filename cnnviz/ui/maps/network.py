"""Every layer of a network on one image, as columns of maps."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.tiles import Tiles, answers_in_words, map_tiles, photo_tiles, span
from cnnviz.ui.address import go
from cnnviz.ui.components.saving import Saving
from cnnviz.ui.components.strip import Column, strip
from cnnviz.ui.maps.choices import MapsPlace
from cnnviz.ui.maps.sights import SEEN, Scene, Sight, strengths

__all__ = ["draw", "network"]

_MOST_PIXELS = 120_000  # of a layer in one column; larger maps are made smaller by the mean of blocks
_WORDS = 20  # a vector of so many numbers is a list with words


def network(scene: Scene, sight: Sight, *, key: str, caption: str) -> None:
    """Draw a network from left to right.

    Args:
        scene: everything on the page.
        sight: which of its sights.
        key: unique on the page.
        caption: one sentence.
    """
    columns = [_image(sight)]
    before = sight.maps[SEEN]
    for name, maps in sight.maps.items():
        if name != SEEN and maps.size and not _repeats(maps, before):
            columns.append(_column(name, maps, scene, sight))
            before = maps
    how = answers_in_words(*(one.pictures for one in columns if isinstance(one.pictures, Tiles)))
    caption = f"{caption} In a map {how}." if how and sight is scene.sights[0] else caption
    draw(columns, scene.view, scene.chosen, key=key, caption=caption, saved=sight.saved("feature maps"))


def draw(
    columns: list[Column], view: MapsPlace, chosen: tuple[str, int], *, key: str, caption: str, saved: Saving | None
) -> None:
    """Draw columns; a click pins a layer and a filter."""
    strip(
        columns,
        key=key,
        caption=caption,
        rows=view.rows,
        size=view.size,
        chosen=chosen,
        on_pick=lambda layer, number: go(layer=layer, filter=number),
        saved=saved,
    )


def _repeats(maps: NDArray[Any], before: NDArray[Any]) -> bool:
    """Whether a layer only passes on what came in, as a change of scale before the first convolution or a flatten."""
    return maps.size == before.size and np.array_equal(maps.ravel(), before.ravel())


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


def _column(name: str, maps: NDArray[Any], scene: Scene, sight: Sight) -> Column:
    flat = maps.shape[:2] == (1, 1)
    shape = str(maps.shape[2]) if flat else "×".join(map(str, maps.shape))
    order = list(range(maps.shape[2])) if flat else _kept(scene, sight, name)
    bounds = scene.bounds(name)
    if flat and bounds is None:
        bounds = span([maps])  # a single number has no scale of its own
    pictures = map_tiles(_fitting(maps[..., order]), bounds)
    words = _words(name, maps, order, sight) if flat and len(order) <= _WORDS else []
    left_out = maps.shape[2] - len(order)
    which = "the strongest" if sight is scene.sights[0] or not scene.in_step(sight) else "the same"
    note = f"{which} {len(order)}" if left_out else ""
    return Column(name, shape, _named_ends(pictures), order, words, note)


def _named_ends(pictures: Tiles) -> Tiles:
    """Short ends for a narrow column."""
    if "its own" in pictures.high:
        return Tiles(pictures.pixels, pictures.lows, pictures.highs, pictures.table, pictures.low[:1], "each its own")
    return pictures


def _kept(scene: Scene, sight: Sight, name: str) -> list[int]:
    """Return which maps are drawn, in order; the chosen one is always among them."""
    order, most = scene.order(sight, name), scene.view.most
    if most is None or len(order) <= most:
        return order
    if scene.view.sort == "strength":
        kept = order[:most]
    else:
        ranked = (scene.sights[0] if scene.in_step(sight) else sight).maps[name]
        kept = sorted(int(number) for number in np.argsort(-strengths(ranked), kind="stable")[:most])
    layer, number = scene.chosen
    if layer == name and number not in kept and number < len(order):
        kept[-1] = number
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
