"""The Map page: all test images as points, the choices above them, and the images chosen on the map beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import RunError
from cnnviz.evaluation import Judged
from cnnviz.evaluation.gallery import by_class
from cnnviz.evaluation.lasso import Lasso, inside
from cnnviz.evaluation.plane import Projection
from cnnviz.figures.map_words import map_alt, map_caption, seen
from cnnviz.inference.planes import MappedImages, Placed
from cnnviz.runs import Run
from cnnviz.runs.weights import TRAINED_MODEL
from cnnviz.runs.words import snapshot_labels
from cnnviz.ui import derived
from cnnviz.ui.address import bind, go, leave, read, switch
from cnnviz.ui.choosers import segments
from cnnviz.ui.components.image_grid import GridImages, Source, image_grid
from cnnviz.ui.components.point_map import Drawn, MapPoints, point_map
from cnnviz.ui.copies import tell_copies, tell_missing
from cnnviz.ui.glossary import words
from cnnviz.ui.judge.bar import JudgedRun, judge_bar
from cnnviz.ui.judge.map.place import LAYOUTS, MapPlace
from cnnviz.ui.judge.map.planes import MapMaker, note_layout, offer_tsne, pca_map
from cnnviz.ui.judge.readings import pictures_of
from cnnviz.ui.loaders import held_images
from cnnviz.ui.network import keras_ready, test_split
from cnnviz.ui.pages import MISTAKES
from cnnviz.ui.place import Known
from cnnviz.words import images_in_words

__all__ = ["show_map"]

_COLOURS = {"true": "True class", "predicted": "Predicted class", "right": "Right or wrong"}
_MODEL = -1


@dataclass(frozen=True, eq=False)
class MapScene:
    """What is drawn.

    Attributes:
        shown: what is judged.
        maker: of its maps.
        method: how the points are laid out.
        placed: where they stand.
    """

    shown: JudgedRun
    maker: MapMaker
    method: Projection
    placed: Placed


def show_map() -> None:
    """Draw the page for what the URL asks for.

    Raises:
        CnnvizError: it asks for a run or a snapshot that there is not.
    """
    shown = judge_bar(weights=True)
    run, judged = shown.run, shown.judged
    view = read(MapPlace, Known(judged.class_names))
    snapshots = _snapshots(run)
    _controls(view, snapshots, judged.snapshot)
    images = _images(run, judged) if pictures_of(run) else None
    newest = None if run.has_final_predictions else max(number for number in snapshots if number is not None)
    maker = MapMaker(run, newest, MappedImages(images, judged.labels, exact=held_images(run) != "compressed"))
    tsne = derived.kept(maker.of("tsne", judged.snapshot)) if view.method == "tsne" else None
    placed = tsne or pca_map(maker, judged.snapshot)
    if placed is None:
        return
    if images is None:
        tell_missing(run)
    tell_copies(run, "placed")
    st.fragment(_draw)(MapScene(shown, maker, "tsne" if tsne else "pca", placed))
    if images is not None and not run.status.active and keras_ready():
        maker.prepare(tuple(snapshots))


def _images(run: Run, judged: Judged) -> NDArray[np.uint8]:
    """Return the test images, (n, height, width, channels), where they are those that were judged.

    Raises:
        RunError: the data set has others now.
    """
    split = test_split(run)
    if not np.array_equal(split.labels, judged.labels):
        raise RunError(
            f"the data set {run.spec.data.name} has other test images now than when the run {run.name} was measured; "
            "put it back as it was, or train again"
        )
    return split.images


def _snapshots(run: Run) -> dict[int | None, str]:
    """Name the snapshots that were measured, oldest first, and the run's model last."""
    found: dict[int | None, str] = dict(snapshot_labels(run, "both").items())
    return found | ({None: TRAINED_MODEL} if run.has_final_predictions else {})


def _controls(view: MapPlace, snapshots: Mapping[int | None, str], snapshot: int | None) -> None:
    """Draw the choices, each of which changes the URL; `snapshots` names them, oldest first, None the run's model."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="map-controls"):
        segments("Layout", "method", view.method, LAYOUTS, change=_layout)
        segments("Colours", "colour", view.colour, _COLOURS)
        if len(snapshots) > 1:
            _moments(snapshots, snapshot)
        words("PCA", "t-SNE", "Confidence", "Snapshot", key="map-words")


def _layout(method: Projection) -> dict[str, Any]:
    note_layout(method)
    return {"method": method}


def _moments(snapshots: Mapping[int | None, str], snapshot: int | None) -> None:
    """A slider over the run's snapshots: the points move with it."""
    names = {_MODEL if number is None else number: name for number, name in snapshots.items()}
    now = _MODEL if snapshot is None else snapshot
    st.select_slider(
        "Moment of the run",
        list(names),
        format_func=names.__getitem__,
        label_visibility="collapsed",
        **bind(
            "snapshot",
            now if now in names else list(names)[-1],
            key="map-moment",
            change=lambda number: {"snapshot": None if number == _MODEL else number},
        ),
    )


def _draw(scene: MapScene) -> None:
    """The map, and beside it the images that were chosen on it: what changes with a line drawn round points."""
    shown, judged = scene.shown, scene.shown.judged
    view = read(MapPlace, Known(judged.class_names))
    chosen, source = _chosen(scene, view), pictures_of(shown.run)
    here = view.line is not None and (view.line.method, view.line.snapshot) == (scene.method, judged.snapshot)
    left, right = st.columns([86, 54], gap="medium")
    with left:
        opened = point_map(
            MapPoints(scene.placed.places, judged.labels, judged.predicted, judged.confidence, scene.placed.extent),
            judged.class_names,
            key=f"map-{shown.run.id}",
            alt=map_alt(judged, scene.method),
            caption=map_caption(judged, scene.placed, scene.method, view.colour),
            pictures=source,
            colour=view.colour,
            hidden=view.hidden,
            drawn=None if view.line is None else Drawn(view.line.text, chosen, here),
            on_line=lambda text: go(line=Lasso(scene.method, judged.snapshot, text) if text else None),
            on_hidden=lambda hidden: go(hidden=tuple(hidden)),
        )
    with right:
        if view.method != scene.method and scene.maker.shown.images is not None:
            offer_tsne(scene.maker, judged.snapshot)
        _gallery(scene, view, chosen, source)
    if opened is not None:
        switch(MISTAKES, **_link(shown, opened))


def _chosen(scene: MapScene, view: MapPlace) -> NDArray[np.bool_] | None:
    """(n,) which images lie inside the line, on the map it was drawn on; None without one, or without that map."""
    if view.line is None:
        return None
    method, snapshot = view.line.method, view.line.snapshot
    if (method, snapshot) == (scene.method, scene.shown.judged.snapshot):
        placed: Placed | None = scene.placed
    else:
        placed = derived.kept(scene.maker.of(method, snapshot))
    return None if placed is None else inside(view.line.corners, placed.places)


def _gallery(scene: MapScene, view: MapPlace, chosen: NDArray[np.bool_] | None, source: Source | None) -> None:
    """The chosen images by class; all that the map shows where none are."""
    judged = scene.shown.judged
    shown = seen(judged, view.colour, view.hidden)
    inside_line = chosen is not None and bool((chosen & shown).any())
    listed = np.flatnonzero(chosen & shown if chosen is not None and inside_line else shown)
    wrong = np.bincount(judged.labels[listed[~judged.right[listed]]], minlength=len(judged.class_names))
    counts = np.bincount(judged.labels[listed], minlength=len(judged.class_names))
    surest = listed[np.argsort(-judged.confidence[listed], kind="stable")]
    found, heads = by_class(
        surest, judged.labels, judged.class_names, counts, lambda label: f"{counts[label]:,}, {wrong[label]:,} wrong"
    )
    how = "Below each image the predicted class with its confidence; open one to see why."
    image_grid(
        GridImages(
            found, judged.labels[found], judged.predicted[found], judged.confidence[found], judged.confidence[found]
        ),
        source,
        judged.class_names,
        key="map-gallery",
        lead=f"{images_in_words(len(found))}{' chosen' if inside_line else ''}, {wrong.sum():,} wrong",
        caption=how if inside_line else f"Draw a line round points of the map to see only theirs. {how}",
        nothing="Nothing is shown: click a class under the map to bring it back.",
        groups=heads,
        on_choice=partial(_open, scene.shown),
    )


def _open(shown: JudgedRun, number: int | None) -> None:
    if number is not None:
        leave(MISTAKES, **_link(shown, number))


def _link(shown: JudgedRun, number: int) -> dict[str, Any]:
    show = "correct" if shown.judged.right[number] else None
    return {"run": shown.run.id, "snapshot": shown.snapshot, "image": f"test-{number}", "show": show}
