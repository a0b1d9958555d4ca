"""Bringing a network in: a file, what is in it, what it means, and then a run of its own."""

from pathlib import Path

import streamlit as st

from cnnviz.ui.guard import permitted, unlocked
from cnnviz.ui.jobs import show_job
from cnnviz.ui.messages import plain
from cnnviz.ui.models_page.adopting import adoption, show_adopted
from cnnviz.ui.models_page.architectures import choose_architecture
from cnnviz.ui.models_page.meaning import ask_meaning
from cnnviz.ui.models_page.upload import Facts, Upload, choose_file, drop, inspection, uploaded
from cnnviz.ui.models_page.words import HEADS
from cnnviz.ui.network import keras_ready, wait_for_keras

__all__ = ["show_bringing"]

_ACTION = "bring a network in"


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
    running = adoption(upload)
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
        architecture = choose_architecture()
        if architecture is None:
            return
        spec, words = architecture
        found = show_job(inspection(upload, spec, (words,)), "Looking into the file")
    elif found == "size":
        size = _ask_size(upload)
        if size is None:
            return
        found = show_job(inspection(upload, size=size), "Looking into the file")
    if isinstance(found, Facts):
        _tell(found)
        ask_meaning(upload, found, spec, size)


def _ask_size(upload: Upload) -> int | None:
    """Ask for the size of the images of a network that takes any."""
    from cnnviz.adoption import LEAST_SIDE, MOST_SIDE

    size = st.number_input(
        "The network takes images of any size. How large were those that it was trained on?", LEAST_SIDE, MOST_SIDE,
        value=None, step=1, placeholder="Pixels of a side, such as 224", key=f"models-size-{upload.token}", width=520,
    )  # fmt: skip
    return None if size is None else int(size)


def _tell(facts: Facts) -> None:
    height, width, channels = facts.input_shape
    with st.container(horizontal=True, gap="medium", key="models-facts"):
        for label, value in (
            ("Image", f"{width}×{height} {'grey' if channels == 1 else 'colour'}"),
            ("Classes", f"{facts.classes}"),
            ("Answers", HEADS.get(facts.head, facts.head)),
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
