"""The architectures that weights from elsewhere can go into: those of presets, and of runs that were trained here."""

import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.spec import PRESETS, ModelSpec, preset
from cnnviz.ui.loaders import open_run, run_ids
from cnnviz.ui.run_facts import run_label

__all__ = ["choose_architecture"]

_MOST_RUNS = 30


def choose_architecture() -> tuple[ModelSpec, str] | None:
    """Ask which network weights go into.

    Returns:
        The network, and a word that tells it from others; None while nothing is chosen.
    """
    options = [*(f"preset:{name}" for name in PRESETS), *(f"run:{run_id}" for run_id in _built_here())]
    chosen = st.selectbox(
        "The file holds weights alone. Which network do they go into?", options, index=None,
        placeholder="Choose a preset or one of your runs", key="models-architecture", format_func=_label,
    )  # fmt: skip
    st.caption(
        "A preset, or a run of yours, with the same layers in the same order; it scales pixels itself, by 1/255, so "
        "that is what the weights should have been trained on."
    )
    if chosen is None:
        return None
    kind, _, name = chosen.partition(":")
    return (preset(name) if kind == "preset" else open_run(name).spec).model, chosen


def _label(option: str) -> str:
    kind, _, name = option.partition(":")
    return f"preset {name}" if kind == "preset" else run_label(name)


def _built_here() -> list[str]:
    found = []
    for run_id in run_ids()[:_MOST_RUNS]:
        try:
            if not open_run(run_id).spec.model.foreign:
                found.append(run_id)
        except CnnvizError:
            continue
    return found
