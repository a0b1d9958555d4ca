"""Bringing a network in: a file, what is in it, what it means, and then a run of its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.data.class_matching import what_is_wrong
from cnnviz.spec import PRESETS, ModelSpec, preset
from cnnviz.ui.guard import permitted, unlocked
from cnnviz.ui.jobs import show_job
from cnnviz.ui.loaders import home, open_run, readable, run_ids, run_label
from cnnviz.ui.messages import plain
from cnnviz.ui.models_page.class_names import ask_classes
from cnnviz.ui.models_page.uploading import (
    Upload,
    adoption_job,
    begin,
    choose_file,
    drop,
    inspection,
    show_adopted,
    uploaded,
)
from cnnviz.ui.network import keras_ready, wait_for_keras

if TYPE_CHECKING:
    from cnnviz.adoption import Facts

__all__ = ["show_bringing"]

_ACTION = "bring a network in"
_MOST_RUNS = 30
_UNMEASURED = ""
_TRIED = "tried"
# By cnnviz.adoption.Scaling: what it is called, and when it is right.
_SCALING_WORDS: Mapping[str, tuple[str, str]] = {
    "pixels": ("0 to 255, as they are", "The network scales them itself, or was trained on raw pixels."),
    "unit": ("0 to 1", "Pixels divided by 255, as most tutorials have it."),
    "symmetric": ("−1 to 1", "Divided by 127.5, then minus 1: MobileNet, Inception and Xception."),
    "imagenet": ("ImageNet's mean and spread", "Each colour standardised: networks that came from PyTorch, DenseNet."),
    "caffe": ("Blue, green, red less their means", "Not divided: VGG and ResNet, as Keras has them."),
}

# By cnnviz.adoption.Foreign.head: what a network answers with, where another word is clearer.
_HEADS = {"linear": "logits", "scores": "other numbers"}

# By cnnviz.adoption.Meaning: what its answers are together.
_MEANING_WORDS: Mapping[str, tuple[str, str]] = {
    "exclusive": ("one class is right", "The percentages of all classes add up to 100 %."),
    "independent": ("each class may be right", "Each percentage stands for itself: several labels for one image."),
}


def show_bringing() -> None:
    """Draw the part of the page, as far as the person has come."""
    if not unlocked():
        _locked()
        return
    upload = uploaded()
    if upload is None:
        st.caption(
            "Bring a classifier of images that Keras saved, as `.keras` or as `.h5`, of Keras 2 or 3: Sequential or "
            "functional, grey or in colour, sides of 4 to 512 pixels. A stranger's file can do harm, so "
            "it is never opened here: a process with little memory and time looks into it, and the network is built "
            "anew from its numbers."
        )
        choose_file()
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="models-upload"):
        st.markdown(f"**:material/deployed_code: {plain(Path(upload.name).name[-60:])}**")
        st.button("Choose another file", key="models-drop", icon=":material/close:", type="tertiary", on_click=drop)
    keras_ready()  # its import begins now, in the way that leaves the pages quick
    running = adoption_job(upload)
    if running is not None:
        run_id = show_job(running, f"Bringing in {upload.name[-40:]}")
        if run_id is not None:
            show_adopted(str(run_id))
        return
    _ask(upload)


def _ask(upload: Upload) -> None:
    """Show what is in the file, and ask for what it does not say."""
    if not wait_for_keras("What is in the file"):  # its import in two threads at once takes longer than in one
        return
    found = show_job(inspection(upload), "Looking into the file")
    spec, size = None, None
    if found == "network":
        architecture = _choose_architecture()
        if architecture is None:
            return
        spec, words = architecture
        found = show_job(inspection(upload, spec, (words,)), "Looking into the file")
    elif found == "size":
        size = _ask_size(upload)
        if size is None:
            return
        found = show_job(inspection(upload, size=size), "Looking into the file")
    if found is not None and not isinstance(found, str):
        _tell(found)
        _ask_meaning(upload, found, spec, size)


def _ask_size(upload: Upload) -> int | None:
    """Ask for the size of the images of a network that takes any."""
    from cnnviz.adoption import LEAST_SIDE, MOST_SIDE

    size = st.number_input(
        "The network takes images of any size. How large were those that it was trained on?",
        LEAST_SIDE,
        MOST_SIDE,
        value=None,
        step=1,
        placeholder="Pixels of a side, such as 224",
        key=f"models-size-{upload.token}",
        width=520,
    )
    return None if size is None else int(size)


def _tell(facts: "Facts") -> None:
    height, width, channels = facts.input_shape
    with st.container(horizontal=True, gap="medium", key="models-facts"):
        for label, value in (
            ("Image", f"{width}×{height} {'grey' if channels == 1 else 'colour'}"),
            ("Classes", f"{facts.classes}"),
            ("Answers", _HEADS.get(facts.head, facts.head)),
            ("Weights", f"{facts.parameters:,}"),
            ("Keras", facts.keras_version or "not said"),
        ):
            st.metric(label, plain(value), width="content")


def _locked() -> None:
    st.info(
        "This dashboard is open to a network, where opening networks from elsewhere takes its passcode. Taking one "
        "away is free.",
        icon=":material/lock:",
    )
    if st.button("Unlock", key="models-unlock", icon=":material/lock_open:"):
        permitted(_ACTION)


# --- the architectures that weights alone can go into: presets, and runs that were trained here ----------------


def _choose_architecture() -> tuple[ModelSpec, str] | None:
    """Ask which network weights go into."""
    runs = readable(run_ids()[:_MOST_RUNS])
    options = [
        *(f"preset:{name}" for name in PRESETS),
        *(f"run:{run.id}" for run in runs if run.spec.model.layers and not run.spec.model.body),
    ]
    chosen = st.selectbox(
        "The file holds weights alone. Which network do they go into?",
        options,
        index=None,
        placeholder="Choose a preset or one of your runs",
        key="models-architecture",
        format_func=_architecture_label,
    )
    st.caption(
        "A preset, or a run of yours, with the same layers in the same order; it scales pixels itself, by 1/255, so "
        "that is what the weights should have been trained on."
    )
    if chosen is None:
        return None
    kind, _, name = chosen.partition(":")
    return (preset(name) if kind == "preset" else open_run(name).spec).model, chosen


def _architecture_label(option: str) -> str:
    kind, _, name = option.partition(":")
    return f"preset {name}" if kind == "preset" else run_label(name)


# --- what a file does not say: what pixels its network takes, what its answers mean, how it is measured --------


def _ask_meaning(upload: Upload, facts: "Facts", architecture: ModelSpec | None, size: int | None = None) -> None:
    """Draw the questions and the button."""
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
    if pressed and permitted(_ACTION):
        begin(
            upload,
            title=name.strip() or "network",
            class_names=names,
            dataset=dataset,
            scaling=scaling,
            meaning=meaning,
            size=size,
            architecture=architecture,
        )
        st.rerun()


def _scaling(upload: Upload, facts: "Facts", dataset: str | None) -> str | None:
    """Draw what pixels it may have been trained on; None where that is found out on the data set."""
    tried = [_TRIED] if dataset is not None and not facts.guess.sure else []
    options = [*tried, *facts.scalings]
    words = {
        **_SCALING_WORDS,
        _TRIED: ("find out", f"Each way is tried on training images of {dataset}, and the best is taken."),
    }
    chosen: str = st.selectbox(
        "What pixels was it trained on?",
        options,
        index=0 if tried else options.index(facts.guess.scaling),
        key=f"models-scaling-{upload.token}-{len(tried)}",
        format_func=lambda name: words[name][0],
    )
    guessed = chosen == facts.guess.scaling and not tried
    st.caption(plain(words[chosen][1] + (f" A guess: {facts.guess.why}" if guessed and not facts.guess.sure else "")))
    if guessed and facts.guess.sure:
        st.caption(facts.guess.why)
    return None if chosen == _TRIED else chosen


def _answers(upload: Upload, facts: "Facts") -> str:
    """Draw what its answers mean, where the network does not say it itself, and what is made of them."""
    told = dict(facts.meanings)
    chosen = next(iter(told))
    if len(told) > 1:
        chosen = st.radio(
            "What do its answers mean together?",
            list(told),
            key=f"models-answers-{upload.token}",
            captions=[_MEANING_WORDS[one][1] for one in told],
            format_func=lambda one: _MEANING_WORDS[one][0],
        )
    if told[chosen]:
        st.caption(told[chosen])
    return chosen


def _dataset(names: tuple[str, ...], named_after: str) -> str | None:
    """Draw the data sets that have these classes, to measure the network on; the one it is named after first."""
    from cnnviz.adoption import matching_datasets

    offered = matching_datasets(names, home())
    if not offered:
        st.caption(
            "No data set here has these classes, so it is not measured: the pages under Look and Classify work, those "
            "under Judge need one."
        )
        return None
    offered = tuple(sorted(offered, key=lambda name: name != named_after))
    chosen = st.selectbox(
        "Measure it on the test images of",
        [*offered, _UNMEASURED],
        key="models-dataset-" + "-".join(offered),
        format_func=lambda name: name or "no data set",
    )
    return chosen or None
