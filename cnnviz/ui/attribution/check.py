"""The randomised-weights check: the heatmap again, while the network forgets, with the correlation in words."""

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.explain.heatmap import Heatmap
from cnnviz.figures.heatmap import full_value
from cnnviz.ui.attribution.results import Question
from cnnviz.ui.attribution.words import (
    TITLES,
    at_layer,
    check_verdict,
    correlation_in_words,
    saved_for,
    stage_title,
    strength,
)
from cnnviz.ui.bar import Pinned
from cnnviz.ui.components.heatmaps import Panel, heatmaps
from cnnviz.ui.jobs import show_job
from cnnviz.ui.messages import plain

if TYPE_CHECKING:
    from cnnviz.explain import RandomisationCheck

__all__ = ["show_check"]


def show_check(pinned: Pinned, question: Question, method: str, class_index: int | None) -> None:
    """Draw a method's heatmap as it is, and with ever more layers random (Adebayo et al. 2018).

    Args:
        pinned: what is looked at.
        question: the network and the image.
        method: a name in TITLES.
        class_index: the class that is explained; None for the predicted one.
    """
    title = TITLES[method]
    found: RandomisationCheck | None = show_job(question.check_job(method, class_index), f"The check of {title}")
    if found is None:
        return
    total = max(len(stage.layers) for stage in found.stages)
    panels = [_panel("Trained weights", found.real, f"{title} as above.")]
    panels += [
        _panel(
            stage_title(stage.layers, total), stage.heatmap,
            f"With the real one: {correlation_in_words(stage.correlation)}.",
        )
        for stage in found.stages
    ]  # fmt: skip
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
        saved=saved_for(pinned, f"{title} check", pinned.class_names[found.real.class_index]),
        slider=False,
    )


def _panel(title: str, heatmap: Heatmap, text: str) -> Panel:
    why = f"Nothing lights up: {heatmap.empty}." if heatmap.empty else ""
    return Panel(
        title, at_layer(heatmap), text, values=heatmap.values, full=full_value(heatmap), high=strength(heatmap),
        empty=why,
    )  # fmt: skip
