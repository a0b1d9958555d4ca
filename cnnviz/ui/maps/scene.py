"""What the Feature maps page looks at: the pinned image in its network, what stands beside it, how both are drawn."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data.photos import fit
from cnnviz.errors import CnnvizError
from cnnviz.figures.network_maps import ImageInNetwork, Scale, run_title
from cnnviz.runs import Run, Weights
from cnnviz.runs.weights import TRAINED_MODEL
from cnnviz.runs.words import no_such_snapshot, snapshot_labels
from cnnviz.ui.address import go, read
from cnnviz.ui.bar import Pinned
from cnnviz.ui.choosers import dropdown, segments
from cnnviz.ui.loaders import class_names, lookable, open_run, run_label
from cnnviz.ui.messages import plain
from cnnviz.ui.network.images import ChosenImage, image_in_words, image_popover, read_image
from cnnviz.ui.network.models import feature_maps
from cnnviz.ui.place import Place, choice, param, text

__all__ = ["MapsPlace", "choices", "pinned_sight", "sight_beside"]

Beside = Literal["", "image", "run"]
_SORTS = {"strength": "strongest first", "number": "by number"}
_SCALES: dict[Scale, str] = {"map": "each map", "layer": "each layer", "all": "whole network"}
_SHOWN = {False: "strongest", True: "all"}
_BESIDE: dict[Beside, str] = {"": "alone", "image": "two images", "run": "two runs"}
_ROWS, _ROWS_OF_TWO = 7, 2  # what a projector of 720 lines leaves
_COLUMNS, _COLUMNS_OF_TWO = 2, 3
_FINAL, _SAME = -1, -2  # the snapshot chooser's values for the run's model, and for what the bar pins


@dataclass(frozen=True)
class MapsPlace(Place):
    """How maps are drawn, and what stands beside what the bar pins.

    Attributes:
        sort: "strength" or "number".
        scale: what one colour scale is for: a map, a layer, or the maps of all layers.
        everything: whether all maps of a layer are drawn, not its strongest alone.
        beside: "image" or "run" for two side by side; empty for one.
        other_image, other_run, other_snapshot: what stands beside the pinned one.
    """

    sort: str = param(choice("order", _SORTS), "strength", name="order", kept=True, lenient=True)
    scale: Scale = param(choice("scale", _SCALES), "map", name="colours", kept=True, lenient=True)
    everything: bool = param(choice("number", _SHOWN), False, name="show", kept=True, lenient=True)
    beside: Beside = param(choice("view", _BESIDE), "", kept=True, lenient=True)
    other_image: str | None = param(text)
    other_run: str | None = param(text)
    other_snapshot: str | None = param(text, per="other_run")

    @property
    def rows(self) -> int:
        """Maps below each other."""
        rows = _ROWS_OF_TWO if self.beside else _ROWS
        return 2 * rows if self.everything else rows

    @property
    def most(self) -> int | None:
        """Maps of a layer at most; None for all."""
        return None if self.everything else self.rows * (_COLUMNS_OF_TWO if self.beside else _COLUMNS)

    @property
    def size(self) -> int:
        """Of a map's longer side in pixels, about."""
        return 32 if self.everything else 64


def pinned_sight(pinned: Pinned, *, among_runs: bool = False) -> ImageInNetwork:
    """Return what the bar pins, with its maps; among runs it is the run that is named, and not the image.

    Raises:
        CnnvizError: the model cannot be opened, or the image does not fit it.
    """
    maps = feature_maps(pinned.weights, pinned.image)
    name = pinned.image_in_words
    title = run_title(pinned.weights) if among_runs else name.split(",")[0]
    return ImageInNetwork(pinned.weights, pinned.image, name, title, maps, pinned.class_names)


# --- choices ----------------------------------------------------------------------------------------------------


def choices() -> MapsPlace:
    """Draw the choices."""
    place = read(MapsPlace)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="maps-controls"):
        for label, field, offered in (
            ("Order of the maps", "sort", _SORTS),
            ("One colour scale for", "scale", _SCALES),
            ("How many maps of a layer", "everything", _SHOWN),
            ("Side by side", "beside", _BESIDE),
        ):
            segments(label, field, getattr(place, field), offered, help=label)
    return place


# --- what stands beside it --------------------------------------------------------------------------------------


def sight_beside(pinned: Pinned, view: MapsPlace) -> ImageInNetwork | None:
    """Draw the choice of what stands beside the pinned image, and return it; None where nothing does.

    Raises:
        CnnvizError: the link asks for something that there is not.
    """
    if view.beside == "image":
        chosen = _other_image(pinned, view)
        maps = feature_maps(pinned.weights, chosen.image)
        name = image_in_words(chosen.key, chosen.label, pinned.class_names)
        title = name.split(",")[0]
        return ImageInNetwork(pinned.weights, chosen.image, name, title, maps, pinned.class_names)
    if view.beside == "run":
        with st.container(horizontal=True, gap="small", key="maps-beside"):
            run = _other_run(pinned, view)
            weights = Weights(run, _other_snapshot(pinned, run, view))
        image = _for_network(pinned, run)
        maps = feature_maps(weights, image)
        return ImageInNetwork(weights, image, pinned.image_in_words, run_title(weights), maps, class_names(run))
    return None


def _for_network(pinned: Pinned, run: Run) -> NDArray[np.uint8]:
    """Return the pinned image, in the size that another network takes."""
    shape = run.spec.model.input_shape
    if pinned.image.shape == shape:
        return pinned.image
    return fit(pinned.image if pinned.photo is None else pinned.photo, shape)


def _other_image(pinned: Pinned, view: MapsPlace) -> ChosenImage:
    asked = view.other_image
    failure: CnnvizError | None = None
    try:
        chosen = read_image(pinned.run, asked or "test-1")
    except CnnvizError as error:
        failure, chosen = error, read_image(pinned.run, None)
    label = f"beside it: {plain(image_in_words(chosen.key, chosen.label, pinned.class_names))}"
    image_popover(pinned.run, label, chosen.key, lambda key: go(other_image=key), key="maps-image", width=290)
    if failure:
        raise failure
    return chosen


def _other_run(pinned: Pinned, view: MapsPlace) -> Run:
    asked = view.other_run
    offered = lookable()
    others = [run_id for run_id in offered if run_id != pinned.run.id]
    run = open_run(asked) if asked else open_run(others[0]) if others else pinned.run
    names = {run_id: run_label(run_id) for run_id in [*([] if run.id in offered else [run.id]), *offered]}
    dropdown("The run beside it", "other_run", run.id, names, key="maps-run", width=330)
    return run


def _other_snapshot(pinned: Pinned, run: Run, view: MapsPlace) -> int | None:
    """Draw the choice of its moment: the pinned one where it has that, or another."""
    labels = snapshot_labels(run)
    same_run = run.id == pinned.run.id
    has_model = Weights(run).exists
    options = [*([] if same_run else [_SAME]), *([_FINAL] if has_model else []), *list(labels)[::-1]]
    now = _asked_snapshot(pinned, run, options, view.other_snapshot)
    words = {_SAME: "at the same moment", _FINAL: TRAINED_MODEL, **labels}
    names = {option: words[option] for option in options}

    def change(option: int) -> dict[str, str]:
        return {"other_snapshot": _as_asked(option)}

    dropdown("Its snapshot", "other_snapshot", now, names, key="maps-snapshot", width=190, change=change)
    if now == _SAME:
        now = _at_the_moment_of(pinned, labels, has_model)
    return None if now == _FINAL else now


def _asked_snapshot(pinned: Pinned, run: Run, options: list[int], asked: str | None) -> int:
    """Read the URL; by default another run follows the bar, and the same one is seen before its training."""
    if asked is None and options:
        earliest = options[-1]
        return options[0] if options[0] == _SAME or pinned.snapshot == earliest else earliest
    known = {_as_asked(option): option for option in options}
    if asked not in known:
        raise no_such_snapshot(run, str(asked), [option for option in options if option >= 0])
    return known[asked]


def _as_asked(option: int) -> str:
    return {_SAME: "same", _FINAL: "model"}.get(option, str(option))


def _at_the_moment_of(pinned: Pinned, labels: dict[int, str], has_model: bool) -> int:
    """Return the snapshot made at the pinned moment; the last one, or the model, where there is none."""
    wanted = None if pinned.snapshot is None else pinned.weights.moment
    found = [number for number, label in labels.items() if label == wanted]
    return found[0] if found else _FINAL if has_model else max(labels)
