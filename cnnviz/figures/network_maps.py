"""A network on an image, from left to right: a column of maps for each layer, their order, their scale, their words."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import dropwhile
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.saving import Saving
from cnnviz.figures.tiles import Tiles, answers_in_words, map_tiles, photo_tiles, span
from cnnviz.runs import Weights
from cnnviz.runs.layers import NetworkLayer
from cnnviz.spec.model import CHANNELS, RESIZING

if TYPE_CHECKING:
    from cnnviz.explain import ReceptiveField

__all__ = [
    "SEEN",
    "Blank",
    "Column",
    "DrawnMaps",
    "ImageInNetwork",
    "MapsScene",
    "Scale",
    "blank_columns",
    "columns_of",
    "map_caption",
    "network_caption",
    "place_over",
    "run_title",
    "strengths",
    "unit_caption",
]

SEEN = "(input)"  # cnnviz.explain.SEEN, which costs TensorFlow's import

T = TypeVar("T")
Scale = Literal["map", "layer", "all"]
_SCALES = {"map": "its own scale", "layer": "its layer's scale", "all": "one scale for all maps"}
_BROUGHT = (CHANNELS, RESIZING)  # how the names of layers end that bring an image to a network that is begun with
_PASSED_ON = ("flatten", "dropout")  # layers that have nothing of their own to show
_MOST_PIXELS = 120_000  # of a layer in one column; larger maps are made smaller by the mean of blocks
_WORDS = 20  # a vector of so many numbers is a list with words


class DrawnMaps(dict[str, NDArray[np.float32]]):
    """{layer: maps} with what was worked out of them, for as long as they are kept: a click changes one column alone.

    Nothing in it changes; each layer remembers its newest column.
    """

    def __init__(self, maps: Mapping[str, NDArray[np.float32]]) -> None:
        super().__init__(maps)
        self._found: dict[tuple[str, str], tuple[Hashable, Any]] = {}

    def once(self, what: str, layer: str, made_of: Hashable, make: Callable[[], T]) -> T:
        """Return what was made of a layer and the same other things before, or make it."""
        known = self._found.get((what, layer))
        if known is None or known[0] != made_of:
            known = self._found[what, layer] = (made_of, make())
        found: T = known[1]
        return found


def _once(maps: Mapping[str, Any], what: str, layer: str, made_of: Hashable, make: Callable[[], T]) -> T:
    return maps.once(what, layer, made_of, make) if isinstance(maps, DrawnMaps) else make()


@dataclass(frozen=True, eq=False)
class ImageInNetwork:
    """One image in one network, with what every layer makes of it.

    Attributes:
        weights: the network's.
        image: (height, width, channels) uint8.
        image_name: the image, in a few words.
        title: what tells it from the other one, in a few words, not escaped.
        maps: {layer: (height, width, channels)}, the input as the network sees it first.
        class_names: by label.
    """

    weights: Weights
    image: NDArray[np.uint8]
    image_name: str
    title: str
    maps: Mapping[str, NDArray[np.float32]]
    class_names: tuple[str, ...]

    def saved(self, what: str) -> Saving:
        """Name a figure of it."""
        return Saving.of(self.weights, what, self.image_name)


@dataclass(frozen=True, eq=False)
class MapsScene:
    """One or two sights that are drawn in one order and on one scale.

    Attributes:
        sights: one or two.
        chosen: layer and number of the map with a frame.
        by_strength: whether the strongest map comes first; else they stand by number.
        scale: what one colour scale is for: a map, a layer, or the maps of all layers.
        most: maps of a layer that are drawn; None for all.
    """

    sights: Sequence[ImageInNetwork]
    chosen: tuple[str, int]
    by_strength: bool = True
    scale: Scale = "map"
    most: int | None = None

    @cached_property
    def _whole(self) -> tuple[float, float]:
        """Of all maps; logits, pixels and the like are far larger, and every map would be pale."""
        known = [one for sight in self.sights for one in sight.maps.items()]
        shown = [maps for name, maps in known if name != SEEN and not name.endswith(_BROUGHT)]
        return span([maps for maps in shown if maps.shape[:2] != (1, 1)] or shown)

    @property
    def two(self) -> bool:
        """Whether two stand side by side."""
        return len(self.sights) > 1

    def bounds(self, layer: str) -> tuple[float, float] | None:
        """Return the ends of the scale that a layer's maps are drawn on; None for each its own."""
        if self.scale == "map":
            return None
        here = [sight.maps[layer] for sight in self.sights if layer in sight.maps]
        if self.scale == "all" and any(maps.shape[:2] != (1, 1) for maps in here):
            return self._whole
        return span(here)

    def in_step(self, sight: ImageInNetwork) -> bool:
        """Whether a sight's filters are those of the first one, perhaps at another moment."""
        return sight.weights.run.id == self.sights[0].weights.run.id

    def order(self, sight: ImageInNetwork, layer: str) -> list[int]:
        """Return which maps of a layer are drawn, in order; the chosen one is always among them.

        Filters of one run stand in the same place for both sights.
        """
        ranked = (self.sights[0] if self.in_step(sight) else sight).maps
        ranked = ranked if layer in ranked else sight.maps
        strongest: list[int] = _once(
            ranked, "strongest", layer, None, lambda: np.argsort(-strengths(ranked[layer]), kind="stable").tolist()
        )
        order = strongest if self.by_strength else sorted(strongest)
        if self.most is None or len(order) <= self.most:
            return order
        kept: list[int] = strongest[: self.most] if self.by_strength else sorted(strongest[: self.most])
        name, number = self.chosen
        if name == layer and number not in kept and number < len(order):
            kept[-1] = number
        return kept


def strengths(maps: NDArray[Any]) -> NDArray[np.float64]:
    """Return each map's mean absolute activation.

    Args:
        maps: (height, width, channels).
    """
    return np.asarray(np.abs(np.nan_to_num(maps)).mean(axis=(0, 1), dtype=np.float64))


def run_title(weights: Weights) -> str:
    """Name a network among others: `two-conv on cifar10, after epoch 3`."""
    return f"{weights.run.name} on {weights.run.spec.data.name}, {weights.moment}"


# --- its columns ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Blank:
    """The place of pictures that are still to come.

    Attributes:
        count: how many.
        height, width: of each, in values.
    """

    count: int
    height: int
    width: int


@dataclass(frozen=True, eq=False)
class Column:
    """One layer.

    Attributes:
        name: its name.
        shape: its output's shape in words.
        pictures: its maps, in the order to draw them; a vector's are one pixel each.
        ids: the numbers of the maps, in the same order.
        words: a word for each where it is a short list of numbers, such as classes; empty for pictures.
        note: a last line, such as how many maps are left out.
    """

    name: str
    shape: str
    pictures: Tiles | Blank
    ids: Sequence[int]
    words: Sequence[str] = ()
    note: str = ""


def columns_of(scene: MapsScene, sight: ImageInNetwork) -> list[Column]:
    """Draw a network from left to right: the input, then every layer that does more than pass on what came in.

    What brings the image to the size, the channels and the scale of the first layers is in the input, as they see it.
    """
    columns, before = [_input(sight)], sight.maps[SEEN]
    for name, maps in sight.maps.items():
        if name == SEEN or not maps.size or name.endswith(_BROUGHT):
            continue
        if not _once(sight.maps, "repeats", name, None, partial(_repeats, maps, before)):
            columns.append(_column(name, maps, scene, sight))
            before = maps
    return columns


def blank_columns(image: NDArray[np.uint8], layers: Sequence[NetworkLayer], most: int | None) -> list[Column]:
    """Draw what is known of a network before anything is computed: the image, and every layer's place.

    Args:
        image: (height, width, channels) uint8.
        layers: of the network.
        most: maps of a layer that are drawn; None for all.
    """
    columns = [Column("input", "×".join(map(str, image.shape)), photo_tiles(image[None]), [0])]
    for layer in dropwhile(lambda one: one.kind == "other", layers):  # these are in the input, as the network sees it
        if layer.kind not in _PASSED_ON and layer.name != "logits":
            count, size = layer.units, (layer.shape[0], layer.shape[1]) if len(layer.shape) == 3 else (1, 1)
            shown = min(count, most or count) if size != (1, 1) else count
            words = [""] * shown if layer.name == "probabilities" and count <= _WORDS else []
            columns.append(Column(layer.name, layer.shape_in_words, Blank(shown, *size), range(shown), words))
    return columns


def _repeats(maps: NDArray[Any], before: NDArray[Any]) -> bool:
    """Whether a layer only passes on what came in, as a change of scale before the first convolution or a flatten."""
    return maps.size == before.size and np.array_equal(maps.ravel(), before.ravel())


def _input(sight: ImageInNetwork) -> Column:
    """The input as the network sees it; its own scale is said."""
    seen = sight.maps[SEEN]
    low, high = span([seen])
    reach = max(high - low, 1e-12) if (low < 0 or high > 1) else 1.0
    start = low if (low < 0 or high > 1) else 0.0
    pixels = np.rint(255 * np.clip((seen - start) / reach, 0, 1)).astype(np.uint8)[None]
    shown = pixels if pixels.shape[-1] in (1, 3) else pixels[..., :1]
    shape = "×".join(map(str, seen.shape))
    note = f"{low:.2g} to {high:.2g}".replace("-", "−")
    return Column("input", shape, photo_tiles(shown), [0], note=note)


def _column(name: str, maps: NDArray[Any], scene: MapsScene, sight: ImageInNetwork) -> Column:
    flat = maps.shape[:2] == (1, 1)
    shape = str(maps.shape[2]) if flat else "×".join(map(str, maps.shape))
    order = list(range(maps.shape[2])) if flat else scene.order(sight, name)
    bounds = scene.bounds(name)
    if flat and bounds is None:
        bounds = span([maps])  # a single number has no scale of its own
    made_of = (tuple(order), bounds)
    pictures = _once(sight.maps, "tiles", name, made_of, lambda: map_tiles(_fitting(maps[..., order]), bounds))
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


def _fitting(maps: NDArray[Any]) -> NDArray[Any]:
    """Make large maps small enough for a column, by the mean of whole blocks of pixels."""
    height, width, count = maps.shape
    factor = int(np.ceil(np.sqrt(max(1.0, height * width * count / _MOST_PIXELS))))
    rows, columns = height // factor, width // factor
    if factor == 1 or not (rows and columns):
        return maps
    cut = maps[: rows * factor, : columns * factor].reshape(rows, factor, columns, factor, count)
    return np.asarray(cut.mean(axis=(1, 3)))


def _words(name: str, maps: NDArray[Any], order: list[int], sight: ImageInNetwork) -> list[str]:
    values = maps[0, 0]
    if name != "probabilities":
        return ["" for _ in order]
    if len(values) == 1:
        return [f"{sight.class_names[-1]} {100 * float(values[0]):.0f} %"]
    return [f"{sight.class_names[n]} {100 * float(values[n]):.0f} %" for n in order]


# --- words and places -------------------------------------------------------------------------------------------------


def network_caption(scene: MapsScene, sight: ImageInNetwork, columns: Sequence[Column]) -> str:
    """Say what a network's columns show and how to read them.

    Args:
        scene: all that is drawn.
        sight: one of its sights.
        columns: from `columns_of`.
    """
    if sight is not scene.sights[0]:
        same = "The same filters" if scene.in_step(sight) else "The layers"
        return f"{same} of {run_title(sight.weights)}, on {sight.image_name}."
    order = "the strongest first" if scene.by_strength else "by number"
    both = ", the same for both" if scene.two and scene.scale != "map" else ""
    scale = {"map": "each map on its own scale", "layer": "one scale a layer", "all": "one scale for all maps"}
    seen = sight.image_name.split(",")[0].capitalize()
    how = answers_in_words(*(one.pictures for one in columns if isinstance(one.pictures, Tiles)))
    return (
        f"{seen} in the network {sight.weights.run.name}, from the input to the verdict: each column is a layer with "
        f"its shape, each tile one of its maps, {order}, {scale[scene.scale]}{both}; click one to see it large."
        f"{f' In a map {how}.' if how else ''}"
    )


def map_caption(scene: MapsScene, one: NDArray[Any], pictures: Tiles) -> str:
    """Say where the chosen filter answers.

    Args:
        scene: all that is drawn.
        one: (height, width, 1), its map.
        pictures: the same, drawn.
    """
    layer, number = scene.chosen
    above = f"above zero at {100 * int(np.count_nonzero(one > 0)) / one.size:.0f}\u00a0% of the places"
    share = f"{answers_in_words(pictures)}; {above}"
    if scene.two:
        return f"Where filter {number} of {layer} answers, on {_SCALES[scene.scale]}; {share}."
    return (
        f"Where filter {number} of {layer} answers: {one.shape[1]}×{one.shape[0]} values on "
        f"{_SCALES[scene.scale]}, each over the middle of what it sees; {share}."
    )


def unit_caption(sight: ImageInNetwork, layer: str, number: int) -> str:
    """Say of a number of a vector how many of its units give a larger one.

    Args:
        sight: where it is.
        layer: its name.
        number: of the unit.
    """
    values = sight.maps[layer][0, 0]
    name = f", {sight.class_names[number]}," if layer == "probabilities" and len(values) > 1 else ""
    larger = int((values > values[number]).sum())
    return (
        f"Unit {number}{name} of {layer} gives one number for the whole image; {larger} of its {len(values)} units "
        "give a larger one."
    )


def place_over(
    image: NDArray[np.uint8], one: NDArray[Any], field: "ReceptiveField | None"
) -> tuple[float, float, float, float]:
    """Place a map over its image, each value over the middle of what it sees.

    Args:
        image: (height, width, channels).
        one: (height, width, 1), the map.
        field: what its values see; None, or one that does not move, for the whole image.

    Returns:
        (top, left, height, width) in image pixels.
    """
    if field is None or 0 in field.stride:
        return 0.0, 0.0, float(image.shape[0]), float(image.shape[1])
    first = field.box(0, 0)
    top = first.top + (first.height - field.stride[0]) / 2
    left = first.left + (first.width - field.stride[1]) / 2
    return top, left, float(one.shape[0] * field.stride[0]), float(one.shape[1] * field.stride[1])
