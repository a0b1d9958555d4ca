"""The photograph and its heatmaps side by side, what each picture means, and the check with random weights."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data import fit
from cnnviz.errors import DataError, SpecError
from cnnviz.explain.methods import METHODS
from cnnviz.figures.guesses import percent
from cnnviz.figures.randomisation import check_verdict, correlation_in_words, stage_title
from cnnviz.ui.address import go
from cnnviz.ui.attribution.choices import TITLES, asked_choices, choose_check, choose_class, choose_methods
from cnnviz.ui.bar import Pinned
from cnnviz.ui.components.heatmaps import Panel, heatmaps
from cnnviz.ui.components.verdict import ClassBar
from cnnviz.ui.jobs import forget, show_job
from cnnviz.ui.messages import plain
from cnnviz.ui.network.models import keras_ready, tell_waiting
from cnnviz.ui.question import Question

if TYPE_CHECKING:
    from cnnviz.explain import RandomisationCheck

__all__ = ["show_attribution"]

_MOST_BARS = 6
_TICK_S = 0.2  # most of what comes later takes no second
_FINE = 384  # pixels: how finely a photograph is shown beside what the network sees of it


@dataclass(frozen=True, eq=False)
class _Verdict:
    """What the network says of the image, as far as that is known yet.

    Attributes:
        probabilities: (classes,); None before Keras is imported, or where the network gives none.
        explained: the class that the heatmaps are for; None while it is the predicted one and unknown.
    """

    probabilities: NDArray[np.float64] | None
    explained: int | None


def show_attribution(pinned: Pinned) -> None:
    """Draw the page for what is pinned; heatmaps that take long come one after another.

    Raises:
        CnnvizError: the URL asks for something that there is not, or the run has no network.
    """
    choices = asked_choices(pinned)
    question, ready = Question(pinned.weights, pinned.image, pinned.layer), keras_ready()
    wanted = choices.class_index(pinned.label)
    verdict = _verdict(question, wanted) if ready else _Verdict(None, wanted)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        choose_class(pinned, choices)
        choose_methods(choices)
    at_once = question.at_once(choices.methods, verdict.explained) if ready else frozenset()
    explained = "the predicted class" if verdict.explained is None else pinned.class_names[verdict.explained]
    panels = [
        replace(panel, saved=pinned.saved(panel.title, explained=explained))
        for panel in (
            _photograph(pinned),
            *(_panel(question, name, verdict.explained, now=name in at_once) for name in choices.methods),
        )
    ]
    clicked = heatmaps(
        pinned.image,
        panels,
        key="attribution-heatmaps",
        caption=_caption(explained),
        saved=None if any(panel.pending for panel in panels) else pinned.saved("heatmaps", explained=explained),
        fine=_fine(pinned),
        bars=_bars(pinned, verdict),
        most=min(_MOST_BARS, len(pinned.class_names)),
    )
    if clicked is not None and clicked != verdict.explained:
        go(option=clicked)
        st.rerun()
    if not ready:
        tell_waiting("The heatmaps")
        return
    late = [name for name, panel in zip(choices.methods, panels[1:], strict=True) if panel.pending]
    if late:
        _make(question, late[0], verdict.explained)
        return
    choose_check(choices)
    if choices.check is not None:
        _check(pinned, question, choices.check, verdict.explained)


def _make(question: Question, name: str, explained: int | None) -> None:
    """Make a heatmap that takes long beside the page, which runs again when it is there."""
    made = question.heatmap_job(name, explained)
    if show_job(made, TITLES[name], tick_s=_TICK_S) is not None:  # it was there, and has made room for others since
        forget(made)
        st.rerun()


def _verdict(question: Question, wanted: int | None) -> _Verdict:
    try:
        probabilities = question.probabilities()
    except (SpecError, DataError):
        return _Verdict(None, wanted)  # each picture says what is wrong
    return _Verdict(probabilities, int(np.argmax(probabilities)) if wanted is None else wanted)


def _photograph(pinned: Pinned) -> Panel:
    height, width = pinned.image.shape[:2]
    if pinned.photo is None:
        title = "Test image" if pinned.label is None else pinned.class_names[pinned.label]
        return Panel(title, f"{height}×{width} pixels")
    whose = "The photo" if pinned.image_key.startswith("example-") else "Your photo"
    return Panel(whose, f"the network sees {height}×{width} pixels")


def _panel(question: Question, name: str, explained: int | None, *, now: bool) -> Panel:
    if not now:
        return Panel(TITLES[name], "is computed …", pending=True)
    return question.panel(TITLES[name], name, explained, METHODS[name].meaning)


def _bars(pinned: Pinned, verdict: _Verdict) -> list[ClassBar]:
    """The most probable classes, and the true and the explained one in any case."""
    if verdict.probabilities is None:
        return []
    order = [int(index) for index in np.argsort(-verdict.probabilities, kind="stable")]
    wanted = {pinned.label, verdict.explained}
    shown = [index for rank, index in enumerate(order) if rank < _MOST_BARS or index in wanted]
    return [
        ClassBar(
            index,
            pinned.class_names[index],
            float(verdict.probabilities[index]),
            percent(float(verdict.probabilities[index])),
            truth=index == pinned.label,
            explained=index == verdict.explained,
        )
        for index in shown
    ]


def _caption(explained: str) -> str:
    return (
        f"What speaks for {explained}, over what the network sees: black is nothing, bright yellow the strongest "
        "pixels of each picture, counted in the class's score (Saliency and SmoothGrad: score a grey level), so two "
        "methods cannot be compared. Click a class to explain it; point at a pixel to find it in every picture."
    )


def _fine(pinned: Pinned) -> NDArray[np.uint8] | None:
    if pinned.photo is None:
        return None
    return _cut(pinned.photo, pinned.image_key, pinned.image.shape[:2])


@st.cache_data(max_entries=16, show_spinner=False)
def _cut(_photo: NDArray[np.uint8], image_key: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The part of a photograph that the network sees, finer than the network sees it."""
    zoom = max(1, _FINE // max(size))
    return fit(_photo, (size[0] * zoom, size[1] * zoom, _photo.shape[2]))


# --- the check with random weights ------------------------------------------------------------------------------


def _check(pinned: Pinned, question: Question, method: str, class_index: int | None) -> None:
    """Draw a method's heatmap as it is, and with ever more layers random (Adebayo et al. 2018)."""
    title = TITLES[method]
    found: RandomisationCheck | None = show_job(question.check_job(method, class_index), f"The check of {title}")
    if found is None:
        return
    total = max(len(stage.layers) for stage in found.stages)
    panels = [Panel.of("Trained weights", found.real, f"{title} as above.")]
    for stage in found.stages:
        text = f"With the real one: {correlation_in_words(stage.correlation)}."
        panels.append(Panel.of(stage_title(stage.layers, total), stage.heatmap, text))
    st.markdown(f"**{plain(check_verdict(title, found.stages[-1].correlation))}**")
    heatmaps(
        question.image,
        panels,
        key="attribution-check-heatmaps",
        caption=(
            f"{title} of the trained network, and with the weights of its last layers, then of all, replaced by random "
            "ones; each picture has its own scale, and 1 would be the same order of all pixels, 0 no relation "
            "(Spearman's rank correlation; the check of Adebayo et al. 2018). One image is a hint, not a proof."
        ),
        saved=pinned.saved(f"{title} check", explained=pinned.class_names[found.real.class_index]),
        slider=False,
    )
