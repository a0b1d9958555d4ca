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
from cnnviz.evaluation.plane import Projection
from cnnviz.inference.planes import MappedImages, Placed
from cnnviz.runs import Run
from cnnviz.runs.weights import TRAINED_MODEL
from cnnviz.runs.words import snapshot_labels
from cnnviz.ui.address import bind, go, leave, read, switch
from cnnviz.ui.choosers import segments
from cnnviz.ui.components.image_grid import GridImages, Group, Source, image_grid
from cnnviz.ui.components.point_map import Colour, Drawn, MapPoints, point_map
from cnnviz.ui.copies import tell_copies, tell_missing
from cnnviz.ui.glossary import words
from cnnviz.ui.judge.bar import JudgedRun, judge_bar
from cnnviz.ui.judge.map.place import LAYOUTS, Lasso, MapPlace, inside
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
_FEW = 100  # images: with fewer, t-SNE has hardly any neighbours to go by
_MOST_COLOURS = 10  # that can be told apart


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
    tsne = maker.kept("tsne", judged.snapshot) if view.method == "tsne" else None
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
            alt=_alt(judged, scene.method),
            caption=_caption(judged, scene.placed, scene.method, view.colour),
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
        placed = scene.maker.kept(method, snapshot)
    return None if placed is None else inside(view.line.corners, placed.places)


def _seen(scene: MapScene, view: MapPlace) -> NDArray[np.bool_]:
    """(n,) which images the legend does not hide."""
    judged = scene.shown.judged
    by = judged.predicted if view.colour == "predicted" else judged.labels
    seen = ~np.isin(by, [int(token) for token in view.hidden if token.isdecimal()])
    if "right" in view.hidden:
        seen &= ~judged.right
    if "wrong" in view.hidden:
        seen &= judged.right
    return seen


def _gallery(scene: MapScene, view: MapPlace, chosen: NDArray[np.bool_] | None, source: Source | None) -> None:
    """The chosen images by class; all that the map shows where none are."""
    judged, seen = scene.shown.judged, _seen(scene, view)
    inside_line = chosen is not None and bool((chosen & seen).any())
    found, groups = _sorted_by_class(
        judged, np.flatnonzero(chosen & seen if chosen is not None and inside_line else seen)
    )
    how = "Below each image the predicted class with its confidence; open one to see why."
    image_grid(
        GridImages(
            found, judged.labels[found], judged.predicted[found], judged.confidence[found], judged.confidence[found]
        ),
        source,
        judged.class_names,
        key="map-gallery",
        lead=_lead(judged, found, chosen=inside_line),
        caption=how if inside_line else f"Draw a line round points of the map to see only theirs. {how}",
        nothing="Nothing is shown: click a class under the map to bring it back.",
        groups=groups,
        on_choice=partial(_open, scene.shown),
    )


def _open(shown: JudgedRun, number: int | None) -> None:
    if number is not None:
        leave(MISTAKES, **_link(shown, number))


def _link(shown: JudgedRun, number: int) -> dict[str, Any]:
    show = "correct" if shown.judged.right[number] else None
    return {"run": shown.run.id, "snapshot": shown.snapshot, "image": f"test-{number}", "show": show}


# --- what it says about itself ------------------------------------------------------------------------------------


def _alt(judged: Judged, method: Projection) -> str:
    """Describe the map to those who do not see it."""
    name = "PCA" if method == "pca" else "t-SNE"
    wrong = int((~judged.right).sum())
    shown = images_in_words(len(judged))
    return f"A {name} map of {shown} of the test set, {wrong:,} of them wrong; a point stands for each."


def _caption(judged: Judged, placed: Placed, method: Projection, colour: Colour) -> str:
    """Say how to read the map: what is shown, then how far it can be trusted."""
    many = len(judged.class_names)
    repeated = f"; {many} classes share ten colours" if many > _MOST_COLOURS and colour != "right" else ""
    shown = f"Each mark is a test image, a cross where the network is wrong{repeated}."
    return f"{shown} {_trust(judged, placed, method)}"


def _trust(judged: Judged, placed: Placed, method: Projection) -> str:
    if method == "tsne":
        few = f" With {images_in_words(len(judged))} it has few neighbours to go by." if len(judged) < _FEW else ""
        return (
            "t-SNE keeps neighbours: close by means alike to the network. How far apart clusters lie, where, and how "
            f"large they are means nothing, and each snapshot has a map of its own.{few}"
        )
    if not sum(placed.shares):
        return "All of them look the same to the network here, so they stand on one spot."
    first, second, lost = (_percent(share) for share in (*placed.shares, 1 - sum(placed.shares)))
    return (
        f"PCA lays the last features flat along two directions, with {first} and {second} of their variance: far apart "
        f"means different, but close by may differ in the other {lost}. All snapshots share the newest one's "
        "directions: what moves, moved in the network."
    )


def _percent(share: float) -> str:
    return "< 1 %" if 0 < share < 0.01 else f"{max(share, 0):.0%}".replace("%", " %")


def _lead(judged: Judged, listed: NDArray[np.int64], *, chosen: bool) -> str:
    """Say how many images stand beside the map, all or those somebody chose, and how many of them are wrong."""
    wrong = int((~judged.right[listed]).sum())
    return f"{images_in_words(len(listed))}{' chosen' if chosen else ''}, {wrong:,} wrong"


def _sorted_by_class(judged: Judged, chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], tuple[Group, ...]]:
    """Put images of a class together under a head, the largest class first, the most confident images first."""
    labels = judged.labels[chosen]
    counts = np.bincount(labels, minlength=len(judged.class_names))
    order = np.lexsort((chosen, -judged.confidence[chosen], labels, -counts[labels]))
    found = chosen[order]
    groups = []
    for label in np.argsort(-counts, kind="stable"):
        if counts[label]:
            wrong = int((~judged.right[chosen[labels == label]]).sum())
            groups.append(Group(judged.class_names[label], f"{counts[label]:,}, {wrong:,} wrong", int(counts[label])))
    return found, tuple(groups)
