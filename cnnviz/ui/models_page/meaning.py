"""What a file does not say of its network: what its classes are called, what pixels it takes, how it is measured."""

from pathlib import Path

import streamlit as st

from cnnviz.spec import ModelSpec
from cnnviz.ui.guard import permitted
from cnnviz.ui.messages import plain
from cnnviz.ui.models_page.adopting import Meaning, begin
from cnnviz.ui.models_page.classes import ask_classes
from cnnviz.ui.models_page.naming import what_is_wrong
from cnnviz.ui.models_page.upload import Facts, Upload
from cnnviz.ui.models_page.words import SCALING_WORDS

__all__ = ["ask_meaning"]

_UNMEASURED = ""


def ask_meaning(upload: Upload, facts: Facts, architecture: ModelSpec | None) -> None:
    """Draw the questions and the button.

    Args:
        upload: the file.
        facts: what was found in it.
        architecture: for weights alone, the network that they go into.
    """
    left, right = st.columns(2, gap="large")
    with left:
        names, named_after = ask_classes(upload, facts)
    problem = what_is_wrong(names, facts.classes)
    with right:
        name = st.text_input(
            "What the run is called", Path(upload.name).stem[:80], max_chars=80, key=f"models-name-{upload.token}"
        )
        scaling = _scaling(upload, facts) if architecture is None else None
        dataset = _dataset(names, named_after) if not problem else None
        if problem:
            st.warning(plain(problem), icon=":material/edit:")
        pressed = st.button(
            "Bring it in", key="models-adopt", type="primary", icon=":material/login:", disabled=bool(problem)
        )
    if pressed and permitted("bring a network in"):
        begin(upload, Meaning(name.strip() or "network", names, scaling, dataset), architecture)
        st.rerun()


def _scaling(upload: Upload, facts: Facts) -> str:
    options = [name for name in SCALING_WORDS if name != "imagenet" or facts.input_shape[2] == 3]
    found = "it has a scaling layer" if facts.scales else "no scaling layer was found, and this is usual"
    chosen: str = st.radio(
        "What pixels was it trained on?", options, index=options.index(facts.scaling),
        key=f"models-scaling-{upload.token}", captions=[SCALING_WORDS[name][1] for name in options],
        format_func=lambda name: SCALING_WORDS[name][0] + (f" · {found}" if name == facts.scaling else ""),
    )  # fmt: skip
    return chosen


def _dataset(names: tuple[str, ...], named_after: str) -> str | None:
    """Draw the data sets that have these classes, to measure the network on; the one it is named after first."""
    from cnnviz.adoption import matching_datasets
    from cnnviz.ui.loaders import home

    offered = matching_datasets(names, home())
    if not offered:
        st.caption(
            "No data set here has these classes, so it is not measured: the pages under Look and Classify work, those "
            "under Judge need one."
        )
        return None
    offered = tuple(sorted(offered, key=lambda name: name != named_after))
    chosen = st.selectbox(
        "Measure it on the test images of", [*offered, _UNMEASURED], key="models-dataset-" + "-".join(offered),
        format_func=lambda name: name or "no data set",
    )  # fmt: skip
    return chosen or None
