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
from cnnviz.ui.models_page.words import MEANING_WORDS, SCALING_WORDS

__all__ = ["ask_meaning"]

_UNMEASURED = ""
_TRIED = "tried"


def ask_meaning(upload: Upload, facts: Facts, architecture: ModelSpec | None, size: int | None = None) -> None:
    """Draw the questions and the button.

    Args:
        upload: the file.
        facts: what was found in it.
        architecture: for weights alone, the network that they go into.
        size: pixels of a side, where the network takes images of any size.
    """
    left, right = st.columns(2, gap="large")
    with left:
        names, named_after = ask_classes(upload, facts)
    problem = what_is_wrong(names, facts.classes)
    with right:
        name = st.text_input(
            "What the run is called", Path(upload.name).stem[:80], max_chars=80, key=f"models-name-{upload.token}"
        )
        dataset = _dataset(names, named_after) if not problem else None
        scaling = _scaling(upload, facts, dataset) if architecture is None else None
        meaning = _answers(upload, facts)
        if problem:
            st.warning(plain(problem), icon=":material/edit:")
        pressed = st.button(
            "Bring it in", key="models-adopt", type="primary", icon=":material/login:", disabled=bool(problem)
        )
    if pressed and permitted("bring a network in"):
        begin(upload, Meaning(name.strip() or "network", names, scaling, meaning, dataset, size), architecture)
        st.rerun()


def _scaling(upload: Upload, facts: Facts, dataset: str | None) -> str | None:
    """Draw what pixels it may have been trained on; None where that is found out on the data set."""
    tried = [_TRIED] if dataset is not None and not facts.guess.sure else []
    options = [*tried, *facts.scalings]
    words = {
        **SCALING_WORDS,
        _TRIED: ("find out", f"Each way is tried on training images of {dataset}, and the best is taken."),
    }
    chosen: str = st.selectbox(
        "What pixels was it trained on?", options, index=0 if tried else options.index(facts.guess.scaling),
        key=f"models-scaling-{upload.token}-{len(tried)}", format_func=lambda name: words[name][0],
    )  # fmt: skip
    guessed = chosen == facts.guess.scaling and not tried
    st.caption(plain(words[chosen][1] + (f" A guess: {facts.guess.why}" if guessed and not facts.guess.sure else "")))
    if guessed and facts.guess.sure:
        st.caption(facts.guess.why)
    return None if chosen == _TRIED else chosen


def _answers(upload: Upload, facts: Facts) -> str:
    """Draw what its answers mean, where the network does not say it itself, and what is made of them."""
    told = dict(facts.meanings)
    chosen = next(iter(told))
    if len(told) > 1:
        chosen = st.radio(
            "What do its answers mean together?", list(told), key=f"models-answers-{upload.token}",
            captions=[MEANING_WORDS[one][1] for one in told], format_func=lambda one: MEANING_WORDS[one][0],
        )  # fmt: skip
    if told[chosen]:
        st.caption(told[chosen])
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
