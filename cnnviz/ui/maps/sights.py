"""What is looked at on the Feature maps page: one image in one network, and what stands beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.figures.tiles import span
from cnnviz.runs import Weights
from cnnviz.ui.bar import Pinned
from cnnviz.ui.components.saving import Saving
from cnnviz.ui.maps.choices import MapsPlace
from cnnviz.ui.network.activations import feature_maps
from cnnviz.ui.network.saved import saved_of

__all__ = ["SEEN", "Scene", "Sight", "pinned_sight", "run_title", "strengths"]

SEEN = "(input)"  # explain.SEEN, which costs TensorFlow's import

Maps = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Sight:
    """One image in one network.

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
    maps: Maps
    class_names: tuple[str, ...]

    def saved(self, what: str) -> Saving:
        """Name a figure of it."""
        return saved_of(self.weights, what, self.image_name)


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything on the page, so that two sights are drawn in one order and on one scale.

    Attributes:
        sights: one or two.
        view: how they are drawn.
        chosen: layer and number of the map with a frame.
    """

    sights: Sequence[Sight]
    view: MapsPlace
    chosen: tuple[str, int]

    @cached_property
    def _whole(self) -> tuple[float, float]:
        """Of all maps; logits and the like are far larger, and every map would be pale."""
        shown = [maps for sight in self.sights for name, maps in sight.maps.items() if name != SEEN]
        return span([maps for maps in shown if maps.shape[:2] != (1, 1)] or shown)

    def bounds(self, layer: str) -> tuple[float, float] | None:
        """Return the ends of the scale that a layer's maps are drawn on; None for each its own."""
        if self.view.scale == "map":
            return None
        here = [sight.maps[layer] for sight in self.sights if layer in sight.maps]
        if self.view.scale == "all" and any(maps.shape[:2] != (1, 1) for maps in here):
            return self._whole
        return span(here)

    def in_step(self, sight: Sight) -> bool:
        """Whether a sight's filters are those of the first one, perhaps at another moment."""
        return sight.weights.run.id == self.sights[0].weights.run.id

    def order(self, sight: Sight, layer: str) -> list[int]:
        """Return a layer's maps in order; filters of one run stand in the same place for both sights."""
        maps = sight.maps[layer]
        if self.view.sort != "strength":
            return list(range(maps.shape[2]))
        ranked = self.sights[0].maps.get(layer, maps) if self.in_step(sight) else maps
        return [int(number) for number in np.argsort(-strengths(ranked), kind="stable")]


def pinned_sight(pinned: Pinned, *, among_runs: bool = False) -> Sight:
    """Return what the bar pins, with its maps.

    Args:
        pinned: what is pinned.
        among_runs: whether another run stands beside it, so that its own is named and not the image.

    Raises:
        CnnvizError: the model cannot be opened, or the image does not fit it.
    """
    maps = feature_maps(pinned.weights, pinned.image)
    name = pinned.image_in_words
    title = run_title(pinned.weights) if among_runs else name.split(",")[0]
    return Sight(pinned.weights, pinned.image, name, title, maps, pinned.class_names)


def run_title(weights: Weights) -> str:
    """Name a network among others: `two-conv on cifar10, after epoch 3`."""
    return f"{weights.run.name} on {weights.run.spec.data.name}, {weights.moment}"


def strengths(maps: NDArray[Any]) -> NDArray[np.float64]:
    """Return each map's mean absolute activation.

    Args:
        maps: (height, width, channels).
    """
    return np.asarray(np.abs(np.nan_to_num(maps)).mean(axis=(0, 1), dtype=np.float64))
