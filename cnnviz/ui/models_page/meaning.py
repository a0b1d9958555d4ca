"""What a file does not say of its network: what its classes are called, what pixels it takes, how it is measured."""

from pathlib import Path

import streamlit as st

from cnnviz.spec import ModelSpec
from cnnviz.ui.guard import permitted
from cnnviz.ui.loaders import datasets
from cnnviz.ui.messages import plain
from cnnviz.ui.models_page.adopting import Meaning, begin
from cnnviz.ui.models_page.naming import fitting, mapped, names_of, what_is_wrong
from cnnviz.ui.models_page.upload import Facts, Upload
from cnnviz.ui.models_page.words import SCALING_WORDS

__all__ = ["ask_meaning"]

_TYPED, _UNMEASURED = "", ""


def ask_meaning(upload: Upload, facts: Facts, architecture: ModelSpec | None) -> None:
    """Draw the questions and the button.

    Args:
        upload: the file.
        facts: what was found in it.
        architecture: for weights alone, the network that they go into.
    """
    left, right = st.columns(2, gap="large")
    with left:
        names = _names(upload, facts)
    problem = what_is_wrong(names, facts.classes)
    with right:
        name = st.text_input(
            "What the run is called", Path(upload.name).stem[:80], max_chars=80, key=f"models-name-{upload.token}"
        )
        scaling = _scaling(upload, facts) if architecture is None else None
        dataset = _dataset(names) if not problem else None
        if problem:
            st.warning(plain(problem), icon=":material/edit:")
        pressed = st.button(
            "Bring it in", key="models-adopt", type="primary", icon=":material/login:", disabled=bool(problem)
        )
    if pressed and permitted("bring a network in"):
        begin(upload, Meaning(name.strip() or "network", names, scaling, dataset), architecture)
        st.rerun()


def _names(upload: Upload, facts: Facts) -> tuple[str, ...]:
    """Draw the names, one a line, and the data sets that have as many."""
    key = f"models-names-{upload.token}-{facts.classes}"
    if key not in st.session_state:
        given = facts.class_names or tuple(f"class {number}" for number in range(facts.classes))
        st.session_state[key] = "\n".join(given)
    known = {info.name: tuple(info.classes) for info in datasets() if info.available and not info.problem}
    now = names_of(st.session_state[key])
    offered = fitting(now, known) if len(now) == facts.classes else ()
    text = st.text_area(
        "Class names, one a line, in the order of the network's outputs", key=key,
        height=min(max(34 * facts.classes, 68), 270),
    )  # fmt: skip
    if facts.units == 1:
        st.caption("The network gives one number: the probability of the second class.")
    if offered:
        st.selectbox(
            "Or take the names of a data set", [_TYPED, *offered], key=f"{key}-from",
            format_func=lambda name: name or "choose", on_change=_take_names, args=(key, known),
        )  # fmt: skip
        st.caption("Names that are spelled alike keep their places; the others follow in the data set's order.")
    return names_of(text)


def _take_names(key: str, known: dict[str, tuple[str, ...]]) -> None:
    chosen = st.session_state[f"{key}-from"]
    taken = mapped(names_of(st.session_state[key]), known.get(chosen, ()))
    if chosen and taken is not None:
        st.session_state[key] = "\n".join(taken)


def _scaling(upload: Upload, facts: Facts) -> str:
    options = [name for name in SCALING_WORDS if name != "imagenet" or facts.input_shape[2] == 3]
    found = "it has a scaling layer" if facts.scales else "no scaling layer was found, and this is usual"
    chosen: str = st.radio(
        "What pixels was it trained on?", options, index=options.index(facts.scaling),
        key=f"models-scaling-{upload.token}", captions=[SCALING_WORDS[name][1] for name in options],
        format_func=lambda name: SCALING_WORDS[name][0] + (f" · {found}" if name == facts.scaling else ""),
    )  # fmt: skip
    return chosen


def _dataset(names: tuple[str, ...]) -> str | None:
    """Draw the data sets that have these classes, to measure the network on."""
    from cnnviz.adoption import matching_datasets
    from cnnviz.ui.loaders import home

    offered = matching_datasets(names, home())
    if not offered:
        st.caption(
            "No data set here has these classes, so it is not measured: the pages under Look and Classify work, those "
            "under Judge need one."
        )
        return None
    chosen = st.selectbox(
        "Measure it on the test images of", [*offered, _UNMEASURED], key="models-dataset-" + "-".join(offered),
        format_func=lambda name: name or "no data set",
    )  # fmt: skip
    return chosen or None
