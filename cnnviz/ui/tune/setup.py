"""Setting a search up: what every trial begins with, what is tried, and for how long."""

import os
from typing import Any

import pandas as pd
import streamlit as st

from cnnviz.data import DatasetInfo, are_characters
from cnnviz.errors import CnnvizError, StudyError
from cnnviz.runs.presets import own_presets
from cnnviz.spec import PRESETS, RunSpec
from cnnviz.training.draft import Draft, suggested_preset
from cnnviz.tuning import (
    NOTHING,
    OBJECTIVES,
    SETTINGS,
    START_FROM,
    STORAGE_VARIABLE,
    Budget,
    OneOf,
    Range,
    StudySpec,
    StudyStore,
    range_of,
    usual_space,
)
from cnnviz.ui import loaders
from cnnviz.ui.address import go
from cnnviz.ui.guard import permitted
from cnnviz.ui.messages import plain

__all__ = ["show_setup"]

_TRIALS = 20
_MOST_EPOCHS = 5  # of a trial, where nobody says how many: enough to see which is better
_SAMPLERS = {"tpe": "learns from earlier trials (TPE)", "random": "at random", "grid": "every combination (grid)"}
_PRUNERS = {"median": "worse than the median", "hyperband": "Hyperband", "none": "never"}
_ROW_PX, _HEAD_PX = 35, 38


def show_setup() -> None:
    """Draw the form, and begin the search when asked."""
    st.markdown("### Search for better settings")
    st.caption(
        "Each trial trains a network with other settings, as a run that every page can open. They are compared on "
        "validation images, which no trial learns from; the test images are left alone until the best is measured on "
        "them, once."
    )
    left, right = st.columns((2, 3), gap="medium")
    with left:
        info, base = _base()
        epochs, trials, seconds = _length(base)
    with right:
        space, problem = _space(base, info)
    with left:
        beginnings = _beginnings()
        choices = _choices()
    key = f"tune-start-{st.session_state.setdefault('tune-starts', 0)}"
    with left:
        if problem:
            st.error(plain(problem), icon=":material/error:")
        clicked = st.button(
            "Start the search",
            key=key,
            type="primary",
            icon=":material/manage_search:",
            width="stretch",
            disabled=bool(problem),
        )
    if clicked and permitted("start a search"):
        _begin(base, space | beginnings, epochs, Budget(trials, seconds), choices)


def _base() -> tuple[DatasetInfo, RunSpec]:
    """Ask for the data set and the preset."""
    known = {info.name: info for info in loaders.datasets() if not info.problem}
    with st.container(horizontal=True):
        name = st.selectbox(
            "Data set",
            list(known),
            index=list(known).index(loaders.SAMPLE) if loaders.SAMPLE in known else 0,
            format_func=lambda one: one if known[one].available else f"{one} (download)",
            key="tune-dataset",
        )
        info = known[name]
        presets = [*PRESETS, *own_presets(loaders.home())]
        usual = suggested_preset(info) or "two-conv"
        preset = st.selectbox(
            "Begin with",
            presets,
            index=presets.index(usual),
            key=f"tune-preset-{name}",
            help="The first trial has its settings as they are, so that the best is at least as good.",
        )
    return info, Draft.from_preset(preset, info, loaders.home()).spec()


def _length(base: RunSpec) -> tuple[int, int, float | None]:
    """Ask how long a trial and the whole search are."""
    with st.container(horizontal=True):
        trials = st.number_input("Trials", 1, 10_000, _TRIALS, key="tune-trials")
        epochs = st.number_input(
            "Epochs of a trial",
            1,
            1000,
            min(base.train.epochs, _MOST_EPOCHS),
            key=f"tune-epochs-{base.preset}",
            help="Fewer than in the end are enough to see which is better. The best can be trained in full afterwards.",
        )
        minutes = st.number_input("Minutes at most", 1, 43_200, value=None, placeholder="no limit", key="tune-minutes")
    return int(epochs), int(trials), None if minutes is None else 60.0 * minutes


def _space(base: RunSpec, info: DatasetInfo) -> tuple[dict[str, Range], str]:
    """Ask what is tried, in a table; returns it, and why it cannot be."""
    st.markdown("**What is tried**", help="A range such as 16..64, with steps such as 16..64/8, or values: 32,64,128.")
    proposed = usual_space(base, characters=are_characters(base.data.classes or info.classes))
    usual = {name: tried for name, one in SETTINGS.items() if (tried := one.usual(base)) is not None}
    table = pd.DataFrame(
        {
            "try": [name in proposed for name in usual],
            "setting": [SETTINGS[name].title for name in usual],
            "range": [tried.words for tried in usual.values()],
        },
        index=list(usual),
    )
    edited = st.data_editor(
        table,
        key=f"tune-space-{base.preset}-{base.data.name}",
        hide_index=True,
        height=_HEAD_PX + _ROW_PX * len(usual),
        disabled=["setting"],
        column_config={
            "try": st.column_config.CheckboxColumn("Try", width=76),
            "setting": st.column_config.TextColumn("Setting", width=170),
            "range": st.column_config.TextColumn("From .. to, or values", width=300, max_chars=300, required=True),
        },
    )
    with st.expander("What each of them is", icon=":material/help:", key="tune-fold-settings", type="compact"):
        st.markdown("\n".join(f"- **{SETTINGS[name].title}**: {SETTINGS[name].says}" for name in usual))
    space: dict[str, Range] = {}
    for name, row in edited.iterrows():
        if not row["try"]:
            continue
        try:
            space[str(name)] = range_of(str(row["range"]), usual[str(name)])
        except CnnvizError as error:
            return space, f"{SETTINGS[str(name)].title}: {error}"
    return space, "" if space else "Nothing is tried; choose at least one setting."


def _beginnings() -> dict[str, Range]:
    """Ask which trained networks are tried as a beginning, besides random weights."""
    chosen = st.multiselect(
        "Also begin with",
        loaders.trained(),
        format_func=loaders.run_label,
        key="tune-beginnings",
        placeholder="random weights alone",
        help="Networks that were trained before. A trial that begins with one has its layers, frozen, and a new last "
        "one; what is tried of layers then says nothing.",
    )
    return {START_FROM: OneOf(values=(NOTHING, *chosen))} if chosen else {}


def _choices() -> dict[str, Any]:
    """Ask for what is rarely changed."""
    with st.expander("How it searches", icon=":material/tune:", key="tune-fold"):
        objectives = st.multiselect(
            "Compare by",
            list(OBJECTIVES),
            ["accuracy"],
            format_func=lambda one: OBJECTIVES[one][0],
            key="tune-objectives",
            max_selections=3,
            help="Several: then the best are all those that no other trial beats in everything.",
        )
        with st.container(horizontal=True):
            sampler = st.selectbox(
                "Settings are chosen", list(_SAMPLERS), format_func=_SAMPLERS.__getitem__, key="tune-sampler"
            )
            pruner = st.selectbox(
                "Trials end early when",
                list(_PRUNERS),
                format_func=_PRUNERS.__getitem__,
                key="tune-pruner",
                disabled=len(objectives) > 1,
            )
        with st.container(horizontal=True):
            most = st.number_input(
                "Parameters at most", 1, None, value=None, placeholder="no limit", key="tune-parameters"
            )
            images = st.number_input(
                "Training images of a trial", 2, None, value=None, placeholder="all", key="tune-images"
            )
            seed = st.number_input("Seed", 0, 2**31 - 1, 0, key="tune-seed")
    return {
        "objectives": tuple(objectives) or ("accuracy",),
        "sampler": sampler,
        "pruner": "none" if len(objectives) > 1 else pruner,
        "most_parameters": most,
        "train_images": images,
        "seed": int(seed),
        "storage": os.environ.get(STORAGE_VARIABLE, ""),
    }


def _begin(base: RunSpec, space: dict[str, Range], epochs: int, budget: Budget, choices: dict[str, Any]) -> None:
    """Make the study, begin it, and look at it."""
    from cnnviz.tuning.searching import start

    store, study = StudyStore(loaders.home()), None
    try:
        spec = StudySpec(name="search", base=base, space=space, epochs=epochs, **choices)
        while study is None:
            name = store.free_name(f"{base.data.name}-{base.preset}".replace("_", "-")[:50])
            try:
                study = store.create(spec.changed(name=name), budget)
            except StudyError:
                if name not in store.names():  # else another tab was faster, and takes that name
                    raise
        start(study)
    except CnnvizError as error:
        st.error(plain(error.sentence), icon=":material/error:")
        return
    st.session_state["tune-starts"] += 1
    go(task=None, study=study.name)
    st.rerun()
