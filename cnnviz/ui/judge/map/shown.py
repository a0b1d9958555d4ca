"""The map with its choices, and the images that were chosen on it beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.errors import CnnvizError, RunError
from cnnviz.evaluation import Judged
from cnnviz.evaluation.plane import Projection
from cnnviz.inference.planes import MappedImages, Placed
from cnnviz.runs import Run
from cnnviz.ui.address import go, leave, read, switch
from cnnviz.ui.components.image_grid import GridImages, Source, image_grid
from cnnviz.ui.components.point_map import Drawn, MapPoints, point_map
from cnnviz.ui.copies import data_link, tell_copies, tell_missing
from cnnviz.ui.jobs import show_job
from cnnviz.ui.judge.bar import JudgedRun, judge_bar
from cnnviz.ui.judge.map import words
from cnnviz.ui.judge.map.choices import MapPlace, controls, wants_tsne
from cnnviz.ui.judge.map.line import Line, inside
from cnnviz.ui.judge.map.planes import Maker
from cnnviz.ui.judge.pictures import pictures_of
from cnnviz.ui.loaders import held_images
from cnnviz.ui.messages import problem
from cnnviz.ui.network import keras_ready, test_split, wait_for_keras
from cnnviz.ui.network.moments import snapshot_labels
from cnnviz.ui.pages import MISTAKES
from cnnviz.ui.place import Known
from cnnviz.ui.words import duration, images_in_words

__all__ = ["show_map"]

_PATIENCE_S = 4.0  # a PCA takes a moment; what takes longer shows how far it is
_TSNE_S_AN_IMAGE = 0.005
_HEIGHT = 480


@dataclass(frozen=True, eq=False)
class Scene:
    """What is drawn.

    Attributes:
        shown: what is judged.
        maker: of its maps.
        method: how the points are laid out.
        placed: where they stand.
    """

    shown: JudgedRun
    maker: Maker
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
    controls(view, snapshots, judged.snapshot)
    images = _images(run, judged) if pictures_of(run) else None
    newest = None if run.has_final_predictions else max(_numbers(snapshots))
    maker = Maker(run, newest, MappedImages(images, judged.labels, exact=held_images(run) != "compressed"))
    tsne = maker.kept("tsne", judged.snapshot) if view.method == "tsne" else None
    placed = tsne or _pca(maker, judged.snapshot)
    if placed is None:
        return
    if images is None:
        tell_missing(run)
    tell_copies(run, "placed")
    st.fragment(_draw)(Scene(shown, maker, "tsne" if tsne else "pca", placed))
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


def _numbers(snapshots: Mapping[int | None, str]) -> list[int]:
    return [number for number in snapshots if number is not None]


def _snapshots(run: Run) -> dict[int | None, str]:
    """Name the snapshots that were measured, oldest first, and the run's model last."""
    names = snapshot_labels(run)
    measured = {item.number for item in run.predicted_snapshots()}
    found: dict[int | None, str] = {number: name for number, name in names.items() if number in measured}
    return found | ({None: "trained model"} if run.has_final_predictions else {})


def _pca(maker: Maker, snapshot: int | None) -> Placed | None:
    """Return the PCA map; where it is not there yet, say why, or how far it is."""
    kept = maker.kept("pca", snapshot)
    if kept is not None:
        return kept
    try:
        test_split(maker.run)
    except CnnvizError as error:
        problem(error, way_back=None)
        data_link(maker.run, "Go to the Data page")
        return None
    if not wait_for_keras("The map", height=_HEIGHT):
        return None
    made = maker.start("pca", snapshot)
    made.wait(_PATIENCE_S)
    placed = show_job(made, f"The map of {images_in_words(maker.count)}")
    return placed if isinstance(placed, Placed) else None


def _tsne(maker: Maker, snapshot: int | None) -> None:
    """Offer to make a t-SNE map, or say how far it is; a PCA is shown meanwhile."""
    going = maker.going("tsne", snapshot)
    if going is None and keras_ready() and wants_tsne():
        going = maker.start("tsne", snapshot)
    if going is not None:
        show_job(going, "t-SNE, meanwhile PCA")
    elif wait_for_keras("The t-SNE map", height=40):
        time = duration(2 + _TSNE_S_AN_IMAGE * maker.count)
        st.caption(f"There is no t-SNE map of this snapshot yet, so this is PCA. It takes about {time}, once.")
        st.button(
            "Make the t-SNE map", key="map-make", icon=":material/scatter_plot:",
            on_click=_start_tsne, args=(maker, snapshot),
        )  # fmt: skip


def _start_tsne(maker: Maker, snapshot: int | None) -> None:
    maker.start("tsne", snapshot)


def _draw(scene: Scene) -> None:
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
            alt=words.alt(judged, scene.method),
            caption=words.caption(judged, scene.placed, scene.method, view.colour),
            pictures=source,
            colour=view.colour,
            hidden=view.hidden,
            drawn=None if view.line is None else Drawn(view.line.text, chosen, here),
            on_line=lambda text: go(line=Line(scene.method, judged.snapshot, text) if text else None),
            on_hidden=lambda hidden: go(hidden=tuple(hidden)),
        )
    with right:
        if view.method != scene.method and scene.maker.shown.images is not None:
            _tsne(scene.maker, judged.snapshot)
        _gallery(scene, view, chosen, source)
    if opened is not None:
        switch(MISTAKES, **_link(shown, opened))


def _chosen(scene: Scene, view: MapPlace) -> NDArray[np.bool_] | None:
    """(n,) which images lie inside the line, on the map it was drawn on; None without one, or without that map."""
    if view.line is None:
        return None
    method, snapshot = view.line.method, view.line.snapshot
    if (method, snapshot) == (scene.method, scene.shown.judged.snapshot):
        placed: Placed | None = scene.placed
    else:
        placed = scene.maker.kept(method, snapshot)
    return None if placed is None else inside(view.line.corners, placed.places)


def _seen(scene: Scene, view: MapPlace) -> NDArray[np.bool_]:
    """(n,) which images the legend does not hide."""
    judged = scene.shown.judged
    by = judged.predicted if view.colour == "predicted" else judged.labels
    seen = ~np.isin(by, [int(token) for token in view.hidden if token.isdecimal()])
    if "right" in view.hidden:
        seen &= ~judged.right
    if "wrong" in view.hidden:
        seen &= judged.right
    return seen


def _gallery(scene: Scene, view: MapPlace, chosen: NDArray[np.bool_] | None, source: Source | None) -> None:
    """The chosen images by class; all that the map shows where none are."""
    judged, seen = scene.shown.judged, _seen(scene, view)
    inside_line = chosen is not None and bool((chosen & seen).any())
    found, groups = words.sorted_by_class(
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
        lead=words.lead(judged, found, chosen=inside_line),
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
